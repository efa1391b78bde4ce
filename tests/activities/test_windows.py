"""The windows of the calendar and their URL query."""

import datetime as dt

import pytest
from django.http import QueryDict

from activities import windows
from activities.windows import COMING, LAST, LIST, MONTH, PAST, WEEK, Window, window_of

from . import factories

SEPTEMBER = window_of(MONTH, factories.DAY)


@pytest.mark.parametrize(
    ("query", "view", "first", "last"),
    [
        ("", MONTH, "2026-09-01", "2026-09-30"),
        ("month=2026-11", MONTH, "2026-11-01", "2026-11-30"),
        ("month=2028-02", MONTH, "2028-02-01", "2028-02-29"),
        ("view=list", LIST, "2026-09-01", "2026-09-30"),
        ("view=week", WEEK, "2026-09-14", "2026-09-20"),
        ("week=2026-W01", WEEK, "2025-12-29", "2026-01-04"),
        ("view=week&week=2026-W53", WEEK, "2026-12-28", "2027-01-03"),
        ("view=week&month=2026-11", WEEK, "2026-10-26", "2026-11-01"),
        ("month=2000-01", MONTH, "2000-01-01", "2000-01-31"),
        ("month=2100-12", MONTH, "2100-12-01", "2100-12-31"),
        ("week=1999-W52", WEEK, "1999-12-27", "2000-01-02"),
    ],
)
def test_the_query_names_a_window(query, view, first, last):
    window, is_complete = windows.parse(QueryDict(query))
    assert (window.view, str(window.first), str(window.last), is_complete) == (view, first, last, True)


@pytest.mark.parametrize(
    ("query", "view", "first", "last"),
    [
        ("", COMING, "2026-09-16", "2100-12-31"),
        ("view=month", MONTH, "2026-09-01", "2026-09-30"),
        ("month=2026-11", MONTH, "2026-11-01", "2026-11-30"),
        ("week=2026-W38", WEEK, "2026-09-14", "2026-09-20"),
        ("view=coming&since=2026-10-01", COMING, "2026-10-01", "2100-12-31"),
        ("view=coming&until=2026-09-22", COMING, "2026-09-16", "2026-09-22"),
        ("view=past", PAST, "2000-01-01", "2026-09-16"),
        ("view=past&until=2026-08-31", PAST, "2000-01-01", "2026-08-31"),
    ],
)
def test_filters_without_a_month_are_a_search(query, view, first, last):
    window, is_complete = windows.parse(QueryDict(query), is_filtered=True)
    assert (window.view, str(window.first), str(window.last), is_complete) == (view, first, last, True)


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=9999-99", "month=1999-12", "month=2101-01", "month=x", "view=day", "week=2026-W54", "week=2026-W00",
     "week=9999-W53", "week=0000-W01", "week=2026-48", "month=２０２６－１３",
     "view=coming&since=x", "view=coming&since=2026-10-01&until=2026-09-30", "view=past&until=2101-01-01"],
)  # fmt: skip
def test_a_value_that_names_no_page_is_left_out(query):
    window, is_complete = windows.parse(QueryDict(query))
    assert (window.has(factories.DAY), is_complete) == (True, False)


@pytest.mark.parametrize("view", [MONTH, WEEK, LIST, COMING, PAST])
@pytest.mark.parametrize("first", [dt.date(2000, 1, 1), dt.date(2100, 12, 31), factories.DAY])
@pytest.mark.parametrize("is_named", [True, False])
def test_the_query_of_a_window_is_read_as_that_window(view, first, is_named):
    window = window_of(view, first, is_named=is_named)
    found, _ = windows.parse(QueryDict("&".join(f"{name}={value}" for name, value in window.query_pairs())))
    assert found == window
    assert view != MONTH or found.is_named == is_named


@pytest.mark.parametrize("view", [COMING, PAST])
def test_a_search_has_no_neighbours(view):
    assert window_of(view, factories.DAY).neighbour(1) is window_of(view, factories.DAY).neighbour(-1) is None


def test_the_month_of_a_search_is_that_of_its_first_day():
    assert Window(COMING, dt.date(2026, 11, 3), LAST).in_view(MONTH) == window_of(MONTH, dt.date(2026, 11, 1))
    assert window_of(PAST, factories.DAY).in_view(MONTH) == SEPTEMBER


@pytest.mark.parametrize("view", [MONTH, WEEK, LIST])
def test_there_is_a_neighbour_until_the_first_and_last_page(view):
    assert window_of(view, dt.date(2000, 1, 1)).neighbour(-1) is None
    assert window_of(view, dt.date(2100, 12, 31)).neighbour(+1) is None
    assert window_of(view, factories.DAY).neighbour(+1).neighbour(-1) == window_of(view, factories.DAY)


def test_a_month_is_filled_up_to_whole_weeks_from_monday():
    found = SEPTEMBER.days
    assert (found[0], found[-1], len(found) % 7) == (dt.date(2026, 8, 31), dt.date(2026, 10, 4), 0)


@pytest.mark.parametrize(
    ("window", "title"),
    [
        (SEPTEMBER, "2026年9月"),
        (window_of(WEEK, dt.date(2026, 9, 16)), "2026年9月14日–20日"),
        (window_of(WEEK, dt.date(2026, 9, 30)), "2026年9月28日–10月4日"),
        (window_of(WEEK, dt.date(2027, 1, 1)), "2026年12月28日–2027年1月3日"),
    ],
)
def test_titles(window, title):
    assert window.title == title


def test_the_lunar_dates_of_a_month():
    assert SEPTEMBER.lunar_dates == "丙午马年 七月二十至八月二十"


def test_a_window_has_its_last_day():
    assert Window(LIST, dt.date(2026, 9, 1), dt.date(2026, 9, 2)).has(dt.date(2026, 9, 2))
