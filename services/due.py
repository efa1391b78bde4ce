"""The due date of a request, counted from its rows and the table of working days (domain.md rule 9, requirements G19)."""

import datetime as dt

from django.utils import timezone

from chengyang.platform.workdays import deadlines

from . import reckoning
from .models import Request

LONGEST_HOLIDAYS = 60  # calendar days added to the years that are read, more than all holidays of half a year


def days_of(request: Request, today: dt.date | None = None) -> list[reckoning.Day]:
    """Return the days of the count of `request` in this round; a pause that is still open lasts until `today`.

    Reads its pauses and extensions: two queries, none when they are prefetched.
    """
    start, total, stops = request.clock_starts, request.working_days + request.extra_days(), request.stops(today)
    last = max([start, *(stop.resumed_on for stop in stops)]) + dt.timedelta(days=2 * total + LONGEST_HOLIDAYS)
    return reckoning.count(start, total, stops, deadlines.exceptions(range(start.year, last.year + 1)))


def due_of(request: Request, today: dt.date | None = None) -> dt.date:
    """Return the due date of `request` as it is counted today. What was promised is never moved to an earlier day: see `later_due`."""
    return days_of(request, today)[-1].date


def later_due(request: Request, today: dt.date | None = None) -> dt.date:
    """Return the due date of `request` to store: the counted one, or the promised one when that is later."""
    return max(request.due_on, due_of(request, today))


def spent(request: Request, today: dt.date) -> tuple[int, int]:
    """Return (working days that have passed, all working days) of `request`, without those on which its clock stood still."""
    start, stops = request.clock_starts, request.stops(today)
    years = range(start.year, max(today, request.due_on).year + 1)
    stopped = reckoning.stopped_days(start, stops, deadlines.exceptions(years)) if stops else 0
    total = max(1, deadlines.left(request.due_on, start) - stopped)
    return total - deadlines.left(request.due_on, today), total


def used_days(request: Request) -> int:
    """Return the working days from `request` until its answer, without those on which its author was asked.

    Needs an answer. This is the time that the page of a team publishes.
    """
    answered = timezone.localdate(request.answered_at)
    start, stops = request.counted_from, request.stops(answered)
    table = deadlines.exceptions(range(start.year, answered.year + 1))
    return max(0, deadlines.left(answered, start) - reckoning.stopped_days(start, stops, table))
