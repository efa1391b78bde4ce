"""The secret address of the own days on duty: made, renewed, switched off."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.vault.public_ids import new_public_id
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock

from ..models import DutyFeed


@transaction.atomic
def switch_on_feed(*, actor: Any) -> DutyFeed:
    """Make the address of `actor`, or return the one that they have."""
    lock(actor)
    feed, is_new = DutyFeed.objects.get_or_create(user=actor)
    if is_new:
        audit.record("duty_feed.made", feed, actor=actor, user=actor)
    return feed


@transaction.atomic
def renew_feed(*, actor: Any) -> DutyFeed:
    """Replace the address of `actor`; the former one answers 404 from now on. Raises ActionError("off") without one."""
    lock(actor)
    feed = DutyFeed.objects.filter(user=actor).first()
    if feed is None:
        raise ActionError(_("还没有日历地址，先生成一个。"), code="off")
    feed.public_id, feed.made_at = new_public_id(), clock.now()
    feed.save(update_fields=["public_id", "made_at"])
    audit.record("duty_feed.renewed", feed, actor=actor, user=actor)
    return feed


@transaction.atomic
def switch_off_feed(user: Any, actor: Any) -> int:
    """Delete the address of `user`: it answers 404 from now on. Safe to repeat; return how many there were."""
    rows = DutyFeed.objects.filter(user=user)
    for feed in rows:
        audit.record("duty_feed.switched_off", feed, actor=actor, user=user)
    return rows.delete()[0]
