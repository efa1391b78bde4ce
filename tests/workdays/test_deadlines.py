"""Deadlines with the office's own table: changes apply at once, and a year without entries is provisional."""

import datetime as dt

import pytest

from chengyang.lib.chinese import workdays as calendar
from chengyang.platform.web.context import RequestInfo, request_context
from chengyang.platform.workdays import deadlines
from chengyang.platform.workdays.models import WorkdayException

pytestmark = pytest.mark.django_db
NATIONAL_DAY = "国庆节"


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def table():
    """Enter the holidays of 2026 as announced."""
    WorkdayException.objects.bulk_create(
        [
            WorkdayException(date=row.date, is_workday=row.is_workday, name=row.name, source=row.source)
            for row in calendar.seed_exceptions([2026])
        ]
    )


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-09-16", 0, "2026-09-16"),  # a Wednesday
        ("2026-09-16", 1, "2026-09-17"),
        ("2026-09-16", 3, "2026-09-20"),  # a Sunday that is worked
        ("2026-09-16", 7, "2026-09-24"),
        ("2026-09-16", 8, "2026-09-28"),  # over 中秋
        ("2026-09-30", 1, "2026-10-08"),  # over the National Day holiday
        ("2026-12-31", 15, "2027-01-22"),  # into a year that is not in the table: only 元旦 is known
    ],
)
def test_a_deadline_counts_working_days(table, start, days, expected):
    assert deadlines.due_on(day(start), days) == day(expected)


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        ("2026-09-28", "2026-09-16", 8),
        ("2026-09-16", "2026-09-16", 0),
        ("2026-09-16", "2026-09-20", -3),
        ("2026-09-30", "2026-10-07", 0),  # a holiday is no delay
        ("2027-01-05", "2026-12-30", 3),
    ],
)
def test_working_days_are_counted_in_both_directions(table, due, today, expected):
    assert deadlines.left(day(due), day(today)) == expected


@pytest.mark.parametrize("days", [0, 1, 7, 15, 60])
def test_left_is_the_inverse_of_due_on(table, days):
    start = day("2026-09-16")
    assert deadlines.left(deadlines.due_on(start, days), start) == days


def test_a_negative_number_of_days_is_an_error(table):
    with pytest.raises(ValueError, match="-1"):
        deadlines.due_on(day("2026-09-16"), -1)


def test_the_table_of_the_office_overrides_the_law(table):
    WorkdayException.objects.create(date=day("2026-09-17"), is_workday=False, name="台风停工", source="区通知")
    assert deadlines.due_on(day("2026-09-16"), 1) == day("2026-09-18")


@pytest.mark.parametrize(
    ("due", "level", "words", "note"),
    [
        ("2026-09-18", "high", "还有 2 个工作日", "9月18日 周五"),
        ("2026-09-17", "high", "还有 1 个工作日", "9月17日 周四"),
        ("2026-09-16", "low", "今天到期", "9月16日 周三"),
        ("2026-09-15", "set", "超 1 个工作日", "9月15日 周二"),
        ("2027-01-04", "high", "还有 73 个工作日", "2027年1月4日 周一（暂定）"),
    ],
)
def test_a_deadline_has_a_level_and_a_text(table, due, level, words, note):
    assert deadlines.describe(day(due), day("2026-09-16")) == (level, words, note)


def test_a_deadline_of_friday_is_just_over_on_saturday(table):
    assert deadlines.describe(day("2026-09-11"), day("2026-09-12"))[:2] == ("set", "刚过期")


def test_a_year_that_is_not_in_the_table_is_provisional(table):
    assert deadlines.is_provisional(day("2027-02-01"))
    assert not deadlines.is_provisional(day("2026-02-01"))


def test_a_year_with_a_provisional_day_is_provisional(table):
    WorkdayException.objects.filter(name=NATIONAL_DAY).update(provisional=True)
    assert deadlines.is_provisional(day("2026-02-01"))


@pytest.mark.parametrize(("today", "expected"), [("2026-11-30", []), ("2026-12-01", [2027]), ("2027-01-02", [2027])])
def test_the_missing_notice_is_a_warning_from_december(table, today, expected):
    assert deadlines.years_to_load(day(today)) == expected


def test_one_request_reads_the_table_once(table, django_assert_num_queries):
    with request_context(RequestInfo(request_id="a" * 32)), django_assert_num_queries(1):
        for due in ("2026-09-18", "2026-09-15", "2026-10-01"):
            deadlines.describe(day(due), day("2026-09-16"))


def test_the_next_request_sees_changes_of_the_table(table):
    with request_context(RequestInfo(request_id="a" * 32)):
        deadlines.due_on(day("2026-09-16"), 1)
    WorkdayException.objects.create(date=day("2026-09-17"), is_workday=False, name="台风停工", source="区通知")
    with request_context(RequestInfo(request_id="b" * 32)):
        assert deadlines.due_on(day("2026-09-16"), 1) == day("2026-09-18")


def test_an_empty_table_has_the_statutory_holidays():
    assert not deadlines.exceptions([2026])[day("2026-10-01")]
