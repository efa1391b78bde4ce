"""A hundred at the same moment for the same days of the rotating chair, on real connections: exactly one wins."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connection

from chengyang.errors import ActionError
from organizations import actions
from organizations.models import Duty
from tests import personas

from . import rotation

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 100


@pytest.fixture
def planned(settings):
    """The year of 夏庄, committed; the post of 房青屿 ends before May 2027, that of 栾若溪 before June."""
    settings.PORTAL_CLOCK = rotation.NOW
    personas.reference()
    organization, secretary = personas.organization(), personas.make("secretary")
    chairs = rotation.people(organization)
    rotation.plan(organization, rotation.term(organization), chairs.values(), actor=secretary)
    for name, ends in (("房青屿", dt.date(2027, 5, 1)), ("栾若溪", dt.date(2027, 6, 1))):
        organization.posts.filter(person=chairs[name]).update(ends=ends)
    return organization, secretary, chairs


def at_once(call, number=MANY):
    """Return what each of `number` calls at the same moment returned or raised."""
    gate = threading.Barrier(number)

    def run(place):
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return call(place)
        except (ActionError, IntegrityError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def of_kind(found, kind):
    return [one for one in found if isinstance(one, kind)]


def test_of_a_hundred_who_fill_one_vacancy_one_wins_and_the_others_read_what_is_free(planned):
    organization, secretary, chairs = planned
    people = [chairs[name] for name in ("宋守信", "辛渡朗", "江海晴", "马希军")]
    vacant = organization.duties.shares().get(starts=dt.date(2027, 5, 1))

    def fill(place):
        row = Duty.objects.get(pk=vacant.pk)
        return actions.fill_vacancy(row, person=people[place % len(people)], actor=secretary)

    found = at_once(fill)
    refused = of_kind(found, ActionError)
    assert (len(of_kind(found, Duty)), len(refused)) == (1, MANY - 1)
    assert {(one.code, "还空着的：2027年6月" in str(one)) for one in refused} == {("taken", True)}


def test_of_a_hundred_questions_for_overlapping_days_one_stands_and_the_others_read_what_is_free(planned):
    organization, secretary, chairs = planned
    share = organization.duties.shares().get(starts=dt.date(2026, 10, 1))

    def ask(place):
        row = Duty.objects.get(pk=share.pk)
        starts = dt.date(2026, 10, 10) + dt.timedelta(days=place % 5)
        return actions.ask_substitute(
            row, person=chairs["江海晴"], starts=starts, ends=dt.date(2026, 10, 16 + place % 7), actor=secretary
        )

    found = at_once(ask)
    kept = {row.pk for row in of_kind(found, Duty)}
    assert len(kept) == Duty.objects.substitutes().count() == 1
    assert {one.code for one in of_kind(found, ActionError)} == {"taken"}
    assert all("还可以请人代的：10月1日" in str(one) for one in of_kind(found, ActionError))


def test_the_database_keeps_one_of_a_hundred_overlapping_shares(planned):
    organization, _secretary, chairs = planned
    organization.duties.all().delete()
    term = organization.terms.get()

    def write(place):
        starts = dt.date(2026, 10, 1) + dt.timedelta(days=place % 20)
        try:
            return Duty.objects.create(
                organization=organization, term=term, person=chairs["马希军"], starts=starts, ends=dt.date(2026, 10, 25)
            )
        except OperationalError as deadlock:  # two that wait for each other: PostgreSQL ends one of them
            return deadlock

    found = at_once(write)
    assert (len(of_kind(found, Duty)), Duty.objects.count()) == (1, 1)


def test_two_answers_to_one_swap_at_the_same_moment_exchange_it_once(planned):
    organization, secretary, chairs = planned
    rows = [organization.duties.shares().get(starts=day) for day in (dt.date(2026, 12, 1), dt.date(2027, 1, 1))]
    swap = actions.ask_swap(*rows, actor=secretary)
    users = [chairs["栾若溪"].user, chairs["宋守信"].user]
    at_once(lambda place: actions.agree_swap(type(swap).objects.get(pk=swap.pk), actor=users[place]), 2)
    assert type(swap).objects.get().state == "agreed"
    assert [Duty.objects.get(pk=row.pk).person.name for row in rows] == ["宋守信", "栾若溪"]
