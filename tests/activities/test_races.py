"""Concurrent actions, with real connections to a real database (docs/style.md rule 22)."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from activities import actions
from activities.models import Activity, CheckIn, ServiceRecord, Signup
from activities.states import SIGNUP_TAKES_PLACE, SignupState
from chengyang.errors import ActionError
from chengyang.platform.accounts.models import User
from members.models import Category, Person
from tests import personas

from . import factories

CONNECTIONS = 40
CLIENTS, PLACES = 200, 60

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def area(transactional_db):
    return personas.reference()


def crowd(count, area):
    """Create `count` persons with accounts, in bulk."""
    category = Category.objects.first()
    users = User.objects.bulk_create([User(email=f"p{number}@demo.invalid") for number in range(count)])
    return Person.objects.bulk_create(
        [Person(name="周予安", category=category, subdistrict=area, unit="某公司", user=user) for user in users]
    )


def at_once(calls, connections=CONNECTIONS):
    """Run `calls` on this many connections, all open before the first call begins; return results or error codes."""
    gate = threading.Barrier(connections)

    def work(mine):
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return [_outcome(call) for call in mine]
        finally:
            connection.close()

    with ThreadPoolExecutor(connections) as pool:
        shares = [calls[number::connections] for number in range(connections)]
        return [outcome for share in pool.map(work, shares) for outcome in share]


def _outcome(call):
    try:
        return call()
    except ActionError as error:
        return error.code


def test_200_clients_for_60_places(area):
    activity = factories.published(capacity=PLACES)
    people = crowd(CLIENTS, area)
    at_once([lambda one=one: actions.sign_up(activity, person=one, actor=one.user) for one in people])
    rows = list(Signup.objects.order_by("position").values_list("position", "state"))
    assert [position for position, _ in rows] == list(range(1, CLIENTS + 1))
    assert [state for _, state in rows] == ["confirmed"] * PLACES + ["waitlisted"] * (CLIENTS - PLACES)
    assert factories.counted(activity) == (PLACES, PLACES)


def test_one_person_on_forty_connections_has_one_signup(area):
    activity = factories.published(capacity=PLACES)
    (one,) = crowd(1, area)
    found = at_once([lambda: actions.sign_up(activity, person=one, actor=one.user).pk for _ in range(CONNECTIONS)])
    assert len(set(found)) == Signup.objects.count() == 1


def test_the_last_place_goes_once(area):
    activity = factories.published(capacity=1)
    people = crowd(CONNECTIONS, area)
    at_once([lambda one=one: actions.sign_up(activity, person=one, actor=one.user) for one in people])
    assert Signup.objects.filter(state="confirmed").count() == 1


def consistent(activity):
    """Return whether the count is right, the limit is kept, and no place is free while somebody waits."""
    activity.refresh_from_db()
    taken = activity.signups.filter(state__in=SIGNUP_TAKES_PLACE).count()
    waits = activity.signups.filter(state=SignupState.WAITLISTED).exists()
    return activity.taken == taken <= activity.capacity and (taken == activity.capacity or not waits)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_signing_up_cancelling_confirming_and_expiring_keep_the_count(area, settings, seed):
    source = random.Random(seed)
    activity = factories.published(capacity=10)
    people = crowd(30, area)
    signups = [actions.sign_up(activity, person=one, actor=one.user) for one in people[:20]]
    for signup in signups[:5]:  # five offers, whose time has passed
        actions.cancel_signup(signup, actor=signup.person.user)
    settings.PORTAL_CLOCK = factories.NINE + 5 * factories.HOUR
    calls = [lambda one=one: actions.sign_up(activity, person=one, actor=one.user) for one in people[20:]]
    calls += [lambda row=row: actions.cancel_signup(row, actor=row.person.user) for row in signups[5:15]]
    calls += [lambda row=row: actions.confirm_signup(row, actor=row.person.user) for row in signups[10:20]]
    calls += [actions.expire_offers] * 10
    source.shuffle(calls)
    at_once(calls, connections=20)
    assert consistent(activity)


def test_forty_expiry_runs_offer_a_place_once(area, settings):
    activity = factories.published(capacity=1)
    people = crowd(3, area)
    first, *_ = [actions.sign_up(activity, person=one, actor=one.user) for one in people]
    actions.cancel_signup(first, actor=first.person.user)
    settings.PORTAL_CLOCK = factories.NINE + 5 * factories.HOUR
    ended = at_once([actions.expire_offers] * CONNECTIONS)
    assert sum(ended) == 1
    assert factories.states(activity) == ["cancelled", "expired", "offered"]


def test_the_capacity_is_raised_while_people_sign_up(area, settings):
    activity = factories.published(capacity=5)
    people = crowd(40, area)
    officer = personas.make("xiazhuang")
    calls = [lambda one=one: actions.sign_up(activity, person=one, actor=one.user) for one in people]
    calls.insert(20, lambda: actions.edit_activity(activity, actor=officer, capacity=25))
    at_once(calls)
    assert Activity.objects.get().taken == 25
    assert consistent(activity)


def test_a_ticket_is_scanned_ten_times_at_once(area, settings):
    activity = factories.published()
    (one,) = crowd(1, area)
    signup = actions.sign_up(activity, person=one, actor=one.user)
    officer = personas.make("xiazhuang")
    settings.PORTAL_CLOCK = activity.starts
    found = at_once([lambda: actions.check_in(signup, actor=officer).pk for _ in range(10)], connections=10)
    assert found.count("already") == 9


def test_corrections_of_one_day_never_pass_its_24_hours(area):
    (one,) = crowd(1, area)
    officer, records = personas.make("xiazhuang"), []
    for _ in range(8):
        service = factories.published(kind="volunteer")
        signup = Signup.objects.create(activity=service, person=one, position=1)
        checkin = CheckIn.objects.create(signup=signup, checked_in_at=service.starts, checked_out_at=service.ends)
        records.append(ServiceRecord.objects.create(checkin=checkin, hours=1))
    at_once(
        [lambda row=row: actions.correct_hours(row, hours=Decimal(9), reason="错", actor=officer) for row in records], 8
    )
    assert ServiceRecord.objects.total() == 24  # two of them; a third would make 32


def test_check_outs_of_services_at_the_same_time_count_once(area, settings):
    (one,) = crowd(1, area)
    officer, checkins = personas.make("xiazhuang"), []
    for _ in range(8):
        service = factories.published(kind="volunteer")
        signup = Signup.objects.create(activity=service, person=one, position=1)
        checkins.append(CheckIn.objects.create(signup=signup, checked_in_at=service.starts))
    settings.PORTAL_CLOCK = checkins[0].signup.activity.ends
    at_once([lambda row=row: actions.check_out(row, actor=officer) for row in checkins], 8)
    assert (ServiceRecord.objects.count(), ServiceRecord.objects.total()) == (8, 3)


def test_services_of_the_same_people_are_finished_at_the_same_time(area, settings):
    people, officer = crowd(10, area), personas.make("xiazhuang")
    services = [factories.published(kind="volunteer") for _ in range(4)]
    for turn, service in enumerate(services):
        for position, one in enumerate(people[turn:] + people[:turn], start=1):
            signup = Signup.objects.create(activity=service, person=one, position=position)
            CheckIn.objects.create(signup=signup, checked_in_at=service.starts)
    settings.PORTAL_CLOCK = services[0].ends
    names = list(Signup.objects.values_list("public_id", flat=True))
    at_once(
        [lambda row=row: actions.finish_activity(row, listed=names, stayed=names, actor=officer) for row in services], 4
    )
    assert ServiceRecord.objects.total() == 30  # three hours for each of ten people
