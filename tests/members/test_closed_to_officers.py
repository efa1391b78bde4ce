"""Data of people who took their consent back, were declined or left is closed to officers at once (requirements P06, P12)."""

import datetime as dt

import pytest
from django.urls import reverse

from activities.models import Activity, CheckIn, ServiceRecord, Signup
from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.privacy import actions as privacy
from members import actions
from members.models import Application, Person
from members.states import ApplicationState
from organizations.models import Post
from services.models import Request
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
S = ApplicationState
PHONE = "+8615400000008"


def readable_by(user):
    return list(Application.objects.within(access_scope(user)))


# ---- applications ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", S)
def test_staff_read_an_application_only_while_they_review_it(applicant, xiazhuang, district, district_2, state):
    changes = {"first": district_2, "second": district} if state == S.APPROVED else {}
    if state == S.APPROVED:
        changes["person"] = personas.person(account=applicant)
    row = factories.in_state(applicant, state, **changes)
    open_to_staff = (S.SUBMITTED, S.FIRST_REVIEWED, S.DECLINE_PROPOSED, S.OBJECTED, S.APPROVED)
    expected = [row] if state in open_to_staff else []
    assert (readable_by(xiazhuang), readable_by(district)) == (expected, expected)


@pytest.mark.parametrize("name", ["xiazhuang", "district"])
def test_a_withdrawn_consent_closes_every_page_about_the_application(applicant, client_of, name):
    row = factories.in_state(applicant, "submitted")
    privacy.withdraw(applicant, "registration", actor=applicant)
    browser = client_of(personas.make(name))
    pages = [
        reverse("admin:staff_decide", args=["application-first", row.public_id]),
        reverse("admin:members_application_change", args=[row.pk]),
    ]
    assert [browser.get(page).status_code for page in pages] == [404, 404]
    answer = browser.post(reverse("members:reveal", args=["application", row.public_id]), {"reason": "review"})
    assert answer.status_code == 404


@pytest.mark.parametrize("state", [S.DRAFT, S.RETURNED, S.WITHDRAWN, S.DECLINED])
def test_number_is_closed_with_the_application(applicant, district, state):
    row = factories.in_state(applicant, state)
    with pytest.raises(NotAllowed):
        actions.read_number(row, "review", actor=district)


def test_application_is_closed_when_its_person_leaves(applicant, district, district_2):
    person = personas.person(account=applicant)
    row = factories.in_state(applicant, "approved", first=district_2, second=district, person=person)
    actions.leave_registry(person, actor=applicant)
    assert readable_by(district) == []
    with pytest.raises(NotAllowed):
        actions.read_number(row, "review", actor=district)


# ---- persons ---------------------------------------------------------------------------------------------------------
def _activity(days):
    starts = clock.now() - dt.timedelta(days=days)
    return Activity.objects.create(
        title="采摘帮扶",
        kind="volunteer",
        state="published",
        published_at=starts,
        starts=starts,
        ends=starts + dt.timedelta(hours=2),
        organization=personas.organization(),
    )


@pytest.fixture
def member_with_rows(member, rules):
    """The member with a post, a sign-up, hours and an answered request; `personas.make` added the membership."""
    person = member.person
    Post.objects.create(person=person, organization=personas.organization(), kind="chair", starts=personas.STARTED)
    signup = Signup.objects.create(activity=_activity(10), person=person, position=1)
    checkin = CheckIn.objects.create(
        signup=signup, checked_in_at=signup.activity.starts, checked_out_at=signup.activity.ends
    )
    ServiceRecord.objects.create(checkin=checkin, hours=2)
    words = {"title": "劳务合同", "text": "请看一看", "answer": "已看", "due_on": clock.today()}
    Request.objects.create(number="SQ20260101-001", author=member, state="answered", **words)
    return member


TABLES = (Person, Signup, CheckIn, ServiceRecord, Post, personas.Membership, Request)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.label)
def test_rows_of_a_person_who_left_are_closed_at_once(member_with_rows, district, table):
    def others(user):
        return table.objects.visible_to(user).count()

    assert others(district) == 1
    actions.leave_registry(member_with_rows.person, actor=member_with_rows)
    assert (others(district), table.objects.visible_to(member_with_rows).exists()) == (0, True)


def test_number_of_a_person_who_left_is_closed(member, district):
    Person.objects.filter(user=member).update(state="left", left_on=clock.today())
    person = Person.objects.get(user=member)
    person.phone = PHONE
    person.save()
    with pytest.raises(NotAllowed):
        actions.read_number(person, "contact", actor=district)


def test_a_request_made_after_leaving_is_handled(member_with_rows, district):
    actions.leave_registry(member_with_rows.person, actor=member_with_rows)
    words = {"title": "场地", "text": "二十人", "due_on": clock.today()}
    later = Request.objects.create(number="SQ20260101-002", author=member_with_rows, **words)
    assert list(Request.objects.visible_to(district)) == [later]
