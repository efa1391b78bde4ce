"""Rooms: booked, confirmed, declined, moved, cancelled, closed for a while; alternatives; who may do what."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities import actions as activities
from bases import actions
from bases.models import Room, RoomBooking
from bases.states import BOOKING_BLOCKS, BOOKING_TRANSITIONS, BookingState
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TEN = clock.at(dt.date(2026, 9, 21), dt.time(10))  # a Monday
ALL = ("projector", "sound")


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def base(reference, base_manager):
    return actions.edit_base(personas.base(), actor=base_manager, hours="周一至周五 9:00–17:00")


@pytest.fixture
def hall(base, base_manager):
    return actions.add_room(base, actor=base_manager, name="报告厅", capacity=80, equipment=list(ALL))


@pytest.fixture
def parlour(base, base_manager):
    return actions.add_room(base, actor=base_manager, name="会客厅", capacity=20, equipment=["whiteboard"])


def book(room, actor, *, starts=TEN, hours=2, **data):
    values = {"title": "读书会", "people": 15, "starts": starts, "ends": starts + hours * HOUR, "needs": [], **data}
    return actions.book_room(room, actor=actor, **values)


def by_organization(room, secretary, **data):
    return book(room, secretary, organization=personas.organization(), **data)


def refusal(call, *args, **options):
    with pytest.raises(ActionError) as refused:
        call(*args, **options)
    return refused.value


def titles():
    return [notice.title for notice in Notice.objects.order_by("pk")]


# ---- from booking to answer -----------------------------------------------------------------------------------------
def test_an_organization_prebooks_and_the_manager_is_notified(hall, secretary, base_manager):
    booking = by_organization(hall, secretary)
    assert (booking.state, booking.due_on) == (BookingState.PREBOOKED, dt.date(2026, 9, 18))
    assert [(notice.title, notice.user) for notice in Notice.objects.all()] == [
        (f"场地预订等你答复：{hall}", base_manager)
    ]


def test_the_base_books_its_own_room_at_once(hall, base_manager):
    booking = book(hall, base_manager)
    assert (booking.state, booking.due_on, booking.decided_by) == (BookingState.CONFIRMED, None, base_manager)


def test_a_confirmation_notifies_who_booked(hall, secretary, base_manager):
    booking = by_organization(hall, secretary)
    assert actions.confirm_booking(booking, actor=base_manager).state == BookingState.CONFIRMED
    assert titles()[-1] == f"场地订好了：{hall}"


def test_a_refusal_has_a_reason_and_frees_the_time(hall, secretary, base_manager):
    booking = by_organization(hall, secretary)
    assert refusal(actions.decline_booking, booking, actor=base_manager, reason=" ").code == "reason"
    actions.decline_booking(booking, actor=base_manager, reason="那天换展")
    assert "那天换展" in Notice.objects.order_by("pk").last().body
    assert by_organization(hall, secretary).state == BookingState.PREBOOKED


def test_a_decision_is_taken_back_while_the_time_is_free(hall, secretary, base_manager):
    booking = by_organization(hall, secretary)
    actions.decline_booking(booking, actor=base_manager, reason="那天换展")
    undone = actions.undo_booking_decision(booking, actor=base_manager)
    assert (undone.state, undone.due_on, undone.reason) == (BookingState.PREBOOKED, dt.date(2026, 9, 18), "")
    actions.decline_booking(booking, actor=base_manager, reason="那天换展")
    book(hall, base_manager)
    assert refusal(actions.undo_booking_decision, booking, actor=base_manager).code == "taken"


def test_what_was_answered_is_not_answered_again(hall, secretary, base_manager):
    booking = actions.confirm_booking(by_organization(hall, secretary), actor=base_manager)
    assert refusal(actions.confirm_booking, booking, actor=base_manager).code == "state"
    assert refusal(actions.decline_booking, booking, actor=base_manager, reason="晚了").code == "state"


def test_nobody_answers_what_has_begun_and_it_expires(hall, secretary, base_manager, settings):
    booking = by_organization(hall, secretary)
    settings.PORTAL_CLOCK = TEN
    assert refusal(actions.confirm_booking, booking, actor=base_manager).code == "begun"
    assert (actions.expire_bookings(), actions.expire_bookings()) == (1, 0)
    booking.refresh_from_db()
    assert (booking.state, titles()[-1]) == (BookingState.EXPIRED, f"场地预订没有答复：{hall}")


def test_an_activity_books_for_its_organizer_and_its_rooms_are_cancelled_with_it(hall, secretary, xiazhuang):
    activity = factories.draft(organization=personas.organization(), drafted_by=secretary, starts=TEN, ends=TEN + HOUR)
    booking = book(hall, secretary, activity=activity)
    assert booking.organization == personas.organization()
    activities.cancel_activity(activity, actor=secretary, reason="大风")
    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (BookingState.CANCELLED, "活动取消：大风")
    assert titles()[-1] == f"场地预订取消了：{hall}"


# ---- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", BOOKING_BLOCKS)
def test_a_taken_time_is_refused_and_what_is_back_to_back_is_not(hall, secretary, base_manager, state):
    RoomBooking.objects.create(room=hall, starts=TEN, ends=TEN + HOUR, title="有人", people=1, state=state)
    error = refusal(by_organization, hall, secretary, starts=TEN + 30 * dt.timedelta(minutes=1), hours=1)
    assert (error.code, error.field) == ("taken", "starts")
    assert by_organization(hall, secretary, starts=TEN + HOUR, hours=1).pk
    assert by_organization(hall, secretary, starts=TEN - HOUR, hours=1).pk


@pytest.mark.parametrize("state", sorted(set(BookingState.values) - set(BOOKING_BLOCKS)))
def test_a_time_that_was_given_up_is_free(hall, secretary, state):
    RoomBooking.objects.create(room=hall, starts=TEN, ends=TEN + HOUR, title="有人", people=1, state=state)
    assert by_organization(hall, secretary).pk


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"starts": factories.NINE}, "past", "starts"),
        ({"hours": 0}, "invalid", None),
        ({"hours": 17}, "long", "ends"),
        ({"people": 0}, "invalid", "people"),
        ({"people": 81}, "small", "room"),
        ({"needs": ["video"]}, "small", "room"),
        ({"starts": TEN + 6 * HOUR}, "shut", "starts"),
        ({"starts": TEN - 2 * DAY}, "shut", "starts"),
    ],
    ids=["past", "no-length", "long", "nobody", "too-many", "equipment", "evening", "saturday"],
)
def test_what_cannot_be_booked_is_refused_at_its_field(hall, secretary, data, code, field):
    error = refusal(by_organization, hall, secretary, **data)
    assert (error.code, error.field) == (code, field)
    assert not RoomBooking.objects.exists()


def test_the_base_itself_uses_a_room_in_the_evening(hall, base_manager):
    assert book(hall, base_manager, starts=TEN + 8 * HOUR).pk


def test_the_database_keeps_two_bookings_of_a_room_apart(hall):
    row = {"room": hall, "starts": TEN, "ends": TEN + HOUR, "title": "有人", "people": 1}
    RoomBooking.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomBooking.objects.create(**row, state=BookingState.CONFIRMED)


# ---- alternatives ---------------------------------------------------------------------------------------------------
def test_every_offered_alternative_succeeds(hall, parlour, secretary, base_manager):
    book(hall, base_manager, starts=TEN - HOUR, hours=1.25)
    error = refusal(by_organization, hall, secretary)
    assert [(offer.room, offer.time.starts) for offer in error.offers[:2]] == [
        (parlour, TEN),
        (hall, TEN + dt.timedelta(minutes=15)),
    ]
    for offer in error.offers:
        with transaction.atomic():
            made = by_organization(
                offer.room, secretary, starts=offer.time.starts, hours=(offer.time.ends - offer.time.starts) / HOUR
            )
            assert made.pk
            transaction.set_rollback(True)


def test_a_room_that_is_too_small_leads_to_one_that_fits(hall, parlour, secretary):
    error = refusal(by_organization, parlour, secretary, people=60)
    assert (error.code, error.offers[0].room, error.offers[0].time.starts) == ("small", hall, TEN)


def test_a_room_in_use_no_longer_is_not_offered(hall, parlour, secretary, base_manager):
    actions.close_room(parlour, actor=base_manager)
    book(hall, base_manager)
    assert {offer.room for offer in refusal(by_organization, hall, secretary).offers} == {hall}
    assert refusal(by_organization, parlour, secretary).code == "shut"


def test_the_form_offers_alternatives_as_buttons_and_a_click_books(hall, parlour, secretary, base_manager, client_of):
    book(hall, base_manager)
    browser, url = client_of(secretary), reverse("admin:bases_roombooking_add")
    data = {
        "room": hall.pk,
        "organization": personas.organization().pk,
        "title": "读书会",
        "starts": "2026-09-21T10:00",
        "ends": "2026-09-21T12:00",
        "people": "15",
    }
    refused = browser.post(url, data)
    assert (refused.status_code, "点一下就订" in refused.content.decode()) == (409, True)
    offer = refused.context["form"].offers[0]
    assert str(offer) == "会客厅，9月21日 周一 10:00–12:00"
    assert browser.post(url, {**data, "offer": offer.value}).status_code == 302
    assert RoomBooking.objects.get(room=parlour).title == "读书会"


@pytest.mark.parametrize("offer", ["x", "1/2", "1/x/y", "0/2026-09-21 10:00/2026-09-21 12:00", "////"])
def test_a_made_up_alternative_is_refused(hall, secretary, client_of, offer):
    url = reverse("admin:bases_roombooking_add")
    answer = client_of(secretary).post(url, {"title": "读书会", "people": "15", "offer": offer})
    assert (answer.status_code, RoomBooking.objects.exists()) == (400, False)


# ---- changes --------------------------------------------------------------------------------------------------------
def test_who_booked_moves_it_until_it_is_confirmed(hall, parlour, secretary, base_manager):
    booking = by_organization(hall, secretary)
    moved = actions.edit_booking(booking, actor=secretary, room=parlour, starts=TEN + HOUR, ends=TEN + 2 * HOUR)
    assert (moved.room, moved.starts) == (parlour, TEN + HOUR)
    actions.confirm_booking(moved, actor=base_manager)
    with pytest.raises(NotAllowed):
        actions.edit_booking(moved, actor=secretary, starts=TEN)


def test_the_base_moves_a_confirmed_one_and_who_booked_is_notified(hall, secretary, base_manager):
    booking = actions.confirm_booking(by_organization(hall, secretary), actor=base_manager)
    actions.edit_booking(booking, actor=base_manager, starts=TEN + HOUR)
    assert titles()[-1] == f"场地预订改了：{hall}"


def test_it_is_not_moved_onto_another_one_nor_to_another_base(hall, secretary, base_manager, district):
    book(hall, base_manager, starts=TEN + 3 * HOUR)
    booking = by_organization(hall, secretary)
    error = refusal(actions.edit_booking, booking, actor=secretary, starts=TEN + 3 * HOUR, ends=TEN + 4 * HOUR)
    assert (error.code, bool(error.offers)) == ("taken", True)
    other = Room.objects.create(base=personas.base(slug="other", name="别的基地"), name="厅", capacity=90)
    assert refusal(actions.edit_booking, booking, actor=secretary, room=other).code == "base"


@pytest.mark.parametrize("name", ["secretary", "base_manager", "xiazhuang", "district"])
def test_either_side_cancels_with_a_reason(hall, secretary, request, name):
    booking = by_organization(hall, secretary)
    Notice.objects.all().delete()
    actor = request.getfixturevalue(name)
    assert refusal(actions.cancel_booking, booking, actor=actor, reason="").code == "reason"
    assert actions.cancel_booking(booking, actor=actor, reason="不用了").state == BookingState.CANCELLED
    assert titles() == [f"场地预订取消了：{hall}"]
    assert refusal(actions.cancel_booking, booking, actor=actor, reason="不用了").code == "state"


def test_what_is_over_is_not_cancelled(hall, secretary, settings):
    booking = by_organization(hall, secretary)
    settings.PORTAL_CLOCK = TEN + 2 * HOUR
    assert refusal(actions.cancel_booking, booking, actor=secretary, reason="不用了").code == "over"


# ---- closed periods -------------------------------------------------------------------------------------------------
def test_a_closed_period_keeps_everybody_out_and_ends_early(hall, secretary, base_manager):
    period = {"starts": TEN, "ends": TEN + 3 * DAY}
    closure = actions.close_room_for(hall, actor=base_manager, reason="换地板", **period)
    assert refusal(by_organization, hall, secretary, starts=TEN + DAY).code == "taken"
    assert refusal(book, hall, base_manager, starts=TEN + DAY).code == "taken"
    actions.cancel_booking(closure, actor=base_manager, reason="提前完工")
    assert by_organization(hall, secretary, starts=TEN + DAY).pk


def test_a_period_with_bookings_is_not_closed(hall, secretary, base_manager):
    by_organization(hall, secretary)
    error = refusal(actions.close_room_for, hall, actor=base_manager, starts=TEN, ends=TEN + DAY, reason="换地板")
    assert (error.code, "读书会" in error.message) == ("taken", True)


def test_a_room_with_bookings_is_not_closed_for_good(hall, secretary, base_manager, settings):
    by_organization(hall, secretary)
    assert refusal(actions.close_room, hall, actor=base_manager).code == "booked"
    settings.PORTAL_CLOCK = TEN + DAY
    actions.close_room(hall, actor=base_manager)
    assert refusal(actions.close_room, hall, actor=base_manager).code == "state"
    assert actions.reopen_room(hall, actor=base_manager).closed_on is None


# ---- who may --------------------------------------------------------------------------------------------------------
MANAGERS = {"district", "district_2", "xiazhuang", "base_manager"}


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_books_for_an_organization(hall, request, name):
    actor = request.getfixturevalue(name)
    if name in MANAGERS | {"secretary"}:
        assert by_organization(hall, actor).pk
    else:
        with pytest.raises(NotAllowed):
            by_organization(hall, actor)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_answers_and_who_changes_rooms(hall, secretary, request, name):
    booking, actor = by_organization(hall, secretary), request.getfixturevalue(name)
    calls = [
        lambda: actions.confirm_booking(booking, actor=actor),
        lambda: actions.edit_room(hall, actor=actor, capacity=90),
        lambda: actions.add_room(hall.base, actor=actor, name="陶坊", capacity=8),
        lambda: actions.close_room_for(hall, actor=actor, starts=TEN + DAY, ends=TEN + 2 * DAY, reason="换地板"),
    ]
    for call in calls:
        if name in MANAGERS:
            assert call().pk
        else:
            with pytest.raises(NotAllowed):
                call()


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_sees_a_booking(hall, secretary, request, name):
    booking = by_organization(hall, secretary)
    seen = RoomBooking.objects.visible_to(request.getfixturevalue(name))
    assert list(seen) == ([booking] if name in MANAGERS | {"secretary"} else [])


def test_a_manager_of_another_base_neither_sees_nor_answers(hall, secretary, liuting):
    booking = by_organization(hall, secretary)
    assert not RoomBooking.objects.visible_to(liuting).exists()
    with pytest.raises(NotAllowed):
        actions.confirm_booking(booking, actor=liuting)


@pytest.mark.parametrize("old", BookingState.values)
@pytest.mark.parametrize("new", BookingState.values)
def test_the_steps_between_states(old, new):
    steps = {
        ("prebooked", "confirmed"),
        ("prebooked", "declined"),
        ("prebooked", "cancelled"),
        ("prebooked", "expired"),
        ("confirmed", "cancelled"),
        ("confirmed", "prebooked"),  # moved with its activity
        ("closure", "cancelled"),
    }
    assert (new in BOOKING_TRANSITIONS[old]) == ((old, new) in steps)


# ---- pages ----------------------------------------------------------------------------------------------------------
def test_the_page_of_the_base_shows_its_rooms(hall, parlour, client, base_manager):
    actions.close_room(parlour, actor=base_manager)
    page = client.get(hall.base.get_absolute_url()).content.decode()
    assert ("报告厅" in page, "投影或大屏、音响和话筒" in page, "会客厅" in page) == (True, True, False)


def test_the_manager_answers_on_the_staff_site_and_takes_it_back(hall, secretary, base_manager, client_of):
    booking, browser = by_organization(hall, secretary), client_of(base_manager)
    assert "读书会" in browser.get(reverse("admin:index")).content.decode()
    url = reverse("admin:staff_decide", args=["booking", booking.public_id])
    version = browser.get(url).context_data["page"].version
    browser.post(url, {"choice": "confirm", "version": version})
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED


def test_the_form_is_filled_in_from_an_activity(hall, secretary, client_of):
    activity = factories.draft(
        organization=personas.organization(), drafted_by=secretary, starts=TEN, ends=TEN + HOUR, capacity=30
    )
    form = client_of(secretary).get(reverse("admin:bases_roombooking_add"), {"activity": activity.pk}).context["form"]
    assert [form[name].value() for name in ("title", "people", "organization")] == [
        "夏庄葡萄采摘帮扶",
        30,
        personas.organization().pk,
    ]


def test_a_manager_closes_a_room_for_a_while_in_the_form(hall, base_manager, client_of, secretary):
    data = {
        "room": hall.pk,
        "title": "换地板",
        "starts": "2026-09-21T08:00",
        "ends": "2026-09-23T18:00",
        "is_closure": "on",
    }
    url = reverse("admin:bases_roombooking_add")
    assert client_of(secretary).post(url, data).status_code == 409
    assert client_of(base_manager).post(url, data).status_code == 302
    assert RoomBooking.objects.get().state == BookingState.CLOSURE
