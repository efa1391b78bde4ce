"""Free times as pure values: opening hours minus what is taken, the times of visits, and alternatives to a taken time.

`tests/bases/test_free_times.py` compares every function with one that looks at each minute.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from django.utils import timezone

from chengyang import clock

from .opening import Calendar, spans_on

SHIFT = dt.timedelta(minutes=20)  # how far an alternative begins earlier or later
STEP = dt.timedelta(minutes=5)  # of the shifts
SHORTEST, LONGEST = 0.75, 1.25  # of the wanted length; a longer time may be free where it begins earlier or later
LATER_DAYS = 14  # days on which the same time of the day is looked for
MOST_OFFERS = 3  # of each kind
DAY = dt.timedelta(days=1)


class Interval(NamedTuple):
    """A half-open interval of two aware moments."""

    starts: dt.datetime
    ends: dt.datetime

    def meets(self, other: "Interval") -> bool:
        """Return whether both have a moment in common; back to back is none."""
        return self.starts < other.ends and other.starts < self.ends

    def lies_in(self, other: "Interval") -> bool:
        return other.starts <= self.starts and self.ends <= other.ends


@dataclass(frozen=True)
class Place:
    """A room with what is taken in it: `key` names it, `fits` says that it has the seats and the equipment."""

    key: int
    fits: bool
    taken: Sequence[Interval] = ()
    seats: int = 0


class Offer(NamedTuple):
    """An alternative: a room and a time at which it is free."""

    key: int
    time: Interval


# ---- intervals ------------------------------------------------------------------------------------------------------
def open_on(day: dt.date, calendar: Calendar) -> list[Interval]:
    """Return the opening hours of `day`, in order."""
    return [Interval(clock.at(day, opens), clock.at(day, closes)) for opens, closes in spans_on(day, calendar)]


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what is left of `intervals` (in order, disjoint) without `taken` (in any order)."""
    left = list(intervals)
    for busy in taken:
        left = [piece for one in left for piece in _cut(one, busy)]
    return left


def _cut(one: Interval, busy: Interval) -> Iterator[Interval]:
    if not one.meets(busy):
        yield one
        return
    if one.starts < busy.starts:
        yield Interval(one.starts, busy.starts)
    if busy.ends < one.ends:
        yield Interval(busy.ends, one.ends)


def is_free(wanted: Interval, taken: Iterable[Interval]) -> bool:
    """Return whether nothing of `taken` meets `wanted`."""
    return not any(wanted.meets(busy) for busy in taken)


def is_open(wanted: Interval, calendar: Calendar) -> bool:
    """Return whether `wanted` lies within the opening hours of its first day; always where no hours were typed."""
    if not calendar.is_known:
        return True
    return any(wanted.lies_in(one) for one in open_on(timezone.localdate(wanted.starts), calendar))


def open_until(moment: dt.datetime, calendar: Calendar) -> dt.datetime | None:
    """Return until when it is open without a break, None when it is closed at `moment`."""
    ends = [one.ends for one in open_on(timezone.localdate(moment), calendar) if one.starts <= moment < one.ends]
    return ends[0] if ends else None


def opens_next(moment: dt.datetime, calendar: Calendar, days: int = 14) -> dt.datetime | None:
    """Return the next moment at which it opens, within `days` days; None when it does not."""
    first = timezone.localdate(moment)
    found = (one.starts for day in range(days + 1) for one in open_on(first + DAY * day, calendar))
    return next((starts for starts in found if starts > moment), None)


# ---- visits ---------------------------------------------------------------------------------------------------------
def visit_times(
    day: dt.date, calendar: Calendar, times: Iterable[dt.time], length: dt.timedelta, taken: Iterable[Interval]
) -> list[tuple[Interval, bool]]:
    """Return the visits of `length` that can begin on `day` at `times` within the opening hours, each with whether it is free."""
    hours, busy = open_on(day, calendar), list(taken)
    found = [Interval(clock.at(day, time), clock.at(day, time) + length) for time in sorted(set(times))]
    return [(one, is_free(one, busy)) for one in found if any(one.lies_in(span) for span in hours)]


# ---- alternatives ---------------------------------------------------------------------------------------------------
def alternatives(
    wanted: Interval, own: Place, others: Iterable[Place], calendar: Calendar, not_before: dt.datetime
) -> list[Offer]:
    """Return free alternatives to `wanted` in the room `own`: other rooms that fit, near times, then the same time later.

    Near is up to 20 minutes earlier or later, and down to three quarters of the length; the least change comes first. One more is
    up to a quarter longer, where a longer time is free. All lie in the opening hours and begin at `not_before` or later. A room that does not fit is offered at no time.
    """
    fitting = sorted((one for one in others if one.fits), key=lambda one: (one.seats, one.key))
    offers = []
    if wanted.starts >= not_before and is_open(wanted, calendar):
        offers += [Offer(one.key, wanted) for one in fitting if is_free(wanted, one.taken)][:MOST_OFFERS]
    near = [time for time in near_times(wanted) if _may_be(time, own, calendar, not_before)]
    offers += [Offer(own.key, time) for time in near[:MOST_OFFERS]]
    longer = (time for time in longer_times(wanted) if _may_be(time, own, calendar, not_before))
    offers += [Offer(own.key, time) for time in islice(longer, 1)]
    for place in (own, *fitting):
        later = [time for time in later_times(wanted) if _may_be(time, place, calendar, not_before)]
        offers += [Offer(place.key, time) for time in later[: max(0, MOST_OFFERS - len(offers))]]
    return list(dict.fromkeys(offers))


def near_times(wanted: Interval) -> list[Interval]:
    """Return the times near `wanted`, but not itself, with the least change first: another start before another length."""
    length = wanted.ends - wanted.starts
    steps = int(SHIFT / STEP)
    shifts = sorted((STEP * step for step in range(-steps, steps + 1)), key=lambda shift: (abs(shift), shift))
    shortest = length * SHORTEST
    lengths = [length - STEP * cut for cut in range(int((length - shortest) / STEP) + 1)]
    found = [(cut, shift) for cut in range(len(lengths)) for shift in shifts if cut or shift]
    found.sort(key=lambda change: (bool(change[0]), abs(change[1]) + STEP * change[0]))
    return [Interval(wanted.starts + shift, wanted.starts + shift + lengths[cut]) for cut, shift in found]


def longer_times(wanted: Interval) -> list[Interval]:
    """Return the longer times near `wanted`, up to a quarter longer, the longest first and then the least change of the start."""
    length, steps = wanted.ends - wanted.starts, int(SHIFT / STEP)
    shifts = sorted((STEP * step for step in range(-steps, steps + 1)), key=lambda shift: (abs(shift), shift))
    more = [STEP * step for step in range(int(length * (LONGEST - 1) / STEP), 0, -1)]
    return [
        Interval(wanted.starts + shift, wanted.starts + shift + length + extra) for extra in more for shift in shifts
    ]


def later_times(wanted: Interval) -> list[Interval]:
    """Return the same time of the day on the following days."""
    return [Interval(wanted.starts + DAY * days, wanted.ends + DAY * days) for days in range(1, LATER_DAYS + 1)]


def _may_be(time: Interval, place: Place, calendar: Calendar, not_before: dt.datetime) -> bool:
    if not place.fits or time.starts < not_before or time.starts >= time.ends:
        return False
    return is_open(time, calendar) and is_free(time, place.taken)
