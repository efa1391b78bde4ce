"""What follows a failed assessment: putting right, submitting again, reminders, and an appeal to a third officer."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from chengyang.platform.standards import tasks
from chengyang.platform.standards.actions import (
    appeal_assessment,
    confirm_assessment,
    decide_appeal,
    find_assessment,
    mark_put_right,
    open_assessment,
    submit_assessment,
    undo_assessment_decision,
)
from chengyang.platform.workdays import deadlines
from tests import personas

from .conftest import verdicts

DAY = dt.timedelta(days=1)


def refusal(action, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        action(*arguments, **options)
    return refused.value.code


# ---- putting right --------------------------------------------------------------------------------------------------


def test_what_is_put_right_is_submitted_again_and_passes(failed, base_manager, district, district_2):
    row = mark_put_right(failed, "rules", note="制度已上墙", actor=base_manager)
    assert (row.finding("rules").fixed["note"], row.due_on) == ("制度已上墙", None)
    row = submit_assessment(row, actor=base_manager)
    assert (row.state, row.found_by, row.assessed_by, row.assessed_on) == ("submitted", None, None, None)
    row = confirm_assessment(find_assessment(row, verdicts(), actor=district), actor=district_2)
    assert row.state == "passed"


def test_what_is_still_short_is_to_be_put_right_once_more(failed, base_manager, district):
    row = submit_assessment(mark_put_right(failed, "rules", note="已补", actor=base_manager), actor=base_manager)
    row = find_assessment(row, verdicts(rules="partly"), actor=district)
    assert row.finding("rules").fixed == {}


@pytest.mark.parametrize(
    ("criterion", "note", "code"),
    [("venue", "x", "criterion"), ("nothing", "x", "criterion"), ("rules", "  ", "no_evidence")],
)
def test_only_what_is_short_is_put_right_with_evidence(failed, base_manager, criterion, note, code):
    assert refusal(mark_put_right, failed, criterion, note=note, actor=base_manager) == code


def test_nothing_is_put_right_before_a_result(found, base_manager):
    assert refusal(mark_put_right, found, "rules", note="x", actor=base_manager) == "state"


def test_strangers_put_nothing_right(failed, liuting):
    with pytest.raises(NotAllowed):
        mark_put_right(failed, "rules", note="x", actor=liuting)


def test_it_is_not_submitted_again_before_something_is_put_right(failed, base_manager):
    assert refusal(submit_assessment, failed, actor=base_manager) == "not_fixed"


def test_a_new_assessment_takes_the_place_of_the_failed_one(base, failed, base_manager):
    row = mark_put_right(failed, "rules", note="已补", actor=base_manager)
    open_assessment(base, actor=base_manager)
    assert refusal(submit_assessment, row, actor=base_manager) == "running"
    assert refusal(appeal_assessment, row, "有异议", actor=base_manager) == "running"


# ---- reminders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_left", "title"),
    [(8, None), (7, "快到期"), (3, "快到期"), (1, "快到期"), (0, "快到期"), (-1, "已过期"), (-9, "已过期")],
)
def test_the_body_is_reminded_before_and_after_the_day(failed, base_manager, settings, days_left, title):
    Notice.objects.all().delete()
    settings.PORTAL_CLOCK = clock.at(failed.due_on - days_left * DAY, dt.time(9))
    tasks.remind()
    tasks.remind()
    titles = [notice.title for notice in Notice.objects.filter(user=base_manager)]
    assert len(titles) == (1 if title else 0)
    assert all(title in one for one in titles)


def test_each_of_the_three_reminders_is_sent_once(failed, base_manager, settings):
    Notice.objects.all().delete()
    for days_left in range(10, -10, -1):
        settings.PORTAL_CLOCK = clock.at(failed.due_on - days_left * DAY, dt.time(9))
        tasks.remind()
    assert Notice.objects.filter(user=base_manager).count() == 3


def test_what_was_put_right_is_not_reminded(failed, base_manager, settings):
    mark_put_right(failed, "rules", note="已补", actor=base_manager)
    Notice.objects.all().delete()
    settings.PORTAL_CLOCK = clock.at(failed.due_on, dt.time(9))
    tasks.remind()
    assert not Notice.objects.exists()


# ---- appeals --------------------------------------------------------------------------------------------------------


def test_a_third_officer_changes_the_result(appealed, base_manager, district_2):
    Notice.objects.all().delete()
    row = decide_appeal(appealed, reason="附件里有制度", found=verdicts(), actor=district_2)
    assert (row.state, row.decided_by, row.decision) == ("passed", district_2, "附件里有制度")
    assert row.expires_on == row.assessed_on + dt.timedelta(days=365)
    assert Notice.objects.get(user=base_manager).title.endswith("达标")


def test_a_third_officer_upholds_the_result(appealed, district_2):
    row = decide_appeal(appealed, reason="附件是去年的", actor=district_2)
    assert (row.state, row.rays(), row.appeal_until) == ("failed", ["met", "partly"], None)


@pytest.mark.parametrize("name", ["xiazhuang", "district", "base_manager", "liuting", "editor"])
def test_who_took_part_does_not_decide_on_the_appeal(appealed, name):
    with pytest.raises(NotAllowed):
        decide_appeal(appealed, reason="x", actor=personas.make(name))


@pytest.mark.parametrize(("options", "code"), [({"reason": " "}, "reason"), ({"reason": "x", "found": True}, "same")])
def test_an_appeal_is_decided_with_a_reason_and_a_change(appealed, district_2, options, code):
    if options.get("found"):
        options = {**options, "found": verdicts(rules="partly")}
    assert refusal(decide_appeal, appealed, **options, actor=district_2) == code


def test_an_appeal_is_made_once_and_within_ten_working_days(failed, base_manager, settings):
    until = failed.appeal_until
    assert until == deadlines.due_on(failed.assessed_on, 10)
    settings.PORTAL_CLOCK = clock.at(until + DAY, dt.time(9))
    assert refusal(appeal_assessment, failed, "有异议", actor=base_manager) == "late"
    settings.PORTAL_CLOCK = clock.at(until, dt.time(9))
    assert appeal_assessment(failed, "有异议", actor=base_manager).state == "appealed"


def test_an_upheld_result_is_not_appealed_again(appealed, base_manager, district_2):
    row = decide_appeal(appealed, reason="附件是去年的", actor=district_2)
    assert refusal(appeal_assessment, row, "再申诉", actor=base_manager) == "late"


def test_a_passed_assessment_has_no_appeal(found, district, base_manager):
    row = confirm_assessment(found, actor=district)
    assert refusal(appeal_assessment, row, "x", actor=base_manager) == "state"


@pytest.mark.parametrize("name", ["xiazhuang", "district_2", "liuting", "leader"])
def test_only_the_body_appeals(failed, name):
    with pytest.raises(NotAllowed):
        appeal_assessment(failed, "有异议", actor=personas.make(name))


def test_a_person_appeals_against_the_own_assessment(reference, standards, member, xiazhuang, district, district_2):
    row = open_assessment(member.person, actor=xiazhuang)
    type(row).objects.update(findings={code: {"note": "有"} for code in ("venue", "rules")})
    row = submit_assessment(row, actor=xiazhuang)
    row = confirm_assessment(find_assessment(row, verdicts(rules="not_yet"), actor=district), actor=district_2)
    assert Notice.objects.get(user=member).url == f"/me/assessments/person/{row.public_id}/"
    assert appeal_assessment(row, "材料没有看全", actor=member).state == "appealed"


def test_an_answer_to_an_appeal_is_taken_back(appealed, district_2):
    row = decide_appeal(appealed, reason="附件里有制度", found=verdicts(), actor=district_2)
    row = undo_assessment_decision(row, actor=district_2)
    assert (row.state, row.decided_by, row.rays()) == ("appealed", None, ["met", "partly"])


# ---- the database keeps it ------------------------------------------------------------------------------------------
PAIRS = [
    ("submitted_by", "found_by"),
    ("submitted_by", "assessed_by"),
    ("found_by", "assessed_by"),
    ("submitted_by", "decided_by"),
    ("found_by", "decided_by"),
    ("assessed_by", "decided_by"),
    ("appealed_by", "decided_by"),
]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_database_refuses_one_account_for_two_steps(opened, district, pair):
    with pytest.raises(IntegrityError), transaction.atomic():
        type(opened).objects.update(**dict.fromkeys(pair, district))
