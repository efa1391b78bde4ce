"""Deadlines in working days, counted with the office's own table of exceptions (domain.md rule 9, requirements U15, G19)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.lib.chinese import dates, workdays
from chengyang.platform.web import context

from .models import WorkdayException

HIGH, LOW, SET = (
    "high",
    "low",
    "set",
)  # levels of a deadline: more than a working day left, due today or earlier than the next working day, over
WARN_FROM = (12, 1)  # month and day; from then on a missing holiday notice for next year is a warning (U15)


class Year(NamedTuple):
    """The exceptions of one year; `provisional` until the whole yearly holiday notice is in the table."""

    days: dict[dt.date, bool]
    provisional: bool


class Due(NamedTuple):
    """A deadline as text: `level` is high, low or set, `words` such as 还有 2 个工作日, `note` is the date."""

    level: str
    words: str
    note: str


# Read once per request and never kept longer, so that the next request sees changes of the table.
_read: ContextVar[tuple[str, dict[int, Year]] | None] = ContextVar("workday_years", default=None)


def exceptions(years: Iterable[int]) -> dict[dt.date, bool]:
    """Return the exceptions of `years` as day → whether it is a working day. Makes one query per request.

    For a year that is not in the table the statutory holidays are returned. To compute many deadlines, pass this mapping to
    the functions of `chengyang.lib.chinese.workdays`.
    """
    return {day: worked for year in _years(set(years)).values() for day, worked in year.days.items()}


def due_on(start: dt.date, days: int) -> dt.date:
    """Return the day that is `days` working days after `start`, which itself does not count. Raises ValueError if `days` is negative."""
    last = start + dt.timedelta(days=2 * max(days, 0) + 30)  # no holiday is longer than that
    return workdays.add_workdays(start, days, exceptions(range(start.year, last.year + 1)))


def left(due: dt.date, today: dt.date | None = None) -> int:
    """Return the number of working days after `today` until `due`: 0 on the day itself, negative when overdue."""
    today = today or clock.today()
    first, last = sorted((today, due))
    return workdays.workdays_between(today, due, exceptions(range(first.year, last.year + 1)))


@contextmanager
def moving_with_the_table() -> Iterator[None]:
    """Let the due dates of waiting rows move with the table of exceptions, which the block changes.

    A row keeps the working days that it has left, so a holiday that is announced later takes nothing from its handlers. A due
    date is never moved to an earlier day: it was promised. Needs a transaction.  (domain.md rule 9, requirements U15)
    """
    today = clock.today()
    years = range(today.year, today.year + 3)  # no deadline is further away
    before = exceptions(years)
    yield
    _read.set(None)
    after = exceptions(years)
    if after == before:
        return
    kinds = extensions.deadline_rows()
    for kind in kinds:
        if kind.locks:
            list(_locked(kind.locks()))
    for kind in kinds:
        for row in _locked(kind.waiting().filter(due_on__gt=today)):
            _move(row, kind, _later(row, kind, today, before, after))


def _locked(rows):
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def _later(row, kind, today, before, after):
    """Return the day on which `row` is due by the table `after`: counted anew, or with as many days left as by `before`."""
    if kind.recount:
        return kind.recount(row)
    return workdays.add_workdays(today, workdays.workdays_between(today, row.due_on, before), after)


def _move(row: Any, kind: extensions.DeadlineRows, due: dt.date) -> None:
    due = min(due, kind.latest(row)) if kind.latest else due
    if due <= row.due_on:
        return
    old, row.due_on = row.due_on, due
    row.save(update_fields=["due_on"])
    if kind.moved:
        kind.moved(row, old)


def is_provisional(due: dt.date) -> bool:
    """Return whether the holidays of the year of `due` are not announced yet, so that `due` may change (U15)."""
    return _years({due.year})[due.year].provisional


def describe(due: dt.date, today: dt.date | None = None) -> Due:
    """Return `due` as text: 还有 2 个工作日, 今天到期, 超 1 个工作日; a date that may change is marked 暂定."""
    today = today or clock.today()
    note = dates.day(due, today=today)
    if is_provisional(due):
        note = _("%(day)s（暂定）") % {"day": note}
    level, words = _level_and_words(due, today)
    return Due(level, words, note)


def years_to_load(today: dt.date | None = None) -> list[int]:
    """Return the years whose holiday notice is missing in the table: this year, and from 1 December the next one (U15)."""
    today = today or clock.today()
    wanted = [today.year] + [today.year + 1] * ((today.month, today.day) >= WARN_FROM)
    return [year for year in wanted if _years({year})[year].provisional]


def _level_and_words(due, today):
    days = left(due, today)
    if due == today:
        return LOW, _("今天到期")
    if due > today:
        words = _("还有 %(days)d 个工作日") % {"days": days}
        return (HIGH if days else LOW), words
    if not days:
        return SET, _("刚过期")  # over since the last working day
    return SET, _("超 %(days)d 个工作日") % {"days": -days}


def _years(wanted: set[int]) -> dict[int, Year]:
    """Return the years `wanted`. Outside a request they are read at each call, because nothing would ever reset them."""
    request = context.current().request_id
    cached = _read.get()
    years = cached[1] if request and cached and cached[0] == request else {}
    if missing := wanted - years.keys():
        years = years | _fetch(missing)
        _read.set((request, years))
    return {year: years[year] for year in wanted}


def _fetch(wanted: set[int]) -> dict[int, Year]:
    rows = WorkdayException.objects.filter(date__year__gte=min(wanted), date__year__lte=max(wanted))
    found: dict[int, list] = {}
    for row in rows.values_list("date", "is_workday", "provisional"):
        found.setdefault(row[0].year, []).append(row)
    return {year: _year(found[year]) if year in found else _statutory(year) for year in wanted}


def _year(rows):
    return Year({day: worked for day, worked, _mark in rows}, any(mark for _day, _worked, mark in rows))


@lru_cache(maxsize=16)
def _statutory(year: int) -> Year:
    """Return the statutory holidays of a year that is not in the table; they are provisional."""
    return Year({day.date: day.is_workday for day in workdays.seed_exceptions([year])}, provisional=True)
