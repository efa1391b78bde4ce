"""今日待办: the waiting items of an officer, merged from all kinds of to-dos, the nearest due date first."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, QuerySet, SmallIntegerField, Value

from chengyang import clock
from chengyang.extensions import Section, TodoKind, todo_kind, todo_kinds
from chengyang.platform.accounts.models import User
from chengyang.platform.workdays import deadlines

from .models import Assignment, Settled
from .todo_actions import absent_today, can_undo

DEPTH = 500  # items of one kind that are sorted; nobody decides more in a day
MOST_TAKEN = 2000  # assignments that count, the latest
SOON = 2  # working days
AWAITED = dt.timedelta(days=60)  # how long a decided item is looked after under 我在等
MOST_AWAITED = 200  # of the latest decisions of an officer that are looked at
NO_DAY = dt.date.max  # stands for no due date, so that such items come last


@dataclass(frozen=True)
class Key:
    """The sort key of one waiting item; `since` is its position in the queue of its kind."""

    due_on: dt.date
    since: int
    kind: TodoKind
    pk: int
    public_id: str
    officer_id: int = 0  # who has taken the item, or stands in for who has; 0 for nobody


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
    officer: str = ""  # who has taken it


def waiting(kind: TodoKind, user: Any) -> QuerySet:
    """Return the queue of `kind` for `user`, the nearest due date first."""
    return kind.waiting(user).order_by(F("due_on").asc(nulls_last=True), "pk")


def keys(user: Any, section: str = "") -> list[Key]:
    """Return the items that `user` may decide in order, of one section or of all, also those that colleagues have taken."""
    kinds = [kind for kind in todo_kinds() if not section or kind.section == section]
    taken, found = _taken(), []
    rows = sorted((place, due or NO_DAY, pk, public_id) for place, due, pk, public_id in _rows(kinds, user))
    for place, queue in groupby(rows, itemgetter(0)):
        kind = kinds[place]
        found += [
            Key(due, number, kind, pk, public_id, taken.get((kind.code, public_id), 0))
            for number, (_place, due, pk, public_id) in enumerate(queue)
        ]
    return sorted(found, key=lambda key: (key.due_on, key.since, key.kind.code))


def _rows(kinds: Sequence[TodoKind], user: Any) -> Iterable[tuple[int, dt.date | None, int, str]]:
    """Return (number of the kind, due date, pk, public id) of what waits, at most DEPTH rows of each kind, by one statement."""
    queues = [
        waiting(kind, user)
        .annotate(_kind=Value(place, output_field=SmallIntegerField()))
        .values_list("_kind", "due_on", "pk", "public_id")[:DEPTH]
        for place, kind in enumerate(kinds)
    ]
    return queues[0].union(*queues[1:], all=True) if queues else ()


def _taken() -> dict[tuple[str, str], int]:
    """Return who has taken which item, as the officer who works on it today."""
    rows = list(Assignment.objects.order_by("-at").values_list("kind", "public_id", "officer")[:MOST_TAKEN])
    absent = absent_today() if rows else {}
    return {
        (kind, public_id): absent[officer].pk if officer in absent else officer for kind, public_id, officer in rows
    }


def of_colleagues(found: list[Key], user: Any, today: dt.date) -> list[Key]:
    """Return the items that a colleague has taken. What is late is everybody's again."""
    return [key for key in found if _is_of_colleague(key, user, today)]


def for_me(found: list[Key], user: Any, today: dt.date) -> list[Key]:
    """Return the items that wait for `user`: all but those of colleagues."""
    return [key for key in found if not _is_of_colleague(key, user, today)]


def _is_of_colleague(key: Key, user: Any, today: dt.date) -> bool:
    return key.officer_id not in (0, user.pk) and key.due_on >= today


def counts(found: list[Key]) -> dict[str, int]:
    """Return how many items wait in each section."""
    totals = dict.fromkeys(Section.values, 0)
    for key in found:
        totals[key.kind.section] += 1
    return totals


def kinds_of(found: list[Key]) -> list[tuple[str, Any, int]]:
    """Return code, label and number of items of each kind in `found`, by label."""
    totals = Counter(key.kind for key in found)
    return sorted(((kind.code, kind.label, number) for kind, number in totals.items()), key=lambda one: str(one[1]))


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
    officers = {key.officer_id for key in found} - {0}
    names = dict(User.objects.filter(pk__in=officers).values_list("pk", "name")) if officers else {}
    places = [(key, rows.get((key.kind.model, key.pk))) for key in found]
    return [_item(key, row, today, only, names.get(key.officer_id, "")) for key, row in places if row is not None]


def _item(key: Key, row: Any, today: dt.date, only: str, officer: str = "") -> Item:
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
        officer,
    )


def group_of(due_on: dt.date | None, today: dt.date) -> str:
    """Return `late`, `today`, `soon` (within two working days), `later`, or `undated`."""
    if due_on is None:
        return "undated"
    if due_on <= today:
        return "today" if due_on == today else "late"
    return "soon" if deadlines.left(due_on, today) <= SOON else "later"


def place_of(found: list[Key], code: str, public_id: str) -> int | None:
    """Return the index of an item among the waiting ones, or None when it no longer waits."""
    places = (index for index, key in enumerate(found) if key.kind.code == code and key.public_id == public_id)
    return next(places, None)


# ---- 我在等, 我办完的 --------------------------------------------------------------------------------------------------
def awaited(user: Any, own: list[Key]) -> list[Item]:
    """Return what `user` has passed on and others have to do now, the nearest due date first; `own` waits for `user`."""
    mine = {(key.kind.model, key.pk) for key in own}
    found: dict[tuple[Any, int], Item] = {}
    today = clock.today()
    for kind, rows in (*_passed_on(user), *((kind, kind.awaited_by(user)[:DEPTH]) for kind in todo_kinds())):
        for row in rows:
            if (kind.model, row.pk) not in mine and kind.is_open(row):
                found[(kind.model, row.pk)] = _awaited_item(kind, row, today)
    return sorted(found.values(), key=lambda item: (item.due_on or NO_DAY, item.title))


def _passed_on(user: Any) -> list[tuple[TodoKind, Any]]:
    """Return the rows that `user` has decided on lately and may still open, by kind."""
    since = clock.now() - AWAITED
    made = Settled.objects.visible_to(user).filter(undone_at=None, at__gte=since).values_list("kind", "public_id")
    by_kind: dict[str, set[str]] = {}
    for code, public_id in made[:MOST_AWAITED]:
        by_kind.setdefault(code, set()).add(public_id)
    kinds = ((kind, ids) for code, ids in by_kind.items() if (kind := todo_kind(code)))
    return [
        (kind, kind.viewable_by(user).filter(public_id__in=ids).select_related(*kind.related)) for kind, ids in kinds
    ]


def _awaited_item(kind: TodoKind, row: Any, today: dt.date) -> Item:
    state = row.get_state_display() if hasattr(row, "get_state_display") else ""
    due_on = kind.due_on(row)
    return Item(kind, row, kind.url(row), kind.title(row), state, kind.since(row), due_on, group_of(due_on, today))


@dataclass(frozen=True)
class Done:
    """One line of 我办完的: a decision with the title of its row, and whether it can be taken back now."""

    settled: Settled
    kind: TodoKind | None
    title: str
    url: str
    can_undo: bool


def done(made: Any, user: Any) -> list[Done]:
    """Return the lines of `made`, decisions of `user`; the title is empty where they may not open the row any more."""
    rows: dict[tuple[str, str], Any] = {}
    for code in {one.kind for one in made}:
        if kind := todo_kind(code):
            visible = kind.viewable_by(user).filter(public_id__in=[one.public_id for one in made if one.kind == code])
            rows |= {(code, row.public_id): row for row in visible.select_related(*kind.related)}
    return [_done(one, rows.get((one.kind, one.public_id))) for one in made]


def _done(settled: Settled, row: Any) -> Done:
    kind = todo_kind(settled.kind)
    if kind is None or row is None:
        return Done(settled, kind, "", "", False)
    return Done(settled, kind, kind.title(row), kind.url(row), can_undo(settled, row))
