"""Where an objective stands against the calendar: pure functions, to the day."""

import datetime as dt
from decimal import Decimal

import pytest

from chengyang.platform.objectives import pace

D = dt.date
YEAR = pace.year_of(2026)


def light(done, day, *, target=100, starts=YEAR[0], stops=None):
    return pace.light(Decimal(done), Decimal(target), starts, YEAR[1], day, stops=stops or YEAR[1])


@pytest.mark.parametrize(
    ("done", "day", "expected"),
    [
        (0, D(2025, 12, 31), "not_yet"),
        (0, D(2026, 1, 1), "on_time"),  # no day is over yet
        (0, D(2026, 1, 2), "late"),
        (49, D(2026, 7, 2), "late"),  # 182 of 365 days are over: 49.86 %
        (50, D(2026, 7, 2), "on_time"),
        (59, D(2026, 7, 2), "on_time"),
        (60, D(2026, 7, 2), "ahead"),
        (100, D(2026, 1, 1), "reached"),
        (120, D(2026, 7, 2), "reached"),
        (99, D(2026, 12, 31), "late"),
        (99, D(2027, 1, 1), "missed"),
        (100, D(2027, 1, 1), "reached"),
    ],
)
def test_the_share_of_the_target_is_compared_with_the_share_of_the_days_that_are_over(done, day, expected):
    assert light(done, day) == expected


def test_a_leap_year_has_a_day_more():
    leap = pace.year_of(2028)
    assert (leap[1] - leap[0]).days == 366
    assert pace.elapsed(*leap, D(2028, 12, 31)) == 365 / 366
    assert pace.elapsed(*leap, D(2028, 3, 1)) == 60 / 366


def test_an_objective_from_the_middle_of_the_year_is_measured_from_its_start():
    starts = D(2026, 7, 1)
    assert light(0, D(2026, 6, 30), starts=starts) == "not_yet"
    assert light(51, D(2026, 10, 1), starts=starts) == "on_time"  # 92 of 184 days
    assert light(49, D(2026, 10, 1), starts=starts) == "late"


def test_a_owner_that_stops_ends_its_objectives_and_what_was_reached_stays_reached():
    stops = D(2026, 9, 1)
    assert light(99, D(2026, 8, 31), stops=stops) == "ahead"
    assert light(99, D(2026, 9, 1), stops=stops) == "ended"
    assert light(99, D(2027, 1, 1), stops=stops) == "ended"
    assert light(100, D(2027, 1, 1), stops=stops) == "reached"


@pytest.mark.parametrize("day", [D(2026, 1, 1) + dt.timedelta(days=n) for n in range(0, 366, 5)])
def test_more_is_never_worse_on_a_day(day):
    order = ["late", "missed", "on_time", "ahead", "reached"]
    found = [order.index(light(done, day)) for done in range(101)]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("starts", "months", "expected"),
    [
        (D(2026, 1, 1), 6, [(D(2026, 1, 1), D(2026, 7, 1)), (D(2026, 7, 1), D(2027, 1, 1))]),
        (
            D(2026, 5, 10),
            3,
            [(D(2026, 5, 10), D(2026, 7, 1)), (D(2026, 7, 1), D(2026, 10, 1)), (D(2026, 10, 1), D(2027, 1, 1))],
        ),
        (D(2026, 12, 31), 1, [(D(2026, 12, 31), D(2027, 1, 1))]),
    ],
)
def test_periods_are_those_of_the_calendar_cut_at_the_start(starts, months, expected):
    assert list(pace.periods(starts, YEAR[1], months)) == expected


@pytest.mark.parametrize("months", [1, 3, 6])
def test_periods_cover_every_day_once(months):
    for starts in (D(2028, 1, 1) + dt.timedelta(days=n) for n in range(0, 366, 17)):
        days = [
            one[0] + dt.timedelta(days=n)
            for one in pace.periods(starts, D(2029, 1, 1), months)
            for n in range((one[1] - one[0]).days)
        ]
        assert days == [starts + dt.timedelta(days=n) for n in range((D(2029, 1, 1) - starts).days)]
