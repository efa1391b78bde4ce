"""What an admin says about the page of one of its records; the defaults suit a record that is not about a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chengyang.extensions import DetailRow

from .badges import state_badge


@dataclass(frozen=True)
class Head:
    """What stands above the tabs: badges as (text, CSS class), one line, and the facts that one asks for first."""

    tags: Sequence[tuple[Any, str]] = ()
    line: Any = ""
    strip: Sequence[DetailRow] = ()


class RecordHooks:
    """The part of `ScopedAdmin` that the page of a record asks."""

    # (user, row) → whether the officer reads what the row said before; if not, personal fields are only named.
    reads_former: Callable[[Any, Any], bool] = staticmethod(lambda user, row: True)
    history_moments: Sequence[str] = ()  # date-times of the model that are facts, such as a check-in

    def head(self, obj: Any, user: Any) -> Head:
        """Return what stands above the tabs of `obj`: by default badges with its state and its subdistrict."""
        tags = [(obj.get_state_display(), state_badge(obj))] if hasattr(obj, "get_state_display") else []
        area = getattr(obj, "subdistrict", None)
        return Head([*tags, (area, "")] if area else tags)

    def public_url(self, obj: Any) -> str:
        """Return the address of the public page of `obj`, "" without one."""
        return ""

    def account_of(self, obj: Any) -> Any:
        """Return the account whose data `obj` is, None for others: what it did was done by 本人."""
        return None

    def accesses(self, obj: Any, most: int) -> Sequence[Any] | None:
        """Return who looked at `obj`, as the person reads it, at most `most`; None for a row that is not about one person."""
        return None
