"""Free times against an oracle that looks at each minute, on random calendars."""

import datetime as dt
import os
import random

import pytest

from bases.free_times import (
    DAY,
    SHIFT,
    Interval,
    Place,
    alternatives,
    is_free,
    is_open,
    longer_times,
    near_times,
    open_on,
    open_until,
    opens_next,
    visit_times,
    without,
)
from bases.opening import Calendar, Special
from chengyang import clock

CALENDARS = int(os.environ.get("RANDOM_CALENDARS", "10000"))
FIRST = dt.date(2026, 9, 14)  # a Monday
MINUTE = dt.timedelta(minutes=1)
GRID = 30  # minutes; spans and bookings begin and end on it


# ---- the oracle: slow, minute by minute, and of its own making -------------------------------------------------------
def minutes_open(day, calendar):
    """Return the minutes of `day`, counted from midnight, at which it is open."""
    found = set()
    for special in calendar.specials:
        if special.starts <= day < special.ends:
            for opens, closes in special.spans:
                found |= set(range(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute))
            return found
    weekday = day.weekday() + 1
    worked = calendar.holidays.get(day)
    if worked is False and not calendar.opens_on_holidays:
        return found
    spans = calendar.week.get(weekday)
    if spans is None and worked is True and weekday in (6, 7):
        spans = calendar.week.get(1)
    for opens, closes in spans or ():
        found |= set(range(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute))
    return found


def minutes_of(day, intervals):
    """Return the minutes of `day` that lie in one of `intervals`."""
    midnight = clock.at(day)
    return {
        minute
        for minute in range(1440)
        if any(one.starts <= midnight + MINUTE * minute < one.ends for one in intervals)
    }


# ---- random calendars -----------------------------------------------------------------------------------------------
def time_of(minute):
    return dt.time(*divmod(minute, 60))


def random_spans(source, most=3):
    cuts = sorted(source.sample(range(0, 1440, GRID), 2 * source.randint(1, most)))
    return tuple((time_of(a), time_of(b)) for a, b in zip(cuts[::2], cuts[1::2], strict=True))


def random_calendar(source):
    days = source.sample(range(1, 8), source.randint(1, 7))
    specials, day = [], FIRST
    while source.random() < 0.5:
        starts = day + DAY * source.randint(0, 3)
        day = starts + DAY * source.randint(1, 3)
        specials.append(Special(starts, day, random_spans(source) if source.random() < 0.5 else ()))
    holidays = {FIRST + DAY * source.randint(0, 13): source.random() < 0.5 for _ in range(source.randint(0, 4))}
    return Calendar({one: random_spans(source) for one in days}, holidays, source.random() < 0.3, specials)


def random_taken(source, day):
    found = []
    for _ in range(source.randint(0, 4)):
        starts = clock.at(day) + MINUTE * GRID * source.randint(-8, 47)
        found.append(Interval(starts, starts + MINUTE * GRID * source.randint(1, 12)))
    return found


def test_the_free_times_of_ten_thousand_random_calendars_are_those_of_the_oracle():
    source = random.Random(20261129)
    for _ in range(CALENDARS):
        calendar, day = random_calendar(source), FIRST + DAY * source.randint(0, 13)
        taken = random_taken(source, day)
        expected_open = minutes_open(day, calendar)
        steps = range(0, 1440, GRID)  # everything begins and ends on the grid: one minute stands for its half hour
        midnight = clock.at(day)
        busy = {step for step in steps if any(one.starts <= midnight + MINUTE * step < one.ends for one in taken)}
        found = without(open_on(day, calendar), taken)
        free = {step for step in steps if any(one.starts <= midnight + MINUTE * step < one.ends for one in found)}
        assert free == {step for step in steps if step in expected_open} - busy
        length = source.choice((30, 60, 90, 120))
        begins = source.sample(range(0, 1440, GRID), 4)
        offered = visit_times(day, calendar, map(time_of, begins), MINUTE * length, taken)
        expected = []
        for start in sorted(begins):
            wanted = range(start, start + length)
            if wanted[-1] < 1440 and set(wanted) <= expected_open and in_one_span(start, length, day, calendar):
                expected.append((start, not any(step in busy for step in range(start, start + length, GRID))))
        assert [(int((one.starts - midnight) / MINUTE), is_free_) for one, is_free_ in offered] == expected


def in_one_span(start, length, day, calendar):
    """Return whether no closed moment lies between; spans of a day that touch are two spans."""
    return is_open(Interval(clock.at(day) + MINUTE * start, clock.at(day) + MINUTE * (start + length)), calendar)


def test_every_minute_of_some_calendars_is_that_of_the_oracle():
    source = random.Random(5)
    for _ in range(30):
        calendar, day = random_calendar(source), FIRST + DAY * source.randint(0, 13)
        taken = random_taken(source, day)
        found = minutes_of(day, without(open_on(day, calendar), taken))
        assert found == minutes_open(day, calendar) - minutes_of(day, taken)


def test_until_when_it_is_open_and_when_it_opens_next_are_those_of_the_oracle():
    source = random.Random(6)
    for _ in range(300):
        calendar, day = random_calendar(source), FIRST + DAY * source.randint(0, 6)
        minute = source.randrange(1440)
        moment = clock.at(day) + MINUTE * minute
        until = open_until(moment, calendar)
        assert (until is not None) == (minute in minutes_open(day, calendar))
        following = opens_next(moment, calendar, days=7)
        starts = [one.starts for step in range(8) for one in open_on(day + DAY * step, calendar) if one.starts > moment]
        assert following == (starts[0] if starts else None)


# ---- alternatives ---------------------------------------------------------------------------------------------------
ALL_DAY = Calendar(dict.fromkeys(range(1, 8), ((dt.time(8), dt.time(20)),)))
TEN = clock.at(FIRST, dt.time(10))
HOUR = dt.timedelta(hours=1)
WANTED = Interval(TEN, TEN + 2 * HOUR)


def offered(own, others=(), calendar=ALL_DAY, not_before=TEN - HOUR):
    return alternatives(WANTED, own, others, calendar, not_before)


def test_near_times_are_within_twenty_minutes_and_a_quarter_of_the_length_and_the_least_change_is_first():
    found = near_times(WANTED)
    length = WANTED.ends - WANTED.starts
    assert all(abs(one.starts - WANTED.starts) <= SHIFT for one in found)
    assert all(0.75 * length <= one.ends - one.starts <= 1.25 * length for one in found)
    assert found[0] == Interval(TEN - 5 * MINUTE, TEN - 5 * MINUTE + length)
    assert WANTED not in found
    assert len(found) == len(set(found)) == 9 * 7 - 1


def test_another_room_that_fits_comes_first_the_smallest_of_them():
    others = [Place(2, True, (), 80), Place(3, True, (), 30), Place(4, False, (), 10), Place(5, True, [WANTED], 20)]
    found = offered(Place(1, True, [WANTED]), others)
    assert [(one.key, one.time) for one in found[:2]] == [(3, WANTED), (2, WANTED)]
    assert {one.key for one in found} <= {1, 2, 3, 5}


def test_a_near_time_of_the_same_room_is_offered():
    before = Interval(TEN - HOUR, TEN + 10 * MINUTE)
    found = offered(Place(1, True, [before]))
    assert found[0].time == Interval(TEN + 10 * MINUTE, TEN + 10 * MINUTE + 2 * HOUR)


def test_a_shorter_time_is_offered_where_none_of_the_length_is_free():
    taken = [Interval(TEN - HOUR, TEN), Interval(TEN + 100 * MINUTE, TEN + 5 * HOUR)]
    assert offered(Place(1, True, taken))[0].time == Interval(TEN, TEN + 100 * MINUTE)


def test_a_longer_time_is_offered_where_it_is_free():
    before = Interval(TEN - HOUR, TEN + 10 * MINUTE)
    found = offered(Place(1, True, [before]))
    longer = [one.time for one in found if one.time.ends - one.time.starts > WANTED.ends - WANTED.starts]
    assert longer == [Interval(TEN + 10 * MINUTE, TEN + 160 * MINUTE)]  # as long as a quarter more allows


def test_a_longer_time_is_not_offered_where_only_the_wanted_length_is_free():
    taken = [Interval(TEN - HOUR, TEN + 10 * MINUTE), Interval(TEN + 130 * MINUTE, TEN + 5 * HOUR)]
    assert all(one.time.ends - one.time.starts <= 2 * HOUR for one in offered(Place(1, True, taken)))


def test_longer_times_are_at_most_a_quarter_longer_and_the_longest_is_first():
    found = longer_times(WANTED)
    lengths = [one.ends - one.starts for one in found]
    assert (lengths[0], lengths[-1]) == (150 * MINUTE, 125 * MINUTE)
    assert lengths == sorted(lengths, reverse=True)
    assert all(abs(one.starts - WANTED.starts) <= SHIFT for one in found)


def test_a_room_that_does_not_fit_is_offered_at_no_time():
    assert [one.key for one in offered(Place(1, False), [Place(2, True)])] == [2, 2, 2]


def test_nothing_is_offered_in_the_past_or_outside_the_hours():
    short = Calendar(dict.fromkeys(range(1, 8), ((dt.time(10), dt.time(12)),)))
    found = offered(Place(1, True, [WANTED]), calendar=short, not_before=TEN + HOUR)
    assert [one.time.starts for one in found] == [TEN + DAY, TEN + 2 * DAY, TEN + 3 * DAY]


@pytest.mark.parametrize("seed", range(20))
def test_every_alternative_is_free_open_and_not_in_the_past(seed):
    source = random.Random(seed)
    for _ in range(25):
        calendar = random_calendar(source)
        places = [
            Place(
                key,
                source.random() < 0.8,
                [one for day in range(16) for one in random_taken(source, FIRST + DAY * day)],
                key,
            )
            for key in range(1, 5)
        ]
        starts = clock.at(FIRST) + MINUTE * source.randrange(0, 1440, 5)
        wanted = Interval(starts, starts + MINUTE * source.randrange(20, 300, 5))
        not_before = clock.at(FIRST, dt.time(9))
        for key, time in alternatives(wanted, places[0], places[1:], calendar, not_before):
            place = places[key - 1]
            midnight = clock.at(time.starts.date())
            span = range(int((time.starts - midnight) / MINUTE), int((time.ends - midnight) / MINUTE))
            assert place.fits
            assert time.starts >= not_before
            assert set(span) <= minutes_open(time.starts.date(), calendar)
            assert is_free(time, place.taken)
            assert not set(span) & minutes_of(time.starts.date(), place.taken)
