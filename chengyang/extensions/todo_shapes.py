"""The shape of a kind of to-do: what waits for an officer, and the decisions on it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse

from chengyang.errors import REASON_LENGTH

from .shapes import DetailRow, HistoryEntry, Section


@dataclass(frozen=True)
class DecisionOption:
    """One possible decision: `code` is the verb of the action, `done` the message shown after it.

    `asks` are the names of the fields (`TodoKind.fields`) that belong to it, such as to whom it is handed over.
    """

    code: str
    label: Any
    needs_reason: bool = False
    done: Any = ""
    asks: tuple[str, ...] = ()


class TodoKind:
    """A kind of record that waits for an officer: its queue, its decision page, and the possible decisions.

    Subclass it in an app's `todos.py` and list an instance under `todos` in its `extensions.py`. `model` has a `public_id`,
    a `due_on` (a date, or null) and a `visible_to`. The staff site renders the page, the buttons, the errors and the link to
    the next item.
    """

    code: str  # in the URL, such as "application-first"
    label: Any
    section: Section
    model: type[models.Model]
    reason_words: tuple[Any, Any] | None = None  # (label, hint) where the reason has another name, such as an answer
    reason_length: int = REASON_LENGTH  # characters that the reason may have
    quick_reasons: Sequence[Any] = ()  # texts, or (short text of the button, whole sentence)
    notice_template: str = ""  # a partial shown below the detail rows; gets `row`
    related: Sequence[str] = ()  # select_related of the queue, for `title` and `detail`
    locks: Sequence[
        str
    ] = ()  # paths of foreign keys to rows that the actions lock before the row itself, in their order
    undoes: Sequence[str] = ()  # codes of the options that `undo` takes back

    def waiting(self, user: Any) -> QuerySet:
        """Return the rows that wait for `user` now, unordered, limited to those that `user` may decide."""
        raise NotImplementedError

    def quick(self) -> list[tuple[Any, Any]]:
        """Return the ready-made reasons as (text of the button, text it fills in)."""
        return [item if isinstance(item, tuple) else (item, item) for item in self.quick_reasons]

    def viewable_by(self, user: Any) -> QuerySet:
        """Return the rows whose decision page `user` may open. Must exclude rows that `visible_to` contains because they are public."""
        return self.model.objects.visible_to(user)  # type: ignore[attr-defined]

    def title(self, row: Any) -> str:
        """Return the title of the row in the queue."""
        return str(row)

    def detail(self, row: Any) -> str:
        """Return the line in small type below the title."""
        return ""

    def tags(self, row: Any) -> Sequence[str]:
        """Return the texts of the badges on the page, such as the subdistrict."""
        return ()

    def since(self, row: Any) -> dt.datetime | None:
        """Return when the row began to wait."""
        return None

    def due_on(self, row: Any) -> dt.date | None:
        """Return the working day by which the row should be decided."""
        return getattr(row, "due_on", None)

    def detail_rows(self, row: Any, user: Any) -> Sequence[DetailRow]:
        """Return the information that the officer needs to decide."""
        return ()

    def history(self, row: Any) -> Sequence[HistoryEntry]:
        """Return the events so far, newest first."""
        return ()

    def record_opening(self, row: Any, *, actor: Any) -> None:
        """Write an audit entry that `actor` opened the page, for records whose readers the person concerned may know (P10)."""

    def options(self, row: Any, user: Any) -> Sequence[DecisionOption]:
        """Return the decisions that `user` may make on `row` now; empty when another officer decides or it no longer waits."""
        return ()

    def fields(self, row: Any, user: Any) -> Mapping[str, Any]:
        """Return the form fields that options of `row` ask for, by name; a required one must be filled in for its option."""
        return {}

    def decide(self, row: Any, option: str, reason: str, *, actor: Any) -> Any:
        """Call the action of the option with the code `option`. The page shows an ActionError of the action.

        A kind with `fields` takes the values that the option asks for as further keyword arguments.
        """
        raise NotImplementedError

    def undo(self, row: Any, option: str, *, actor: Any) -> Any:
        """Call the action that takes back the decision `option` (one of `undoes`), which nobody has acted on since."""
        raise NotImplementedError

    def is_open(self, row: Any) -> bool:
        """Return whether `row`, on which an officer has decided, still waits for somebody in the office."""
        return self.due_on(row) is not None

    def awaited_by(self, user: Any) -> QuerySet:
        """Return the rows that `user` brought to this queue and that now wait for others; by default none."""
        return self.model._default_manager.none()

    def url(self, row: Any) -> str:
        """Return the URL of the decision page of `row`."""
        return reverse("admin:staff_decide", args=[self.code, row.public_id])
