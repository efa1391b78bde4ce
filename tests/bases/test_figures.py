"""The figures of a base by year, from records, and their charts."""

import datetime as dt

import pytest
from django.urls import reverse

from bases import actions, figures
from bases.models import Room, RoomBooking, Visit
from chengyang import clock, extensions
from chengyang.extensions import Period
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def base(reference, base_manager):
    return actions.edit_base(personas.base(), actor=base_manager, hours="每天 8:00–18:00", opens_on_holidays=True)


def booked(base, starts, hours, state="confirmed"):
    room = Room.objects.get_or_create(base=base, name="会客厅", defaults={"capacity": 30})[0]
    return RoomBooking.objects.create(
        room=room, title="会", people=1, starts=starts, ends=starts + hours * HOUR, state=state
    )


def visited(base, starts, came):
    return Visit.objects.create(
        base=base,
        guest=factories.guest(came),
        unit="某会",
        contact_name="安知远",
        people=came,
        starts=starts,
        ends=starts + HOUR,
        came=came,
        state="done",
    )


def test_only_confirmed_hours_count_and_those_across_the_year_in_part(base):
    booked(base, clock.at(dt.date(2026, 3, 2), dt.time(9)), 4)
    booked(base, clock.at(dt.date(2026, 3, 3), dt.time(9)), 4, "prebooked")
    booked(base, clock.at(dt.date(2026, 3, 4), dt.time(9)), 4, "closure")
    booked(base, clock.at(dt.date(2025, 12, 31), dt.time(23)), 3)
    assert [figures.booked_hours(base, figures.period_of(year)) for year in (2025, 2026)] == [1.0, 6.0]


def test_occupancy_is_of_the_hours_that_all_rooms_are_open(base):
    booked(base, clock.at(dt.date(2025, 3, 3), dt.time(8)), 73)
    Room.objects.create(base=base, name="报告厅", capacity=80)
    assert figures.open_hours(base, 2025) == 3650
    row = figures.figures_of(base, last=2025, years=1)[0]
    assert (row.booked, row.occupancy) == (73.0, 1.0)


def test_the_year_that_is_not_over_counts_up_to_today(base):
    days = (dt.date(2026, 9, 16) - dt.date(2025, 12, 31)).days
    assert figures.open_hours(base, 2026) == 10 * days
    assert figures.open_hours(base, 2027) == 0


def test_without_rooms_there_is_no_occupancy(base):
    assert figures.figures_of(base)[-1].occupancy is None


def test_visits_activities_and_honours_of_each_year(base, district):
    visited(base, clock.at(dt.date(2025, 5, 5), dt.time(9)), 12)
    visited(base, clock.at(dt.date(2025, 5, 6), dt.time(9)), 8)
    visited(base, clock.at(dt.date(2026, 5, 6), dt.time(9)), 30)
    factories.published(base=base, starts=factories.moment(1), ends=factories.moment(1, 11))
    actions.add_honour(base, actor=district, title="示范基地", level="city", year=2025)
    rows = {row.year: row for row in figures.figures_of(base)}
    assert [(rows[year].visits, rows[year].visitors) for year in (2024, 2025, 2026)] == [(0, 0), (2, 20), (1, 30)]
    assert [(rows[year].activities, rows[year].honours) for year in (2025, 2026)] == [(0, 1), (1, 0)]


def test_a_metric_returns_the_visits_that_it_counts(base):
    row = visited(base, clock.at(dt.date(2025, 5, 5), dt.time(9)), 12)
    metric, period = extensions.metric("visitors"), Period(dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    assert (list(metric.records(base, period)), metric.of(base, period), metric.of(None, period)) == ([row], 12, 12)


def test_the_public_reads_no_attendance_from_which_a_small_one_follows(base):
    for headcount in (30, 4):
        factories.published(base=base, starts=factories.moment(1), ends=factories.moment(1, 11), headcount=headcount)
    found = [figures.figures_of(base, public=public)[-1] for public in (False, True)]
    assert [(row.activities, row.attendances) for row in found] == [(2, 34), (2, 30)]


def test_bars_stand_on_one_line_and_the_highest_fills_the_chart(base):
    visited(base, clock.at(dt.date(2025, 5, 5), dt.time(9)), 40)
    visited(base, clock.at(dt.date(2026, 5, 5), dt.time(9)), 20)
    bars = figures.bars_of(figures.figures_of(base), "visitors")
    assert {bar.y + bar.height for bar in bars} == {figures.BOTTOM}
    assert [bar.height for bar in bars[-2:]] == [80, 40]
    assert [bar.value for bar in bars[-2:]] == ["40", "20"]
    assert [bar.is_partial for bar in bars[-2:]] == [False, True]
    assert all(bar.x >= 0 and bar.x + bar.width <= figures.WIDTH for bar in bars)


def test_the_page_has_charts_with_the_table_beside_them_and_hides_small_numbers_from_the_public(
    base, client, client_of, base_manager
):
    visited(base, clock.at(dt.date(2026, 5, 5), dt.time(9)), 3)
    url = reverse("bases:figures", args=[base.slug])
    public, own = client.get(url).content.decode(), client_of(base_manager).get(url).content.decode()
    assert [public.count("<svg viewBox"), "<span>不足 5<" in public, "<span>不足 5<" in own, "看记录" in own] == [
        4,
        True,
        False,
        True,
    ]
    assert base.get_absolute_url() in public
