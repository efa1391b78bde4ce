"""Concurrent bookings, with real connections to a real database (docs/style.md rule 22)."""

import datetime as dt

import pytest
from django.db import connection

from bases import actions
from bases.models import Room, RoomBooking, Visit
from bases.states import BookingState
from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.accounts.models import User
from tests import personas
from tests.activities import factories
from tests.activities.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
REQUESTS = 100
TEN = clock.at(dt.date(2026, 9, 21), dt.time(10))
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def base(transactional_db, settings):
    settings.PORTAL_CLOCK = factories.NINE
    personas.reference()
    base = actions.edit_base(personas.base(), actor=personas.make("base_manager"), hours="每天 8:00–18:00")
    for name in ("报告厅", "会客厅", "路演厅"):
        Room.objects.create(base=base, name=name, capacity=30)
    return base


@pytest.mark.parametrize("name", ["secretary", "base_manager"])
def test_of_a_hundred_bookings_of_one_room_one_wins_and_the_rest_get_free_alternatives(base, name):
    actor, hall = personas.make(name), base.rooms.get(name="报告厅")
    mine = {"organization": personas.organization()} if name == "secretary" else {}

    def book():
        try:
            actions.book_room(hall, actor=actor, title="读书会", people=20, starts=TEN, ends=TEN + 2 * HOUR, **mine)
        except actions.NoRoom as error:
            return error.code, error.offers
        return "booked", []

    found = at_once([book] * REQUESTS, connections=20)
    assert sorted(code for code, _offers in found) == ["booked"] + ["taken"] * (REQUESTS - 1)
    assert RoomBooking.objects.count() == 1
    assert all(offers for code, offers in found if code == "taken")
    offers = {offer.value: offer for _code, some in found for offer in some}
    for offer in offers.values():  # all of them are free, and one after the other succeeds
        assert not offer.room.bookings.blocking().overlapping(*offer.time).exists()


def test_a_room_is_not_booked_while_it_is_closed_for_a_while(base):
    manager, hall = personas.make("base_manager"), base.rooms.get(name="报告厅")
    period = {"starts": TEN, "ends": TEN + 5 * HOUR}
    calls = [lambda: actions.close_room_for(hall, actor=manager, reason="换地板", **period).pk] * 10
    calls += [lambda: actions.book_room(hall, actor=manager, title="读书会", people=2, **period).pk] * 10
    found = at_once(calls, connections=20)
    assert (found.count("taken"), RoomBooking.objects.blocking().count()) == (19, 1)


def test_a_booking_is_confirmed_declined_and_cancelled_at_once_and_one_wins(base):
    manager, secretary = personas.make("base_manager"), personas.make("secretary")
    hall, organization = base.rooms.get(name="报告厅"), personas.organization()
    time = {"starts": TEN, "ends": TEN + HOUR}
    row = actions.book_room(hall, actor=secretary, organization=organization, title="读书会", people=2, **time)
    calls = [
        lambda: actions.confirm_booking(row, actor=manager).state,
        lambda: actions.decline_booking(row, actor=manager, reason="换展").state,
    ]
    found = at_once(calls * 5, connections=10)
    assert found.count("state") == 9
    row.refresh_from_db()
    assert row.state in (BookingState.CONFIRMED, BookingState.DECLINED)


def test_two_bookings_that_change_rooms_with_each_other_do_not_wait_for_ever(base):
    manager = personas.make("base_manager")
    hall, parlour = base.rooms.get(name="报告厅"), base.rooms.get(name="会客厅")
    rows = [
        actions.book_room(
            room, actor=manager, title="读书会", people=2, starts=TEN + step * HOUR, ends=TEN + (step + 1) * HOUR
        )
        for step, room in enumerate((hall, parlour))
    ]
    calls = [
        lambda row=row, room=room: actions.edit_booking(row, actor=manager, room=room).room_id
        for _ in range(5)
        for row, room in zip(rows, (parlour, hall), strict=True)
    ]
    found = at_once(calls, connections=10)
    assert {one for one in found if one != "state"} == {hall.pk, parlour.pk}


def test_the_constraint_refuses_what_passes_the_lock(base):
    hall = base.rooms.get(name="报告厅")
    row = {"room": hall, "starts": TEN, "ends": TEN + HOUR, "title": "有人", "people": 1}

    def insert():
        with connection.cursor():
            try:
                return bool(RoomBooking.objects.create(**row).pk)
            except Exception as error:
                raise ActionError(str(error), code=type(error).__name__) from error

    found = at_once([insert] * 20, connections=20)
    assert (found.count(True), found.count("IntegrityError") + found.count("OperationalError")) == (1, 19)


# ---- visits ---------------------------------------------------------------------------------------------------------
MORNING = clock.at(dt.date(2026, 9, 21), dt.time(9, 30))


@pytest.fixture
def visited(base):
    data = {"takes_visits": True, "visit_times": "9:30、11:00、14:00"}
    return actions.edit_base(base, actor=personas.make("base_manager"), **data)


def guests(number):
    return User.objects.bulk_create(
        [User(email=f"g{one}@demo.invalid", phone=f"+86154{one:08}") for one in range(number)]
    )


def asking(base, guest, starts=MORNING):
    def ask():
        try:
            data = {"unit": "某联谊会", "contact_name": "安知远", "people": 20}
            actions.request_visit(base, actor=guest, starts=starts, **data)
        except actions.NoVisit as error:
            return error.code, error.offers
        return "asked", []

    return ask


def test_of_a_hundred_requests_for_one_visit_one_wins_and_the_rest_get_free_times(visited):
    found = at_once([asking(visited, guest) for guest in guests(REQUESTS)], connections=20)
    assert sorted(code for code, _offers in found) == ["asked"] + ["taken"] * (REQUESTS - 1)
    assert Visit.objects.count() == 1
    offered = {time for code, offers in found if code == "taken" for time in offers}
    assert all(offers for code, offers in found if code == "taken")
    somebody = User.objects.create(phone="+8615499999999")
    for time in sorted(offered)[:3]:
        assert asking(visited, somebody, time.starts)()[0] == "asked"


def test_a_visit_and_a_booking_of_a_room_that_it_needs_never_get_the_same_time(visited):
    manager, hall = personas.make("base_manager"), visited.rooms.get(name="报告厅")
    actions.edit_room(hall, actor=manager, for_visits=True)
    hall.refresh_from_db()

    def book():
        time = {"starts": MORNING, "ends": MORNING + HOUR}
        return actions.book_room(hall, actor=manager, title="读书会", people=2, **time).pk

    calls = [book] * 10 + [lambda one=one: asking(visited, one)()[0] for one in guests(10)]
    at_once(calls, connections=20)
    assert RoomBooking.objects.blocking().count() + Visit.objects.blocking().count() == 1


def test_a_proposal_is_accepted_and_lapses_at_once_and_one_wins(visited, settings):
    (guest,), manager = guests(1), personas.make("base_manager")
    visit = actions.request_visit(
        visited, actor=guest, starts=MORNING, unit="某联谊会", contact_name="安知远", people=20
    )
    until = factories.NINE + 5 * HOUR
    actions.propose_visit(visit, actor=manager, starts=MORNING + HOUR, kept_until=until, reason="换展")
    settings.PORTAL_CLOCK = until
    calls = [lambda: actions.accept_proposal(visit, actor=guest).state, actions.lapse_visits] * 5
    found = at_once(calls, connections=10)
    visit.refresh_from_db()
    assert (visit.state, sum(one for one in found if isinstance(one, int))) == ("lapsed", 1)
