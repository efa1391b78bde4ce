"""What several actions share: writing particulars, and a reason that must be there."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chengyang.audit.transitions import lock
from chengyang.errors import ActionError

from ..models import Particulars

REASON_LENGTH = 500


def lock_account_first(row: Any) -> Any:
    """Return the Application or Person `row` locked, and its account before it.

    That is the order in which a withdrawn consent takes them; any other makes the two wait for each other (P06).
    """
    if row.user_id:
        lock(row.user)
    return lock(row)


def put_particulars(row: Any, data: Mapping[str, Any]) -> list[str]:
    """Set the particulars in `data` on `row`; return the columns to write, with those that follow the name."""
    known = (field for field in Particulars.PARTICULARS if field in data)
    changed = [field for field in known if _differs(getattr(row, field), data[field])]
    for field in changed:
        setattr(row, field, data[field])
    return [*changed, *(Particulars.FOLLOW_NAME if "name" in changed else ())]


def _differs(before, after):
    return sorted(before) != sorted(after) if isinstance(before, list) else before != after


def required(reason: str) -> str:
    """Return `reason` without its edges. Raises ActionError("reason") when it is empty, ("too_long")."""
    reason = reason.strip()
    if not reason:
        raise ActionError(_("请写理由，本人会看到原文。"), code="reason", field="reason")
    if len(reason) > REASON_LENGTH:
        raise ActionError(_("理由最多 %(n)d 个字。") % {"n": REASON_LENGTH}, code="too_long", field="reason")
    return reason
