"""The page of a record: its facts, a tab for what belongs to it, its history, and the verbs that one may do.

Tabs and verbs come from the slots `record_tabs` and `record_verbs`. What is counted is counted by one statement, at most
`paging.LIMIT` rows of each table, and kept until something changes; what is shown is one page of each table of the open tab.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengyang import extensions
from chengyang.extensions import DetailRow, HistoryEntry, RecordTab, RecordVerb, TabColumn
from chengyang.platform.audit import readings
from chengyang.platform.web import paging
from chengyang.platform.web.fragments import own_per_version

from .detail_rows import cell_text, field_row
from .links import FROM, KEPT, origin_of, page_url
from .listing import beside
from .row_history import Source, history_of

HISTORY = "history"  # code of the tab with the history
LATEST, READINGS = 5, 50  # changes and readings beside the other tabs; readings on the tab with the history
PER_PAGE = 25
SEARCH_LENGTH = 60
SHOWN_VERBS = 3  # beside the main one; the others are behind 更多
IN_HISTORY = 200  # rows of one table whose history is part of that of the record


@dataclass(frozen=True)
class Tab:
    """One tab in the row of tabs: `total` rows, of which the officer may read `visible`."""

    code: str
    label: Any
    url: str
    parts: Sequence[RecordTab] = ()
    totals: Sequence[int] = ()
    seen: Sequence[int] = ()
    is_open: bool = False

    @property
    def is_locked(self) -> bool:
        """Whether it has rows and the officer may read none of them."""
        return sum(self.totals) > 0 and sum(self.seen) == 0

    @property
    def total_text(self) -> str:
        return paging.total_text(sum(self.totals)) if self.parts else ""

    @property
    def unseen_text(self) -> str:
        """The number of rows that the officer may not read, "" for none; a capped number cannot be compared."""
        missing = sum(self.totals) - sum(self.seen)
        return paging.total_text(missing) if missing > 0 and max(self.totals) <= paging.LIMIT else ""


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, and how it is shown (see `TabColumn`)."""

    label: Any
    text: Any
    url: str = ""
    badge: str | None = None
    note: Any = ""
    is_number: bool = False

    @property
    def is_empty(self) -> bool:
        return self.text == "—" and not self.note


@dataclass(frozen=True)
class Table:
    """One page of the rows of one declaration; `summary` is the context of its template, None for nothing."""

    part: RecordTab
    rows: Sequence[Sequence[Cell]]
    page: Any
    more_url: str = ""  # of the page of this table alone, where the tab shows several
    summary: Any = None


@dataclass(frozen=True)
class VerbLink:
    """A link to the form of a verb; `why` says why it is the next step."""

    code: str
    label: Any
    url: str
    why: str = ""
    tab: str = ""


@dataclass(frozen=True)
class Verbs:
    """The verbs on a page: the next step, those beside it, and those behind 更多; links and buttons."""

    main: Any = None
    why: str = ""
    shown: Sequence[Any] = field(default_factory=list)
    more: Sequence[Any] = field(default_factory=list)


class RecordPage:
    """What the page of `record` shows to the officer of `request`; `?tab=` names the open tab."""

    def __init__(self, model_admin: Any, request: HttpRequest, record: Any) -> None:
        self.admin, self.request, self.record, self.user = model_admin, request, record, request.user
        self.label = record._meta.label
        self.kept = model_admin.kept(request)
        self.code = request.GET.get("tab", "")
        if self.code not in ("", HISTORY, *(part.code for part in self.parts)):
            raise Http404(_("没有这一页。"))

    @cached_property
    def parts(self) -> list[RecordTab]:
        """The declared tables, those of one tab together, in the order of the tabs."""
        found = extensions.record_tabs(self.label)
        first = {part.code: place for place, part in reversed(list(enumerate(found)))}
        return sorted(found, key=lambda part: first[part.code])

    def context(self, buttons: Sequence[Any], detail_rows: Sequence[DetailRow]) -> dict[str, Any]:
        """Return the context of the page; `buttons` and `detail_rows` are those of this officer."""
        head = self.admin.head(self.record, self.user)
        above = {str(row.label) for row in head.strip}
        below = [row for row in detail_rows if str(row.label) not in above]
        shown = self._linked([*head.strip, *below])
        before, after = self._neighbours()
        return {
            "record": self,
            "head": replace(head, strip=shown[: len(head.strip)]),
            "facts": shown[len(head.strip) :],
            "public_url": self.admin.public_url(self.record),
            "tables": self.tables if self.code not in ("", HISTORY) else [],
            "verbs": self.verbs_of(buttons),
            "accesses": self.admin.accesses(self.record, READINGS if self.code == HISTORY else LATEST),
            "before": before,
            "after": after,
        }

    def _linked(self, rows: list[DetailRow]) -> list[DetailRow]:
        """Return `rows` with a link where the value is a record whose page the officer may open."""
        linked = [row.value for row in rows if isinstance(row.value, Model) and not row.url]
        reachable = self._reachable(linked)
        return [
            replace(row, url=page_url(row.value))
            if isinstance(row.value, Model) and (row.value._meta.label, row.value.pk) in reachable and not row.url
            else row
            for row in rows
        ]

    def _neighbours(self) -> list[VerbLink | None]:
        """Return links to the rows before and after this one in the list from which the officer came."""
        rows = beside(self.admin, self.request, self.record, self.kept)
        if self.request.method == "GET":
            self.admin.record_reading("list.read", [row for row in rows if row], self.user, type(self.record))
        return [VerbLink("", row, page_url(row, kept=self.kept)) if row else None for row in rows]

    # ---- the row of tabs ---------------------------------------------------------------------------------------------
    @cached_property
    def tabs(self) -> list[Tab]:
        """The tabs: the facts, what belongs to the record, its history."""
        if not self.parts:
            return [self._tab("", _("基本")), self._tab(HISTORY, _("历史"))]
        found = [self._tab("", _("基本"))]
        numbers = iter(self._numbers())
        for code, group in groupby(self.parts, key=lambda part: part.code):
            parts = list(group)
            totals, seen = zip(*(next(numbers) for _part in parts), strict=True)
            found.append(self._tab(code, parts[0].label, parts=parts, totals=totals, seen=seen))
        return [*found, self._tab(HISTORY, _("历史"))]

    def _tab(self, code: str, label: Any, **numbers: Any) -> Tab:
        return Tab(code, label, page_url(self.record, kept=self.kept, tab=code), is_open=code == self.code, **numbers)

    def _numbers(self) -> list[tuple[int, int]]:
        """Return for each table the number of its rows and of those that the officer may read."""

        def count() -> list[int]:
            everything = [part.rows(self.record) for part in self.parts]
            seen = [self._visible(part) for part in self.parts]
            return paging.counted([*everything, *seen])

        found = own_per_version(self.user, ("record.counts", self.label, self.record.pk), count)
        return list(zip(found[: len(self.parts)], found[len(self.parts) :], strict=True))

    def _visible(self, part: RecordTab) -> Any:
        return part.visible(part.rows(self.record), self.user)

    @property
    def open_tab(self) -> Tab:
        return next(tab for tab in self.tabs if tab.is_open)

    # ---- the tables of the open tab ----------------------------------------------------------------------------------
    @cached_property
    def search(self) -> str:
        """What was typed into the search box of the open tab."""
        return self.request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH]

    @cached_property
    def can_search(self) -> bool:
        """Whether the open tab has a search box: some rows can be searched, and there is more than one."""
        tab = self.open_tab
        return any(part.search for part in tab.parts) and sum(tab.seen) > 1

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of the open tab; who reads them is recorded (requirements P10)."""
        tab = self.open_tab
        if tab.is_locked:
            return []
        asked = self.request.GET.get("part", "")
        chosen = [part for part in tab.parts if part.part == asked] or list(tab.parts)
        filled = [part for part, seen in zip(tab.parts, tab.seen, strict=True) if seen and part in chosen]
        return [self._table(part, alone=len(chosen) == 1) for part in filled or chosen[:1]]

    def _table(self, part: RecordTab, *, alone: bool) -> Table:
        rows = self._visible(part).select_related(*part.related)
        if self.search and part.search:
            rows = part.search(rows, self.search)
        page = paging.keyset(self.request, rows.order_by(*part.ordering), part.ordering, PER_PAGE)
        if part.concerns and page.rows:
            readings.record("list.read", map(part.concerns, page.rows), actor=self.user, subject=rows.model)
        more = {"tab": part.code, "part": part.part, "after": page.after, "q": self.search, KEPT: self.kept}
        url = f"?{urlencode({name: value for name, value in more.items() if value})}" if page.after else ""
        is_first = not (self.search or self.request.GET.get("after") or self.request.GET.get("before"))
        summary = part.summary(self._visible(part)) if part.summary and is_first else None
        return Table(part, self._cells(part, page.rows), page, "" if alone else url, summary)

    def _cells(self, part: RecordTab, rows: list[Any]) -> list[list[Cell]]:
        linked = [[row, *(column.record(row) for column in part.columns if column.record)] for row in rows]
        reachable = self._reachable([one for line in linked for one in line if one is not None])
        return [[self._cell(column, row, reachable) for column in self._leading(part, row)] for row in rows]

    def _leading(self, part: RecordTab, row: Any) -> list[tuple[TabColumn, Any]]:
        """Return each column with the record that its value leads to: the first one with the row itself."""
        first, *others = part.columns
        return [(first, row), *((column, column.record(row) if column.record else None) for column in others)]

    def _cell(self, column_and_target: tuple[TabColumn, Any], row: Any, reachable: set) -> Cell:
        column, target = column_and_target
        text = shown_of(row, column)
        url = page_url(target) if target is not None and (target._meta.label, target.pk) in reachable else ""
        badge = column.badge(row) if column.badge else None
        return Cell(column.label, text, url, badge, column.note(row) if column.note else "", column.is_number)

    def _reachable(self, records: Sequence[Any]) -> set[tuple[str, Any]]:
        """Return the label and key of those of `records` whose pages the officer may open; one query for each table."""
        by_model: dict[Any, set] = {}
        for record in records:
            by_model.setdefault(type(record), set()).add(record.pk)
        found = set()
        for model, keys in by_model.items():
            if (other := self._list_of(model)) is not None:
                pks = other.get_queryset(self.request).filter(pk__in=keys).order_by().values_list("pk", flat=True)
                found |= {(model._meta.label, pk) for pk in pks}
        return found

    # ---- history -----------------------------------------------------------------------------------------------------
    @cached_property
    def history(self) -> list[HistoryEntry]:
        """What happened to the record and to the few rows that belong to it, newest first."""
        key = ("record.history", self.label, self.record.pk, get_language())
        return own_per_version(self.user, key, self._read_history)

    def _read_history(self) -> list[HistoryEntry]:
        reads = self.admin.reads_former(self.user, self.record)
        own = Source([self.record], reads=reads, moments=self.admin.history_moments)
        related = [source for part in self.parts if part.in_history for source in self._sources(part)]
        account = getattr(self.admin.account_of(self.record), "public_id", "")
        return history_of([own, *related], account=account)

    def _sources(self, part: RecordTab) -> list[Source]:
        """Return the rows of `part` whose pages the officer may open, and the rows of other tables that belong to them.

        A row that is only visible because it is public, such as a post elsewhere, has a history for those who manage it.
        """
        rows = self._visible(part).select_related(*part.related).order_by(*part.ordering)
        if (other := self._list_of(rows.model)) is not None:
            rows = rows.filter(pk__in=other.get_queryset(self.request).order_by().values("pk"))
        name, first = part.heading or part.label, part.columns[0]

        def about(row: Any) -> str:
            return f"{name}：{shown_of(row, first)}"

        def source(model: Any, found: Sequence[Any], named: Any) -> Source:
            other = self._list_of(model)
            url = page_url if other is not None else None
            return Source(found, about=named, url=url, moments=getattr(other, "history_moments", ()))

        shown = list(rows[:IN_HISTORY])
        owners = {one: row for row in shown for one in (part.further(row) if part.further else ())}
        by_model: dict[Any, list] = {}
        for one in owners:
            by_model.setdefault(type(one), []).append(one)
        further = [source(model, found, lambda one: about(owners[one])) for model, found in by_model.items()]
        return [source(rows.model, shown, about), *further]

    def _list_of(self, model: Any) -> Any:
        """Return the admin of `model`, None where there is none or the officer may not use it."""
        other = self.admin.admin_site._registry.get(model)
        return other if other is not None and other.has_view_permission(self.request) else None

    @property
    def latest(self) -> list[HistoryEntry]:
        return self.history[:LATEST]

    @cached_property
    def history_page(self) -> Any:
        return paging.numbered(self.request, self.history)

    # ---- verbs -------------------------------------------------------------------------------------------------------
    @cached_property
    def links(self) -> list[VerbLink]:
        """The verbs with a form that the officer may do."""
        found = []
        for verb in extensions.record_verbs(self.label):
            is_open = verb.url or self._admin_of(verb.form).has_add_permission(self.request)
            if is_open and verb.can(self.user, self.record):
                why = verb.why(self.user, self.record)
                found.append(VerbLink(verb.code, verb.label, self._form_url(verb), why, verb.tab))
        return found

    def _admin_of(self, name: str) -> Any:
        app, _bar, model = name.partition("_")
        registry = self.admin.admin_site._registry.items()
        return next(one for table, one in registry if (table._meta.app_label, table._meta.model_name) == (app, model))

    def _form_url(self, verb: RecordVerb) -> str:
        if verb.url:
            return verb.url(self.record)
        query = {verb.field: self.record.pk, **verb.given, FROM: origin_of(self.record, verb.tab)}
        return f"{reverse(f'admin:{verb.form}_add')}?{urlencode(query)}"

    def verbs_of(self, buttons: Sequence[Any]) -> Verbs:
        """Return the verbs with `buttons`, those of this officer: the next step is the first one with a reason."""
        links, buttons = list(self.links), list(buttons)
        main: Any = next((link for link in links if link.why), None)
        why = main.why if main else ""
        if main is None and (main := next((button for button in buttons if button.main), None)):
            why = main.reason_for(self.user, self.record)
        others = [verb for verb in (*links, *buttons) if verb is not main]
        simple = [verb for verb in others if isinstance(verb, VerbLink)][:SHOWN_VERBS]
        return Verbs(main, why, simple, [verb for verb in others if verb not in simple])

    @property
    def links_of_tab(self) -> list[VerbLink]:
        """The verbs of the open tab."""
        return [link for link in self.links if link.tab and link.tab == self.code]


def shown_of(row: Any, column: TabColumn) -> Any:
    """Return the text of `column` for `row`, as the lists of the staff site write it."""
    return cell_text(column.show(row) if callable(column.show) else field_row(row, column.show).value)
