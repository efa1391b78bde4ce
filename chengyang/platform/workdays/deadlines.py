"""Deadlines in working days, counted over the office's own table (domain.md rule 9, requirements U15, G19)."""

import datetime as dt
from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates, workdays
from chengyang.platform.web import context

from .models import WorkdayException

HIGH, LOW, SET = "high", "low", "set"  # of the sun that shows a deadline: more than a day left, today, over
WARN_FROM = (12, 1)  # month and day from which next year's missing notice is a warning (U15)


class Year(NamedTuple):
    """The exceptional days of one year; `provisional` when the yearly notice is not (wholly) in the table."""

    days: dict[dt.date, bool]
    provisional: bool


class Due(NamedTuple):
    """A deadline in words: `level` high, low or set; `words` such as 还有 2 个工作日; `note` the day itself."""

    level: str
    words: str
    note: str


# One request reads the table once; the next one sees what the office has changed since.
_read: ContextVar[tuple[str, dict[int, Year]] | None] = ContextVar("workday_years", default=None)


def exceptions(years: Iterable[int]) -> dict[dt.date, bool]:
    """Return the exceptional days of `years`: day → whether it is worked. One query; none again in the same request.

    A year that is not in the table counts with its statutory days. Who computes many deadlines at once takes this map
    and `chengyang.lib.chinese.workdays`.
    """
    return {day: worked for year in _years(set(years)).values() for day, worked in year.days.items()}


def due_on(start: dt.date, days: int) -> dt.date:
    """Return the day that is `days` working days after `start`, which itself never counts; ValueError if negative."""
    last = start + dt.timedelta(days=2 * max(days, 0) + 30)  # no holiday is longer than that
    return workdays.add_workdays(start, days, exceptions(range(start.year, last.year + 1)))


def left(due: dt.date, today: dt.date | None = None) -> int:
    """Return how many working days are left until `due`, itself included: 0 on the day, negative when overdue."""
    today = today or clock.today()
    first, last = sorted((today, due))
    return workdays.workdays_between(today, due, exceptions(range(first.year, last.year + 1)))


def is_provisional(due: dt.date) -> bool:
    """Return whether the holidays of that year are not announced yet, so that `due` may still move (U15)."""
    return _years({due.year})[due.year].provisional


def describe(due: dt.date, today: dt.date | None = None) -> Due:
    """Return `due` as people read it: 还有 2 个工作日, 今天到期, 超 1 个工作日; 暂定 stands beside a day that may move."""
    today = today or clock.today()
    note = dates.day(due, today=today)
    if is_provisional(due):
        note = _("%(day)s（暂定）") % {"day": note}
    level, words = _said(due, today)
    return Due(level, words, note)


def years_to_load(today: dt.date | None = None) -> list[int]:
    """Return the years whose notice should be in the table by now and is not: next year's from 1 December (U15)."""
    today = today or clock.today()
    wanted = [today.year] + [today.year + 1] * ((today.month, today.day) >= WARN_FROM)
    return [year for year in wanted if _years({year})[year].provisional]


def _said(due, today):
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
    """Return the years `wanted`, read again at each call outside a request."""
    request = context.current().request_id
    known = _read.get()
    years = known[1] if request and known and known[0] == request else {}
    if missing := wanted - years.keys():
        years = years | _fetched(missing)
        _read.set((request, years))
    return {year: years[year] for year in wanted}


def _fetched(wanted: set[int]) -> dict[int, Year]:
    rows = WorkdayException.objects.filter(date__year__gte=min(wanted), date__year__lte=max(wanted))
    found: dict[int, list] = {}
    for row in rows.values_list("date", "is_workday", "provisional"):
        found.setdefault(row[0].year, []).append(row)
    return {year: _year(found[year]) if year in found else _statutory(year) for year in wanted}


def _year(rows):
    return Year({day: worked for day, worked, _mark in rows}, any(mark for _day, _worked, mark in rows))


@lru_cache(maxsize=16)
def _statutory(year: int) -> Year:
    """Return a year that is not in the table: whatever is known of it by law, and therefore provisional."""
    return Year({day.date: day.is_workday for day in workdays.seed_exceptions([year])}, provisional=True)
