"""A booking follows the time of its activity, or the edit says what is free instead."""

import datetime as dt

import pytest
from django.urls import reverse

from activities import actions as activities
from bases import actions
from bases.models import RoomBooking
from chengyang import clock
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.activities import factories

from .test_rooms import DAY, HOUR, TEN, book, refusal

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def base(reference, base_manager):
    return actions.edit_base(personas.base(), actor=base_manager, hours="周一至周五 9:00–17:00")


@pytest.fixture
def hall(base, base_manager):
    return actions.add_room(base, actor=base_manager, name="报告厅", capacity=80)


@pytest.fixture
def parlour(base, base_manager):
    return actions.add_room(base, actor=base_manager, name="会客厅", capacity=20)


@pytest.fixture
def activity(reference, secretary):
    """An activity of the organization, from ten to twelve."""
    return factories.draft(organization=personas.organization(), drafted_by=secretary, starts=TEN, ends=TEN + 2 * HOUR)


@pytest.fixture
def booking(hall, activity, secretary, base_manager):
    """The hall for the activity, half an hour before and a quarter after it, confirmed by the base."""
    row = book(hall, secretary, activity=activity, starts=TEN - 30 * MINUTE, hours=2.75)
    actions.confirm_booking(row, actor=base_manager)
    Notice.objects.all().delete()
    return row


def test_a_booking_follows_with_what_it_begins_earlier_and_ends_later(booking, activity, secretary, base_manager):
    activities.edit_activity(activity, actor=secretary, starts=TEN + HOUR, ends=TEN + 4 * HOUR)
    booking.refresh_from_db()
    assert booking.time == (TEN + 30 * MINUTE, TEN + 4 * HOUR + 15 * MINUTE)
    assert (booking.state, booking.decided_by, bool(booking.due_on)) == ("prebooked", None, True)
    assert "预订" in Notice.objects.get(user=base_manager).title


def test_what_who_manages_the_base_moves_stays_confirmed(booking, activity, district):
    activities.edit_activity(activity, actor=district, starts=TEN + HOUR, ends=TEN + 3 * HOUR)
    booking.refresh_from_db()
    assert (booking.state, booking.starts) == ("confirmed", TEN + 30 * MINUTE)


def test_other_changes_leave_the_booking_alone(booking, activity, secretary):
    activities.edit_activity(activity, actor=secretary, title="换了名字")
    booking.refresh_from_db()
    assert (booking.state, booking.starts) == ("confirmed", TEN - 30 * MINUTE)


def test_a_taken_room_refuses_the_edit_and_writes_nothing(booking, activity, hall, base_manager, secretary):
    book(hall, base_manager, starts=TEN + 5 * HOUR, hours=1)
    error = refusal(activities.edit_activity, activity, actor=secretary, starts=TEN + 4 * HOUR, ends=TEN + 6 * HOUR)
    assert (error.code, error.field, hall.name in str(error.message)) == ("taken", "starts", True)
    activity.refresh_from_db()
    booking.refresh_from_db()
    assert (activity.starts, booking.starts) == (TEN, TEN - 30 * MINUTE)


def test_every_alternative_is_a_time_of_the_activity_that_succeeds(
    booking, activity, hall, parlour, base_manager, secretary
):
    book(hall, base_manager, starts=TEN + 5 * HOUR, hours=1)
    wanted = {"starts": TEN + 4 * HOUR, "ends": TEN + 6 * HOUR}
    error = refusal(activities.edit_activity, activity, actor=secretary, **wanted)
    first = error.offers[0]
    assert (first.room, first.time) == (parlour, (TEN + 4 * HOUR, TEN + 6 * HOUR))
    activities.edit_activity(activity, actor=secretary, room=first.room, starts=first.time[0], ends=first.time[1])
    booking.refresh_from_db()
    assert (booking.room, booking.starts) == (parlour, TEN + 3.5 * HOUR)


def test_the_form_keeps_what_was_typed_and_a_button_takes_the_alternative(
    booking,
    activity,
    hall,
    parlour,
    base_manager,
    secretary,
    client_of,
):
    book(hall, base_manager, starts=TEN + 5 * HOUR, hours=1)
    url = reverse("admin:activities_activity_change", args=[activity.pk])
    browser = client_of(secretary)
    form = browser.get(url, {"edit": "1"}).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False, "", [])}
    data |= {"title": "换了名字的活动", "starts": "2026-09-21T14:00", "ends": "2026-09-21T16:00"}
    answer = browser.post(url, data)
    text = answer.content.decode()
    assert (answer.status_code, "换了名字的活动" in text, "会客厅，9月21日 周一 14:00–16:00" in text) == (
        409,
        True,
        True,
    )
    offer = answer.context["form"].offers[0].value
    assert browser.post(url, {**data, "offer": offer}).status_code == 302
    activity.refresh_from_db()
    booking.refresh_from_db()
    assert (activity.title, activity.starts, booking.room) == ("换了名字的活动", TEN + 4 * HOUR, parlour)


def test_bookings_that_have_begun_or_ended_stay(booking, activity, secretary, settings):
    RoomBooking.objects.filter(pk=booking.pk).update(state="cancelled")
    activities.edit_activity(activity, actor=secretary, starts=TEN + HOUR, ends=TEN + 3 * HOUR)
    booking.refresh_from_db()
    assert booking.starts == TEN - 30 * MINUTE


def test_two_bookings_of_one_activity_both_follow(booking, activity, parlour, secretary):
    other = book(parlour, secretary, activity=activity)
    activities.edit_activity(activity, actor=secretary, starts=TEN + DAY, ends=TEN + DAY + 2 * HOUR)
    assert {row.starts for row in RoomBooking.objects.all()} == {TEN + DAY - 30 * MINUTE, TEN + DAY}
    assert other.pk


def test_an_activity_that_moves_into_the_past_says_so(booking, activity, secretary):
    error = refusal(
        activities.edit_activity, activity, actor=secretary, starts=clock.now() - 2 * HOUR, ends=clock.now() + HOUR
    )
    assert error.code == "past"
