"""今日待办: the waiting items of an officer, merged from all kinds of to-dos, the nearest due date first."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from chengyang import clock
from chengyang.extensions import Section, TodoKind, todo_kinds
from chengyang.platform.workdays import deadlines

DEPTH = 500  # items of one kind that are sorted; nobody decides more in a day
SOON = 2  # working days
NO_DAY = dt.date.max  # stands for no due date, so that such items come last


@dataclass(frozen=True)
class Key:
    """The sort key of one waiting item; `since` is its position in the queue of its kind."""

    due_on: dt.date
    since: int
    kind: TodoKind
    pk: int
    public_id: str


@dataclass(frozen=True)
class Item:
    """One line of 今日待办."""

    kind: TodoKind
    row: Any
    url: str
    title: str
    detail: str
    since: dt.datetime | None
    due_on: dt.date | None
    group: str


def waiting(kind: TodoKind, user: Any) -> QuerySet:
    """Return the queue of `kind` for `user`, the nearest due date first."""
    return kind.waiting(user).order_by(F("due_on").asc(nulls_last=True), "pk")


def keys(user: Any, section: str = "") -> list[Key]:
    """Return the waiting items of `user` in order, of one section or of all."""
    found = []
    for kind in todo_kinds():
        if section and kind.section != section:
            continue
        rows = waiting(kind, user).values_list("due_on", "pk", "public_id")[:DEPTH]
        found += [Key(due or NO_DAY, number, kind, pk, public_id) for number, (due, pk, public_id) in enumerate(rows)]
    return sorted(found, key=lambda key: (key.due_on, key.since, key.kind.code))


def counts(found: list[Key]) -> dict[str, int]:
    """Return how many items wait in each section."""
    totals = dict.fromkeys(Section.values, 0)
    for key in found:
        totals[key.kind.section] += 1
    return totals


def sizes(found: list[Key], today: dt.date) -> dict[str, int]:
    """Return the number of items in each group (named by `group_of`)."""
    totals: Counter[str] = Counter()
    for due_on, number in Counter(key.due_on for key in found).items():
        totals[group_of(None if due_on == NO_DAY else due_on, today)] += number
    return totals


def items(found: list[Key], *, only: str = "") -> list[Item]:
    """Return the lines for `found` (one page of keys), with one query for each kind of record.

    `only` is the code of the kind to which the officer has limited the list; the URLs repeat it.
    """
    wanted: dict[Any, list[int]] = {}
    for key in found:
        wanted.setdefault((key.kind.model, tuple(key.kind.related)), []).append(key.pk)
    rows = {}
    for (model, related), pks in wanted.items():
        several = model._base_manager.filter(pk__in=pks).select_related(*related)
        rows.update({(model, row.pk): row for row in several})
    today = clock.today()
    places = [(key, rows.get((key.kind.model, key.pk))) for key in found]
    return [_item(key, row, today, only) for key, row in places if row is not None]


def _item(key: Key, row: Any, today: dt.date, only: str) -> Item:
    kind = key.kind
    due_on = kind.due_on(row)
    return Item(
        kind,
        row,
        kind.url(row) + (f"?kind={only}" if only else ""),
        kind.title(row),
        kind.detail(row),
        kind.since(row),
        due_on,
        group_of(due_on, today),
    )


def group_of(due_on: dt.date | None, today: dt.date) -> str:
    """Return `late`, `today`, `soon` (within two working days) or `later`."""
    if due_on is None:
        return "later"
    if due_on <= today:
        return "today" if due_on == today else "late"
    return "soon" if deadlines.left(due_on, today) <= SOON else "later"


def place_of(found: list[Key], code: str, public_id: str) -> int | None:
    """Return the index of an item among the waiting ones, or None when it no longer waits."""
    places = (index for index, key in enumerate(found) if key.kind.code == code and key.public_id == public_id)
    return next(places, None)
