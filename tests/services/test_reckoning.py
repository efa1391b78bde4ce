"""Due dates of requests, day by day, against dates counted by hand and a slow oracle (domain.md rule 9, requirements U15)."""

import datetime as dt
import random

import pytest

from chengyang.lib.chinese import workdays
from services.reckoning import DayKind, Stop, count, stopped_days

TABLE = {day.date: day.is_workday for day in workdays.seed_exceptions([2024, 2025, 2026])}
D = dt.date
# start, working days, pauses (question, reply), due date, counted by hand on the calendar
BY_HAND = [
    pytest.param(D(2025, 3, 3), 7, [], D(2025, 3, 12), id="plain weeks"),
    pytest.param(D(2025, 3, 1), 7, [], D(2025, 3, 11), id="received on a Saturday"),
    pytest.param(D(2025, 1, 23), 7, [], D(2025, 2, 8), id="Spring Festival with two worked weekends"),
    pytest.param(D(2025, 1, 24), 15, [], D(2025, 2, 20), id="Spring Festival, complex"),
    pytest.param(D(2025, 9, 26), 7, [], D(2025, 10, 13), id="National Day with two worked weekends"),
    pytest.param(D(2025, 9, 28), 7, [], D(2025, 10, 14), id="received on a worked Sunday"),
    pytest.param(D(2024, 12, 27), 7, [], D(2025, 1, 8), id="over the end of the year"),
    pytest.param(D(2025, 3, 3), 12, [], D(2025, 3, 19), id="extended by five"),
    pytest.param(D(2025, 3, 3), 7, [(D(2025, 3, 5), D(2025, 3, 5))], D(2025, 3, 12), id="replied on the same day"),
    pytest.param(D(2025, 3, 3), 7, [(D(2025, 3, 7), D(2025, 3, 8))], D(2025, 3, 12), id="paused over a weekend"),
    pytest.param(D(2025, 3, 3), 7, [(D(2025, 3, 3), D(2025, 3, 4))], D(2025, 3, 13), id="asked on the first day"),
    pytest.param(
        D(2025, 3, 3),
        7,
        [(D(2025, 3, 5), D(2025, 3, 6)), (D(2025, 3, 10), D(2025, 3, 12))],
        D(2025, 3, 17),
        id="paused twice",
    ),
    pytest.param(D(2025, 9, 26), 7, [(D(2025, 9, 29), D(2025, 10, 9))], D(2025, 10, 15), id="paused over National Day"),
    pytest.param(
        D(2025, 9, 26), 7, [(D(2025, 9, 26), D(2025, 9, 28))], D(2025, 10, 14), id="paused on a worked Sunday"
    ),
    pytest.param(
        D(2024, 12, 30), 7, [(D(2024, 12, 31), D(2025, 1, 2))], D(2025, 1, 10), id="paused over the end of the year"
    ),
    pytest.param(D(2025, 3, 3), 0, [], D(2025, 3, 3), id="no days"),
]


def oracle(start, total, stops):
    """Count one day at a time with sets only, without the code that is tested."""
    off = {day for day, worked in TABLE.items() if not worked}
    on = {day for day, worked in TABLE.items() if worked}
    still = {first + dt.timedelta(n) for first, last in stops for n in range(1, (last - first).days + 1)}
    day, found = start, 0
    while found < total:
        day += dt.timedelta(1)
        works = day in on or (day.isoweekday() < 6 and day not in off)
        found += works and day not in still
    return day


@pytest.mark.parametrize(("start", "total", "stops", "due"), BY_HAND)
def test_dates_that_were_counted_by_hand(start, total, stops, due):
    assert oracle(start, total, stops) == due
    assert count(start, total, [Stop(*stop) for stop in stops], TABLE)[-1].date == due


@pytest.mark.parametrize("seed", range(40))
def test_random_requests_against_the_oracle(seed):
    rng = random.Random(seed)
    for _ in range(25):
        start = D(2024, 1, 1) + dt.timedelta(rng.randrange(900))
        stops, day = [], start
        for _pause in range(rng.randrange(3)):
            first = day + dt.timedelta(rng.randrange(6))
            day = first + dt.timedelta(rng.randrange(25))
            stops.append((first, day))
        total = rng.choice((7, 15)) + rng.choice((0, 0, 1, 5, 15))
        days = count(start, total, [Stop(*stop) for stop in stops], TABLE)
        assert days[-1].date == oracle(start, total, stops)
        assert [day.date for day in days] == [start + dt.timedelta(n) for n in range(len(days))]
        assert sum(day.kind == DayKind.COUNTED for day in days) == total


def test_each_day_says_why_it_does_not_count():
    days = count(D(2025, 9, 26), 7, [Stop(D(2025, 9, 29), D(2025, 9, 30))], TABLE)
    kinds = {day.date.isoformat()[5:]: (str(day.kind), day.is_made_up) for day in days}
    assert kinds["09-26"] == ("start", False)
    assert kinds["09-27"] == ("rest", False)
    assert kinds["09-28"] == ("count", True)
    assert kinds["09-30"] == ("stop", False)
    assert kinds["10-01"] == ("rest", False)


def test_stopped_days_count_once_in_overlapping_pauses():
    stops = [Stop(D(2025, 3, 4), D(2025, 3, 6)), Stop(D(2025, 3, 5), D(2025, 3, 10))]
    assert stopped_days(D(2025, 3, 3), stops, TABLE) == 4
    assert stopped_days(D(2025, 3, 6), stops, TABLE) == 2


@pytest.mark.parametrize("total", [-1, 2_001])
def test_impossible_counts_are_refused(total):
    with pytest.raises(ValueError, match="working days"):
        count(D(2025, 3, 3), total, [], TABLE)
