"""What several actions share: the order of locks, and writing particulars."""

from collections.abc import Mapping
from typing import Any

from chengyang.platform.audit.transitions import lock

from ..models import Particulars


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
