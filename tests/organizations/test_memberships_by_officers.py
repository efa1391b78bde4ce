"""Memberships that the secretary or staff enter, end and correct."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from organizations import actions
from organizations.models import Membership
from tests import personas

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
MANAGERS = {"secretary", "district", "district_2", "xiazhuang"}
ADD = "/manage/organizations/membership/add/"
NUMBER = "+8615400006000"


@pytest.fixture
def entered(organization, newcomer, secretary):
    return actions.add_membership(organization, person=newcomer.person, actor=secretary)


def code_of(call, *args, **options):
    with pytest.raises(ActionError) as refused:
        call(*args, **options)
    return refused.value.code


def may(call, *args, **options):
    try:
        call(*args, **options)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_enters_a_member(organization, newcomer, name):
    user = personas.make(name)
    allowed = may(actions.add_membership, organization, person=newcomer.person, actor=user)
    assert allowed == (name in MANAGERS)


def test_the_member_is_notified_how_to_leave(entered, newcomer):
    assert (entered.state, entered.joined_on) == ("active", clock.today())
    assert "不需要谁批准" in Notice.objects.get(user=newcomer).body
    assert Entry.objects.get(verb="membership.added").person == newcomer.person.public_id


def test_nobody_enters_themself(organization, secretary):
    with pytest.raises(NotAllowed):
        actions.add_membership(organization, person=secretary.person, actor=secretary)


def test_a_member_is_not_entered_twice(organization, entered, newcomer, xiazhuang):
    assert code_of(actions.add_membership, organization, person=newcomer.person, actor=xiazhuang) == "once"


@pytest.mark.parametrize(("state", "code"), [("unconfirmed", "not_registered"), ("left", "not_registered")])
def test_only_people_of_the_registry_are_entered(organization, newcomer, secretary, state, code):
    type(newcomer.person).objects.filter(user=newcomer).update(
        state=state, left_on=clock.today(), confirm_by=clock.today()
    )
    assert code_of(actions.add_membership, organization, person=newcomer.person, actor=secretary) == code


def test_a_day_to_come_is_refused(organization, newcomer, secretary):
    tomorrow = clock.today() + DAY
    assert (
        code_of(actions.add_membership, organization, person=newcomer.person, joined_on=tomorrow, actor=secretary)
        == "dates"
    )


# ---- ending and correcting ------------------------------------------------------------------------------------------
def test_ending_needs_a_reason_that_the_member_reads(entered, newcomer, secretary):
    assert code_of(actions.end_membership, entered, actor=secretary, reason="") == "reason"
    ended = actions.end_membership(entered, actor=secretary, reason="本人电话提出")
    assert (ended.state, ended.left_on) == ("left", clock.today())
    assert "本人电话提出" in Notice.objects.get(kind="organizations/membership_ended").body


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_ends_a_membership_of_somebody_else(entered, name):
    user = personas.make(name)
    assert may(actions.end_membership, entered, actor=user, reason="本人提出") == (name in MANAGERS)


def test_a_correction_keeps_the_former_day(entered, secretary):
    actions.correct_membership(
        entered, joined_on=clock.today() - 9 * DAY, left_on=None, reason="入会表上的日期", actor=secretary
    )
    assert entered.history.get().joined_on == clock.today()
    assert Notice.objects.filter(kind="organizations/membership_corrected").count() == 1


@pytest.mark.parametrize("days", [(1, None), (0, 0)])
def test_a_correction_neither_ends_nor_begins(entered, secretary, days):
    joined, left = (None if n is None else clock.today() + n * DAY for n in days)
    assert (
        code_of(actions.correct_membership, entered, joined_on=joined, left_on=left, reason="x", actor=secretary)
        == "dates"
    )


# ---- pages ----------------------------------------------------------------------------------------------------------
def test_staff_look_the_person_up(client_of, organization, newcomer, xiazhuang):
    data = {"organization": organization.pk, "person": newcomer.person.pk, "joined_on": "2026-03-01"}
    assert client_of(xiazhuang).post(ADD, data).status_code == 302
    assert str(Membership.objects.get().joined_on) == "2026-03-01"


def test_a_secretary_names_the_person_and_their_number(client_of, organization, newcomer, secretary):
    data = {"organization": organization.pk, "name": newcomer.person.name, "phone": "154 0000 6000"}
    assert client_of(secretary).post(ADD, data).status_code == 302
    assert Membership.objects.get().person == newcomer.person


@pytest.mark.parametrize("change", [{"name": "别人"}, {"phone": "154 0000 6001"}])
def test_a_secretary_finds_nobody_by_one_of_the_two(client_of, organization, newcomer, secretary, change):
    data = {"organization": organization.pk, "name": newcomer.person.name, "phone": "154 0000 6000", **change}
    answer = client_of(secretary).post(ADD, data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["phone"])


def test_the_only_organization_of_the_secretary_is_chosen(client_of, organization, secretary):
    form = client_of(secretary).get(ADD).context["form"]
    assert (form["organization"].value(), list(form.fields)) == (
        organization.pk,
        ["organization", "name", "phone", "joined_on"],
    )


def test_the_page_of_a_membership_corrects_and_ends_it(client_of, entered, secretary):
    page = reverse("admin:organizations_membership_change", args=[entered.pk])
    browser = client_of(secretary)
    assert browser.post(page, {"joined_on": "2026-03-01", "left_on": "", "reason": "按入会表"}).status_code == 302
    browser.post(reverse("admin:organizations_membership_do", args=[entered.pk, "end"]), {"reason": "本人提出"})
    entered.refresh_from_db()
    assert (str(entered.joined_on), entered.state, entered.reason) == ("2026-03-01", "left", "本人提出")
