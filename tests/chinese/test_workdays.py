"""Working days (requirement U15): counting, and the initial data of the table of exceptional days."""

import datetime as dt

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.workdays import add_workdays, is_workday, seed_exceptions, workdays_between

SEED = {day.date: day.is_workday for day in seed_exceptions(range(2018, 2028))}
ONE_DAY = dt.timedelta(days=1)


def every_day(first, last):
    return [first + ONE_DAY * i for i in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-23", True),
        ("2026-11-22", False),
        ("2026-02-14", True),  # a Saturday worked for the Spring Festival
        ("2026-02-16", False),
        ("2026-10-10", True),
        ("2026-10-07", False),
        ("2027-02-05", False),
        ("2027-10-01", False),
        ("2027-10-06", True),
        ("2031-01-01", True),  # no row: the weekday decides
    ],
)
def test_is_workday(day, expected):
    assert is_workday(dt.date.fromisoformat(day), SEED) is expected


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-23", 7, "2026-12-02"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-09-29", 7, "2026-10-14"),
        ("2026-12-30", 2, "2027-01-04"),
    ],
)
def test_add_workdays(start, number, due):
    assert add_workdays(dt.date.fromisoformat(start), number, SEED) == dt.date.fromisoformat(due)


@pytest.mark.parametrize(
    ("start", "number"), [(dt.date(2026, 1, 1), -1), (dt.date(2026, 1, 1), 10_001), (dt.date.max - ONE_DAY, 3)]
)
def test_add_workdays_refuses(start, number):
    with pytest.raises(ValueError, match="working days"):
        add_workdays(start, number, SEED)


@given(st.dates(dt.date(2018, 1, 1), dt.date(2027, 6, 1)), st.integers(1, 60))
def test_workdays_between_undoes_add_workdays(start, number):
    due = add_workdays(start, number, SEED)
    assert is_workday(due, SEED)
    assert (workdays_between(start, due, SEED), workdays_between(due, start, SEED)) == (number, -number)


def test_no_days_lie_between_a_day_and_itself():
    assert workdays_between(dt.date(2026, 11, 23), dt.date(2026, 11, 23), SEED) == 0


@pytest.mark.parametrize("year", range(2018, 2027))
def test_the_seed_and_both_libraries_agree_on_every_day(year):
    other = holidays.country_holidays("CN", years=year)
    days = every_day(dt.date(year, 1, 1), dt.date(year, 12, 31))
    seeded = [is_workday(day, SEED) for day in days]
    assert seeded == [chinese_calendar.is_workday(day) for day in days]
    assert seeded == [other.is_working_day(day) for day in days]


def test_next_years_notice_is_in_no_library_yet():
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(dt.date(2027, 1, 4))


def test_a_year_without_notice_has_the_statutory_days_provisionally():
    days = seed_exceptions([2027])
    statutory = {day.date for day in days if "补假" not in day.name}
    assert len(statutory) == 13
    assert all(day.is_provisional and not day.is_workday for day in days)


def test_an_announced_year_names_its_notice():
    days = seed_exceptions([2026])
    assert {day.source for day in days} == {"国务院办公厅关于2026年部分节假日安排的通知"}
    assert not any(day.is_provisional for day in days)


@pytest.mark.parametrize(
    ("day", "row"),
    [
        ("2026-02-14", (True, "春节调休上班")),
        ("2026-02-15", (False, "春节")),  # a Sunday within the holiday has its mark too
        ("2026-10-01", (False, "国庆节")),
    ],
)
def test_rows_carry_the_name_for_the_calendar(day, row):
    found = {row.date: row[1:3] for row in seed_exceptions([2026])}
    assert found[dt.date.fromisoformat(day)] == row


def test_years_are_seeded_once_and_in_order():
    days = [row.date for row in seed_exceptions([2027, 2026, 2027])]
    assert days == sorted(set(days))
