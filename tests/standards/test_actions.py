"""Assessments: managers and staff prepare, a second person decides, nothing passes without evidence (domain.md rules 2–5)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.actions import store
from chengyang.platform.notices.models import Notice
from chengyang.platform.standards.actions import (
    conclude_assessment,
    open_assessment,
    record_finding,
    return_assessment,
    submit_assessment,
)
from chengyang.platform.standards.states import TRANSITIONS, AssessmentState
from tests import personas
from tests.files.conftest import PDF, storage, upload  # noqa: F401  (the fixture `storage` is used by all tests)

from .conftest import make_standard


@pytest.fixture
def opened(base, base_manager):
    return open_assessment(base, actor=base_manager)


@pytest.fixture
def filled(opened, base_manager):
    for code in ("venue", "rules"):
        record_finding(opened, code, met=True, note="在一楼", actor=base_manager)
    return opened


@pytest.fixture
def submitted(filled, base_manager):
    return submit_assessment(filled, actor=base_manager)


def refusal(action, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        action(*arguments, **options)
    return refused.value.code


# ---- opening --------------------------------------------------------------------------------------------------------

SUBJECTS = {
    "person": lambda: personas.person(),
    "organization": lambda: personas.organization(),
    "base": lambda: personas.base(),
}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_each_kind_is_assessed_by_its_own_standard(reference, standards, xiazhuang, kind):
    assessment = open_assessment(SUBJECTS[kind](), actor=xiazhuang)
    assert (assessment.version.standard, assessment.state) == (standards[kind], "open")


def test_opening_twice_is_one_assessment(base, opened, district):
    assert open_assessment(base, actor=district) == opened


def test_a_decided_assessment_is_followed_by_a_new_one(base, submitted, xiazhuang, base_manager):
    conclude_assessment(submitted, True, actor=xiazhuang)
    assert open_assessment(base, actor=base_manager) != submitted


def test_without_a_published_standard_no_assessment_is_created(reference, district):
    make_standard("six_haves", published=False)
    assert refusal(open_assessment, personas.base(), actor=district) == "no_standard"


PREPARE = {"district", "district_2", "xiazhuang", "base_manager"}


@pytest.mark.parametrize("name", personas.NAMES)
def test_managers_and_responsible_staff_prepare_a_base(base, name):
    actor = personas.make(name)
    try:
        open_assessment(base, actor=actor)
    except NotAllowed:
        assert name not in PREPARE
    else:
        assert name in PREPARE


@pytest.mark.parametrize(
    ("name", "allowed"), [("district", True), ("xiazhuang", True), ("liuting", False), ("leader", False)]
)
def test_a_person_is_assessed_by_staff_responsible(reference, standards, name, allowed):
    try:
        open_assessment(personas.person(), actor=personas.make(name))
    except NotAllowed:
        assert not allowed
    else:
        assert allowed


def test_nobody_prepares_an_assessment_of_themself(standards, district):
    with pytest.raises(NotAllowed):
        open_assessment(personas.person(account=district), actor=district)


# ---- findings -------------------------------------------------------------------------------------------------------


def test_a_finding_is_stored(opened, base_manager):
    row = record_finding(opened, "venue", met=True, note="  三层楼 ", actor=base_manager)
    assert row.findings == {"venue": {"met": True, "note": "三层楼", "file": ""}}


def test_a_file_is_evidence_and_stays_when_the_note_changes(opened, base_manager):
    file = store(upload(PDF), owner=base_manager)
    record_finding(opened, "venue", met=True, file=file, actor=base_manager)
    row = record_finding(opened, "venue", met=True, note="平面图", actor=base_manager)
    file.refresh_from_db()
    assert row.findings["venue"]["file"] == file.public_id
    assert (file.attached_to, file.attached_id) == ("bases.Assessment", opened.public_id)


def test_a_file_of_another_account_is_no_evidence(opened, base_manager, stranger):
    with pytest.raises(NotAllowed):
        record_finding(opened, "venue", met=True, file=store(upload(PDF), owner=stranger), actor=base_manager)


@pytest.mark.parametrize(
    ("criterion", "met", "note", "code"),
    [
        ("venue", True, "", "no_evidence"),
        ("venue", True, "  ", "no_evidence"),
        ("nothing", True, "x", "criterion"),
        ("venue", False, "长" * 501, "too_long"),
    ],
)
def test_an_invalid_finding_is_refused(opened, base_manager, criterion, met, note, code):
    assert refusal(record_finding, opened, criterion, met=met, note=note, actor=base_manager) == code


def test_not_met_needs_no_evidence(opened, base_manager):
    assert record_finding(opened, "venue", met=False, actor=base_manager).findings["venue"]["met"] is False


def test_after_submission_no_finding_changes(submitted, base_manager):
    assert refusal(record_finding, submitted, "venue", met=False, actor=base_manager) == "state"


def test_other_staff_store_no_finding(opened, liuting):
    with pytest.raises(NotAllowed):
        record_finding(opened, "venue", met=False, actor=liuting)


# ---- submitting, returning, deciding --------------------------------------------------------------------------------


def test_an_incomplete_assessment_is_not_submitted(opened, base_manager):
    record_finding(opened, "venue", met=False, actor=base_manager)
    with pytest.raises(ActionError, match="有rules") as refused:
        submit_assessment(opened, actor=base_manager)
    assert refused.value.code == "incomplete"


def test_the_submitting_account_is_stored(submitted, base_manager):
    assert (submitted.state, submitted.submitted_by) == ("submitted", base_manager)


def test_it_passes_with_every_criterion_met(submitted, xiazhuang):
    row = conclude_assessment(submitted, True, actor=xiazhuang)
    assert (row.state, row.assessed_by, row.assessed_on) == ("passed", xiazhuang, clock.today())


def test_a_passed_base_expires_after_a_year_and_an_organization_never(submitted, xiazhuang):
    row = conclude_assessment(submitted, True, actor=xiazhuang)
    assert row.expires_on == clock.today() + dt.timedelta(days=365)


def test_it_expires_on_a_given_day(submitted, xiazhuang):
    day = clock.today() + dt.timedelta(days=30)
    assert conclude_assessment(submitted, True, actor=xiazhuang, expires_on=day).expires_on == day


@pytest.mark.parametrize("finding", [{"met": False, "note": "x"}, {"met": True}, {}])
def test_it_does_not_pass_with_a_criterion_not_met_or_without_evidence(submitted, xiazhuang, finding):
    submitted.findings = {**submitted.findings, "rules": finding}
    submitted.save()
    with pytest.raises(ActionError, match="有rules") as refused:
        conclude_assessment(submitted, True, actor=xiazhuang)
    assert refused.value.code == "not_met"


def test_failing_needs_a_reason(submitted, xiazhuang):
    assert refusal(conclude_assessment, submitted, False, actor=xiazhuang) == "note"
    row = conclude_assessment(submitted, False, actor=xiazhuang, note="缺活动记录")
    assert (row.state, row.expires_on, row.note) == ("failed", None, "缺活动记录")


def test_the_submitting_account_does_not_decide(filled, xiazhuang):
    submit_assessment(filled, actor=xiazhuang)
    with pytest.raises(NotAllowed):
        conclude_assessment(filled, True, actor=xiazhuang)


ASSESS = {"district", "district_2", "xiazhuang"}


@pytest.mark.parametrize("name", personas.NAMES)
def test_responsible_staff_decide(submitted, name):
    try:
        conclude_assessment(submitted, True, actor=personas.make(name))
    except NotAllowed:
        assert name not in ASSESS
    else:
        assert name in ASSESS


def test_nobody_decides_about_themself(standards, district, district_2):
    assessment = open_assessment(personas.person(account=district), actor=district_2)
    for code in ("venue", "rules"):
        record_finding(assessment, code, met=True, note="x", actor=district_2)
    submit_assessment(assessment, actor=district_2)
    with pytest.raises(NotAllowed):
        conclude_assessment(assessment, True, actor=district)


def test_a_returned_assessment_can_be_edited_and_submitted_again(submitted, xiazhuang, base_manager):
    returned = return_assessment(submitted, "缺照片", actor=xiazhuang)
    assert (returned.state, returned.note) == ("open", "缺照片")
    assert submit_assessment(returned, actor=base_manager).state == "submitted"


def test_returning_needs_a_reason(submitted, xiazhuang):
    assert refusal(return_assessment, submitted, "  ", actor=xiazhuang) == "reason"


@pytest.mark.parametrize(
    ("action", "options", "title"),
    [
        (return_assessment, {"reason": "缺照片"}, "退回修改：夏新连心驿站"),
        (conclude_assessment, {"passed": True}, "评定结果：夏新连心驿站达标"),
    ],
)
def test_the_submitting_account_is_notified(submitted, xiazhuang, base_manager, action, options, title):
    action(submitted, actor=xiazhuang, **options)
    assert Notice.objects.get(user=base_manager).title.endswith(title)


def test_each_step_is_in_the_audit(submitted, xiazhuang):
    conclude_assessment(submitted, True, actor=xiazhuang)
    verbs = Entry.objects.filter(subject="bases.Assessment").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [
        "assessment.started",
        "assessment.recorded",
        "assessment.recorded",
        "assessment.submitted",
        "assessment.finished",
    ]


def test_the_assessment_of_a_person_is_audited_for_that_person(reference, standards, district):
    somebody = personas.person()
    open_assessment(somebody, actor=district)
    assert Entry.objects.get(verb="assessment.started").person == somebody.public_id


VERBS = {
    "submitted": lambda row, actor, other: submit_assessment(row, actor=actor),
    "passed": lambda row, actor, other: conclude_assessment(row, True, actor=other),
    "failed": lambda row, actor, other: conclude_assessment(row, False, actor=other, note="x"),
    "open": lambda row, actor, other: return_assessment(row, "x", actor=other),
}


@pytest.mark.parametrize("new", VERBS)
@pytest.mark.parametrize("old", AssessmentState.values)
def test_a_state_changes_as_the_transitions_allow(filled, base_manager, xiazhuang, old, new):
    type(filled).objects.update(state=old, assessed_on=clock.today(), submitted_by=base_manager)
    allowed = new in TRANSITIONS[AssessmentState(old)]
    try:
        moved = VERBS[new](filled, base_manager, xiazhuang).state
    except ActionError as error:
        moved = error.code
    assert moved == (new if allowed else "state")
