"""The buttons on the page of a row, which do what they say to what that page showed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.extensions import DetailRow


@dataclass(frozen=True)
class Button:
    """A button on the page of a row: it calls `action(obj, *, actor[, reason])` and is shown when `can(actor, obj)` is true.

    `can` only hides the button; `action` checks the permission again. `main` marks the next step, and `why` says why it is:
    a text, or a function (user, row).
    """

    verb: str
    label: Any
    action: Callable[..., Any]
    can: Callable[[Any, Any], bool]
    needs_reason: bool = False
    confirm: Any = ""  # question before an action that cannot be undone; it names the object
    done: Any = ""
    main: bool = False
    why: Any = ""

    def reason_for(self, user: Any, row: Any) -> Any:
        """Return the sentence that says why this is the next step of `row`."""
        return self.why(user, row) if callable(self.why) else self.why


def version_of(row: Any, user: Any, shown: Sequence[DetailRow]) -> str:
    """Return a digest of what the page of `row` shows to `user`; it stands in the form of each button."""
    rows = [(detail.label, detail.value, detail.note) for detail in shown if not detail.live]
    page = [row._meta.label, row.pk, user.pk, getattr(row, "state", ""), rows]
    return hashlib.sha256(json.dumps(page, default=str).encode()).hexdigest()[:32]


def require_unmoved(form: Mapping[str, str], version: str) -> None:
    """Refuse a button that was pressed on a page that showed something else. A form without a version comes from no page.

    Raises ActionError("moved") with the typed reason, which would be lost with the page. What happens in the moment between
    this comparison and the lock of the action is refused by the states of the row.
    """
    if form.get("version", version) == version:
        return
    text = _("你打开以后，这一项有了变化，没有办。下面是现在的内容，看过以后可以再办。")
    if reason := form.get("reason", "").strip():
        text += _("你写的理由：%(reason)s") % {"reason": reason}
    raise ActionError(text, code="moved")
