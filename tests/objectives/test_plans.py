"""A year's plan: drafted, published by a second officer, changed, copied; and who may do it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.objectives import actions, owners, permissions
from chengyang.platform.objectives.actions.plans import scaled
from chengyang.platform.objectives.models import Objective, Plan
from chengyang.platform.objectives.states import PLAN_TRANSITIONS, PlanState
from tests import personas

from .conftest import COUNTED, ENTERED, enter

pytestmark = pytest.mark.django_db


def code_of(call, *arguments, **options):
    """Return the code with which the action refuses, "ok" or "not allowed"."""
    try:
        with transaction.atomic():
            call(*arguments, **options)
    except ActionError as error:
        return error.code
    except NotAllowed:
        return "not allowed"
    return "ok"


# ---- drafting --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("secretary", "ok"),
        ("xiazhuang", "ok"),
        ("district", "ok"),
        ("liuting", "not allowed"),
        ("base_manager", "not allowed"),
        ("leader", "not allowed"),
        ("editor", "not allowed"),
        ("member", "not allowed"),
        ("sysadmin", "not allowed"),
    ],
)
def test_who_drafts_the_plan_of_an_organization(organization, name, expected):
    assert code_of(actions.draft_plan, organization, year=2026, actor=personas.make(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("district", "ok"), ("xiazhuang", "not allowed"), ("secretary", "not allowed")]
)
def test_only_the_district_drafts_the_plan_of_the_district(reference, name, expected):
    assert code_of(actions.draft_plan, None, year=2026, actor=personas.make(name)) == expected


@pytest.mark.parametrize(("name", "expected"), [("xiazhuang", "ok"), ("district", "ok"), ("liuting", "not allowed")])
def test_the_staff_of_a_subdistrict_draft_its_plan(reference, name, expected):
    assert code_of(actions.draft_plan, reference, year=2026, actor=personas.make(name)) == expected


def test_a_plan_is_begun_once_a_year(organization, secretary, xiazhuang):
    first = actions.draft_plan(organization, year=2026, actor=secretary)
    again = actions.draft_plan(organization, year=2026, actor=xiazhuang)
    assert (again.pk, again.was_found, Plan.objects.count()) == (first.pk, True, 1)


def test_the_database_keeps_one_plan_for_a_owner_and_a_year_also_for_the_district(reference, organization):
    for owner in (None, organization, reference):
        Plan.objects.create(year=2026, **owners.keys(owner))
        with pytest.raises(IntegrityError), transaction.atomic():
            Plan.objects.create(year=2026, **owners.keys(owner))


def test_a_plan_of_two_owners_is_refused_by_the_database(organization):
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(year=2026, organization=organization, base=personas.base())


def test_a_year_that_is_over_gets_no_plan_at_midnight(organization, secretary, settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 12, 31), dt.time(23, 59))
    assert code_of(actions.draft_plan, organization, year=2026, actor=secretary) == "ok"
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 1))
    assert code_of(actions.draft_plan, personas.base(), year=2026, actor=personas.make("base_manager")) == "past"


def test_a_owner_that_is_dissolved_gets_no_plan(organization, xiazhuang):
    organization.state, organization.dissolved_on = "dissolved", dt.date(2026, 9, 1)
    organization.save()
    assert code_of(actions.draft_plan, organization, year=2026, actor=xiazhuang) == "over"


# ---- objectives of a draft -------------------------------------------------------------------------------------------
def test_an_objective_with_a_metric_has_its_unit_and_runs_from_the_first_of_january(draft):
    row = draft.objectives.get(metric="activities_completed")
    assert (row.unit, row.starts, row.ends) == ("场", dt.date(2026, 1, 1), dt.date(2027, 1, 1))


def test_an_objective_of_a_owner_founded_in_the_year_runs_from_its_foundation(organization, secretary):
    organization.founded_on = dt.date(2026, 5, 10)
    organization.save()
    plan = actions.draft_plan(organization, year=2026, actor=secretary)
    assert actions.add_objective(plan, actor=secretary, **COUNTED).starts == dt.date(2026, 5, 10)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"target": Decimal(0)}, "invalid"),
        ({"target": Decimal(-1)}, "invalid"),
        ({"unit": ""}, "invalid"),
        ({"what": ""}, "invalid"),
        ({"what": "办活动"}, "invalid"),
        ({"metric": "answered_requests"}, "metric"),
        ({"metric": "persons"}, "metric"),
        ({"metric": "nothing"}, "metric"),
        ({"starts": dt.date(2025, 12, 31)}, "starts"),
        ({"starts": dt.date(2027, 1, 1)}, "starts"),
    ],
)
def test_an_impossible_objective_is_refused(draft, secretary, data, code):
    whole = {**ENTERED, "what": "别的", **data}
    assert code_of(actions.add_objective, draft, actor=secretary, **whole) == code
    row = draft.objectives.get(metric="")
    if data != {"what": "办活动"}:
        assert code_of(actions.edit_objective, row, actor=secretary, **data) == code
    assert draft.objectives.count() == 2


def test_an_objective_of_a_draft_is_edited_and_removed(draft, secretary):
    row = draft.objectives.get(metric="")
    assert actions.edit_objective(row, actor=secretary, target=Decimal(90), every="month").target == 90
    actions.remove_objective(row, actor=secretary)
    assert draft.objectives.count() == 1


def test_a_plan_has_no_more_objectives_than_anybody_follows(draft, secretary):
    for number in range(18):
        actions.add_objective(draft, actor=secretary, **{**ENTERED, "what": f"第 {number} 件"})
    assert code_of(actions.add_objective, draft, actor=secretary, **{**ENTERED, "what": "还有一件"}) == "many"


# ---- two officers ----------------------------------------------------------------------------------------------------
def test_a_plan_without_an_objective_is_not_submitted(organization, secretary):
    plan = actions.draft_plan(organization, year=2026, actor=secretary)
    assert code_of(actions.submit_plan, plan, actor=secretary) == "empty"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("xiazhuang", "ok"),
        ("district", "ok"),
        ("secretary", "not allowed"),
        ("liuting", "not allowed"),
        ("leader", "not allowed"),
    ],
)
def test_who_publishes_a_plan(waiting, name, expected):
    assert code_of(actions.publish_plan, waiting, actor=personas.make(name)) == expected


def test_who_submitted_does_not_publish(draft, xiazhuang):
    plan = actions.submit_plan(draft, actor=xiazhuang)
    assert code_of(actions.publish_plan, plan, actor=xiazhuang) == "not allowed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(published_by=xiazhuang)


def test_a_published_plan_counts_from_its_day_and_its_manager_hears(plan, secretary):
    assert set(plan.objectives.values_list("agreed_on", flat=True)) == {dt.date(2026, 9, 16)}
    assert Notice.objects.filter(user=secretary, kind="objectives/published").count() == 1


def test_a_published_plan_is_not_edited(plan, secretary, district):
    row = plan.objectives.first()
    for actor in (secretary, district):
        assert code_of(actions.edit_objective, row, actor=actor, target=Decimal(1)) == "not allowed"
        assert code_of(actions.add_objective, plan, actor=actor, **{**ENTERED, "what": "又"}) == "not allowed"
        assert code_of(actions.discard_plan, plan, actor=actor) == "not allowed"


def test_a_plan_is_returned_with_a_reason_and_submitted_again(waiting, secretary, xiazhuang):
    assert code_of(actions.return_plan, waiting, " ", actor=xiazhuang) == "reason"
    plan = actions.return_plan(waiting, "目标太低", actor=xiazhuang)
    assert (plan.state, plan.submitted_by) == (PlanState.DRAFT, None)
    assert Notice.objects.filter(user=secretary, kind="objectives/returned").count() == 1
    assert actions.submit_plan(plan, actor=secretary).reason == ""


def test_the_return_and_the_publication_are_taken_back(waiting, secretary, xiazhuang, district):
    plan = actions.return_plan(waiting, "目标太低", actor=xiazhuang)
    assert code_of(actions.undo_plan_decision, plan, actor=district) == "not allowed"
    plan = actions.undo_plan_decision(plan, actor=xiazhuang)
    assert (plan.state, plan.submitted_by, plan.reason) == (PlanState.WAITING, secretary, "")
    plan = actions.undo_plan_decision(actions.publish_plan(plan, actor=xiazhuang), actor=xiazhuang)
    assert (plan.state, plan.published_by) == (PlanState.WAITING, None)
    assert not Objective.objects.agreed().exists()


def test_a_publication_on_which_somebody_relies_stays(plan, entered, secretary, xiazhuang):
    enter(entered, actor=secretary)
    assert code_of(actions.undo_plan_decision, plan, actor=xiazhuang) == "relied_on"


def test_a_draft_is_taken_back_and_discarded(waiting, secretary, xiazhuang):
    assert code_of(actions.take_back_plan, waiting, actor=xiazhuang) == "not allowed"
    plan = actions.take_back_plan(waiting, actor=secretary)
    actions.discard_plan(plan, actor=secretary)
    assert (Plan.objects.count(), Objective.objects.count()) == (0, 0)


def test_every_transition_that_is_not_in_the_table_is_refused():
    allowed = {(old, new) for old, states in PLAN_TRANSITIONS.items() for new in states}
    assert allowed == {("draft", "waiting"), ("waiting", "draft"), ("waiting", "published")}


# ---- the next year ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("target", "percent", "expected"),
    [
        (10, 0, 10),
        (10, 10, 11),
        (10, 5, 11),
        (10, -10, 9),
        (3, -90, 1),
        ("2.5", 10, "2.75"),
        ("0.01", -90, "0.01"),
        (24, 500, 144),
    ],
)
def test_a_copied_target_is_changed_by_per_cent_and_stays_whole(target, percent, expected):
    assert scaled(Decimal(target), percent) == Decimal(expected)


def test_a_plan_is_copied_to_the_next_year_without_what_was_dropped(plan, entered, secretary, xiazhuang):
    dropped = actions.revise_objective(entered, target=None, reason="不做了", actor=secretary)
    actions.agree_to_revision(dropped, actor=xiazhuang)
    copy = actions.copy_plan(plan, percent=20, actor=secretary)
    assert (copy.year, copy.state, copy.copied_from) == (2027, PlanState.DRAFT, plan)
    assert [(row.what, row.target, row.starts, row.agreed_on) for row in copy.objectives.all()] == [
        ("办活动", Decimal(12), dt.date(2027, 1, 1), None)
    ]


def test_a_copy_that_exists_is_not_changed(plan, secretary):
    first = actions.copy_plan(plan, percent=20, actor=secretary)
    again = actions.copy_plan(plan, percent=50, actor=secretary)
    assert (again.pk, again.was_found, first.objectives.count()) == (first.pk, True, 2)
    assert first.objectives.get(metric="activities_completed").target == 12


@pytest.mark.parametrize("percent", [-91, 501])
def test_a_copy_by_an_absurd_share_is_refused(plan, secretary, percent):
    assert code_of(actions.copy_plan, plan, percent=percent, actor=secretary) == "percent"


def test_a_draft_is_not_copied(draft, secretary):
    assert code_of(actions.copy_plan, draft, actor=secretary) == "not allowed"


def test_a_plan_of_a_owner_that_is_gone_is_not_copied(plan, organization, xiazhuang):
    organization.state, organization.dissolved_on = "dissolved", dt.date(2026, 9, 1)
    organization.save()
    assert code_of(actions.copy_plan, plan, actor=xiazhuang) == "not allowed"


# ---- changes during the year -----------------------------------------------------------------------------------------
def test_a_target_is_changed_with_a_reason_by_two_people(revision, entered, secretary, xiazhuang):
    assert code_of(actions.agree_to_revision, revision, actor=secretary) == "not allowed"
    assert entered.target == 120
    actions.agree_to_revision(revision, actor=xiazhuang)
    entered.refresh_from_db()
    assert (entered.target, revision.before) == (100, 120)


def test_who_asked_for_a_revision_does_not_agree_to_it(entered, xiazhuang):
    row = actions.revise_objective(entered, target=Decimal(1), reason="改", actor=xiazhuang)
    assert code_of(actions.agree_to_revision, row, actor=xiazhuang) == "not allowed"
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(decided_by=xiazhuang)


@pytest.mark.parametrize(
    ("target", "reason", "code"),
    [(Decimal(120), "改", "same"), (Decimal(1), "", "reason"), (Decimal(0), "改", "invalid")],
)
def test_an_impossible_revision_is_refused(entered, secretary, target, reason, code):
    assert code_of(actions.revise_objective, entered, target=target, reason=reason, actor=secretary) == code


def test_one_revision_waits_at_a_time(revision, entered, secretary):
    assert code_of(actions.revise_objective, entered, target=Decimal(1), reason="又改", actor=secretary) == "waits"
    actions.withdraw_revision(revision, actor=secretary)
    assert code_of(actions.revise_objective, entered, target=Decimal(1), reason="又改", actor=secretary) == "ok"


def test_a_dropped_objective_no_longer_counts_and_says_why(entered, secretary, xiazhuang):
    row = actions.revise_objective(entered, target=None, reason="并到区里做", actor=secretary)
    actions.agree_to_revision(row, actor=xiazhuang)
    entered.refresh_from_db()
    assert (entered.is_agreed, entered.dropped_why) == (False, "并到区里做")
    assert (
        code_of(actions.enter_figure, entered, amount=Decimal(1), on=entered.starts, note="x", actor=secretary)
        == "not allowed"
    )


def test_an_objective_added_in_the_year_counts_once_it_is_agreed_to(plan, secretary, xiazhuang):
    row = actions.add_to_plan(plan, reason="新任务", actor=secretary, what="提建言", unit="篇", target=Decimal(10))
    assert not row.objective.is_agreed
    actions.agree_to_revision(row, actor=xiazhuang)
    row.objective.refresh_from_db()
    assert (row.objective.is_agreed, row.objective.starts) == (True, dt.date(2026, 9, 16))


@pytest.mark.parametrize("kind", ["target", "drop", "add"])
def test_the_agreement_to_a_revision_is_taken_back(plan, entered, secretary, xiazhuang, kind):
    if kind == "add":
        row = actions.add_to_plan(plan, reason="新任务", actor=secretary, what="提建言", unit="篇", target=Decimal(10))
    else:
        row = actions.revise_objective(
            entered, target=Decimal(5) if kind == "target" else None, reason="改", actor=secretary
        )
    before = Objective.objects.filter(pk=row.objective_id).values().get()
    row = actions.undo_revision_decision(actions.agree_to_revision(row, actor=xiazhuang), actor=xiazhuang)
    assert row.state == "waiting"
    assert Objective.objects.filter(pk=row.objective_id).values().get() == before


def test_nothing_is_revised_after_the_year(entered, secretary, settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 12, 31), dt.time(23, 59))
    assert permissions.can_revise(secretary, entered)
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 1))
    assert not permissions.can_revise(secretary, entered)


def test_every_step_is_in_the_audit(plan, revision, xiazhuang):
    actions.decline_revision(revision, "再看看", actor=xiazhuang)
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {
        "plan.drafted",
        "objective.added",
        "plan.submitted",
        "plan.published",
        "revision.asked",
        "revision.declined",
    } <= verbs
