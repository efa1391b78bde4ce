"""Leaving, erasing, and the periodic work (domain.md rules 1, 3 and 12; requirements P06, P09, P12, X13)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy import actions as privacy
from members import actions, posts, tasks
from members.models import Application, Person, Representative
from organizations.models import Membership
from services.models import Post as TeamPost
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
MONTH = dt.timedelta(days=30)


def left(user):
    return actions.leave_registry(user.person, actor=user)


def history_of(row):
    return type(row)._meta.get_field("history").related_model.objects.filter(pgh_obj_id=row.pk)


# ---- leaving ---------------------------------------------------------------------------------------------------------
def test_leaving_is_at_once_and_nobody_is_asked(rules, member):
    person = left(member)
    assert (person.state, person.left_on) == ("left", clock.today())
    assert not Person.objects.active().exists()


def test_district_staff_do_not_remove_a_person(rules, member, district):
    with pytest.raises(NotAllowed):
        actions.leave_registry(member.person, actor=district)


def test_staff_remove_person_without_account_on_request(rules, xiazhuang):
    actions.leave_registry(personas.person(), actor=xiazhuang)
    assert Entry.objects.get(verb="person.left").reason == "asked_in_person"


def test_leaving_twice_is_refused(rules, member):
    left(member)
    with pytest.raises(ActionError) as caught:
        left(member)
    assert caught.value.code == "state"


def test_memberships_end(rules, member):
    left(member)
    membership = Membership.objects.get()
    assert (membership.state, membership.left_on) == ("left", clock.today())


@pytest.mark.parametrize("name", ["secretary", "base_manager", "leader"])
def test_posts_in_every_app_end(rules, name):
    user = personas.make(name)
    left(user)
    found = [post for table in posts.tables() for post in table.objects.all()]
    assert [(post.ends, post.is_public) for post in found] == [(clock.today(), False)]


def test_future_post_is_deleted_and_post_of_today_lasts_one_day(rules, leader):
    today = clock.today()
    TeamPost.objects.all().delete()
    for starts in (today, today + MONTH):
        TeamPost.objects.create(person=leader.person, team=personas.team(), kind="leader", starts=starts)
    left(leader)
    assert TeamPost.objects.get().ends == today + dt.timedelta(days=1)


def test_a_term_as_representative_ends(rules, member):
    assessment = factories.assessed(member.person, factories.four_haves())
    named = Representative.objects.create(
        person=member.person, state="named", assessment=assessment, starts=personas.STARTED, ends=dt.date(2099, 1, 1)
    )
    left(member)
    named.refresh_from_db()
    assert (named.state, named.ends) == ("ended", clock.today())


def test_all_consents_are_withdrawn(rules, member):
    for code in ("registration", "publication"):
        factories.consent(member, code)
    left(member)
    assert not any(privacy.holds(member, code) for code in ("registration", "publication"))


def test_withdrawing_the_necessary_consent_is_leaving(rules, member):
    factories.consent(member)
    privacy.withdraw(member, "registration", actor=member)
    assert Person.objects.get().state == "left"


# ---- publication -----------------------------------------------------------------------------------------------------
def test_consent_to_publication_shows_posts_and_withdrawal_hides_them(rules, secretary):
    actions.decide_purpose(secretary, "publication", given=True, actor=secretary)
    assert secretary.person.organizations_posts.get().is_public
    actions.decide_purpose(secretary, "publication", given=False, actor=secretary)
    assert not secretary.person.organizations_posts.get().is_public


def test_purpose_is_not_decided_by_others(rules, secretary, district):
    with pytest.raises(NotAllowed):
        actions.decide_purpose(secretary, "publication", given=True, actor=district)


# ---- erasing ---------------------------------------------------------------------------------------------------------
def gone(user, **fields):
    """Let `user` leave, and set the day to thirty days ago."""
    left(user)
    Person.objects.filter(user=user).update(left_on=clock.today() - MONTH, **fields)
    return Person.objects.get(user=user)


def test_erasing_empties_a_row_that_is_referred_to(rules, member):
    person = gone(member)
    actions.run_periodic()
    person.refresh_from_db()
    assert (person.state, person.name, person.unit, person.phone, person.user) == ("erased", "已删除", "", "", None)
    assert not person.unit_search


def test_erasing_deletes_a_row_that_is_not_referred_to(rules, stranger):
    person = personas.person(account=stranger)
    gone(stranger)
    actions.run_periodic()
    assert not Person.objects.filter(pk=person.pk).exists()


def test_no_name_is_left_in_any_history(rules, member):
    person = gone(member)
    membership = Membership.objects.get()
    actions.run_periodic()
    assert not history_of(person).exists()
    assert not history_of(membership).exists()


def test_the_application_goes_with_its_history(rules, member, xiazhuang, district):
    row = factories.in_state(member, "approved", first=xiazhuang, second=district, person=member.person)
    gone(member)
    actions.run_periodic()
    assert not Application.objects.exists()
    assert not history_of(row).exists()


def test_erased_term_keeps_counting_without_texts(rules, member):
    assessment = factories.assessed(member.person, factories.four_haves())
    File.objects.create(
        owner=personas.user("xiazhuang"), name="证明.pdf", content="x", content_type="application/pdf", size=1, sha256="x",
        attached_to="members.Assessment", attached_id=assessment.public_id,
    )  # fmt: skip
    Representative.objects.create(
        person=member.person, state="named", assessment=assessment, starts=personas.STARTED, ends=dt.date(2099, 1, 1)
    )
    gone(member)
    actions.run_periodic()
    assessment.refresh_from_db()
    assert assessment.findings["c0"] == {"result": "met"}
    assert not File.objects.exists()


def test_erasing_deletes_the_name_of_the_account(rules, member):
    type(member).objects.filter(pk=member.pk).update(name=member.person.name)
    gone(member)
    actions.run_periodic()
    member.refresh_from_db()
    assert member.name == ""


def test_erasing_is_in_the_audit_without_values(rules, member):
    gone(member)
    actions.run_periodic()
    assert Entry.objects.get(verb="person.erased").actor_kind == "system"


@pytest.mark.parametrize(("days", "state"), [(29, "left"), (30, "erased")])
def test_erasing_waits_thirty_days(rules, member, days, state):
    gone(member)
    Person.objects.update(left_on=clock.today() - dt.timedelta(days=days))
    actions.run_periodic()
    assert Person.objects.get().state == state


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_person_with_open_application_is_not_erased(rules, member, state):
    gone(member)
    factories.in_state(member, state)
    assert actions.run_periodic()["erased"] == 0
    assert (Person.objects.get().state, Application.objects.get().state) == ("left", state)


def test_approval_after_leaving_uses_the_old_row(rules, member, xiazhuang, district):
    person = gone(member)
    factories.consent(member)
    row = factories.in_state(member, "first_reviewed", first=xiazhuang)
    actions.run_periodic()
    assert actions.approve_application(row, actor=district).person == person


def test_person_with_withdrawn_application_is_erased(rules, member):
    gone(member)
    actions.withdraw_application(factories.in_state(member, "submitted"), actor=member)
    assert actions.run_periodic()["erased"] == 1


def test_erasing_checks_again_that_the_person_left(rules, member):
    person = gone(member)
    Person.objects.update(state="active", left_on=None)
    assert not actions.erase_person(person)
    assert Person.objects.get().state == "active"


# ---- periodic work ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_draft_is_deleted_after_thirty_days(application, days, kept):
    Application.objects.update(saved_at=clock.now() - dt.timedelta(days=days))
    tasks.run_periodic()
    assert Application.objects.exists() is kept


@pytest.mark.parametrize("state", ["submitted", "returned", "first_reviewed"])
def test_application_under_review_is_not_deleted(applicant, state):
    factories.in_state(applicant, state, saved_at=clock.now() - 2 * MONTH)
    tasks.run_periodic()
    assert Application.objects.exists()


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_closed_application_is_deleted_after_thirty_days(applicant, state):
    row = factories.in_state(applicant, state, decided_at=clock.now() - MONTH - dt.timedelta(hours=1))
    tasks.run_periodic()
    assert not Application.objects.exists()
    assert not history_of(row).exists()


@pytest.mark.parametrize(("days", "kept"), [(0, True), (1, False)])
def test_an_unconfirmed_record_is_deleted_after_its_day(rules, days, kept):
    personas.person(state="unconfirmed", confirm_by=clock.today() - dt.timedelta(days=days))
    tasks.run_periodic()
    assert Person.objects.exists() is kept


def test_message_of_unconfirmed_record_is_deleted(rules, xiazhuang):
    actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)
    Notice.objects.update(at=clock.now() - MONTH - dt.timedelta(hours=1))
    Person.objects.update(confirm_by=clock.today() - dt.timedelta(days=1))
    tasks.run_periodic()
    assert not Notice.objects.exists()


def test_term_that_is_over_ends_with_a_notice(rules, member):
    assessment = factories.assessed(member.person, factories.four_haves())
    Representative.objects.create(
        person=member.person, state="named", assessment=assessment, starts=personas.STARTED, ends=clock.today()
    )
    tasks.run_periodic()
    assert Representative.objects.get().state == "ended"
    assert Notice.objects.get(user=member).kind == "members/term_ended"


def test_periodic_run_is_safe_to_repeat(rules, member):
    gone(member)
    actions.run_periodic()
    assert actions.run_periodic() == dict.fromkeys(
        ("drafts", "returned", "closed", "unconfirmed", "erased", "ended"), 0
    )
