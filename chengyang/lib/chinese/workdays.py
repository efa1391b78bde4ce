"""Count working days, with a table of exceptional days (requirement U15).

The functions take the exceptions as a mapping day → is a working day; other days count by their weekday. The table is in
`chengyang.platform.workdays` and is seeded with `announced` and `statutory`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

MAX_DAYS = 10_000  # a longer period is taken for a mistake
ONE_DAY = dt.timedelta(days=1)
STATUTORY = "全国年节及纪念日放假办法（暂定，待国务院办公厅通知）"
NOTICE = "国务院办公厅关于%d年部分节假日安排的通知"

Exceptions = Mapping[dt.date, bool]


class ExceptionalDay(NamedTuple):
    """A day off that is not only a weekend, or a working day on a weekend."""

    date: dt.date
    is_workday: bool
    name: str
    source: str

    @property
    def is_provisional(self) -> bool:
        """Return whether the official notice of the year is unknown: only statutory days, without make-up days."""
        return self.source == STATUTORY


def is_workday(day: dt.date, exceptions: Exceptions) -> bool:
    """Return whether `day` is a working day."""
    return exceptions.get(day, day.weekday() < 5)


def add_workdays(start: dt.date, number: int, exceptions: Exceptions) -> dt.date:
    """Return the day that is `number` working days after `start`, which itself is not counted; `start` for 0.

    Raises ValueError for a negative number, for more than 10,000, and past the last possible date.
    """
    if not 0 <= number <= MAX_DAYS:
        raise ValueError(f"{number} working days")
    day, left = start, number
    while left:
        if day == dt.date.max:
            raise ValueError(f"{number} working days after {start}")
        day += ONE_DAY
        left -= is_workday(day, exceptions)
    return day


def workdays_between(start: dt.date, end: dt.date, exceptions: Exceptions) -> int:
    """Return the number of working days after `start` up to and including `end`; negative when `end` is before `start`."""
    if end < start:
        return -workdays_between(end, start, exceptions)
    days = (start + ONE_DAY * i for i in range(1, (end - start).days + 1))
    return sum(is_workday(day, exceptions) for day in days)


def announced(year: int) -> list[ExceptionalDay]:
    """Return the days in the official notice of `year`, with weekends within a holiday; empty if it is unknown."""
    from chinese_calendar.constants import Holiday, holidays, workdays

    source = NOTICE % year
    off = [(day, False, Holiday(name).chinese) for day, name in holidays.items() if day.year == year]
    worked = [(day, True, f"{Holiday(name).chinese}调休上班") for day, name in workdays.items() if day.year == year]
    return [ExceptionalDay(day, is_worked, name, source) for day, is_worked, name in sorted(off + worked)]


def statutory(year: int) -> list[ExceptionalDay]:
    """Return the provisional days of `year`: those that the law frees, without make-up days."""
    from holidays import country_holidays

    days = country_holidays("CN", years=year, language="zh_CN")
    return [ExceptionalDay(day, False, name, STATUTORY) for day, name in sorted(days.items()) if day.year == year]


def seed_exceptions(years: Iterable[int]) -> list[ExceptionalDay]:
    """Return the exceptional days of `years`, in order.

    They come from `chinesecalendar` where it has the official notice; other years have only the statutory days, and
    `is_provisional` is true.  (U15)
    """
    return [day for year in sorted(set(years)) for day in announced(year) or statutory(year)]
