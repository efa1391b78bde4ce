"""The days of the calendar: entries, lanes, empty runs and texts."""

import dataclasses
import datetime as dt

import pytest

from activities import timetable
from activities.models import Activity
from activities.windows import COMING, LIST, MONTH, PAST, WEEK, window_of
from chengyang import clock
from chengyang.platform.workdays.models import WorkdayException

from . import factories
from .factories import moment

SEPTEMBER = window_of(MONTH, factories.DAY)


def days(window=SEPTEMBER, rows=None):
    rows = Activity.objects.published() if rows is None else rows
    return timetable.days_of(window, timetable.activities_in(rows, window))


def day(number, month=9, window=SEPTEMBER):
    return next(found for found in days(window) if found.on == dt.date(2026, month, number))


def spanning(title, first, last, **fields):
    return factories.published(title=title, starts=moment(first, 9), ends=moment(last, 17), **fields)


# ---- days and their entries -----------------------------------------------------------------------------------------
def test_days_off_and_days_worked_are_marked(db):
    WorkdayException.objects.create(date=dt.date(2026, 9, 25), is_workday=False, name="中秋节", source="x")
    WorkdayException.objects.create(date=dt.date(2026, 9, 20), is_workday=True, name="调休", source="x")
    assert [day(number).is_worked for number in (25, 20, 21)] == [False, True, None]


def test_a_festival_replaces_the_lunar_day(db):
    assert [(day(number).lunar_label, day(number).is_festival) for number in (1, 10, 25)] == [
        ("二十", False), ("教师节", True), ("中秋节", True),
    ]  # fmt: skip


def test_classes_of_past_today_and_outside(db):
    found = {found.on: found.css for found in days()}
    assert found[dt.date(2026, 8, 31)] == "day day--out day--empty"
    assert found[factories.DAY] == "day day--today day--empty"
    assert found[dt.date(2026, 9, 2)] == "day day--past day--empty day--rest"


def test_activities_of_a_day_are_ordered_by_time(reference):
    factories.published(title="晚", starts=moment(18, 19), ends=moment(18, 20))
    factories.published(title="早", starts=moment(18, 8), ends=moment(18, 9))
    assert [entry.activity.title for entry in day(18).entries] == ["早", "晚"]


def test_a_night_over_midnight_is_shown_on_its_first_day(reference):
    factories.published(starts=moment(18, 20), ends=moment(19, 2))
    assert [len(day(number).entries) for number in (18, 19)] == [1, 0]


def test_an_end_at_midnight_makes_no_second_day(reference):
    factories.published(starts=moment(18, 0), ends=moment(19, 0))
    assert [len(day(number).entries) for number in (18, 19)] == [1, 0]


@pytest.mark.parametrize(("month", "number"), [(8, 31), (10, 1), (10, 4)])
def test_the_days_beside_the_month_show_their_activities(reference, month, number):
    nine = clock.at(dt.date(2026, month, number), dt.time(9))
    activity = factories.published(starts=nine, ends=nine + factories.HOUR)
    assert [entry.activity for entry in day(number, month).entries] == [activity]
    assert timetable.summary(timetable.activities_in(Activity.objects.published(), SEPTEMBER), SEPTEMBER) == "本月 0 场"


def test_the_list_of_a_month_goes_on_into_the_next(reference):
    nine = clock.at(dt.date(2026, 10, 3), dt.time(9))
    activity = factories.published(starts=nine, ends=nine + factories.HOUR)
    rows = Activity.objects.published()
    for view, following in ((MONTH, [activity]), (LIST, [activity]), (WEEK, [])):
        later = timetable.days_after(rows, window_of(view, factories.DAY))
        assert [entry.activity for found in later for entry in found.entries] == following
    assert timetable.days_after(rows, window_of(MONTH, dt.date(2026, 8, 1))) == []


# ---- search ---------------------------------------------------------------------------------------------------------
def search(view=COMING, most=50, **dates):
    window = dataclasses.replace(window_of(view, factories.DAY), **dates)
    return timetable.results(Activity.objects.published(), window, most=most)


def titles(results):
    return [(found.on.day, entry.activity.title) for found in results.days for entry in found.entries if entry]


@pytest.fixture
def many(reference):
    for title, number in (("甲", 2), ("乙", 3), ("丙", 17), ("丁", 17), ("戊", 20), ("己", 30)):
        factories.published(title=title, starts=moment(number), ends=moment(number, 10))
    factories.published(title="展", starts=moment(15), ends=moment(18))


def test_a_search_finds_what_is_coming_and_what_is_over(many):
    coming = [(16, "展"), (17, "展"), (17, "丙"), (17, "丁"), (18, "展"), (20, "戊"), (30, "己")]
    assert titles(search()) == coming
    assert titles(search(PAST)) == [(3, "乙"), (2, "甲")]
    assert titles(search(last=dt.date(2026, 9, 17))) == coming[:4]


@pytest.mark.parametrize("view", [COMING, PAST])
@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_the_pages_of_a_search_show_everything_once(many, view, most):
    whole, pages, window = titles(search(view)), [], window_of(view, factories.DAY)
    for _ in range(len(whole) + 1):
        if window is None:
            break
        page = timetable.results(Activity.objects.published(), window, most=most)
        pages += titles(page)
        window = page.following
    assert pages == whole


def test_a_search_counts_beyond_its_page(many):
    assert (search(most=2).total, search().total) == (5, 5)
    window = window_of(COMING, factories.DAY)
    assert timetable.search_summary(search(most=2), window) == "接下来 5 场"
    assert timetable.search_summary(search(), window) == "接下来 5 场，4 场可以报名"


def test_a_page_after_the_lunar_tables_has_no_lunar_dates(db):
    window = window_of(MONTH, dt.date(2100, 12, 1))
    assert window.lunar_dates == ""
    assert len(days(window)) == 35


# ---- lanes ----------------------------------------------------------------------------------------------------------
def lanes(*numbers):
    """Return the titles of each day by lane, `-` for an empty lane."""
    return [[entry.activity.title if entry else "-" for entry in day(number).entries] for number in numbers]


def test_two_segments_that_overlap_have_a_lane_each(reference):
    spanning("甲", 21, 23)
    spanning("乙", 22, 24)
    assert lanes(21, 22, 23, 24) == [["甲"], ["甲", "乙"], ["甲", "乙"], ["-", "乙"]]


def test_a_lane_is_used_again_after_the_end_of_a_segment(reference):
    spanning("甲", 14, 15)
    spanning("乙", 14, 18)
    spanning("丙", 16, 17)
    assert lanes(14, 15, 16, 17, 18) == [["乙", "甲"], ["乙", "甲"], ["乙", "丙"], ["乙", "丙"], ["乙"]]


def test_the_longer_activity_is_above(reference):
    spanning("短", 21, 22)
    spanning("长", 21, 25)
    assert lanes(21) == [["长", "短"]]


def test_activities_of_one_day_come_below_the_bars(reference):
    factories.published(title="早", starts=moment(22, 6), ends=moment(22, 7))
    spanning("甲", 21, 23)
    assert lanes(22) == [["甲", "早"]]


def bars(title, *numbers):
    found = [entry for number in numbers for entry in day(number).entries if entry and entry.activity.title == title]
    return [entry.css.removeprefix("ev ev--plain ") for entry in found]


def test_only_the_first_day_draws_the_bar(reference):
    spanning("甲", 21, 23)
    assert bars("甲", 21, 22, 23) == ["ev--span n3", "ev--span ev--runs", "ev--span ev--runs"]


def test_a_bar_over_sunday_is_cut_into_two_segments(reference):
    spanning("甲", 26, 29)
    assert bars("甲", 26, 27, 28, 29) == [
        "ev--span n2 ev--goes", "ev--span ev--runs", "ev--span n2 ev--runs ev--came", "ev--span ev--runs",
    ]  # fmt: skip


def test_a_bar_from_the_month_before_goes_on_in_its_week(reference):
    august = clock.at(dt.date(2026, 8, 30), dt.time(9))
    factories.published(title="甲", starts=august, ends=moment(2, 17))
    assert day(31, 8).entries[0].css == "ev ev--plain ev--past ev--span n3 ev--runs ev--came"
    assert bars("甲", 1, 2) == ["ev--past ev--span ev--runs", "ev--past ev--span ev--runs"]


def test_times_for_programs(reference):
    spanning("甲", 21, 23)
    assert [day(number).entries[0].datetime for number in (21, 22)] == ["2026-09-21T09:00+0800", "2026-09-22"]


def test_times_of_the_days_of_an_activity(reference):
    spanning("甲", 21, 23)
    assert [day(number).entries[0].time for number in (21, 22, 23)] == ["09:00 起，共 3 天", "第 2 天", "第 3 天"]


# ---- empty days -----------------------------------------------------------------------------------------------------
def test_the_first_day_of_an_empty_run_has_its_end_and_the_next_day(reference):
    factories.published(starts=moment(18), ends=moment(18, 11))
    factories.published(starts=moment(22), ends=moment(22, 11))
    run = day(19)
    assert (run.starts_empty_run, run.empty_run_text, run.next_day) == (True, "到 21 日没有活动", dt.date(2026, 9, 22))
    assert [day(number).starts_empty_run for number in (20, 21)] == [False, False]


def test_one_empty_day_is_a_run_of_its_own(reference):
    factories.published(starts=moment(18), ends=moment(18, 11))
    factories.published(starts=moment(20), ends=moment(20, 11))
    assert day(19).empty_run_text == "没有活动"


def test_today_begins_an_empty_run(reference):
    factories.published(starts=moment(18), ends=moment(18, 11))
    assert (day(1).empty_run_text, day(16).empty_run_text) == ("到 15 日没有活动", "到 17 日没有活动")


def test_the_last_empty_run_of_a_page_has_no_next_day(reference):
    assert day(16).next_day is None


def test_the_next_activity_after_the_window_is_found(reference):
    october = clock.at(dt.date(2026, 10, 8), dt.time(9))
    factories.published(starts=october, ends=october + factories.HOUR)
    assert timetable.next_after(Activity.objects.published(), SEPTEMBER) == dt.date(2026, 10, 8)


def test_the_list_has_no_empty_day_but_today(reference):
    factories.published(starts=moment(18), ends=moment(18, 11))
    assert [found.on.day for found in days(window_of(LIST, factories.DAY))] == [16, 18]


# ---- texts ----------------------------------------------------------------------------------------------------------
def test_the_summary(activity):
    factories.published(capacity=1, taken=1)
    factories.published(state="cancelled", cancelled_at=factories.NINE, reason="雨")
    factories.published(starts=moment(2), ends=moment(2, 10))
    found = timetable.activities_in(Activity.objects.published(), SEPTEMBER)
    assert timetable.summary(found, SEPTEMBER) == "本月 3 场，1 场可以报名，1 场可以候补，1 场已取消"


@pytest.mark.parametrize(
    ("window", "words"),
    [(window_of(WEEK, factories.DAY), "本周 0 场"), (window_of(MONTH, dt.date(2026, 11, 1)), "2026年11月 0 场")],
)
def test_the_summary_names_the_window(window, words):
    assert timetable.summary([], window) == words


def test_past_days_can_be_unfolded(reference):
    factories.published(starts=moment(2), ends=moment(2, 10))
    spanning("甲", 11, 13)
    assert timetable.past_text(days(), SEPTEMBER) == "看9月1日–15日，2 场"


def test_without_past_activities_there_is_nothing_to_unfold(activity):
    assert timetable.past_text(days(), SEPTEMBER) == ""


# ---- panels ---------------------------------------------------------------------------------------------------------
def test_coming_days_are_days_with_activities(activity):
    october = clock.at(dt.date(2026, 10, 8), dt.time(9))
    factories.published(starts=october, ends=october + factories.HOUR)
    found = timetable.coming_days(Activity.objects.published(), factories.DAY, dt.date(2026, 10, 31), most=8)
    assert [found.number for found in found] == ["19", "10/8"]


def test_coming_days_stop_at_the_most(reference):
    for number in range(17, 22):
        factories.published(starts=moment(number), ends=moment(number, 11))
    found = timetable.coming_days(Activity.objects.published(), factories.DAY, dt.date(2026, 9, 30), most=2)
    assert [found.number for found in found] == ["17", "18"]
