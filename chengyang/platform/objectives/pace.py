"""How far a year, and what was to be done in it, have come: pure functions on days and numbers."""

import calendar
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from .states import Light

ONE_DAY = dt.timedelta(days=1)
MARGIN = 10  # per cent of the target above the share of the time that make an objective ahead


def year_of(year: int) -> tuple[dt.date, dt.date]:
    """Return the half-open days of the calendar year `year`."""
    return dt.date(year, 1, 1), dt.date(year + 1, 1, 1)


def elapsed(starts: dt.date, ends: dt.date, day: dt.date) -> float:
    """Return the share of the days from `starts` to `ends` (exclusive) that are over at the beginning of `day`, 0 to 1."""
    whole = (ends - starts).days
    return min(max((day - starts).days / whole, 0), 1) if whole > 0 else 1.0


def light(done: Decimal, target: Decimal, starts: dt.date, ends: dt.date, day: dt.date, *, stops: dt.date) -> Light:
    """Return where `done` of `target` stands on `day`.

    The time runs from `starts` to `ends` (exclusive); `stops` is the first day on which the owner no longer exists, or `ends`.
    Reached is reached on whatever day. After the end it is missed, and ended with the owner where that stopped before. Until then it
    is late when the share of the target is smaller than the share of the time, ahead when it is larger by `MARGIN` per cent or
    more.
    """
    if done >= target:
        return Light.REACHED
    if day >= ends:
        return Light.ENDED if stops < ends else Light.MISSED
    if day >= stops:
        return Light.ENDED
    if day < starts:
        return Light.NOT_YET
    return compared(done / target, elapsed(starts, ends, day))


def compared(share: Decimal, passed: float) -> Light:
    """Return ahead, on time or late for the share of the target and the share of the time, both from 0 to 1."""
    ahead = float(share) - passed
    if ahead < 0:
        return Light.LATE
    return Light.AHEAD if ahead * 100 >= MARGIN else Light.ON_TIME


def periods(starts: dt.date, ends: dt.date, months: int) -> Iterator[tuple[dt.date, dt.date]]:
    """Yield the half-open periods of `months` calendar months that touch the days from `starts` to `ends` (exclusive).

    A period that began before `starts` is cut: an objective that starts on 10 May has a first month from 10 to 31 May.
    """
    begins = dt.date(starts.year, (starts.month - 1) // months * months + 1, 1)
    while begins < ends:
        after = next_month(begins, months)
        yield max(begins, starts), min(after, ends)
        begins = after


def next_month(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month that is `months` after that of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def same_day(day: dt.date, year: int) -> dt.date:
    """Return `day` in another year; 29 February becomes 28 February where there is none."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
