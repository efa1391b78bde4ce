"""Pages whose parts are kept for all who see the same: nobody sees what is for others, and one's own steps show at once."""

import datetime as dt

import pytest

from activities.actions import cancel_signup, edit_activity, sign_up
from chengyang import clock
from organizations.actions import leave_organization
from organizations.models import Membership
from tests import personas

from . import factories

DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.django_db(transaction=True)  # inside a transaction nothing is kept


def reads(client, title, path="/calendar/"):
    return title in client.get(path).content.decode()


def test_each_audience_has_its_own_calendar(client, client_of, reference):
    factories.published(title="会员场", audience="members")
    member, stranger = client_of(personas.make("member")), client_of(personas.make("stranger"))
    for _ in range(2):
        assert [reads(one, "会员场") for one in (client, member, stranger)] == [False, True, False]


def test_a_month_that_is_named_is_another_page_than_the_month_itself(client, activity):
    pages = [
        client.get(path).content
        for path in ("/calendar/", "/calendar/?view=month", "/calendar/", "/calendar/?view=list")
    ]
    assert (pages[0] == pages[2], len(set(pages))) == (True, 3)


def test_who_left_an_organization_reads_no_more_of_its_activities(client_of, organization):
    user = personas.make("member")
    details = {
        "state": "active",
        "joined_on": clock.today() - DAY,
        "applied_at": clock.now(),
        "decided_at": clock.now(),
    }
    membership, _ = Membership.objects.get_or_create(person=user.person, organization=organization, defaults=details)
    inside = factories.published(title="内部会", audience="organization", organization=organization)
    client = client_of(user)
    assert (reads(client, "内部会"), client.get(inside.get_absolute_url()).status_code) == (True, 200)
    leave_organization(membership, actor=user)
    assert (reads(client, "内部会"), client.get(inside.get_absolute_url()).status_code) == (False, 404)


def test_ones_own_sign_up_and_its_end_are_on_ones_own_page_at_once(client_of, activity):
    user = personas.make("member")
    client = client_of(user)
    assert not reads(client, activity.title, "/me/")
    signup = sign_up(activity, person=user.person, actor=user)
    assert reads(client, activity.title, "/me/")
    cancel_signup(signup, actor=user)
    assert not reads(client, f"{activity.title}</", "/me/")


def test_a_correction_is_on_the_page_and_the_calendar_at_once(client, client_of, activity):
    path, officer = activity.get_absolute_url(), personas.make("xiazhuang")
    member = client_of(personas.make("member"))
    assert [reads(one, activity.place, path) for one in (client, member)] == [True, True]
    edit_activity(activity, actor=officer, place="换到的地方")
    assert [reads(one, "换到的地方", path) for one in (client, member)] == [True, True]


def test_an_officer_reads_a_draft_as_it_is_now(client_of, reference):
    draft, officer = factories.draft(), personas.make("xiazhuang")
    client = client_of(officer)
    assert reads(client, draft.place, draft.get_absolute_url())
    draft.place = "改过的地方"
    draft.save()
    assert reads(client, "改过的地方", draft.get_absolute_url())
