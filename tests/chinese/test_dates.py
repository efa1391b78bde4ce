"""Parsing and formatting of dates, times, money and hours (docs/requirements.md, "Dates, times and money"; G07)."""

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese import dates

TODAY = dt.date(2026, 11, 23)
anything = st.text(st.characters()) | st.text("0123456789-./年月日 ０", max_size=12)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dates.PORTAL_ZONE)


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        ("2026-11-23T14:00", "2026-11-23T16:00", "11月23日 周一 14:00–16:00"),
        ("2026-11-03T09:05", "2026-11-03T10:30", "11月3日 周二 09:05–10:30"),
        ("2026-11-23T14:00", None, "11月23日 周一 14:00"),
        ("2026-11-23T14:00", "2026-11-23T14:00", "11月23日 周一 14:00"),
        ("2026-11-23T14:00", "2026-11-25T16:00", "11月23日 周一 14:00 – 25日 周三 16:00"),
        ("2026-11-30T14:00", "2026-12-01T16:00", "11月30日 周一 14:00 – 12月1日 周二 16:00"),
        ("2026-12-31T20:00", "2027-01-01T02:00", "2026年12月31日 周四 20:00 – 2027年1月1日 周五 02:00"),
        ("2026-12-31T20:00", "2027-01-01T00:00", "12月31日 周四 20:00–24:00"),
        ("2027-03-01T20:00", "2027-03-01T22:00", "2027年3月1日 周一 20:00–22:00"),
        ("2027-03-01T20:00", "2027-03-03T00:00", "2027年3月1日 周一 20:00 – 2日 周二 24:00"),
        ("2026-11-23T00:00", "2026-11-24T00:00", "11月23日 周一 00:00–24:00"),
    ],
)
def test_span(starts, ends, shown):
    assert dates.span(at(starts), ends and at(ends), today=TODAY) == shown


def test_span_is_in_the_portals_time_zone():
    starts = dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)
    assert dates.span(starts, today=TODAY) == "11月23日 周一 01:00"


def test_span_reads_the_clock_for_the_year(time_machine):
    time_machine.move_to(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert dates.span(at("2026-11-23T14:00")) == "2026年11月23日 周一 14:00"


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 11, 26), "11月23日–25日"),
        (dt.date(2026, 11, 23), dt.date(2026, 12, 3), "11月23日–12月2日"),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 24), "11月23日"),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 23), "11月23日"),
        (dt.date(2026, 12, 30), dt.date(2027, 1, 3), "2026年12月30日–2027年1月2日"),
        (dt.date(2023, 3, 25), dt.date(2023, 3, 27), "2023年3月25日–26日"),
        (dt.date(2023, 3, 25), None, "2023年3月25日起"),
    ],
)
def test_days(starts, ends, shown):
    assert dates.days(starts, ends, today=TODAY) == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (dt.date(2026, 11, 26), "还有 3 天"),
        (dt.date(2026, 11, 24), "明天"),
        (dt.date(2026, 11, 23), "今天"),
        (dt.date(2026, 11, 20), "已过 3 天"),
        (dt.date(2027, 11, 23), "还有 365 天"),
    ],
)
def test_days_left(day, shown):
    assert dates.days_left(day, today=TODAY) == shown


def test_single_days():
    day = dt.date(2026, 3, 5)
    assert [dates.full_day(day), dates.month_day(day), dates.day(day, today=TODAY), dates.month_text(day)] == [
        "2026年3月5日",
        "3月5日",
        "3月5日 周四",
        "2026年3月",
    ]


def test_stamp():
    assert dates.stamp(dt.datetime(2026, 11, 22, 17, 5, tzinfo=dt.UTC)) == "2026-11-23 01:05"


@pytest.mark.parametrize(
    ("typed", "stored", "first", "shown"),
    [
        ("2019", "2019", dt.date(2019, 1, 1), "2019年"),
        ("2019年", "2019", dt.date(2019, 1, 1), "2019年"),
        ("2019-06", "2019-06", dt.date(2019, 6, 1), "2019年6月"),
        ("2026.3", "2026-03", dt.date(2026, 3, 1), "2026年3月"),
        ("2026年3月", "2026-03", dt.date(2026, 3, 1), "2026年3月"),
        ("1985-03", "1985-03", dt.date(1985, 3, 1), "1985年3月"),
        ("２０２６年１２月", "2026-12", dt.date(2026, 12, 1), "2026年12月"),
        ("2017-11-16", "2017-11-16", dt.date(2017, 11, 16), "2017年11月16日"),
        ("2017年11月16日", "2017-11-16", dt.date(2017, 11, 16), "2017年11月16日"),
        (" 2017 / 11 / 6 ", "2017-11-06", dt.date(2017, 11, 6), "2017年11月6日"),
        ("20171116", "2017-11-16", dt.date(2017, 11, 16), "2017年11月16日"),
        ("2024-02-29", "2024-02-29", dt.date(2024, 2, 29), "2024年2月29日"),
    ],
)
def test_partial_dates(typed, stored, first, shown):
    assert dates.parse_partial(typed) == (stored, first)
    assert dates.partial(stored) == shown


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "形式填写日期"),
        ("去年", "形式填写日期"),
        ("26-3-5", "形式填写日期"),
        ("2026-03-", "形式填写日期"),
        ("2026-3-5 10:00", "形式填写日期"),
        ("٢٠٢٦", "形式填写日期"),
        ("2026-13", "没有这一天"),
        ("2026-00", "没有这一天"),
        ("2023-02-29", "没有这一天"),
        ("1899", "1900 至 2100"),
        ("2101-01", "1900 至 2100"),
    ],
)
def test_parse_partial_refuses(typed, part):
    with pytest.raises(ValueError, match=part):
        dates.parse_partial(typed)


@given(anything)
def test_any_text_is_a_partial_date_or_refused(text):
    with contextlib.suppress(ValueError):  # any other exception fails the test
        stored, first = dates.parse_partial(text)
        assert dates.parse_partial(stored) == (stored, first)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("2026-11", dt.date(2026, 11, 1)),
        ("2026-1", dt.date(2026, 1, 1)),
        ("2026年3月", dt.date(2026, 3, 1)),
        ("2026.3", dt.date(2026, 3, 1)),
        ("2000-01", dt.date(2000, 1, 1)),
        ("2100-12", dt.date(2100, 12, 1)),
    ],
)
def test_parse_month(typed, first):
    assert dates.parse_month(typed) == first


@pytest.mark.parametrize(
    "typed",
    ["2026-13", "9999-99", "2026-00", "2101-01", "1999-12", "0000-01", "", "2026", "2026-11-01", "-1", "１" * 5000],
)
def test_parse_month_refuses(typed):
    with pytest.raises(ValueError, match="月份"):
        dates.parse_month(typed)


@given(anything)
def test_any_text_is_a_month_or_refused(text):
    with contextlib.suppress(ValueError):  # any other exception fails the test
        assert dates.FIRST_MONTH <= dates.parse_month(text) <= dates.LAST_MONTH


@pytest.mark.parametrize(
    ("amount", "exact", "rounded"),
    [
        ("12345", "12,345.00 元", "1.23 万元"),
        ("32000", "32,000.00 元", "3.2 万元"),
        ("5000000", "5,000,000.00 元", "500 万元"),
        ("5123456.785", "5,123,456.79 元", "512.35 万元"),
        ("123456789", "123,456,789.00 元", "12,345.68 万元"),
        ("9999.99", "9,999.99 元", "9,999.99 元"),
        ("0", "0.00 元", "0.00 元"),
        ("-32000", "-32,000.00 元", "-3.2 万元"),
        ("999999999999.99", "999,999,999,999.99 元", "100,000,000 万元"),
    ],
)
def test_money(amount, exact, rounded):
    assert (dates.money(Decimal(amount)), dates.money_wan(Decimal(amount))) == (exact, rounded)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("2.5", "2.5 小时"),
        ("2.0", "2 小时"),
        ("10", "10 小时"),
        ("100.00", "100 小时"),
        ("0", "0 小时"),
        ("1200", "1,200 小时"),
    ],
)
def test_hours(number, shown):
    assert dates.hours(Decimal(number)) == shown
