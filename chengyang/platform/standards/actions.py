"""Actions that assess a person, an organization, a base or a team by a published standard.

The same five actions serve all four tables of assessments (domain.md rules 2–5).
"""

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from chengyang.platform.notices.actions import notify

from .models import Assessment, Standard, Version
from .permissions import can_assess, can_prepare, can_prepare_assessment
from .states import TRANSITIONS, AssessmentState
from .subjects import kind_of

UNDECIDED = (AssessmentState.OPEN, AssessmentState.SUBMITTED)
NOTE_LENGTH = 500


# ---- assessments ----------------------------------------------------------------------------------------------------


@transaction.atomic
def open_assessment(subject: Any, *, actor: Any) -> Assessment:
    """Create an assessment of `subject` (a Person, Organization, Base or Team) by the version in force, and return it.

    Safe to repeat: an undecided assessment is returned. Raises ActionError("no_standard") while no version is published,
    NotAllowed where `actor` may not prepare it.  (domain.md rules 3–5)
    """
    subject = lock(subject)
    require(can_prepare, actor, subject)
    if undecided := subject.assessments.filter(state__in=UNDECIDED).first():
        undecided.was_found = True  # so that nobody reads that one was added
        return undecided
    version = _version_in_force(kind_of(subject))
    assessment = subject.assessments.create(version=version, is_demo=subject.is_demo)
    audit.record("assessment.started", assessment, actor=actor, person=_person(assessment))
    return assessment


@transaction.atomic
def record_finding(
    assessment: Assessment, criterion: str, *, met: bool, note: str = "", file: File | None = None, actor: Any
) -> Assessment:
    """Store whether the criterion with the code `criterion` is met, with a note or a file as evidence.

    `file` is an upload of `actor` or the file stored before; without it the stored file remains. Returns the assessment.
    Raises ActionError("state") after the submission, ("criterion") for an unknown code, ("too_long") for a note above 500
    characters, ("no_evidence") for a criterion that is met with neither note nor file.  (domain.md rule 3)
    """
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    _require_open(assessment)
    if not assessment.version.criteria.filter(code=criterion).exists():
        raise ActionError(_("这个标准里没有这一项。"), code="criterion")
    finding = {"met": bool(met), "note": _note(note), "file": _evidence(assessment, criterion, file, actor)}
    if finding["met"] and not _has_evidence(finding):
        raise ActionError(_("写一句说明，或上传一个文件作依据。"), code="no_evidence", field="note")
    assessment.findings = {**assessment.findings, criterion: finding}
    assessment.save(update_fields=["findings"])
    audit.record("assessment.recorded", assessment, actor=actor, person=_person(assessment), fields=["findings"])
    return assessment


@transaction.atomic
def submit_assessment(assessment: Assessment, *, actor: Any) -> Assessment:
    """Submit the assessment to staff, and return it.

    Raises ActionError("incomplete") while a criterion has no finding, ("state") when it is not open.
    """
    assessment = lock(assessment)
    require(can_prepare_assessment, actor, assessment)
    missing = [str(criterion) for criterion, finding in assessment.rows() if not finding]
    if missing:
        raise ActionError(_("还没有填：%(names)s。") % {"names": "、".join(missing)}, code="incomplete")
    return _move(assessment, AssessmentState.SUBMITTED, "assessment.submitted", actor, submitted_by=actor, note="")


@transaction.atomic
def return_assessment(assessment: Assessment, reason: str, *, actor: Any) -> Assessment:
    """Return the assessment to the account that submitted it, which is notified of the reason.

    Raises ActionError("reason") without a reason, ("too_long") above 500 characters, ("state") when it is not submitted.
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    if not reason.strip():
        raise ActionError(_("退回要写明哪里要改。"), code="reason", field="reason")
    author = assessment.submitted_by
    returned = _move(assessment, AssessmentState.OPEN, "assessment.returned", actor, note=_note(reason))
    _notify(author, "standards/returned", returned)
    return returned


@transaction.atomic
def conclude_assessment(
    assessment: Assessment, passed: bool, *, actor: Any, note: str = "", expires_on: dt.date | None = None
) -> Assessment:
    """Pass or fail a submitted assessment and notify the account that submitted it. Returns the assessment.

    It passes only when every criterion is met, each with a note or a file. `expires_on` is the first day on which it is no
    longer valid; by default today plus `LASTS` of the table, without `LASTS` it does not expire. Raises NotAllowed for the
    account that submitted it, ActionError("not_met") naming the criteria, ("note") when it fails without a reason,
    ("too_long") above 500 characters, ("state") when it is not submitted.
    (domain.md rules 2–5)
    """
    assessment = lock(assessment)
    require(can_assess, actor, assessment)
    if passed:
        _require_all_met(assessment)
    elif not note.strip():
        raise ActionError(_("未达标要写明原因，让对方知道该改什么。"), code="note", field="note")
    today = clock.today()
    lasts = assessment.LASTS if passed else None
    concluded = _move(
        assessment,
        AssessmentState.PASSED if passed else AssessmentState.FAILED,
        "assessment.finished",
        actor,
        assessed_by=actor,
        assessed_on=today,
        expires_on=expires_on or (today + lasts if lasts else None),
        note=_note(note),
    )
    _notify(assessment.submitted_by, "standards/concluded", concluded)
    return concluded


def _move(assessment, state, verb, actor, **changes):
    person = _person(assessment)
    return move(assessment, state, table=TRANSITIONS, actor=actor, verb=verb, person=person, **changes)


def _version_in_force(kind: str) -> Version:
    standard = Standard.objects.published().filter(subject=kind).first()
    if standard is None:
        raise ActionError(_("还没有发布适用的标准，不能评定。"), code="no_standard")
    return standard.current()


def _require_open(assessment: Assessment) -> None:
    if assessment.state != AssessmentState.OPEN:
        raise ActionError(_("现在是“%(state)s”，不能再改。") % {"state": assessment.get_state_display()}, code="state")


def _require_all_met(assessment: Assessment) -> None:
    lacking = [str(criterion) for criterion, finding in assessment.rows() if not _is_met(finding)]
    if lacking:
        raise ActionError(
            _("这几项还没有达到，或缺少依据：%(names)s。") % {"names": "、".join(lacking)}, code="not_met"
        )


def _is_met(finding: dict[str, Any]) -> bool:
    return bool(finding.get("met")) and _has_evidence(finding)


def _has_evidence(finding: dict[str, Any]) -> bool:
    return bool(finding.get("note") or finding.get("file"))


def _evidence(assessment: Assessment, criterion: str, file: File | None, actor: Any) -> str:
    before = assessment.findings.get(criterion, {}).get("file", "")
    if file is None or file.public_id == before:
        return before
    return files.attach(file, assessment, actor=actor).public_id


def _note(text: str) -> str:
    text = text.strip()
    if len(text) > NOTE_LENGTH:
        raise ActionError(_("说明最多 %(most)d 个字。") % {"most": NOTE_LENGTH}, code="too_long", field="note")
    return text


def _person(assessment: Assessment) -> models.Model | None:
    """Return the assessed person, or None for another subject. Persons see these audit entries on 我的数据."""
    subject = assessment.subject
    return subject if kind_of(subject) == "person" else None


def _notify(to: Any, template: str, assessment: Assessment) -> None:
    subject, meta = assessment.subject, assessment._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[assessment.pk])
    notify(to, template, url=url, assessment=assessment, subject=subject, standard=assessment.version.standard)
