"""会员: applying, deciding, leaving (domain.md rules 2 and 12)."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from members.models import Person
from organizations import actions
from organizations.models import Membership
from tests import personas

pytestmark = pytest.mark.django_db
LIST = "/manage/organizations/membership/"


def applied(organization, user):
    return actions.apply_for_membership(organization, person=user.person, actor=user)


def code_of(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


@pytest.fixture
def asked(organization, newcomer):
    return applied(organization, newcomer)


# ---- applying --------------------------------------------------------------------------------------------------------
def test_the_answer_is_due_in_five_working_days(organization, newcomer):
    with time_machine.travel(dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC), tick=False):
        row = applied(organization, newcomer)
    assert (row.state, row.due_on) == ("applied", dt.date(2026, 11, 30))


def test_asking_twice_is_one_application(organization, newcomer):
    assert applied(organization, newcomer) == applied(organization, newcomer)


def test_database_refuses_second_open_membership(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(organization=asked.organization, person=asked.person)


def test_secretary_is_notified(secretary, organization, newcomer):
    applied(organization, newcomer)
    assert Notice.objects.get(user=secretary).kind == "organizations/membership_applied"


def test_application_is_not_made_by_others(organization, newcomer, stranger):
    with pytest.raises(NotAllowed):
        actions.apply_for_membership(organization, person=newcomer.person, actor=stranger)


@pytest.mark.parametrize("change", [{"state": "preparing"}, {"is_published": False}])
def test_closed_organization_accepts_no_application(organization, newcomer, change):
    type(organization).objects.filter(pk=organization.pk).update(**change)
    assert code_of(applied, organization, newcomer) == "closed"


def test_person_who_left_does_not_apply(organization, newcomer):
    Person.objects.filter(user=newcomer).update(state="left", left_on=clock.today())
    assert code_of(applied, organization, newcomer) == "not_registered"


# ---- deciding --------------------------------------------------------------------------------------------------------
def test_secretary_accepts(asked, secretary, newcomer):
    row = actions.accept_membership(asked, actor=secretary)
    assert (row.state, row.joined_on, row.decided_by) == ("active", clock.today(), secretary)
    assert Notice.objects.get(user=newcomer).kind == "organizations/membership_accepted"


def test_the_secretary_then_sees_the_member(asked, secretary, newcomer):
    assert not Person.objects.visible_to(secretary).filter(user=newcomer).exists()
    actions.accept_membership(asked, actor=secretary)
    assert Person.objects.visible_to(secretary).filter(user=newcomer).exists()


@pytest.mark.parametrize("name", ["liuting", "base_manager", "leader", "member", "sysadmin"])
def test_others_do_not_accept(asked, name):
    with pytest.raises(NotAllowed):
        actions.accept_membership(asked, actor=personas.make(name))


def test_secretary_does_not_accept_own_application(secretary):
    other = personas.organization()
    row = applied(other, secretary)
    with pytest.raises(NotAllowed):
        actions.accept_membership(row, actor=secretary)


def test_declining_needs_a_reason_that_the_person_reads(asked, secretary, newcomer):
    assert code_of(actions.decline_membership, asked, actor=secretary, reason=" ") == "reason"
    actions.decline_membership(asked, actor=secretary, reason="面向的类别不同。")
    assert "面向的类别不同。" in Notice.objects.get(user=newcomer).body


def test_the_audit_of_it_holds_a_code(asked, secretary):
    actions.decline_membership(asked, actor=secretary, reason="面向的类别不同。")
    assert Entry.objects.get(verb="membership.declined").reason == "turned_down"


def test_person_who_left_meanwhile_is_not_accepted(asked, secretary):
    Person.objects.filter(pk=asked.person_id).update(state="left", left_on=clock.today())
    assert code_of(actions.accept_membership, asked, actor=secretary) == "left"


def test_deciding_twice_is_refused(asked, secretary):
    actions.accept_membership(asked, actor=secretary)
    assert code_of(actions.accept_membership, asked, actor=secretary) == "state"


# ---- leaving ---------------------------------------------------------------------------------------------------------
def test_leaving_is_at_once(member):
    row = actions.leave_organization(member.person.memberships.get(), actor=member)
    assert (row.state, row.left_on) == ("left", clock.today())


@pytest.mark.parametrize("name", ["secretary", "district"])
def test_member_is_not_removed_by_others(member, name):
    with pytest.raises(NotAllowed):
        actions.leave_organization(member.person.memberships.get(), actor=personas.make(name))


def test_an_application_is_withdrawn(asked, newcomer):
    assert actions.withdraw_membership_application(asked, actor=newcomer).state == "withdrawn"


def test_former_member_may_apply_again(member, organization):
    actions.leave_organization(member.person.memberships.get(), actor=member)
    assert applied(organization, member).state == "applied"


# ---- to-do list and visibility ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*personas.NAMES, "visitor"])
def test_an_application_waits_for_the_secretary(asked, name):
    user = personas.visitor() if name == "visitor" else personas.make(name)
    assert bool(extensions.todo_kind("membership").waiting(user)) == (name == "secretary")


@pytest.mark.parametrize("name", ["district", "xiazhuang"])
def test_overdue_application_waits_for_staff(asked, name):
    Membership.objects.update(due_on=clock.today() - dt.timedelta(days=1))
    assert list(extensions.todo_kind("membership").waiting(personas.make(name))) == [asked]


SEEN = {
    "district": 2,
    "xiazhuang": 2,
    "secretary": 2,
    "member": 1,
    "liuting": 0,
    "leader": 0,
    "editor": 0,
    "stranger": 0,
    "sysadmin": 0,
}


@pytest.mark.parametrize("name", SEEN)
def test_visible_memberships(asked, name):
    personas.make("member")
    assert Membership.objects.visible_to(personas.make(name)).count() == SEEN[name]


# ---- closed memberships ----------------------------------------------------------------------------------------------
def page_of(row):
    return reverse("admin:staff_decide", args=["membership", row.public_id])


@pytest.mark.parametrize("name", ["secretary", "district"])
@pytest.mark.parametrize(
    ("state", "status"), [("applied", 200), ("active", 200), ("declined", 404), ("withdrawn", 404)]
)
def test_an_applicant_is_read_while_it_is_open(client_of, asked, name, state, status):
    Membership.objects.update(state=state, joined_on=clock.today() if state == "active" else None)
    assert client_of(personas.make(name)).get(page_of(asked)).status_code == status


@pytest.mark.parametrize("name", ["secretary", "xiazhuang", "district"])
def test_membership_of_person_who_left_is_404(client_of, asked, name):
    Person.objects.filter(pk=asked.person_id).update(state="left", left_on=clock.today())
    browser = client_of(personas.make(name))
    assert browser.get(page_of(asked)).status_code == 404
    assert asked.person.name not in browser.get(LIST).content.decode()


@pytest.mark.parametrize(("name", "listed"), [("secretary", False), ("xiazhuang", True)])
def test_declined_application_is_listed_for_staff_only(client_of, asked, name, listed):
    Membership.objects.update(state="declined")
    assert (asked.person.name in client_of(personas.make(name)).get(LIST).content.decode()) is listed


def test_declining_on_the_row_leads_back_to_the_list(client_of, asked, secretary):
    url = reverse("admin:organizations_membership_do", args=[asked.pk, "decline"])
    assert client_of(secretary).post(url, {"reason": "面向的类别不同。"}).url == LIST


def test_opening_an_application_for_membership_is_recorded(client_of, asked, secretary, newcomer):
    client_of(secretary).get(page_of(asked))
    entry = Entry.objects.get(verb="person.seen")
    assert (entry.actor, entry.person, entry.user) == tuple(
        row.public_id for row in (secretary, asked.person, newcomer)
    )
