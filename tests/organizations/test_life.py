"""成立、暂停、恢复、注销: papers, two officers, midnight by query, and the way back (domain.md rule 4)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from activities.actions import publish_activity
from bases.models import RoomBooking
from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import Period
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from organizations import actions, tasks
from organizations.models import LifeStep, Membership, Organization
from organizations.states import ChangeState
from tests import personas
from tests.activities import factories

from . import life
from .test_organizations import code_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = life.NOW


@pytest.fixture
def preparing(reference, xiazhuang):
    row = personas.organization(slug="new", name="夏庄街道新媒体联谊会", state="preparing", founded_on=None)
    return life.equip(row, xiazhuang)


def read(organization):
    return Organization.objects.get(pk=organization.pk)


# ---- founding --------------------------------------------------------------------------------------------------------
def test_two_officers_found_it_and_it_is_founded_from_midnight_on(preparing, assessed, xiazhuang, district, settings):
    assessed(preparing)
    life.agreed(preparing, "found", by=xiazhuang, second=district)
    states = []
    for settings.PORTAL_CLOCK in (life.BEFORE, life.AFTER):
        row = read(preparing)
        states.append((row.state, Organization.objects.in_state("founded").filter(pk=row.pk).exists()))
    assert states == [("preparing", False), ("founded", True)]


def test_the_task_enters_what_the_day_has_brought_once(preparing, assessed, xiazhuang, district, settings):
    assessed(preparing)
    life.agreed(preparing, "found", by=xiazhuang, second=district)
    settings.PORTAL_CLOCK = life.AFTER
    for _again in range(2):
        tasks.run_periodic()
    stored = Organization.objects.filter(pk=preparing.pk).values_list(
        "state", "next_state", "next_on", "founding_members"
    )
    assert stored.get() == ("founded", "", None, 2)
    assert Entry.objects.filter(verb="organization.founded", subject_id=preparing.public_id).count() == 1


def test_it_is_founded_at_once_on_its_day(preparing, assessed, xiazhuang, district):
    assessed(preparing)
    life.agreed(preparing, "found", by=xiazhuang, second=district, on=life.TODAY)
    row = read(preparing)
    assert (row.state, row.founded_on, row.founded_text, row.next_state) == ("founded", life.TODAY, "2026-09-16", "")


@pytest.mark.parametrize("fields", [{"state": "open"}, {"state": "submitted"}, {"state": "failed"}])
def test_without_a_passed_assessment_it_is_not_submitted(preparing, assessed, xiazhuang, fields):
    assessed(preparing, **fields)
    assert code_of(life.submitted, preparing, "found", by=xiazhuang) == "assessment"


def test_an_assessment_that_expired_meanwhile_stops_the_second_officer(
    preparing, assessed, xiazhuang, district, settings
):
    assessed(preparing, expires_on=life.TODAY + DAY)
    step = life.submitted(preparing, "found", by=xiazhuang)
    settings.PORTAL_CLOCK = life.NOW + DAY
    assert code_of(actions.agree_to_step, step, actor=district) == "assessment"


@pytest.mark.parametrize(
    ("lack", "name"),
    [
        (lambda row: row.posts.filter(kind="chair").update(ends=dt.date(2026, 9, 10)), "会长"),
        (lambda row: row.posts.filter(kind="secretary").update(ends=dt.date(2026, 9, 10)), "秘书长"),
        (lambda row: row.memberships.update(state="left", left_on=life.TODAY), "会员"),
        (lambda row: row.charters.update(withdrawn_at=life.NOW, reason="传错"), "章程"),
        (lambda row: Organization.objects.filter(pk=row.pk).update(place=""), "活动场所"),
        (lambda row: Organization.objects.filter(pk=row.pk).update(purpose=""), "宗旨"),
    ],
)
def test_what_is_missing_is_named(preparing, assessed, xiazhuang, lack, name):
    assessed(preparing)
    lack(preparing)
    with pytest.raises(ActionError, match=f"还缺：{name}。"):
        life.submitted(preparing, "found", by=xiazhuang)


@pytest.mark.parametrize("name", ["on", "resolution", "resolved_on", "approval", "approved_on", "plan"])
def test_every_paper_is_needed(preparing, assessed, xiazhuang, name):
    assessed(preparing)
    with pytest.raises(ActionError) as caught:
        life.submitted(
            preparing, "found", by=xiazhuang, **{name: None if name.endswith("on") and name != "resolution" else ""}
        )
    assert (caught.value.code, set(caught.value.each)) == ("incomplete", {name})


@pytest.mark.parametrize("who", ["xiazhuang", "secretary", "liuting", "member"])
def test_only_another_responsible_officer_agrees(preparing, assessed, xiazhuang, who):
    assessed(preparing)
    step = life.submitted(preparing, "found", by=xiazhuang)
    with pytest.raises(NotAllowed):
        actions.agree_to_step(step, actor=personas.make(who))


def test_a_draft_is_gone_on_with_by_another_officer_who_then_does_not_agree_for_who_began(
    preparing, assessed, xiazhuang, district
):
    assessed(preparing)
    begun = actions.begin_step(preparing, kind="found", actor=xiazhuang)
    actions.edit_step(begun, {"resolution": "筹备会通过"}, actor=xiazhuang)
    step = life.submitted(preparing, "found", by=district)
    assert (step.pk, step.prepared_by, step.submitted_by) == (begun.pk, xiazhuang, district)
    for officer in (xiazhuang, district):
        with pytest.raises(NotAllowed):
            actions.agree_to_step(step, actor=officer)


def test_it_is_sent_back_with_a_reason_and_submitted_again(preparing, assessed, xiazhuang, district):
    assessed(preparing)
    step = actions.return_step(life.submitted(preparing, "found", by=xiazhuang), reason="批复看不清", actor=district)
    assert (step.state, step.reason) == (ChangeState.PREPARING, "批复看不清")
    assert "批复看不清" in Notice.objects.get(user=xiazhuang, kind="organizations/step_returned").body
    assert actions.submit_step(step, actor=xiazhuang).reason == ""


def test_a_return_is_undone_until_the_draft_is_changed(preparing, assessed, xiazhuang, district):
    assessed(preparing)
    step = actions.return_step(life.submitted(preparing, "found", by=xiazhuang), reason="再看", actor=district)
    assert actions.submit_step_again(step, actor=district).state == ChangeState.SUBMITTED
    step = actions.return_step(step, reason="再看", actor=district)
    actions.edit_step(step, {"plan": "改过"}, actor=xiazhuang)
    assert code_of(actions.submit_step_again, step, actor=district) == "state"


def test_the_database_refuses_one_officer_for_both(preparing, xiazhuang):
    step = preparing.life_steps.create(kind="found", on=life.MIDNIGHT, submitted_by=xiazhuang)
    with pytest.raises(IntegrityError, match="life_step_by_two_officers"), transaction.atomic():
        LifeStep.objects.filter(pk=step.pk).update(state="agreed", agreed_by=xiazhuang, agreed_at=life.NOW)


def test_a_day_that_has_passed_is_not_agreed_to(preparing, assessed, xiazhuang, district, settings):
    assessed(preparing)
    step = life.submitted(preparing, "found", by=xiazhuang)
    settings.PORTAL_CLOCK = life.AFTER + DAY
    assert code_of(actions.agree_to_step, step, actor=district) == "late"


def test_a_second_step_waits_for_the_first(preparing, xiazhuang):
    actions.begin_step(preparing, kind="found", actor=xiazhuang)
    assert code_of(actions.begin_step, preparing, kind="dissolve", actor=xiazhuang) == "open"


# ---- taken back ------------------------------------------------------------------------------------------------------
def test_before_midnight_it_is_taken_back_and_nothing_is_left(preparing, assessed, xiazhuang, district, settings):
    assessed(preparing)
    step = life.agreed(preparing, "found", by=xiazhuang, second=district)
    settings.PORTAL_CLOCK = life.BEFORE
    assert actions.withdraw_step(step, actor=district).state == ChangeState.SUBMITTED
    settings.PORTAL_CLOCK = life.AFTER
    row = read(preparing)
    assert (row.state, row.founded_on, row.founding_members, row.next_state) == ("preparing", None, None, "")


def test_on_the_day_it_is_taken_back_while_nobody_has_acted(preparing, assessed, xiazhuang, district):
    assessed(preparing)
    step = life.agreed(preparing, "found", by=xiazhuang, second=district, on=life.TODAY)
    actions.withdraw_step(step, actor=district)
    assert read(preparing).state == "preparing"


def test_after_an_application_it_is_not_taken_back(preparing, assessed, xiazhuang, district, newcomer, settings):
    assessed(preparing)
    step = life.agreed(preparing, "found", by=xiazhuang, second=district, on=life.TODAY)
    settings.PORTAL_CLOCK = life.NOW + dt.timedelta(minutes=5)
    actions.apply_for_membership(read(preparing), person=newcomer.person, actor=newcomer)
    assert code_of(actions.withdraw_step, step, actor=district) == "state"


def test_the_day_after_it_is_not_taken_back(preparing, assessed, xiazhuang, district, settings):
    assessed(preparing)
    step = life.agreed(preparing, "found", by=xiazhuang, second=district, on=life.TODAY)
    settings.PORTAL_CLOCK = life.NOW + DAY
    assert code_of(actions.withdraw_step, step, actor=district) == "state"


# ---- suspending ------------------------------------------------------------------------------------------------------
def test_what_a_suspended_organization_does_not_do(
    organization, secretary, newcomer, member, base_manager, xiazhuang, settings
):
    applied = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    life.stop(organization, "suspended", life.TODAY)
    organization = read(organization)
    stranger = personas.person("齐望", account=personas.user("qi"), phone="+8615400008055")
    refused = {
        "apply": code_of(actions.apply_for_membership, organization, person=stranger, actor=stranger.user),
        "enter": code_of(actions.add_membership, organization, person=stranger, actor=secretary),
        "accept": code_of(actions.accept_membership, applied, actor=secretary),
    }
    assert refused == {"apply": "closed", "enter": "closed", "accept": "closed"}
    assert actions.leave_organization(member.person.memberships.get(), actor=member).state == "left"


def test_nobody_is_on_duty_while_it_is_suspended(organization, xiazhuang, district, member, settings):
    organization.posts.create(person=member.person, kind="chair", starts=dt.date(2026, 1, 1))
    term = organization.terms.create(number=1, starts=dt.date(2026, 1, 1), ends=dt.date(2027, 1, 1))
    organization.duties.create(term=term, person=member.person, starts=dt.date(2026, 9, 1), ends=dt.date(2026, 12, 1))
    life.agreed(organization, "suspend", by=xiazhuang, second=district)
    duties = organization.duties.model.objects.filter(organization=organization)
    assert [duties.on_duty(day).count() for day in (life.MIDNIGHT - DAY, life.MIDNIGHT)] == [1, 0]


def test_the_secretary_keeps_the_post_and_the_members_stay(
    organization, secretary, member, xiazhuang, district, settings
):
    life.agreed(organization, "suspend", by=xiazhuang, second=district)
    settings.PORTAL_CLOCK = life.AFTER
    tasks.run_periodic()
    assert access_scope(personas.user("secretary")).managed("organization") == {organization.pk}
    assert Membership.objects.active().filter(person=member.person).exists()


def test_an_activity_of_that_day_is_not_published_and_one_before_it_is(organization, secretary, xiazhuang, district):
    life.agreed(organization, "suspend", by=xiazhuang, second=district)
    codes = []
    for day in (life.MIDNIGHT - DAY, life.MIDNIGHT):
        starts = clock.at(day, dt.time(14))
        activity = factories.draft(organization=organization, starts=starts, ends=starts + dt.timedelta(hours=2))
        try:
            codes.append(publish_activity(activity, actor=district).state)
        except ActionError as error:
            codes.append(error.code)
    assert codes == ["published", "organizer"]


def test_it_is_resumed_and_everything_is_as_before(organization, xiazhuang, district, newcomer, settings):
    life.agreed(organization, "suspend", by=xiazhuang, second=district, on=life.TODAY)
    settings.PORTAL_CLOCK = life.NOW + 2 * DAY
    back = life.agreed(organization, "resume", by=xiazhuang, second=district, on=clock.today())
    assert (back.state, read(organization).state) == ("agreed", "founded")
    assert actions.apply_for_membership(read(organization), person=newcomer.person, actor=newcomer).state == "applied"


@pytest.mark.parametrize(("state", "kind"), [("founded", "resume"), ("founded", "found"), ("preparing", "suspend")])
def test_a_step_begins_only_where_it_leads_on(organization, xiazhuang, state, kind):
    Organization.objects.update(state=state)
    assert code_of(actions.begin_step, organization, kind=kind, actor=xiazhuang) == "state"


# ---- dissolving ------------------------------------------------------------------------------------------------------
def test_rights_posts_and_memberships_end_at_midnight(organization, secretary, member, xiazhuang, district, settings):
    life.agreed(organization, "dissolve", by=xiazhuang, second=district)
    found = []
    for settings.PORTAL_CLOCK in (life.BEFORE, life.AFTER):
        managed = access_scope(personas.user("secretary")).managed("organization")
        active = Membership.objects.active().filter(organization=organization).count()
        found.append((len(managed), active, organization.posts.on(clock.today()).count(), read(organization).state))
    assert found == [(1, 1, 1, "founded"), (0, 0, 0, "dissolved")]


def test_the_task_ends_memberships_on_the_day_even_when_it_runs_late(
    organization, member, xiazhuang, district, settings
):
    life.agreed(organization, "dissolve", by=xiazhuang, second=district)
    settings.PORTAL_CLOCK = life.AFTER + 3 * DAY
    tasks.run_periodic()
    row = member.person.memberships.get()
    assert (row.state, row.left_on, read(organization).dissolved_on) == ("left", life.MIDNIGHT, life.MIDNIGHT)


def test_taken_back_the_posts_have_their_ends_again(organization, secretary, xiazhuang, district):
    ends = dt.date(2028, 1, 1)
    organization.posts.update(ends=ends)
    step = life.agreed(organization, "dissolve", by=xiazhuang, second=district)
    assert organization.posts.get().ends == life.MIDNIGHT
    actions.withdraw_step(step, actor=district)
    assert (organization.posts.get().ends, read(organization).dissolved_on) == (ends, None)


def test_the_subdistrict_does_not_dissolve(organization, secretary, xiazhuang):
    step = life.submitted(organization, "dissolve", by=secretary)
    with pytest.raises(NotAllowed):
        actions.agree_to_step(step, actor=xiazhuang)


def test_it_is_dissolved_from_tomorrow_on_at_the_earliest(organization, xiazhuang):
    assert code_of(life.submitted, organization, "dissolve", by=xiazhuang, on=life.TODAY) == "dates"


def test_who_is_below_it_comes_first(organization, xiazhuang, district):
    personas.organization(slug="child", name="夏庄摄影专委会", parent=organization)
    assert code_of(life.submitted, organization, "dissolve", by=xiazhuang) == "children"


@pytest.mark.parametrize("what", ["activity", "booking"])
@pytest.mark.parametrize("kind", ["suspend", "dissolve"])
def test_what_takes_place_later_comes_first(organization, base_manager, xiazhuang, what, kind):
    starts = clock.at(life.MIDNIGHT + DAY, dt.time(14))
    times = {"starts": starts, "ends": starts + dt.timedelta(hours=2)}
    if what == "activity":
        factories.published(organization=organization, title="秋日走读", **times)
    else:
        room = personas.base().rooms.create(name="会客厅", capacity=20)
        RoomBooking.objects.create(
            room=room, organization=organization, title="理事会", people=8, state="confirmed", **times
        )
    with pytest.raises(ActionError, match=r"秋日走读|会客厅") as caught:
        life.submitted(organization, kind, by=xiazhuang)
    assert caught.value.code == "commitments"


def test_an_activity_before_the_day_is_no_obstacle(organization, xiazhuang):
    starts = clock.at(life.MIDNIGHT - DAY, dt.time(14))
    factories.published(organization=organization, starts=starts, ends=starts + dt.timedelta(hours=2))
    assert life.submitted(organization, "suspend", by=xiazhuang).state == ChangeState.SUBMITTED


def test_its_assessment_is_no_longer_valid(organization, assessed):
    assessed(organization)
    valid = organization.assessments.passed_on
    life.stop(organization, "dissolved", life.MIDNIGHT)
    assert [valid(day).count() for day in (life.MIDNIGHT - DAY, life.MIDNIGHT)] == [1, 0]


def test_members_and_people_in_post_are_notified_once(organization, secretary, member, xiazhuang, district):
    organization.memberships.create(person=secretary.person, state="active", joined_on=dt.date(2026, 1, 1))
    life.agreed(organization, "suspend", by=xiazhuang, second=district)
    notified = Notice.objects.filter(kind="organizations/step_announced").values_list("user__name", flat=True)
    assert sorted(notified) == ["member", "secretary"]


def test_figures_count_what_the_days_say(organization, preparing, assessed, xiazhuang, district):
    assessed(preparing)
    life.agreed(preparing, "found", by=xiazhuang, second=district)
    life.agreed(organization, "dissolve", by=xiazhuang, second=district, on=life.MIDNIGHT + DAY)
    number = extensions.metric("organizations").of
    days = (life.MIDNIGHT - DAY, life.MIDNIGHT, life.MIDNIGHT + DAY)
    assert [number(None, Period(ends=day + DAY)) for day in days] == [1, 2, 1]
