"""Queries that are compiled once and sent with other values."""

import datetime as dt
import threading

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from activities.models import Activity, Signup
from activities.models.signups import is_own
from chengyang import clock
from chengyang.platform.accounts.models import User
from chengyang.platform.web.prepared import prepared
from members.models import Person
from tests.activities import factories

pytestmark = pytest.mark.django_db


@prepared
def named(name):
    return User.objects.filter(name=name).order_by("pk")


@prepared
def shown_between(public_id, first, last):
    return Activity.objects.filter(public_id=public_id, starts__gt=first, starts__lt=last).values_list("title", "pk")


@prepared
def locked(pk):
    return User.objects.select_for_update().filter(pk=pk)


def test_rows_are_those_of_the_query_for_every_value():
    first, second = (
        User.objects.create(name=name, phone=f"+861540000{n:04}") for n, name in enumerate(["甲", "乙"], 1)
    )
    for user in (first, second):
        found = named(user.name)
        assert found == [user]
        assert {key: value for key, value in vars(found[0]).items() if key != "_state"} == {
            key: value for key, value in vars(User.objects.get(pk=user.pk)).items() if key != "_state"
        }
        assert not found[0]._state.adding
    assert named("丙") == []


def test_values_of_several_types(reference):
    activity = factories.published()
    around = (activity.starts - dt.timedelta(seconds=1), activity.starts + dt.timedelta(seconds=1))
    assert shown_between(activity.public_id, *around) == [(activity.title, activity.pk)]
    assert shown_between(activity.public_id, around[1], around[1]) == []


def test_converted_values_are_those_of_the_query(member):
    """A stored telephone number, an encrypted one and a session: what the fields make of the columns."""
    person = Person.objects.filter(user=member).order_by()
    query = prepared(lambda user: Person.objects.filter(user=user).order_by())
    assert [vars(row).keys() for row in query(member.pk)] == [vars(row).keys() for row in person]
    for field in Person._meta.concrete_fields:
        assert getattr(query(member.pk)[0], field.attname) == getattr(person.get(), field.attname)


def test_an_argument_may_stand_in_a_query_twice(reference, settings):
    settings.PORTAL_CLOCK = factories.NINE
    signup = factories.signed_up(factories.published())
    own = prepared(lambda user: Signup.objects.filter(is_own(user)).order_by())
    assert own(signup.person.user_id) == [signup]


def test_a_query_is_compiled_once():
    built = []
    query = prepared(lambda pk: built.append(pk) or User.objects.filter(pk=pk))
    with CaptureQueriesContext(connection) as sent:
        query(1)
        query(2)
    assert len(built) == 1
    assert len(sent) == 2


def test_rows_are_locked_in_a_transaction_only(member):
    assert locked(member.pk) == [member]


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused():
    with transaction.atomic():
        assert locked(1) == []
    with pytest.raises(transaction.TransactionManagementError):
        locked(1)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_through_its_own_connection():
    User.objects.create(name="甲", phone="+8615400000001")
    found = [named("甲")]

    def ask():
        found.append(named("甲"))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_unknown_types_are_refused():
    with pytest.raises(TypeError, match="bool is no parameter"):
        prepared(lambda flag: User.objects.filter(is_active=flag))(True)


def test_an_argument_that_is_changed_before_it_is_sent_is_refused():
    """Such a query would be sent with the value of the first call."""
    with pytest.raises(ValueError, match="argument 0 is not in the query as it is"):
        prepared(lambda text: User.objects.filter(name__contains=text))("甲")


def test_related_rows_are_refused():
    with pytest.raises(ValueError, match="related rows"):
        prepared(lambda pk: Person.objects.select_related("subdistrict").filter(pk=pk))(1)


def test_a_session_that_has_ended_is_not_read(client, member):
    client.force_login(member, backend="chengyang.platform.accounts.backends.PortalBackend")
    assert client.get("/me/").status_code == 200
    Session.objects.update(expire_date=clock.now() - dt.timedelta(seconds=1))
    assert client.get("/me/").status_code == 302


def test_a_closed_account_is_not_read_from_its_session(client, member):
    client.force_login(member, backend="chengyang.platform.accounts.backends.PortalBackend")
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302
