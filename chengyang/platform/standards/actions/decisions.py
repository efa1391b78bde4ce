"""What officers decide on an assessment: a first one finds, a second one confirms, a third one decides on an appeal.

Nobody decides on what they submitted, and nobody twice; constraints of the tables say the same (domain.md rule 2).
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit.transitions import lock, move, require_state, step_back
from chengyang.platform.workdays.deadlines import due_on

from .. import numbers
from ..findings import Finding
from ..models import Assessment
from ..models.assessments import NOTE_LENGTH
from ..people import notify_about, notify_subject, person_of
from ..permissions import can_appeal, can_assess, can_undo_assessment
from ..states import (
    APPEAL_DAYS,
    CONFIRM_DAYS,
    DECIDE_DAYS,
    DECIDED,
    FIND_DAYS,
    RUNNING,
    TRANSITIONS,
    AssessmentState,
    Result,
)

LONGEST = dt.timedelta(days=366)  # within which a criterion is put right
_DECIDERS = ("found_by", "assessed_by", "decided_by", "returned_by")
_RESTORED = ("findings", "note", "due_on", "submitted_by", *_DECIDERS, "found_on", "assessed_on", "expires_on")


@transaction.atomic
def find_assessment(assessment: Assessment, found: Mapping[str, Mapping[str, Any]], *, actor: Any) -> Assessment:
    """Store what the first officer finds of each criterion, for a second one to confirm; return the assessment.

    `found` maps the code of each criterion to `result` (a value of `Result`), `reason`, and `by`, the day by which what is short
    of met is put right. The number of a metric is stored with it. Raises ActionError("findings") with a sentence for each field
    that must be changed (`reason_<code>` …), ("state") when it is not submitted; NotAllowed for who submitted it.
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    require_state(assessment, AssessmentState.SUBMITTED)
    return _move(
        assessment,
        AssessmentState.FOUND,
        "assessment.found",
        actor,
        findings=_found(assessment, found, is_again=True),
        found_by=actor,
        found_on=clock.today(),
        returned_by=None,
        due_on=due_on(clock.today(), CONFIRM_DAYS),
    )


@transaction.atomic
def return_assessment(assessment: Assessment, reason: str, *, actor: Any) -> Assessment:
    """Return the assessment to the account that submitted it, which is notified of the reason.

    Raises ActionError("reason") without a reason, ("too_long") above 500 characters, ("state") when it is not submitted.
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    require_state(assessment, AssessmentState.SUBMITTED)
    note = required_reason(reason, missing=_("退回要写明哪里要改。"))
    author = assessment.submitted_by
    returned = _move(
        assessment, AssessmentState.OPEN, "assessment.returned", actor, note=note, returned_by=actor, due_on=None
    )
    notify_about(author, "standards/returned", returned)
    return returned


@transaction.atomic
def send_back_assessment(assessment: Assessment, reason: str, *, actor: Any) -> Assessment:
    """Send the findings back to the first officer, who is notified of the reason; return the assessment.

    Raises ActionError("reason"), ("too_long"), ("state") when nothing was found; NotAllowed for who submitted it or found.
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    require_state(assessment, AssessmentState.FOUND)
    note = required_reason(reason, missing=_("退回要写明哪里要改。"))
    changes = {"note": note, "returned_by": actor, "due_on": due_on(clock.today(), FIND_DAYS)}
    sent = _move(assessment, AssessmentState.SUBMITTED, "assessment.sent_back", actor, **changes)
    notify_about(sent.found_by, "standards/sent_back", sent)
    return sent


@transaction.atomic
def confirm_assessment(assessment: Assessment, *, actor: Any, expires_on: dt.date | None = None) -> Assessment:
    """Confirm what the first officer found, and notify the subject: it passes when every criterion is met. Returns the assessment.

    A criterion is met only with a sentence, a page, a file or a number as evidence. `expires_on` is the first day on which a
    passed one is no longer valid; by default today plus `LASTS` of the table, without `LASTS` it does not expire. Raises
    NotAllowed for who submitted it or found, ActionError("state") when nothing was found.  (domain.md rules 2–5)
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    require_state(assessment, AssessmentState.FOUND)
    today = clock.today()
    confirmed = _conclude(
        assessment, "assessment.finished", actor, today, expires_on, assessed_by=actor, assessed_on=today
    )
    notify_subject(confirmed, "standards/concluded", rows=confirmed.short(), until=confirmed.appeal_until)
    return confirmed


@transaction.atomic
def amend_assessment(
    assessment: Assessment, found: Mapping[str, Mapping[str, Any]], *, reason: str, actor: Any
) -> Assessment:
    """Change what the first officer found of some criteria, agree to the rest, and notify the subject of the result; return it.

    `found` is that of `find_assessment`. The first officer is notified of each change and of `reason`, and may read both in the
    history; two people have decided, and the subject may appeal to a third one. Raises ActionError("reason") without a reason,
    ("too_long"), ("same") when nothing differs, ("findings") as `find_assessment`, ("state") when nothing was found; NotAllowed
    for who submitted it or found.  (domain.md rule 13)
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    require_state(assessment, AssessmentState.FOUND)
    note = required_reason(reason, missing=_("改了初评要写理由，初评人和对方会看到原文。"))
    names = changed_in(assessment, found)
    if not names:
        raise ActionError(_("没有改哪一项。都同意请选“同意”。"), code="same")
    before = {code: assessment.finding(code) for code in names}
    assessment.findings = _found(assessment, found, only=names)
    today = clock.today()
    amended = _conclude(
        assessment,
        "assessment.amended",
        actor,
        today,
        None,
        findings=assessment.findings,
        note=note,
        assessed_by=actor,
        assessed_on=today,
    )
    rows = [(one, before[one.code], finding) for one, finding in amended.rows() if one.code in names]
    notify_about(amended.found_by, "standards/amended", amended, rows=rows)
    notify_subject(amended, "standards/concluded", rows=amended.short(), until=amended.appeal_until)
    return amended


def changed_in(assessment: Assessment, found: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the codes of the criteria of which `found` says something else than what is stored; one without a result was not asked."""
    changed = set()
    for criterion, before in assessment.rows():
        if not (what := found.get(criterion.code, {})).get("result"):
            continue
        made = _one(before, what, None)
        if any(made.get(key, "") != before.get(key, "") for key in ("reason", "by")) or made.result != before.result:
            changed.add(criterion.code)
    return changed


@transaction.atomic
def appeal_assessment(assessment: Assessment, text: str, *, actor: Any) -> Assessment:
    """Appeal against a failed assessment, once and within ten working days; a third officer decides. Returns the assessment.

    Raises ActionError("reason") without a text, ("too_long"), ("late") after the last day or a second time, ("running") when a
    new assessment has begun, ("state"); NotAllowed for all but the subject.
    """
    lock(assessment.subject)
    assessment = lock(assessment)
    require(can_appeal, actor, assessment)
    require_state(assessment, AssessmentState.FAILED)
    if not assessment.is_appealable_on(clock.today()):
        raise ActionError(_("申诉的时间已过，或已经申诉过一次。"), code="late")
    if assessment.rivals().filter(state__in=RUNNING).exists():
        raise ActionError(_("已经开始了新的一次评定，不再受理对上一次的申诉。"), code="running")
    changes = {
        "appeal": required_reason(text, missing=_("请写明对哪一项有异议、为什么。")),
        "appealed_by": actor,
        "appealed_on": clock.today(),
        "due_on": due_on(clock.today(), DECIDE_DAYS),
    }
    return _move(assessment, AssessmentState.APPEALED, "assessment.appealed", actor, **changes)


@transaction.atomic
def decide_appeal(
    assessment: Assessment, *, reason: str, found: Mapping[str, Mapping[str, Any]] | None = None, actor: Any
) -> Assessment:
    """Uphold the findings, or change them to `found` (as in `find_assessment`), and notify the subject of `reason`; return it.

    The result follows from the findings. Raises ActionError("reason") without a reason, ("findings") as `find_assessment`,
    ("same") when `found` changes no result, ("state") without an appeal; NotAllowed for everybody who submitted, found,
    confirmed or appealed.
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    require_state(assessment, AssessmentState.APPEALED)
    decision = required_reason(reason, missing=_("请写明为什么这样定，申诉的一方会看到原文。"))
    if found is not None:
        before = assessment.rays()
        assessment.findings = _found(assessment, found)
        if assessment.rays() == before:
            raise ActionError(_("没有改哪一项的结论。维持原结论请选“维持”。"), code="same")
    changes = {"decision": decision, "decided_by": actor, "decided_on": clock.today(), "findings": assessment.findings}
    day = assessment.assessed_on or clock.today()
    decided = _conclude(assessment, "assessment.appeal_decided", actor, day, None, **changes)
    notify_subject(decided, "standards/appeal_decided")
    return decided


@transaction.atomic
def undo_assessment_decision(assessment: Assessment, *, actor: Any) -> Assessment:
    """Take the last decision of an officer back; the subject is notified where it knew of it. Returns the assessment.

    Raises ActionError("state") when somebody has acted since, ("relied_on") when something rests on a passed one, such as the
    foundation of the organization; NotAllowed for all but the officers who decided.
    """
    assessment = lock(assessment)
    require(can_undo_assessment, actor, assessment)
    if assessment.state == AssessmentState.PASSED and assessment.relied_on():
        raise ActionError(_("已经按这次评定办了别的事，不能撤销。"), code="relied_on")
    amended = assessment.note if assessment.state in DECIDED and assessment.decided_by_id is None else ""
    left = step_back(
        assessment,
        (AssessmentState.FOUND, AssessmentState.OPEN, AssessmentState.SUBMITTED, *DECIDED),
        (*_RESTORED, "decision", "decided_on", *(("final_on",) if assessment.YEARLY else ())),
        decided=_DECIDERS,
        actor=actor,
        verb="assessment.decision_undone",
        person=person_of(assessment),
    )
    if left in DECIDED:
        notify_subject(assessment, "standards/undone")
        if amended:
            notify_about(assessment.found_by, "standards/undone", assessment)
    elif left in (AssessmentState.OPEN, AssessmentState.SUBMITTED):  # returned, or sent back to the first officer
        to = assessment.submitted_by if left == AssessmentState.OPEN else assessment.found_by
        notify_about(to, "standards/undone", assessment)
    return assessment


def _move(assessment: Assessment, state: str, verb: str, actor: Any, **changes: Any) -> Assessment:
    person = person_of(assessment)
    return move(assessment, state, table=TRANSITIONS, actor=actor, verb=verb, person=person, **changes)


def _conclude(
    assessment: Assessment, verb: str, actor: Any, day: dt.date, expires_on: dt.date | None, **changes: Any
) -> Assessment:
    """Move to the result that follows from the findings; `day` is that of the assessment."""
    passed = all(finding.met and _is_proven(criterion, finding) for criterion, finding in assessment.rows())
    lasts = assessment.LASTS if passed else None
    days = [finding.due_on for _criterion, finding in assessment.short() if finding.due_on]
    if assessment.YEARLY:
        days, changes = [], {**changes, "final_on": _final_on(passed, changes)}
    return _move(
        assessment,
        AssessmentState.PASSED if passed else AssessmentState.FAILED,
        verb,
        actor,
        expires_on=expires_on if passed and expires_on else day + lasts if lasts else None,
        due_on=None if passed else min(days, default=None),
        reminded_on=None,
        **{"note": "", **changes},
    )


def _final_on(passed: bool, changes: Mapping[str, Any]) -> dt.date:
    """Return the day from which the result of an evaluation stands: that after the last day of an appeal, if there can be one."""
    if passed or changes.get("decided_on"):
        return clock.today()
    return due_on(clock.today(), APPEAL_DAYS) + dt.timedelta(days=1)


def _is_proven(criterion: Any, finding: Finding) -> bool:
    number = numbers.stored(criterion, finding.get("number"))
    return finding.has_evidence() or (number is not None and number.is_reached)


def _found(
    assessment: Assessment,
    found: Mapping[str, Mapping[str, Any]],
    *,
    is_again: bool = False,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return the findings with what `found` says of each criterion (or those of `only`). Raises ActionError("findings").

    With `is_again` what was put right, and is still short of met, is to be put right once more.
    """
    each: dict[str, Any] = {}
    rows = dict(assessment.findings)
    today = clock.today()
    for criterion, before in assessment.rows():
        if only is not None and criterion.code not in only:
            continue
        number = numbers.count(assessment.subject, criterion, today)
        made = _one(before, found.get(criterion.code, {}), None if number is None else number.value)
        for name, sentence in _problems(made, number, today, has_day=not assessment.YEARLY).items():
            each[f"{name}_{criterion.code}"] = sentence
        if is_again and not made.met:
            made.pop("fixed", None)
        rows[criterion.code] = dict(made)
    if each:
        raise ActionError(_("有几项还要补全。"), code="findings", each=each)
    return rows


def _one(before: Finding, what: Mapping[str, Any], number: Any) -> Finding:
    """Return the finding `before` with the result, reason and day of `what`; an old result is not kept beside the new one."""
    stated = {key: value for key, value in before.items() if key != "met"}
    by, result = what.get("by"), what.get("result", "")
    is_met = result == Result.MET
    return Finding(
        {
            **stated,
            "result": result,
            "reason": (what.get("reason") or "").strip(),
            "by": by.isoformat() if by and not is_met else "",
            "number": number,
        }
    )


def _problems(finding: Finding, number: numbers.Number | None, today: dt.date, *, has_day: bool) -> dict[str, Any]:
    """Return field → sentence for what is wrong with the finding on one criterion; with `has_day` it is put right by a day."""
    found: dict[str, Any] = {}
    if finding.result not in Result.values:
        return {"result": _("请选一个结论。")}
    if len(finding["reason"]) > NOTE_LENGTH:
        found["reason"] = _("说明最多 %(most)d 个字。") % {"most": NOTE_LENGTH}
    if not finding.met:
        if not finding["reason"]:
            found["reason"] = _("没有做到要写明为什么、要做什么，对方会看到原文。")
        if not has_day:
            return found
        if finding.due_on is None or not today < finding.due_on <= today + LONGEST:
            found["by"] = _("请写哪天前补好，从明天起一年以内。")
        return found
    is_reached = number is not None and number.is_reached
    if number is not None and not is_reached and not finding["reason"]:
        found["reason"] = _("数没有达到要求，评为做到要写明为什么。")
    if not is_reached and not finding.has_evidence():
        found["result"] = _("没有说明、记录或材料作依据，不能评为做到。")
    return found
