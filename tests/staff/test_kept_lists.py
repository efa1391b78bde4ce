"""Lists of people whose number and order are read once until something changes: what changed is there at the next look."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.actions import check_in
from activities.models import Signup
from chengyang import clock
from members.actions import leave_registry
from organizations.actions import leave_organization
from organizations.models import Membership
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db(transaction=True)  # inside a transaction nothing is kept


def list_of(client, name, query=""):
    """Return (what the list says about its number, the page) of the list `name`."""
    response = client.get(reverse(f"admin:{name}_changelist") + query)
    assert response.status_code == 200
    return response.context_data["cl"].total_text.removesuffix(" 条"), response.content.decode()


def statements(client, name):
    with CaptureQueriesContext(connection) as captured:
        list_of(client, name)
    return [query["sql"] for query in captured.captured_queries]


@pytest.fixture
def officer(client_of, reference):
    return client_of(personas.make("district"))


def test_who_joins_and_who_leaves_is_in_the_list_of_persons_at_once(officer):
    first = factories.person(1, "安一诺")
    assert list_of(officer, "members_person")[0] == "1"
    factories.person(2, "安二诺")
    leave_registry(first, actor=first.user)
    total, page = list_of(officer, "members_person")
    assert ("安一诺" in page, "安二诺" in page, total) == (False, True, "1")


def test_sign_ups_and_check_ins_are_in_their_lists_at_once(officer, settings):
    settings.PORTAL_CLOCK = factories.NINE
    activity = factories.published(
        starts=factories.NINE, ends=factories.NINE + dt.timedelta(hours=2), signup_closes=None
    )
    settings.PORTAL_CLOCK = factories.NINE - dt.timedelta(minutes=30)
    assert [list_of(officer, name)[0] for name in ("activities_signup", "activities_checkin")] == ["0", "0"]
    signup = factories.signed_up(activity, 1, "安一诺")
    total, page = list_of(officer, "activities_signup")
    assert ("安一诺" in page, total) == (True, "1")
    check_in(signup, actor=personas.make("district_2"))
    assert list_of(officer, "activities_checkin")[0] == "1"


def test_a_changed_row_is_shown_as_it_is_now(officer, settings):
    settings.PORTAL_CLOCK = factories.NINE
    signup = factories.signed_up(factories.published(), 1, "安一诺")
    assert "安一诺" in list_of(officer, "activities_signup")[1]
    Signup.objects.filter(pk=signup.pk).update(state="cancelled")  # a row is read in any case, whatever was kept
    assert "已取消" in list_of(officer, "activities_signup")[1]


def test_an_ended_membership_leaves_the_list_of_the_secretary_at_once(client_of, reference):
    secretary, member = personas.make("secretary"), factories.person(1, "安一诺")
    organization = personas.organization()
    details = {"state": "active", "joined_on": clock.today(), "applied_at": clock.now(), "decided_at": clock.now()}
    membership = Membership.objects.create(person=member, organization=organization, **details)
    client = client_of(secretary)
    assert "安一诺" in list_of(client, "members_person")[1]
    leave_organization(membership, actor=member.user)
    assert "安一诺" not in list_of(client, "members_person")[1]


def test_each_officer_reads_their_own_number(client_of, reference):
    factories.person(1, "安一诺")
    assert list_of(client_of(personas.make("district")), "members_person")[0] == "1"
    assert list_of(client_of(personas.make("liuting")), "members_person")[0] == "0"


def test_the_second_look_neither_counts_nor_sorts(officer):
    factories.person(1, "安一诺")
    first = statements(officer, "members_person")
    second = statements(officer, "members_person")
    assert [sql for sql in first if "COUNT(" in sql]
    assert [
        sql
        for sql in second
        if "COUNT(" in sql or ("members_person" in sql and "ORDER BY" in sql and "LIMIT 26" in sql)
    ] == []


def test_each_page_and_each_search_has_its_own_keys(officer):
    for number in range(1, 31):
        factories.person(number, f"安{'一二三四五六七八九十'[number % 10]}{'甲乙丙'[number // 10 % 3]}")
    for _ in range(2):
        response = officer.get(reverse("admin:members_person_changelist"))
        page = response.context_data["cl"].page
        following = (
            officer.get(reverse("admin:members_person_changelist") + f"?after={page.after}").context_data["cl"].page
        )
        assert (len(page), len(following)) == (25, 5)
        assert {row.pk for row in page} & {row.pk for row in following} == set()
        assert list_of(officer, "members_person", "?q=安一甲")[0] == "1"
