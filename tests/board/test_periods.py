"""The periods of boards and reports."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.extensions import EVER, Period
from chengyang.portal.board import periods


@pytest.mark.parametrize(
    ("code", "starts", "ends", "label"),
    [
        ("2025", "2025-01-01", "2026-01-01", "2025 年"),
        ("2025H1", "2025-01-01", "2025-07-01", "2025 年上半年"),
        ("2025H2", "2025-07-01", "2026-01-01", "2025 年下半年"),
        ("2024-02", "2024-02-01", "2024-03-01", "2024 年 2 月"),
        ("2024-12", "2024-12-01", "2025-01-01", "2024 年 12 月"),
        ("2018-2023", "2018-01-01", "2024-01-01", "2018–2023 年"),
    ],
)
def test_a_code_names_a_period(code, starts, ends, label):
    span = periods.parse(code)
    assert (str(span.starts), str(span.ends), span.label) == (starts, ends, label)


@pytest.mark.parametrize("code", ["", "2016", "2101", "2025H3", "2025-13", "2025-1", "２０２５", "2025 ", "2018-2024"])
def test_another_text_names_none(code):
    with pytest.raises(ValueError, match=r".*"):
        periods.parse(code)


def test_an_open_year_is_compared_with_the_same_days():
    before = periods.parse("2026").before
    assert (before.starts, before.ends) == (dt.date(2025, 1, 1), dt.date(2025, 9, 17))


@pytest.mark.parametrize("day", [28, 29])
def test_the_end_of_february_of_a_leap_year_is_compared_with_the_whole_month(settings, day):
    settings.PORTAL_CLOCK = clock.at(dt.date(2024, 2, day))
    assert periods.parse("2024-02").before.ends == dt.date(2023, 3, 1)


def test_a_report_is_offered_for_periods_that_have_begun():
    codes = [span.code for span in periods.choices()]
    assert codes[:4] == ["2026", "2026H2", "2026H1", "2026-09"]


def test_the_last_day_of_a_period_without_end_is_today():
    assert Period(ends=dt.date(2024, 3, 1)).last_day == dt.date(2024, 2, 29)
    assert EVER.last_day == clock.today()
