"""入册申请: saving, submitting, returning, two reviews, approval (domain.md rules 1 and 2)."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import Consent
from members import actions
from members.models import Application, Person
from members.states import APPLICATION_TRANSITIONS, ApplicationState
from members.timeline import timeline_of
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 09:00 in Qingdao


def refusal(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


# ---- begin -----------------------------------------------------------------------------------------------------------
def test_nothing_begins_without_consent(rules):
    user = User.objects.create(phone=factories.PHONE)
    assert refusal(actions.begin_application, user) == "consent"
    assert not Application.objects.exists()


def test_beginning_twice_is_one_draft(applicant):
    assert actions.begin_application(applicant) == actions.begin_application(applicant)


def test_registered_person_does_not_begin(rules, member):
    factories.consent(member)
    assert refusal(actions.begin_application, member) == "registered"


def test_consent_and_draft_come_together(rules):
    user = User.objects.create(phone=factories.PHONE)
    actions.consent_and_begin(user)
    assert list(Consent.objects.values_list("purpose__code", "given")) == [("registration", True)]
    assert user.applications.get().state == "draft"


def test_one_account_has_one_open_application_in_the_database(application):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(user=application.user)


# ---- saving ----------------------------------------------------------------------------------------------------------
def test_saving_updates_the_search_columns(applicant):
    draft = actions.begin_application(applicant)
    actions.save_step(draft, {"name": "单雄信"}, actor=applicant, step=3)
    assert Application.objects.search("shanxiongxin").get().step == 3


def test_saving_refuses_other_fields(application):
    with pytest.raises(TypeError, match="state cannot be edited"):
        actions.save_step(application, {"name": "单雄信", "state": "approved"}, actor=application.user)
    application.refresh_from_db()
    assert (application.name, application.state) == (factories.TYPED["name"], "draft")


def test_saving_ignores_the_order_of_choices(application):
    saved = actions.save_step(application, {"can": list(reversed(application.can))}, actor=application.user)
    assert saved.can == factories.TYPED["can"]


def test_saving_is_for_the_applicant(application, stranger):
    with pytest.raises(NotAllowed):
        actions.save_step(application, {"job": "律师"}, actor=stranger)


@pytest.mark.parametrize("state", ["submitted", "first_reviewed"])
def test_nothing_is_saved_while_others_review(applicant, state):
    row = factories.in_state(applicant, state)
    assert refusal(actions.save_step, row, {"job": "律师"}, actor=applicant) == "state"


# ---- submit ----------------------------------------------------------------------------------------------------------
def test_sending_says_when_the_first_review_is_due(application):
    with time_machine.travel(MONDAY, tick=False):
        sent = actions.submit_application(application, actor=application.user)
    assert (sent.state, sent.due_on) == ("submitted", dt.date(2026, 11, 30))


@pytest.mark.parametrize("field", ["name", "unit", "category", "subdistrict"])
def test_missing_field_is_named(applicant, field):
    row = factories.application(applicant, **{field: None if field in ("category", "subdistrict") else ""})
    with pytest.raises(ActionError) as caught:
        actions.submit_application(row, actor=applicant)
    assert (caught.value.code, caught.value.field) == ("incomplete", field)


def test_each_optional_purpose_gets_its_row_given_or_refused(application):
    actions.submit_application(application, actor=application.user, purposes=["publication"])
    rows = Consent.objects.exclude(purpose__code="registration").order_by("purpose__code")
    assert list(rows.values_list("purpose__code", "given")) == [("publication", True), ("roll", False)]


def test_a_purpose_that_is_not_on_offer_is_refused(application):
    assert refusal(actions.submit_application, application, actor=application.user, purposes=["ads"]) == "purpose"
    assert not Consent.objects.exclude(purpose__code="registration").exists()


@pytest.mark.parametrize(("days", "asked"), [(179, False), (181, True)])
def test_a_refusal_is_respected_for_180_days(applicant, days, asked):
    factories.consent(applicant, "publication", given=False, at=clock.now() - dt.timedelta(days=days))
    assert ("publication" in actions.offered_purposes(applicant)) is asked


def test_a_purpose_given_before_is_not_asked_and_not_withdrawn(application):
    factories.consent(application.user, "publication")
    actions.submit_application(application, actor=application.user)
    assert privacy.holds(application.user, "publication")


def test_applicant_is_notified(application):
    actions.submit_application(application, actor=application.user)
    assert Notice.objects.get().user == application.user


# ---- reviewing -------------------------------------------------------------------------------------------------------
def test_the_first_review_passes_on_and_sets_the_next_deadline(applicant, xiazhuang):
    row = factories.in_state(applicant, "submitted")
    with time_machine.travel(MONDAY, tick=False):
        reviewed = actions.review_first(row, actor=xiazhuang, reason="属实")
    assert (reviewed.state, reviewed.first_reviewer, reviewed.due_on) == (
        "first_reviewed",
        xiazhuang,
        dt.date(2026, 11, 26),
    )


def test_another_subdistrict_does_not_review(applicant, liuting):
    row = factories.in_state(applicant, "submitted")
    with pytest.raises(NotAllowed):
        actions.review_first(row, actor=liuting)


def test_approval_makes_the_person_with_the_number_of_the_account(applicant, xiazhuang, district):
    row = factories.in_state(applicant, "first_reviewed", first=xiazhuang)
    person = actions.approve_application(row, actor=district).person
    assert (person.state, person.user, person.phone) == ("active", applicant, factories.PHONE)
    assert person.registration_details() == row.registration_details()


def test_approval_sets_the_name_of_the_account(applicant, xiazhuang, district):
    actions.approve_application(factories.in_state(applicant, "first_reviewed", first=xiazhuang), actor=district)
    applicant.refresh_from_db()
    assert applicant.name == "周予安"


def test_the_first_reviewer_does_not_approve(applicant, district):
    row = factories.in_state(applicant, "first_reviewed", first=district)
    with pytest.raises(NotAllowed):
        actions.approve_application(row, actor=district)
    assert not Person.objects.filter(user=applicant).exists()


@pytest.mark.parametrize("state", ["submitted", "first_reviewed"])
def test_nobody_reviews_themself(rules, district, xiazhuang, state):
    factories.consent(district)
    row = factories.in_state(district, state, first=xiazhuang if state == "first_reviewed" else None)
    review = actions.review_first if state == "submitted" else actions.approve_application
    with pytest.raises(NotAllowed):
        review(row, actor=district)


@pytest.mark.parametrize("reviewer", ["first_reviewer", "second_reviewer"])
def test_database_refuses_self_review(application, reviewer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**{reviewer: application.user})


def test_database_refuses_one_reviewer_twice(application, district):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(first_reviewer=district, second_reviewer=district)


def test_withdrawn_consent_stops_the_approval(applicant, xiazhuang, district):
    row = factories.in_state(applicant, "first_reviewed", first=xiazhuang)
    factories.consent(applicant, given=False)
    assert refusal(actions.approve_application, row, actor=district) == "consent"


@pytest.mark.parametrize("turn_down", [actions.return_application, actions.propose_decline])
@pytest.mark.parametrize(("reason", "code"), [("  ", "reason"), ("长" * 501, "too_long")])
def test_turning_down_needs_a_reason_that_can_be_read(applicant, xiazhuang, turn_down, reason, code):
    row = factories.in_state(applicant, "submitted")
    assert refusal(turn_down, row, actor=xiazhuang, reason=reason) == code


def test_the_applicant_reads_the_reason_word_for_word_and_the_audit_a_code(applicant, xiazhuang):
    row = factories.in_state(applicant, "submitted")
    actions.return_application(row, actor=xiazhuang, reason="单位请写营业执照上的全称。另请补工作。")
    assert "另请补工作。" in Notice.objects.get().body
    assert Entry.objects.get(verb="application.returned").reason == "unit_in_full"


def test_a_returned_application_goes_through_both_reviews_again(applicant, xiazhuang, district):
    row = factories.in_state(applicant, "first_reviewed", first=xiazhuang)
    actions.return_application(row, actor=district, reason="姓名请和身份证一致。")
    sent = actions.submit_application(row, actor=applicant)
    assert (sent.state, sent.first_reviewer) == ("submitted", None)


@pytest.mark.parametrize("state", ApplicationState.values)
def test_withdrawing_is_possible_until_the_decision(applicant, xiazhuang, district, state):
    row = factories.in_state(applicant, state, first=xiazhuang, second=district if state == "approved" else None)
    if "withdrawn" in APPLICATION_TRANSITIONS[state]:
        assert actions.withdraw_application(row, actor=applicant).state == "withdrawn"
    else:
        assert refusal(actions.withdraw_application, row, actor=applicant) == "state"


def test_withdrawing_is_the_applicants(applicant, district):
    with pytest.raises(NotAllowed):
        actions.withdraw_application(factories.in_state(applicant, "submitted"), actor=district)


def test_withdrawn_consent_withdraws_the_application(applicant):
    row = factories.in_state(applicant, "submitted")
    privacy.withdraw(applicant, "registration", actor=applicant)
    row.refresh_from_db()
    assert row.state == "withdrawn"


# ---- existing records ------------------------------------------------------------------------------------------------
def test_approval_uses_a_record_with_the_same_number(applicant, xiazhuang, district):
    known = personas.person("周予安", phone=factories.PHONE, unit="旧单位")
    person = actions.approve_application(
        factories.in_state(applicant, "first_reviewed", first=xiazhuang), actor=district
    ).person
    assert (person, person.unit) == (known, factories.TYPED["unit"])


def test_approval_does_not_use_the_record_of_another_account(applicant, xiazhuang, district):
    other = User.objects.create(name="别人")
    known = personas.person("周予安", phone=factories.PHONE, account=other)
    row = actions.approve_application(factories.in_state(applicant, "first_reviewed", first=xiazhuang), actor=district)
    assert row.person != known


def test_approval_uses_the_record_from_before_leaving(applicant, xiazhuang, district):
    former = personas.person("周予安", account=applicant, state="left", left_on=clock.today())
    factories.in_state(applicant, "approved", first=xiazhuang, second=district, person=former)
    row = actions.approve_application(factories.in_state(applicant, "first_reviewed", first=xiazhuang), actor=district)
    assert (row.person, row.person.state, row.person.left_on) == (former, "active", None)


def test_consent_to_publication_shows_posts_of_returned_person(applicant, xiazhuang, district):
    former = personas.person("周予安", account=applicant, state="left", left_on=clock.today())
    personas.OrganizationPost.objects.create(
        person=former, organization=personas.organization(), kind="director", starts=personas.STARTED
    )
    factories.consent(applicant, "publication")
    actions.approve_application(factories.in_state(applicant, "first_reviewed", first=xiazhuang), actor=district)
    assert former.organizations_posts.get().is_public


# ---- access records and timeline -------------------------------------------------------------------------------------
def test_opening_an_application_is_recorded(application, xiazhuang):
    actions.record_opening(application, actor=xiazhuang)
    entry = Entry.objects.get(verb="application.read")
    assert (entry.actor, entry.user) == (xiazhuang.public_id, application.user.public_id)


def test_opening_an_own_application_is_not_recorded(application):
    actions.record_opening(application, actor=application.user)
    assert not Entry.objects.exists()


def test_timeline_shows_every_step_with_labels_of_officers(application, xiazhuang, district):
    user = application.user
    actions.save_step(application, {"job": "剪辑"}, actor=user)
    actions.submit_application(application, actor=user)
    actions.return_application(application, actor=xiazhuang, reason="单位写全")
    actions.submit_application(application, actor=user)
    actions.review_first(application, actor=xiazhuang)
    row = actions.approve_application(application, actor=district)
    steps = [(step.title, step.who, step.text) for step in timeline_of(row)]
    assert steps == [
        ("复审通过，已入册", "区级工作人员", ""),
        ("初审通过", "夏庄街道工作人员", ""),
        ("改好再交", "本人", ""),
        ("退回修改", "夏庄街道工作人员", "单位写全"),
        ("提交", "本人", ""),
        ("开始填写", "本人", ""),
    ]


def test_timeline_for_staff_shows_names(applicant, xiazhuang):
    row = factories.in_state(applicant, "submitted")
    row = actions.review_first(row, actor=xiazhuang)
    assert timeline_of(row, names=True)[0].who == "夏庄街道工作人员 xiazhuang"
