"""Parts of the actions on a change of term: locking, entries and notices about its candidates."""

from typing import Any

from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify
from members.models import Person

from ..models import Candidate, TermChange
from .posts import own_posts_url


def locked_change(change: TermChange) -> TermChange:
    """Lock the organization, then the change; the organization is that of the change."""
    organization = lock(change.organization)
    change = lock(change)
    change.organization = organization
    return change


def record_candidate(verb: str, row: Candidate, actor: Any, *, fields: Any = ()) -> None:
    """Write the audit entry `verb` about a candidate, who reads it."""
    audit.record(verb, row, actor=actor, person=row.person, user=row.person.user, fields=fields)


def notify_person(person: Person, template: str, **context: Any) -> None:
    """Notify `person`, if they are in the registry; the notice leads to their organizations."""
    if person.is_active:
        notify(person, template, url=own_posts_url() if person.user_id else "", **context)


def notify_account(account: Any, template: str, change: TermChange, **context: Any) -> None:
    """Notify `account`, if there is one; the notice leads to the change on the staff site."""
    if account is not None:
        notify(account, template, url=change.get_absolute_url(), change=change, **context)
