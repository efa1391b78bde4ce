"""Requirement U16: lunar dates, festivals and solar terms, compared with published dates and another library."""

import datetime as dt

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.lunar import FIRST_DAY, LAST_DAY, lunar_day

NEW_YEARS = """
2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18 2008-02-07 2009-01-26
2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05
2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13
"""


@pytest.mark.parametrize("day", [dt.date.fromisoformat(text) for text in NEW_YEARS.split()])
def test_spring_festival(day):
    assert lunar_day(day).festivals[0] == "春节"
    assert lunar_day(day - dt.timedelta(days=1)).festivals == ("除夕",)


@pytest.mark.parametrize(
    ("day", "month_text", "day_text", "label"),
    [
        ("2026-11-23", "十月", "十五", "十五"),
        ("2026-03-03", "正月", "十五", "元宵节"),
        ("2026-06-19", "五月", "初五", "端午节"),
        ("2026-09-25", "八月", "十五", "中秋节"),
        ("2026-10-18", "九月", "初九", "重阳节"),
        ("2026-02-18", "正月", "初二", "雨水"),
        ("2026-04-05", "二月", "十八", "清明"),
        ("2026-12-22", "冬月", "十四", "冬至"),
        ("2026-10-01", "八月", "廿一", "国庆节"),
        ("2026-05-17", "四月", "初一", "四月"),
        ("2025-07-25", "闰六月", "初一", "闰六月"),
        ("2023-03-22", "闰二月", "初一", "闰二月"),
        ("2025-01-22", "腊月", "廿三", "小年"),
        ("2020-10-01", "八月", "十五", "中秋节"),
    ],
)
def test_lunar_day(day, month_text, day_text, label):
    found = lunar_day(dt.date.fromisoformat(day))
    assert (found.month_text, found.day_text, found.label) == (month_text, day_text, label)


def test_a_leap_month_repeats_no_festival():
    leap_seventh = dt.date(2006, 8, 24) + dt.timedelta(days=6)  # 闰七月初七
    assert lunar_day(leap_seventh).month_text == "闰七月"
    assert lunar_day(leap_seventh).festivals == ()


def test_two_festivals_of_one_day_are_both_named():
    assert lunar_day(dt.date(2020, 10, 1)).festivals == ("中秋节", "国庆节")


def test_no_saints_are_announced():
    assert lunar_day(dt.date(2026, 2, 17)).festivals == ("春节",)  # the library adds 弥勒佛圣诞


@pytest.mark.parametrize(
    ("day", "text"),
    [("2026-02-16", "乙巳蛇年"), ("2026-02-17", "丙午马年"), ("2026-11-23", "丙午马年"), ("2000-12-31", "庚辰龙年")],
)
def test_year_text(day, text):
    assert lunar_day(dt.date.fromisoformat(day)).year_text == text


@pytest.mark.parametrize("name", ["端午节", "中秋节", "清明"])
def test_festivals_agree_with_another_library(name):
    listed = holidays.country_holidays("CN", years=range(2008, 2099), language="zh_CN")
    theirs = {day for day, names in listed.items() if any(n in (name, name + "节") for n in names.split("; "))}
    assert len(theirs) == 91
    assert [day for day in theirs if name not in (*lunar_day(day).festivals, lunar_day(day).term)] == []


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_every_day_of_the_tables_has_a_label(day):
    assert 1 < len(lunar_day(day).label) <= 5


@pytest.mark.parametrize("day", [dt.date.min, dt.date(1901, 2, 18), dt.date(2100, 2, 9), dt.date.max])
def test_days_outside_the_tables_are_refused(day):
    with pytest.raises(ValueError, match="outside"):
        lunar_day(day)
