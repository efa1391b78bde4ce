"""The one way a state moves (docs/architecture.md, "State")."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError

from .actions import record


def lock(obj: Any) -> Any:
    """Return `obj` fetched again and locked until the transaction ends; related rows stay free.

    Rows that point at `obj` can still be added by others (FOR NO KEY UPDATE): a notice to somebody must not wait for
    their account while their account waits for what the notice is about.
    """
    return obj.__class__._base_manager.select_for_update(of=("self",), no_key=True).get(pk=obj.pk)


@transaction.atomic
def move(
    obj: Any,
    new: str,
    *,
    table: Mapping[Any, set],
    actor: Any,
    verb: str,
    person: Any = None,
    user: Any = None,
    code: str = "",
    **changes: Any,
) -> Any:
    """Move `obj` (already locked by the caller) to the state `new`, write `changes` with it, and record `verb`.

    `person` or `user` is whom it concerns. `code` goes into the audit entry; what an officer wrote is a field of the row
    and stands among `changes` (`reason=…`), never in the audit.

    Raises ActionError("state") where `table` has no such step: somebody else was quicker, or the page was old.
    """
    if new not in table[obj.state]:
        raise ActionError(
            _("现在是“%(state)s”，不能这样做。请刷新页面看最新情况。") % {"state": obj.get_state_display()},
            code="state",
        )
    obj.state = new
    for field, value in changes.items():
        setattr(obj, field, value)
    obj.save(update_fields=["state", *changes])
    record(verb, obj, actor=actor, person=person, user=user, reason=code, fields=["state", *changes])
    return obj
