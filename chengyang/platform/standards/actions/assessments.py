"""What the subject of an assessment does: opening it, saying how each criterion is met, submitting, putting right.

The same actions serve all tables of assessments (domain.md rules 2–5).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move, require_state
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from chengyang.platform.workdays.deadlines import due_on

from .. import numbers
from ..links import portal_path
from ..models import Assessment, Evaluation, Standard, Version
from ..models.assessments import NOTE_LENGTH
from ..people import notify_about, person_of
from ..permissions import can_prepare, can_prepare_assessment, can_take_back_assessment
from ..states import FIND_DAYS, RUNNING, TRANSITIONS, AssessmentState
from ..subjects import kind_of

# What belongs to one round of decisions; a subject that submits again begins the next one.
ROUND = ("found_by", "found_on", "returned_by", "assessed_by", "assessed_on", "expires_on")
APPEAL = ("appealed_by", "appealed_on", "decided_by", "decided_on")


@transaction.atomic
def open_assessment(subject: Any, *, actor: Any) -> Assessment:
    """Create an assessment of `subject` (a Person, Organization, Base or Team) by the version in force, and return it.

    Safe to repeat: one that is not decided is returned. Raises ActionError("no_standard") while no version is published,
    NotAllowed where `actor` may not prepare it.  (domain.md rules 3–5)
    """
    subject = lock(subject)
    require(can_prepare, actor, subject)
    running = subject.assessments.filter(state__in=RUNNING).first()
    return _found_or_begun(running, subject.assessments, kind_of(subject), None, actor)


@transaction.atomic
def open_evaluation(subject: Any, *, year: int, actor: Any) -> Evaluation:
    """Create the evaluation of `subject` (an Organization, Base or Team) by the scheme of `year`, and return it.

    Safe to repeat: one that exists, also a decided one, is returned. Raises ActionError("no_standard") while no scheme of the year
    is published, NotAllowed where `actor` may not prepare it.  (domain.md rule 15)
    """
    subject = lock(subject)
    require(can_prepare, actor, subject)
    found = subject.evaluations.of_year(year).first()
    return _found_or_begun(found, subject.evaluations, kind_of(subject), year, actor)


def _found_or_begun(found: Any, rows: Any, kind: str, year: int | None, actor: Any) -> Any:
    """Return the assessment `found`, or begin one among `rows` (those of a subject) by the version that is in force."""
    if found is not None:
        found.was_found = True  # so that nobody reads that one was added
        return found
    version = _version_in_force(kind, year)
    assessment = rows.create(version=version, opened_by=actor, is_demo=rows.instance.is_demo)
    audit.record("assessment.started", assessment, actor=actor, person=person_of(assessment))
    return assessment


@transaction.atomic
def record_statement(
    assessment: Assessment, criterion: str, *, note: str = "", link: str = "", file: File | None = None, actor: Any
) -> Assessment:
    """Store what the subject says of the criterion with the code `criterion`: a sentence, a page of the portal, a file.

    `link` is the address of a page of this portal. `file` is an upload of `actor`; without it the stored file remains. What
    officers found in an earlier round stays. Returns the assessment. Raises ActionError("state") after the submission,
    ("criterion") for an unknown code, ("too_long") for a note above 500 characters, ("link") for an address elsewhere.
    """
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    if assessment.state != AssessmentState.OPEN:
        raise ActionError(_("现在是“%(state)s”，不能再改。") % {"state": assessment.get_state_display()}, code="state")
    finding = _known(assessment, criterion)
    stated = {
        "note": _note(note),
        "link": portal_path(link),
        "file": _upload(assessment, file, finding.get("file", ""), actor),
    }
    if assessment.findings.get(criterion) != (found := {**finding, **stated}):
        assessment.findings = {**assessment.findings, criterion: found}
        assessment.save(update_fields=["findings"])
        person = person_of(assessment)
        audit.record("assessment.recorded", assessment, actor=actor, person=person, fields=["findings"])
    return assessment


@transaction.atomic
def submit_assessment(assessment: Assessment, *, actor: Any) -> Assessment:
    """Submit the assessment to staff, and return it; after a failed one, what was put right since.

    Raises ActionError("incomplete") naming the criteria without a sentence, page, file or number, ("not_fixed") while nothing
    was put right, ("running") when another assessment of the subject is not decided, ("state").
    """
    lock(assessment.subject)
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    if assessment.state == AssessmentState.FAILED:
        _require_no_rival(assessment)
        _require_put_right(assessment)
    elif missing := _unsaid(assessment):
        raise ActionError(_("还没有填：%(names)s。") % {"names": "、".join(missing)}, code="incomplete")
    cleared: dict[str, Any] = {**dict.fromkeys((*ROUND, *APPEAL)), "appeal": "", "decision": "", "note": ""}
    return move(
        assessment,
        AssessmentState.SUBMITTED,
        table=TRANSITIONS,
        actor=actor,
        verb="assessment.submitted",
        person=person_of(assessment),
        submitted_by=actor,
        due_on=due_on(clock.today(), FIND_DAYS),
        **cleared,
    )


@transaction.atomic
def take_back_assessment(assessment: Assessment, *, actor: Any) -> Assessment:
    """Take the submitted assessment back to change it, before anybody decided; return it. Raises NotAllowed, ("state")."""
    assessment = lock(assessment)
    require(can_take_back_assessment, actor, assessment)
    return move(
        assessment,
        AssessmentState.OPEN,
        table=TRANSITIONS,
        actor=actor,
        verb="assessment.taken_back",
        person=person_of(assessment),
        due_on=None,
    )


@transaction.atomic
def discard_assessment(assessment: Assessment, reason: str, *, actor: Any) -> Assessment:
    """End an assessment that is still being filled in, and notify who started it of `reason`; return it.

    What was filled in stays, and `resume_assessment` goes on with it. Raises ActionError("reason") without a reason,
    ("too_long"), ("state") once it is submitted; NotAllowed.
    """
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    require_state(assessment, AssessmentState.OPEN)
    note = required_reason(reason, missing=_("请写为什么不评了，开始评定的人会看到原文。"))
    person = person_of(assessment)
    discarded = move(
        assessment,
        AssessmentState.DISCARDED,
        table=TRANSITIONS,
        actor=actor,
        verb="assessment.discarded",
        person=person,
        note=note,
        due_on=None,
    )
    for account in {one.pk: one for one in (assessment.opened_by, assessment.submitted_by) if one}.values():
        if account.pk != actor.pk:
            notify_about(account, "standards/discarded", discarded)
    return discarded


@transaction.atomic
def resume_assessment(assessment: Assessment, *, actor: Any) -> Assessment:
    """Go on with a discarded assessment where it was; return it.

    Raises ActionError("running") when another one of the subject is not decided, ("version") when its standard has a newer
    version, ("state"); NotAllowed.
    """
    lock(assessment.subject)
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    require_state(assessment, AssessmentState.DISCARDED)
    if assessment.rivals().filter(state__in=RUNNING).exists():
        raise ActionError(_("已经开始了新的一次评定，在那一次里填。"), code="running")
    year = assessment.version.standard.year  # None for a standard that holds until further notice
    if assessment.version != _version_in_force(kind_of(assessment.subject), year):
        raise ActionError(_("标准已经有新的一版，请开始新的一次评定。"), code="version")
    return move(
        assessment,
        AssessmentState.OPEN,
        table=TRANSITIONS,
        actor=actor,
        verb="assessment.resumed",
        person=person_of(assessment),
        note="",
    )


@transaction.atomic
def mark_put_right(
    assessment: Assessment, criterion: str, *, note: str = "", link: str = "", file: File | None = None, actor: Any
) -> Assessment:
    """Store that the subject has put the criterion right, with a sentence, a page of the portal or a file; return the assessment.

    Officers read it once the assessment is submitted again. Raises ActionError("state") unless it failed, ("criterion") for one
    that is met, ("no_evidence"), ("too_long"), ("link"); NotAllowed.
    """
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    if assessment.state != AssessmentState.FAILED or not assessment.is_filled_in:
        raise ActionError(
            _("现在是“%(state)s”，没有要补的。") % {"state": assessment.get_state_display()}, code="state"
        )
    finding = _known(assessment, criterion)
    if finding.met:
        raise ActionError(_("这一项已经做到，不用补。"), code="criterion")
    file_id = _upload(assessment, file, finding.fixed.get("file", ""), actor)
    fixed = {"note": _note(note), "link": portal_path(link), "file": file_id, "on": clock.today().isoformat()}
    if not any(fixed[key] for key in ("note", "link", "file")):
        raise ActionError(_("写一句补了什么，或上传一个文件。"), code="no_evidence", field="note")
    assessment.findings = {**assessment.findings, criterion: {**finding, "fixed": fixed}}
    days = [one.due_on for _criterion, one in assessment.short() if one.due_on and not one.fixed]
    if (nearest := min(days, default=None)) != assessment.due_on:
        assessment.due_on, assessment.reminded_on = nearest, None
    assessment.save(update_fields=["findings", "due_on", "reminded_on"])
    person = person_of(assessment)
    audit.record("assessment.put_right", assessment, actor=actor, person=person, fields=["findings"])
    return assessment


@transaction.atomic
def record_statements(assessment: Assessment, stated: Sequence[Mapping[str, Any]], *, actor: Any) -> Assessment:
    """Store what the subject says of several criteria: that it meets them, or after a failed assessment that it put them right.

    `said` has for each `criterion` (its code) `note`, `link` and `upload`, the value of a file field or None. A criterion to put
    right of which nothing is said is left alone. Returns the assessment. Raises as `record_statement` and `mark_put_right`,
    with the field of the criterion (`link_<code>`).
    """
    is_fixing = assessment.state == AssessmentState.FAILED
    store = mark_put_right if is_fixing else record_statement
    for one in stated:
        words = {"note": one["note"], "link": one["link"]}
        if is_fixing and _is_as_before(assessment, one):
            continue
        try:
            file = files.store(one["upload"], owner=actor) if one["upload"] else None
            assessment = store(assessment, one["criterion"], **words, file=file, actor=actor)
        except ActionError as error:
            field = f"{error.field}_{one['criterion']}" if error.field else None
            raise ActionError(error.message, code=error.code, field=field) from error
    return assessment


def _is_as_before(assessment: Assessment, one: Mapping[str, Any]) -> bool:
    """Return whether `one` says nothing new of having put its criterion right."""
    fixed = assessment.finding(one["criterion"]).fixed
    return not one["upload"] and all(one[key] == fixed.get(key, "") for key in ("note", "link"))


def _version_in_force(kind: str, year: int | None) -> Version:
    standard = Standard.objects.published().filter(subject=kind, year=year).first()
    if standard is None:
        raise ActionError(_("还没有发布适用的标准，不能评定。"), code="no_standard")
    return standard.current()


def _known(assessment: Assessment, code: str) -> Any:
    if not any(one.code == code for one in assessment.criteria):
        raise ActionError(_("这个标准里没有这一项。"), code="criterion")
    return assessment.finding(code)


def _unsaid(assessment: Assessment) -> list[str]:
    """Return the names of the criteria of which the subject says nothing, without those whose number is reached."""
    missing = [criterion for criterion, finding in assessment.rows() if not finding.has_evidence()]
    counted = ((one, numbers.count(assessment.subject, one, clock.today())) for one in missing)
    return [str(one) for one, number in counted if number is None or not number.is_reached]


def _require_put_right(assessment: Assessment) -> None:
    if not any(finding.fixed for _criterion, finding in assessment.short()):
        raise ActionError(_("还没有补好的项目，补好一项再交。"), code="not_fixed")


def _require_no_rival(assessment: Assessment) -> None:
    if assessment.YEARLY:
        raise ActionError(_("一年的评价定了就不再重交；有异议请申诉。"), code="final")
    if assessment.rivals().filter(state__in=RUNNING).exists():
        raise ActionError(_("已经开始了新的一次评定，在那一次里交。"), code="running")


def _upload(assessment: Assessment, file: File | None, before: str, actor: Any) -> str:
    if file is None or file.public_id == before:
        return before
    return files.attach(file, assessment, actor=actor).public_id


def _note(text: str) -> str:
    text = text.strip()
    if len(text) > NOTE_LENGTH:
        raise ActionError(_("说明最多 %(most)d 个字。") % {"most": NOTE_LENGTH}, code="too_long", field="note")
    return text
