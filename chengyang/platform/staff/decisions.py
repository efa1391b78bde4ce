"""The decision page of one item, and carrying out a decision on exactly what that page showed.

The form carries a signed version of the page. The decision is carried out under the lock of the row, and only while the page
would still be the same; otherwise the officer reads what changed, and what they typed is kept.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, TodoKind
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import following
from chengyang.platform.audit.transitions import lock, lock_parents

from .forms import DecisionForm, reason_field
from .todo_actions import settle

SALT = "staff.decision"


@dataclass(frozen=True)
class Moved:
    """What happened to an item after its page was shown: `changes` is empty when no audit entry says it."""

    changes: list[HistoryEntry]


class DecisionPage:
    """What the officer `user` sees of an item of `kind`, read once."""

    def __init__(self, kind: TodoKind, row: Any, user: Any) -> None:
        self.kind, self.row, self.user = kind, row, user
        self.options: list[DecisionOption] = list(kind.options(row, user))
        self.detail_rows: list[DetailRow] = list(kind.detail_rows(row, user))
        self.history: list[HistoryEntry] = list(kind.history(row))
        self.fields = dict(kind.fields(row, user)) if any(option.asks for option in self.options) else {}

    def form(self, data: QueryDict | None = None, *, typed: QueryDict | None = None) -> DecisionForm:
        """Return the form of the decision: bound to `data`, or with the values `typed` on an outdated page, or empty."""
        initial = {name: typed[name] for name in typed} if typed else None
        form = type("DecisionForm", (DecisionForm,), {"reason": reason_field(self.kind.reason_length), **self.fields})
        return form(data, options=self.options, words=self.kind.reason_words, initial=initial)

    @cached_property
    def version(self) -> str:
        """The signed version of this page: a digest of what it shows, and where the audit of its rows stood."""
        return signing.dumps([self._digest, following.mark(self._subjects)], salt=SALT)

    def moved_since(self, version: str) -> Moved | None:
        """Return what changed since the page with `version`, or None when this page shows the same to the same officer.

        A missing or forged version counts as changed: whoever sends it has not seen this page.
        """
        try:
            digest, marks = signing.loads(version, salt=SALT)
        except signing.BadSignature:
            return Moved([])
        if digest == self._digest:
            return None
        entries = list(following.changes_since(self._subjects, marks).exclude(actor_kind="visitor")[:10])
        names = dict(User.objects.filter(pk__in={entry.actor_id for entry in entries}).values_list("pk", "name"))
        return Moved([self._change(entry, names) for entry in entries])

    @cached_property
    def _digest(self) -> str:
        rows = [(row.label, row.value, row.note, row.url) for row in self.detail_rows if not row.live]
        steps = [(step.title, step.at, step.who, step.text) for step in self.history]
        offered = [option.code for option in self.options]
        shown = [self.kind.code, self.row.pk, self.user.pk, getattr(self.row, "state", ""), offered, rows, steps]
        return hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()

    @cached_property
    def _subjects(self) -> list[Any]:
        """The item and the rows beside it whose changes the page shows."""
        beside = (getattr(self.row, name, None) for name in self.kind.related if "__" not in name)
        return [self.row, *(row for row in beside if row is not None)]

    def _change(self, entry: Any, names: dict[int, str]) -> HistoryEntry:
        fields = "、".join(filter(None, (self._label(entry.subject, name) for name in entry.fields)))
        who = names.get(entry.actor_id) or (_("系统") if entry.actor_kind == "system" else entry.actor)
        return HistoryEntry(entry.verb_label, entry.at, who, fields)

    def _label(self, subject: str, name: str) -> str:
        """Return the name of the field `name` in the table `subject`, "" where it is not one of these rows."""
        model = next((type(row) for row in self._subjects if row._meta.label == subject), None)
        try:
            return str(model._meta.get_field(name).verbose_name) if model else ""  # type: ignore[union-attr]
        except (FieldDoesNotExist, AttributeError):
            return ""


@dataclass(frozen=True)
class Attempt:
    """The result of `carry_out`: `done`, or the page of the row as it is now, with the bound form and perhaps `moved`."""

    page: DecisionPage
    form: DecisionForm
    done: bool = False
    moved: Moved | None = None


def carry_out(kind: TodoKind, row: Any, data: QueryDict, *, actor: Any) -> Attempt:
    """Decide on `row` as `data` says, if it is still what its page showed to `actor`; nothing is written otherwise.

    The comparison and the action run in one transaction, under the locks that the action takes, in its order. Raises
    Http404 for a row that is gone, and NotAllowed where the action does.
    """
    try:
        with transaction.atomic():
            page = DecisionPage(kind, _locked(kind, row), actor)
            form = page.form(data)
            moved = page.moved_since(data.get("version", ""))
            if moved:
                return Attempt(page, page.form(typed=data), moved=moved)
            if not form.is_valid():
                return Attempt(page, form)
            kind.decide(page.row, form.chosen.code, form.cleaned_data["reason"], actor=actor, **form.asked)
            settle(kind, page.row, form.chosen, actor=actor)
            return Attempt(page, form, done=True)
    except ActionError as error:
        form.refuse(error)
        return Attempt(page, form)


def _locked(kind: TodoKind, row: Any) -> Any:
    try:
        lock_parents(row, kind.locks)
        return lock(row)
    except ObjectDoesNotExist:
        raise Http404(_("没有这一项，或者不归你管。")) from None
