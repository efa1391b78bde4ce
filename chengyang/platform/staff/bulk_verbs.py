"""What an officer may do to many rows of a list at once: always an action that is also offered for one row.

An admin lists `BulkVerb` objects in `bulk_verbs`. Most of them are made from a decision of 今日待办 (`of_decision`) or from a
button of the page of a row (`of_button`), so that the rule, the notices and the way back are the same for one row and for many.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.errors import ActionError
from chengyang.extensions import TodoKind

from . import todo_actions
from .buttons import Button
from .models import Settled

ROW, PERSON = gettext_lazy("条"), gettext_lazy("人")


def _no_fields() -> Mapping[str, forms.Field]:
    return {}


@dataclass(frozen=True)
class BulkVerb:
    """A verb for many rows of one list.

    `act(row, *, actor, **values)` calls the action for one row; `values` holds `reason` where the verb needs one, and what
    the form fields of `fields()` were filled in with. `why_not(user, row)` returns why it cannot be done, "" where it can; the
    action checks that again. `outlook(rows, user)` returns sentences about all of them for the summary, such as the places that
    are left. `undo(row, *, actor)` takes one row back; without it there is no way back. `locks` names the foreign keys whose
    rows the action locks before the row: rows are done in the order of these, so that two officers never wait for each other.
    """

    code: str
    label: Any
    act: Callable[..., Any]
    why_not: Callable[[Any, Any], Any]
    needs_reason: bool = False
    fields: Callable[[], Mapping[str, forms.Field]] = _no_fields
    outlook: Callable[[Sequence[Any], Any], Sequence[Any]] | None = None
    undo: Callable[..., Any] | None = None
    locks: Sequence[str] = ()
    order: Sequence[str] = ()  # columns; rows are done in their order, where it matters who comes first
    lock_first: Callable[[Any], Any] | None = (
        None  # a lock of another kind that the action takes before that of the row
    )
    related: Sequence[str] = ()  # foreign keys that `why_not` and `outlook` read
    unit: Any = ROW
    note: Any = ""  # said in the summary, such as who is notified


def of_decision(kind: TodoKind, option: str, label: Any, *, needs_reason: bool = False, **options: Any) -> BulkVerb:
    """Return the verb that decides the items of `kind` with the option `option`, as its decision page does.

    It can be taken back where `kind` can undo the option. `options` are further arguments of `BulkVerb`.
    """

    def why_not(user: Any, row: Any) -> Any:
        if any(offered.code == option for offered in kind.options(row, user)):
            return ""
        return _state_of(row) or _("不由你办")

    def act(row: Any, *, actor: Any, reason: str = "") -> Any:
        chosen = next((offered for offered in kind.options(row, actor) if offered.code == option), None)
        if chosen is None:
            raise ActionError(str(why_not(actor, row)), code="state")
        decided = kind.decide(row, option, reason, actor=actor)
        todo_actions.settle(kind, row, chosen, actor=actor)
        return decided

    def undo(row: Any, *, actor: Any) -> Any:
        mine = Settled.objects.visible_to(actor).filter(kind=kind.code, public_id=row.public_id, undone_at=None)
        settled = mine.first()
        if settled is None or settled.option != option:
            raise ActionError(_("没有可以撤销的决定。"), code="undo")
        return todo_actions.undo_decision(settled, actor=actor)

    options = {"locks": kind.locks, "related": kind.related, "undo": undo if option in kind.undoes else None, **options}
    return BulkVerb(option, label, act, why_not, needs_reason, **options)


def of_button(button: Button, label: Any = "", **options: Any) -> BulkVerb:
    """Return the verb that does to many rows what `button` does to one. `options` are further arguments of `BulkVerb`."""

    def why_not(user: Any, row: Any) -> Any:
        return "" if button.can(user, row) else _state_of(row) or _("不能这样办，或者不由你办")

    return BulkVerb(button.verb, label or button.label, button.action, why_not, button.needs_reason, **options)


def _state_of(row: Any) -> str:
    """Return the sentence that says in which state a row is; "" for rows without states."""
    if not hasattr(row, "get_state_display"):
        return ""
    return _("现在是“%(state)s”") % {"state": row.get_state_display()}
