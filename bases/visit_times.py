"""The times at which a base can be visited: its opening hours minus what is taken by visits and by rooms that a visit needs."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from chengyang import clock

from .free_times import DAY, Interval, visit_times
from .models import Base, RoomBooking, Visit

FIRST_DAY, LAST_DAY = 1, 60  # days from today on which a visit can be asked for
MOST_OFFERS = 6


def taken_by(base: Base, starts: dt.datetime, ends: dt.datetime, *, but: Any = None) -> list[Interval]:
    """Return what is taken between two moments: visits other than `but`, and bookings of rooms that a visit needs."""
    visits = base.visits.blocking().overlapping(starts, ends).exclude(pk=but and but.pk)
    rooms = RoomBooking.objects.blocking().filter(room__base=base, room__for_visits=True).overlapping(starts, ends)
    rows = [*visits.order_by().values_list("starts", "ends"), *rooms.order_by().values_list("starts", "ends")]
    return [Interval(*row) for row in rows]


def slots(base: Base, first: dt.date, last: dt.date, *, but: Any = None) -> dict[dt.date, list[tuple[Interval, bool]]]:
    """Return for each day from `first` to `last` (inclusive) the times of visits, each with whether it is free.

    Days on which no visit can be asked for, because they are too soon or too far ahead, have none. Five queries at most.
    """
    today = clock.today()
    days = [first + DAY * number for number in range((last - first).days + 1)]
    possible = [day for day in days if today + DAY * FIRST_DAY <= day <= today + DAY * LAST_DAY]
    found: dict[dt.date, list[tuple[Interval, bool]]] = {day: [] for day in days}
    if not possible or not base.can_be_visited:
        return found
    calendar = base.calendar(possible[0], possible[-1])
    taken = taken_by(base, clock.at(possible[0]), clock.at(possible[-1] + DAY), but=but)
    for day in possible:
        found[day] = visit_times(day, calendar, base.visit_starts, base.visit_length, taken)
    return found


def free_times(base: Base, near: dt.datetime, *, but: Any = None, most: int = MOST_OFFERS) -> list[Interval]:
    """Return up to `most` free times of visits, those nearest to the moment `near` first."""
    today = clock.today()
    rows = slots(base, today + DAY * FIRST_DAY, today + DAY * LAST_DAY, but=but)
    free = [time for of_day in rows.values() for time, is_free in of_day if is_free]
    return sorted(free, key=lambda time: (abs(time.starts - near), time.starts))[:most]


def is_offered(base: Base, starts: dt.datetime, *, but: Any = None) -> tuple[bool, bool]:
    """Return whether a visit can begin at `starts` at all, and whether that time is free."""
    day = timezone.localdate(starts)
    found = {time.starts: is_free for time, is_free in slots(base, day, day, but=but)[day]}
    return starts in found, found.get(starts, False)


def reachable(times: Iterable[Interval], stops: Iterable[tuple[Interval, int]]) -> list[Interval]:
    """Return those of `times` that leave the minutes of travel before and after each of `stops` (time, minutes)."""
    rows = [(time, dt.timedelta(minutes=minutes)) for time, minutes in stops]
    return [
        one
        for one in times
        if all(one.ends + way <= stop.starts or stop.ends + way <= one.starts for stop, way in rows)
    ]


def route_conflict(visit: Visit, time: Interval, others: Iterable[Visit], minutes: dict[int, int]) -> Visit | None:
    """Return the visit of the same route for which `time` of `visit` leaves too little travel; None when all fit.

    `minutes` is key of the other base → minutes on the way; where none were typed in, there must only be no overlap.
    """
    for other in others:
        way = minutes.get(other.base_id, 0)
        if other.pk != visit.pk and not reachable([time], [(other.time, way)]):
            return other
    return None
