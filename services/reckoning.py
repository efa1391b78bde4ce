"""How the due date of a request is counted, day by day: pure functions on dates (domain.md rule 9, requirements G19, U15).

The day on which the clock starts is not counted, nor are days off. While the author is asked the clock stands still: the
working days after the day of the question, up to and including the day of the reply, are not counted.
"""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chengyang.lib.chinese import workdays

ONE_DAY = dt.timedelta(days=1)
MOST_DAYS = 2_000  # calendar days; a longer count is taken for a mistake


class Stop(NamedTuple):
    """A pause of the clock: the day of the question, and the day of the reply."""

    asked_on: dt.date
    resumed_on: dt.date


class DayKind(enum.StrEnum):
    START = "start"  # the clock starts; not counted
    COUNTED = "count"
    STOPPED = "stop"  # a working day, but the author is asked
    REST = "rest"


class Day(NamedTuple):
    """One day of the count: `number` is how many working days have been counted up to it, `is_made_up` marks a worked weekend."""

    date: dt.date
    kind: DayKind
    number: int
    is_made_up: bool


def count(start: dt.date, total: int, stops: Sequence[Stop], exceptions: Mapping[dt.date, bool]) -> list[Day]:
    """Return the days from `start` to the one on which `total` working days have been counted, which is the due date.

    `stops` are the pauses, `exceptions` the table of working days and holidays (day → whether it is worked). Raises
    ValueError for a negative total, and for a count that does not end within 2,000 days.
    """
    if total < 0:
        raise ValueError(f"{total} working days")
    days = [Day(start, DayKind.START, 0, False)]
    while days[-1].number < total:
        if len(days) > MOST_DAYS:
            raise ValueError(f"{total} working days after {start}")
        days.append(_next(days[-1], stops, exceptions))
    return days


def _next(before: Day, stops: Sequence[Stop], exceptions: Mapping[dt.date, bool]) -> Day:
    day = before.date + ONE_DAY
    is_made_up = day.weekday() >= 5 and exceptions.get(day, False)
    if not workdays.is_workday(day, exceptions):
        return Day(day, DayKind.REST, before.number, False)
    if any(stop.asked_on < day <= stop.resumed_on for stop in stops):
        return Day(day, DayKind.STOPPED, before.number, is_made_up)
    return Day(day, DayKind.COUNTED, before.number + 1, is_made_up)


def stopped_days(start: dt.date, stops: Sequence[Stop], exceptions: Mapping[dt.date, bool]) -> int:
    """Return how many working days after `start` the clock stands still in `stops`."""
    days: set[dt.date] = set()
    for stop in stops:
        length = (stop.resumed_on - stop.asked_on).days
        days |= {stop.asked_on + ONE_DAY * step for step in range(1, length + 1)}
    return sum(day > start and workdays.is_workday(day, exceptions) for day in days)
