"""Opening hours: what people type, the hours of a day with holidays and exceptions, and “open now” as a query and as values."""

import datetime as dt
import random

import pytest

from bases import actions
from bases.models import Base, OpeningException
from bases.opening import Calendar, Special, parse_week, spans_on, week_text
from bases.opening_now import next_opening_moment, opening_of
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.workdays.models import WorkdayException
from tests import personas

WORK = [(dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(17))]
MORNING = [(dt.time(9), dt.time(12))]
SATURDAY, MONDAY = dt.date(2026, 9, 19), dt.date(2026, 9, 21)
MAKE_UP = dt.date(2026, 9, 20)  # a Sunday on which people work
HOLIDAY = dt.date(2026, 9, 25)  # a Friday


# ---- what is typed --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("", {}),
        ("周一至周五 9:00–12:00、13:30–17:00；周六 9:00–12:00", {**dict.fromkeys(range(1, 6), WORK), 6: MORNING}),
        ("星期一到星期五 9:00-12:00", dict.fromkeys(range(1, 6), MORNING)),
        ("每天 9:00～12:00", dict.fromkeys(range(1, 8), MORNING)),
        ("工作日9:00-12:00\n周末 9:00-12:00", dict.fromkeys(range(1, 8), MORNING)),
        ("周二、周四 ９：００—１２：００", {2: MORNING, 4: MORNING}),
        ("周天 09:00至12:00", {7: MORNING}),
    ],
)
def test_hours_are_read_as_people_write_them(text, week):
    assert parse_week(text) == week


@pytest.mark.parametrize(
    "text",
    [
        "看情况",
        "周一至周五",
        "9:00–17:00",
        "周一 9 点到 5 点",
        "周一 17:00–9:00",
        "周一 9:00–12:00、11:00–13:00",
        "周一 9:00–24:30",
        "周一 9:00–17:00；周一至周三 9:00–12:00",
        "周一 9:00–17:00 大概",
        "除了周一 9:00–17:00",
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]") as refused:
        parse_week(text)
    assert "%(" not in refused.value.args[0]


def test_a_week_is_written_as_it_is_read():
    source = random.Random(7)
    for _ in range(200):
        week = {}
        for day in source.sample(range(1, 8), source.randint(0, 7)):
            cuts = sorted(source.sample(range(0, 1440, 15), 2 * source.randint(1, 3)))
            times = [dt.time(*divmod(minute, 60)) for minute in cuts]
            week[day] = list(zip(times[::2], times[1::2], strict=True))
        assert parse_week(week_text(week)) == dict(sorted(week.items()))


# ---- the hours of a day ---------------------------------------------------------------------------------------------
HOLIDAYS = {HOLIDAY: False, MAKE_UP: True}
WEEK = {**dict.fromkeys(range(1, 6), WORK), 6: MORNING}


@pytest.mark.parametrize(
    ("day", "calendar", "spans"),
    [
        (MONDAY, Calendar(WEEK, HOLIDAYS), WORK),
        (SATURDAY, Calendar(WEEK, HOLIDAYS), MORNING),
        (HOLIDAY, Calendar(WEEK, HOLIDAYS), []),
        (HOLIDAY, Calendar(WEEK, HOLIDAYS, opens_on_holidays=True), WORK),
        (MAKE_UP, Calendar(WEEK, HOLIDAYS), WORK),  # as on a Monday
        (MAKE_UP, Calendar({**WEEK, 7: MORNING}, HOLIDAYS), MORNING),  # its own Sunday
        (MAKE_UP, Calendar(WEEK), []),  # an ordinary Sunday
        (MONDAY, Calendar(WEEK, specials=[Special(MONDAY, MONDAY + dt.timedelta(1))]), []),
        (MONDAY, Calendar(WEEK, specials=[Special(SATURDAY, MONDAY)]), WORK),  # it ends before
        (
            HOLIDAY,
            Calendar(WEEK, HOLIDAYS, specials=[Special(HOLIDAY, HOLIDAY + dt.timedelta(1), tuple(MORNING))]),
            MORNING,
        ),
    ],
    ids=[
        *("weekday", "saturday", "holiday", "open-on-holidays", "make-up-day", "own-sunday", "sunday"),
        *("closed-by-exception", "exception-is-over", "exception-on-a-holiday"),
    ],
)
def test_the_hours_of_a_day(day, calendar, spans):
    assert list(spans_on(day, calendar)) == spans


# ---- a base ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def base(reference, settings):
    settings.PORTAL_CLOCK = clock.at(MONDAY, dt.time(10))
    for day, worked in HOLIDAYS.items():
        WorkdayException.objects.create(date=day, is_workday=worked, name="中秋节", source="国务院办公厅")
    return personas.base()


@pytest.fixture
def opened(base, base_manager):
    return actions.edit_base(base, actor=base_manager, hours="周一至周五 9:00–12:00、13:30–17:00；周六 9:00–12:00")


@pytest.mark.django_db
def test_the_manager_writes_the_hours_and_they_are_rows(opened):
    assert opened.opening_times.count() == 11


@pytest.mark.django_db
def test_hours_that_cannot_be_read_are_refused_and_change_nothing(opened, base_manager):
    with pytest.raises(ActionError) as refused:
        actions.edit_base(opened, actor=base_manager, hours="看情况")
    assert (refused.value.field, opened.opening_times.count()) == ("hours", 11)


@pytest.mark.django_db
def test_open_now_by_query_is_open_now_by_value_on_every_hour(opened, base_manager):
    actions.add_exception(
        opened, actor=base_manager, starts=dt.date(2026, 9, 22), ends=dt.date(2026, 9, 24), reason="换展"
    )
    actions.add_exception(
        opened,
        actor=base_manager,
        starts=HOLIDAY,
        ends=dt.date(2026, 9, 26),
        reason="中秋灯会",
        opens=dt.time(18),
        closes=dt.time(21),
    )
    moments = [clock.at(SATURDAY, dt.time(0, 30)) + dt.timedelta(minutes=30 * step) for step in range(48 * 9)]
    by_value = [opened.is_open_at(moment) for moment in moments]
    by_query = [Base.objects.open_at(moment).filter(pk=opened.pk).exists() for moment in moments]
    assert by_query == by_value
    assert 50 < sum(by_value) < 90


@pytest.mark.django_db
def test_closed_bases_are_never_open(opened, district):
    actions.close_base(opened, actor=district)
    assert not Base.objects.open_at(clock.now()).exists()


@pytest.mark.django_db
def test_the_page_says_whether_it_is_open_and_the_list_filters(opened, client, settings):
    page = client.get(opened.get_absolute_url()).content.decode()
    assert (
        "现在开放，到 12:00" in page,
        opened.get_absolute_url() in client.get("/bases/?open=1").content.decode(),
    ) == (True, True)
    settings.PORTAL_CLOCK = clock.at(MONDAY, dt.time(12))
    page = client.get(opened.get_absolute_url()).content.decode()
    assert ("现在关闭，9月21日 周一 13:30 开放" in page) is True
    assert opened.get_absolute_url() not in client.get("/bases/?open=1").content.decode()


@pytest.mark.django_db
def test_a_kept_page_ends_at_the_next_opening_or_closing(opened):
    assert next_opening_moment(clock.now()) == clock.at(MONDAY, dt.time(12))
    assert next_opening_moment(clock.at(MONDAY, dt.time(12))) == clock.at(MONDAY, dt.time(13, 30))
    assert next_opening_moment(clock.at(MONDAY, dt.time(17))) is None


@pytest.mark.django_db
def test_a_base_without_hours_says_nothing(base):
    assert opening_of(base) is None


# ---- exceptions -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_exception_is_entered_corrected_and_taken_back(opened, base_manager, client):
    row = actions.add_exception(opened, actor=base_manager, starts=MONDAY, ends=dt.date(2026, 9, 22), reason="换展")
    assert "换展" in client.get(opened.get_absolute_url()).content.decode()
    assert not opened.is_open_at(clock.now())
    actions.edit_exception(row, actor=base_manager, opens=dt.time(10), closes=dt.time(11))
    assert opened.is_open_at(clock.now())
    actions.remove_exception(row, actor=base_manager)
    assert (OpeningException.objects.count(), opened.is_open_at(clock.at(MONDAY, dt.time(14)))) == (0, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"ends": MONDAY},
        {"opens": dt.time(9)},
        {"opens": dt.time(9), "closes": dt.time(9)},
        {"reason": ""},
    ],
    ids=["no-day", "no-end", "no-length", "no-reason"],
)
def test_an_exception_that_makes_no_sense_is_refused(opened, base_manager, change):
    data = {"starts": MONDAY, "ends": dt.date(2026, 9, 22), "reason": "换展", **change}
    with pytest.raises(ActionError):
        actions.add_exception(opened, actor=base_manager, **data)


@pytest.mark.django_db
def test_a_day_has_one_exception(opened, base_manager):
    days = {"starts": MONDAY, "ends": dt.date(2026, 9, 23), "reason": "换展"}
    actions.add_exception(opened, actor=base_manager, **days)
    with pytest.raises(ActionError):
        actions.add_exception(opened, actor=base_manager, **days | {"starts": dt.date(2026, 9, 22)})


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["liuting", "secretary", "leader", "member", "stranger", "editor"])
def test_others_do_not_change_the_hours(opened, request, name):
    actor = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        actions.edit_base(opened, actor=actor, hours="每天 8:00–9:00")
    with pytest.raises(NotAllowed):
        actions.add_exception(opened, actor=actor, starts=MONDAY, ends=dt.date(2026, 9, 22), reason="换展")


# ---- the place ------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_address_has_a_link_to_a_map_with_the_coordinates_of_the_place(base, base_manager, client):
    place = {"address": "樱桃谷 12 号", "latitude": "36.306500", "longitude": "120.396700"}
    actions.edit_base(base, actor=base_manager, operator="夏庄街道办事处", brand="夏新连心", **place)
    page = client.get(base.get_absolute_url()).content.decode()
    assert "https://uri.amap.com/marker?position=120.396700%2C36.306500" in page
    assert ("运营" in page, "夏庄街道办事处" in page) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [{"latitude": "36.3"}, {"latitude": "12", "longitude": "120"}])
def test_half_a_place_and_one_abroad_are_refused(base, base_manager, place):
    with pytest.raises(ActionError):
        actions.edit_base(base, actor=base_manager, **place)
