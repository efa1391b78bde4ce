"""Who writes, agrees to and stops a message to many people."""

from typing import Any

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.permissions import is_second_officer

from .models import Mailing
from .states import MAILING_UNSENT, MailingState


def can_write(actor: Any, mailing: Any = None) -> bool:
    """Return whether `actor` may write to the people of their lists: staff, and those who manage an organization, base or team."""
    return access_scope(actor).responsible


def can_change(actor: Any, mailing: Mailing) -> bool:
    """Return whether `actor` may change, try and release the message: its author, while it is a draft."""
    return actor.pk == mailing.author_id and can_write(actor)


def can_decide(actor: Any, mailing: Mailing) -> bool:
    """Return whether `actor` may agree to the message of somebody else."""
    return is_second_officer(actor, mailing.author_id, mailing.subdistrict_id)


def can_stop(actor: Any, mailing: Mailing) -> bool:
    """Return whether `actor` may stop the message: its author, and who may agree to it."""
    is_open = mailing.state in (*MAILING_UNSENT, MailingState.SENDING)
    return is_open and (actor.pk == mailing.author_id or can_decide(actor, mailing))
