"""Assessments: subjects say how they meet a standard, a first officer finds, a second one confirms (domain.md rules 2–5)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.actions import store
from chengyang.platform.notices.models import Notice
from chengyang.platform.standards.actions import (
    appeal_assessment,
    confirm_assessment,
    decide_appeal,
    discard_assessment,
    find_assessment,
    open_assessment,
    record_statement,
    resume_assessment,
    return_assessment,
    send_back_assessment,
    submit_assessment,
    take_back_assessment,
    undo_assessment_decision,
)
from chengyang.platform.standards.states import TRANSITIONS, AssessmentState
from tests import personas
from tests.files.conftest import PDF, storage, upload  # noqa: F401  (the fixture `storage` is used by all tests)

from .conftest import make_standard, verdicts

LATER = dt.timedelta(days=30)


def refusal(action, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        action(*arguments, **options)
    return refused.value.code


# ---- opening --------------------------------------------------------------------------------------------------------

SUBJECTS = {
    "person": lambda: personas.person(),
    "organization": lambda: personas.organization(),
    "base": lambda: personas.base(),
    "team": lambda: personas.team(),
}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_each_kind_is_assessed_by_its_own_standard(reference, standards, district, kind):
    assessment = open_assessment(SUBJECTS[kind](), actor=district)
    assert (assessment.version.standard, assessment.state) == (standards[kind], "open")


def test_opening_twice_is_one_assessment(base, opened, district):
    assert open_assessment(base, actor=district) == opened


def test_a_decided_assessment_is_followed_by_a_new_one(base, found, district, base_manager):
    confirm_assessment(found, actor=district)
    assert open_assessment(base, actor=base_manager) != found


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


# ---- what the subject says ---------------------------------------------------------------------------------------------


def test_a_statement_is_stored(opened, base_manager):
    row = record_statement(opened, "venue", note="  三层楼 ", link="/bases/", actor=base_manager)
    assert row.findings == {"venue": {"note": "三层楼", "link": "/bases/", "file": ""}}


def test_a_file_is_evidence_and_stays_when_the_note_changes(opened, base_manager):
    file = store(upload(PDF), owner=base_manager)
    record_statement(opened, "venue", file=file, actor=base_manager)
    row = record_statement(opened, "venue", note="平面图", actor=base_manager)
    file.refresh_from_db()
    assert row.findings["venue"]["file"] == file.public_id
    assert (file.attached_to, file.attached_id) == ("bases.Assessment", opened.public_id)


def test_a_file_of_another_account_is_no_evidence(opened, base_manager, stranger):
    with pytest.raises(NotAllowed):
        record_statement(opened, "venue", file=store(upload(PDF), owner=stranger), actor=base_manager)


@pytest.mark.parametrize(
    ("criterion", "words", "code"),
    [
        ("nothing", {"note": "x"}, "criterion"),
        ("venue", {"note": "长" * 501}, "too_long"),
        ("venue", {"link": "https://example.org/bases/"}, "link"),
        ("venue", {"link": "/nothing/here/"}, "link"),
        ("venue", {"link": "//example.org/bases/"}, "link"),
        ("venue", {"link": "javascript:alert(1)"}, "link"),
    ],
)
def test_an_invalid_statement_is_refused(opened, base_manager, criterion, words, code):
    assert refusal(record_statement, opened, criterion, **words, actor=base_manager) == code


def test_an_address_copied_from_the_browser_becomes_a_path(opened, base_manager, settings):
    address = f"http://{settings.ALLOWED_HOSTS[0].lstrip('.')}:8000/bases/?level=park"
    row = record_statement(opened, "venue", link=address, actor=base_manager)
    assert row.findings["venue"]["link"] == "/bases/?level=park"


def test_after_submission_no_statement_changes(submitted, base_manager):
    assert refusal(record_statement, submitted, "venue", note="x", actor=base_manager) == "state"


def test_other_staff_store_no_statement(opened, liuting):
    with pytest.raises(NotAllowed):
        record_statement(opened, "venue", note="x", actor=liuting)


# ---- submitting -----------------------------------------------------------------------------------------------------


def test_an_incomplete_assessment_is_not_submitted(opened, base_manager):
    record_statement(opened, "venue", note="在一楼", actor=base_manager)
    with pytest.raises(ActionError, match="有rules") as refused:
        submit_assessment(opened, actor=base_manager)
    assert refused.value.code == "incomplete"


def test_the_submitting_account_is_stored(submitted, base_manager):
    assert (submitted.state, submitted.submitted_by) == ("submitted", base_manager)
    assert submitted.due_on > clock.today()


def test_who_submitted_takes_it_back_before_anybody_decided(submitted, base_manager, xiazhuang):
    with pytest.raises(NotAllowed):
        take_back_assessment(submitted, actor=xiazhuang)
    row = take_back_assessment(submitted, actor=base_manager)
    assert (row.state, row.due_on) == ("open", None)


def test_what_was_found_is_not_taken_back(found, base_manager):
    with pytest.raises(NotAllowed):
        take_back_assessment(found, actor=base_manager)


# ---- the first officer ----------------------------------------------------------------------------------------------


def test_what_the_first_officer_finds_waits_for_a_second_one(found, xiazhuang):
    assert (found.state, found.found_by, found.found_on) == ("found", xiazhuang, clock.today())
    assert found.rays() == ["met", "met"]


def problems(assessment, what, actor):
    with pytest.raises(ActionError) as refused:
        find_assessment(assessment, what, actor=actor)
    assert refused.value.code == "findings"
    return set(refused.value.each)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ({"result": "", "reason": "", "by": None}, {"result_rules"}),
        ({"result": "partly", "reason": "", "by": None}, {"reason_rules", "by_rules"}),
        ({"result": "not_yet", "reason": "缺", "by": None}, {"by_rules"}),
        ({"result": "not_yet", "reason": "缺", "by": dt.date(2020, 1, 1)}, {"by_rules"}),
        ({"result": "not_yet", "reason": "缺", "by": dt.date(2199, 1, 1)}, {"by_rules"}),
        ({"result": "met", "reason": "长" * 501, "by": None}, {"reason_rules"}),
    ],
)
def test_a_finding_that_lacks_something_is_refused_at_its_field(submitted, xiazhuang, what, fields):
    assert problems(submitted, verdicts(rules=what), xiazhuang) == fields
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_a_criterion_is_not_met_without_evidence(submitted, xiazhuang):
    type(submitted).objects.update(findings={"venue": {"note": "在一楼"}, "rules": {"note": ""}})
    assert problems(submitted, verdicts(), xiazhuang) == {"result_rules"}


def test_the_submitting_account_does_not_find(filled, xiazhuang):
    row = submit_assessment(filled, actor=xiazhuang)
    with pytest.raises(NotAllowed):
        find_assessment(row, verdicts(), actor=xiazhuang)


ASSESS = {"district", "district_2", "xiazhuang"}


@pytest.mark.parametrize("name", personas.NAMES)
def test_responsible_staff_find(submitted, name):
    try:
        find_assessment(submitted, verdicts(), actor=personas.make(name))
    except NotAllowed:
        assert name not in ASSESS
    else:
        assert name in ASSESS


def test_nobody_decides_about_themself(standards, district, district_2):
    assessment = open_assessment(personas.person(account=district), actor=district_2)
    for code in ("venue", "rules"):
        assessment = record_statement(assessment, code, note="x", actor=district_2)
    assessment = submit_assessment(assessment, actor=district_2)
    with pytest.raises(NotAllowed):
        find_assessment(assessment, verdicts(), actor=district)


def test_a_returned_assessment_can_be_edited_and_submitted_again(submitted, xiazhuang, base_manager):
    returned = return_assessment(submitted, "缺照片", actor=xiazhuang)
    assert (returned.state, returned.note) == ("open", "缺照片")
    assert submit_assessment(returned, actor=base_manager).state == "submitted"


def test_returning_needs_a_reason(submitted, xiazhuang):
    assert refusal(return_assessment, submitted, "  ", actor=xiazhuang) == "reason"


# ---- the second officer ---------------------------------------------------------------------------------------------


def test_it_passes_with_every_criterion_met(found, district):
    row = confirm_assessment(found, actor=district)
    assert (row.state, row.assessed_by, row.assessed_on) == ("passed", district, clock.today())


@pytest.mark.parametrize("result", ["partly", "not_yet"])
def test_it_does_not_pass_with_a_criterion_short_of_met(submitted, xiazhuang, district, result):
    row = confirm_assessment(find_assessment(submitted, verdicts(rules=result), actor=xiazhuang), actor=district)
    assert (row.state, row.expires_on, row.due_on) == ("failed", None, clock.today() + LATER)


@pytest.mark.parametrize("finding", [{"result": "partly"}, {"result": "met"}, {}])
def test_it_does_not_pass_with_a_criterion_not_met_or_without_evidence(found, district, finding):
    type(found).objects.update(findings={**found.findings, "rules": finding})
    assert confirm_assessment(found, actor=district).state == "failed"


@pytest.mark.parametrize("name", ["xiazhuang", "base_manager"])
def test_neither_the_first_officer_nor_the_author_confirms(found, name):
    with pytest.raises(NotAllowed):
        confirm_assessment(found, actor=personas.make(name))


def test_an_officer_who_submitted_does_not_confirm(filled, xiazhuang, district):
    row = find_assessment(submit_assessment(filled, actor=xiazhuang), verdicts(), actor=district)
    with pytest.raises(NotAllowed):
        confirm_assessment(row, actor=xiazhuang)


def test_a_passed_base_expires_after_a_year(found, district):
    assert confirm_assessment(found, actor=district).expires_on == clock.today() + dt.timedelta(days=365)


def test_it_expires_on_a_given_day(found, district):
    day = clock.today() + LATER
    assert confirm_assessment(found, actor=district, expires_on=day).expires_on == day


def test_the_second_officer_sends_it_back_to_the_first_one(found, xiazhuang, district):
    row = send_back_assessment(found, "制度没有看原件", actor=district)
    assert (row.state, row.note, row.found_by) == ("submitted", "制度没有看原件", xiazhuang)
    assert Notice.objects.get(user=xiazhuang).title.startswith("退回初评")
    assert find_assessment(row, verdicts(rules="partly"), actor=xiazhuang).state == "found"


def test_the_body_is_notified_of_the_result_with_what_to_put_right(failed, base_manager):
    notice = Notice.objects.get(user=base_manager)
    assert "未达标" in notice.title
    assert "有rules" in notice.body


def test_each_step_is_in_the_audit(found, district):
    confirm_assessment(found, actor=district)
    verbs = Entry.objects.filter(subject="bases.Assessment").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [
        "assessment.started",
        "assessment.recorded",
        "assessment.recorded",
        "assessment.submitted",
        "assessment.found",
        "assessment.finished",
    ]


def test_the_assessment_of_a_person_is_audited_for_that_person(reference, standards, district):
    somebody = personas.person()
    open_assessment(somebody, actor=district)
    assert Entry.objects.get(verb="assessment.started").person == somebody.public_id


# ---- taking a decision back -----------------------------------------------------------------------------------------


def test_a_decision_is_taken_back_by_who_made_it(found, xiazhuang, district, district_2):
    confirmed = confirm_assessment(found, actor=district)
    with pytest.raises(NotAllowed):
        undo_assessment_decision(confirmed, actor=district_2)
    row = undo_assessment_decision(confirmed, actor=district)
    assert (row.state, row.assessed_by, row.found_by) == ("found", None, xiazhuang)


def test_a_result_on_which_a_base_was_opened_stands(base, found, district):
    type(base).objects.update(state="operating", opened_on=clock.today())
    assert refusal(undo_assessment_decision, confirm_assessment(found, actor=district), actor=district) == "relied_on"


# ---- states ---------------------------------------------------------------------------------------------------------
VERBS = {
    "submitted": lambda row, people: submit_assessment(row, actor=people["base_manager"]),
    "found": lambda row, people: find_assessment(row, verdicts(), actor=people["district"]),
    "passed": lambda row, people: (
        decide_appeal(row, reason="x", found=verdicts(), actor=people["district"])
        if row.state == "appealed"
        else confirm_assessment(row, actor=people["district"])
    ),
    "appealed": lambda row, people: appeal_assessment(row, "x", actor=people["base_manager"]),
    "open": lambda row, people: (
        resume_assessment(row, actor=people["district"])
        if row.state == "discarded"
        else return_assessment(row, "x", actor=people["district"])
    ),
    "discarded": lambda row, people: discard_assessment(row, "x", actor=people["district"]),
}


@pytest.mark.parametrize("new", VERBS)
@pytest.mark.parametrize("old", AssessmentState.values)
def test_a_state_changes_as_the_transitions_allow(filled, base_manager, xiazhuang, district, old, new):
    stated = {"note": "x", "by": "", "fixed": {"on": "2026-01-01"}}
    fixed = {code: {"result": "partly", **stated} for code in filled.findings}
    met = {code: {"result": "met", "note": "x"} for code in filled.findings}
    type(filled).objects.update(
        state=old,
        assessed_on=clock.today(),
        submitted_by=base_manager,
        found_by=xiazhuang,
        findings=fixed if old in ("failed", "appealed") else met,
    )
    filled.refresh_from_db()
    allowed = new in TRANSITIONS[AssessmentState(old)]
    try:
        moved = VERBS[new](filled, {"base_manager": base_manager, "district": district}).state
    except ActionError as error:
        moved = error.code
    assert moved == (new if allowed else "state")
