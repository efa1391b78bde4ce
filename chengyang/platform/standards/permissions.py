"""Permissions on versions of standards, and to prepare an assessment, to decide on it, and to appeal (domain.md rules 2–5)."""

from typing import Any

from chengyang.platform.accounts.access import access_scope

from .states import AssessmentState, VersionState
from .subjects import kind_of


# ---- versions -------------------------------------------------------------------------------------------------------
def can_draft(actor: Any, _row: Any = None) -> bool:
    """Return whether `actor` may draft standards and their versions: the district office."""
    return access_scope(actor).district


def can_edit_standard(actor: Any, standard: Any) -> bool:
    """Return whether `actor` may rename or delete `standard`: the district office, until a version is published."""
    return can_draft(actor) and not standard.is_published


def can_edit_version(actor: Any, version: Any) -> bool:
    """Return whether `actor` may edit `version`, its criteria, submit or discard it: the district office, while it is a draft."""
    return can_draft(actor) and version.state == VersionState.DRAFT


def can_edit_criterion(actor: Any, criterion: Any) -> bool:
    """Return whether `actor` may edit `criterion`; see `can_edit_version`."""
    return can_edit_version(actor, criterion.version)


def can_take_back_version(actor: Any, version: Any) -> bool:
    """Return whether `actor` may take a submitted draft back: who submitted it."""
    return can_draft(actor) and version.state == VersionState.WAITING and version.submitted_by_id == actor.pk


def can_publish_version(actor: Any, version: Any) -> bool:
    """Return whether `actor` may publish or return a submitted draft: another officer of the district than who submitted it."""
    return can_draft(actor) and version.submitted_by_id != actor.pk


# ---- assessments ----------------------------------------------------------------------------------------------------
def is_oneself(actor: Any, subject: Any) -> bool:
    """Return whether `subject` is the person `actor`."""
    return actor.pk is not None and getattr(subject, "user_id", None) == actor.pk


def manages(actor: Any, subject: Any) -> bool:
    """Return whether `actor` manages the organizer `subject` by a post."""
    return subject.pk in access_scope(actor).managed(kind_of(subject))


def can_prepare(actor: Any, subject: Any) -> bool:
    """Return whether `actor` may prepare an assessment of `subject`.

    Managers of an organizer and the staff responsible for it; for a person only staff, and never the person themself.
    """
    scope = access_scope(actor)
    if scope.user_id is None or is_oneself(actor, subject):
        return False
    return manages(actor, subject) or scope.covers(subject.subdistrict_id)


def can_prepare_assessment(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may edit and submit `assessment`; see `can_prepare`."""
    return can_prepare(actor, assessment.subject)


def can_take_back_assessment(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may take `assessment` back before anybody has decided on it: who submitted it."""
    waits = assessment.state == AssessmentState.SUBMITTED and assessment.returned_by_id is None
    return waits and assessment.submitted_by_id == actor.pk and can_prepare_assessment(actor, assessment)


def can_assess(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may decide on `assessment` in its present state.

    Staff responsible for the subject, but not the assessed person, and nobody twice: who submitted it does not find, who found
    does not confirm, and an appeal is decided by somebody who did none of it (rule 2).
    """
    acted = {assessment.submitted_by_id}
    if assessment.state in (AssessmentState.FOUND, AssessmentState.APPEALED):
        acted.add(assessment.found_by_id)
    if assessment.state == AssessmentState.APPEALED:
        acted |= {assessment.assessed_by_id, assessment.appealed_by_id}
    return actor.pk not in acted and _is_responsible(actor, assessment)


def can_undo_assessment(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may take the last decision on `assessment` back: an officer who made one."""
    made = ("found_by_id", "assessed_by_id", "decided_by_id", "returned_by_id")
    return actor.pk in {getattr(assessment, name) for name in made} and _is_responsible(actor, assessment)


def can_appeal(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may appeal: the assessed person, the managers of an organizer, and who submitted for it."""
    subject = assessment.subject
    if is_oneself(actor, subject):
        return True
    return manages(actor, subject) or (
        assessment.submitted_by_id == actor.pk and can_prepare_assessment(actor, assessment)
    )


def _is_responsible(actor: Any, assessment: Any) -> bool:
    subject = assessment.subject
    return access_scope(actor).covers(subject.subdistrict_id) and not is_oneself(actor, subject)
