"""Permissions to prepare an assessment and to decide on it (domain.md rules 2, 4, 5)."""

from typing import Any

from chengyang.platform.accounts.access import access_scope

from .subjects import kind_of


def _is_oneself(actor: Any, subject: Any) -> bool:
    return getattr(subject, "user_id", None) == actor.pk


def can_prepare(actor: Any, subject: Any) -> bool:
    """Return whether `actor` may prepare an assessment of `subject`.

    Managers of an organizer and the staff responsible for it; for a person only staff, and never the person themself.
    """
    scope = access_scope(actor)
    if scope.user_id is None or _is_oneself(actor, subject):
        return False
    return subject.pk in scope.managed(kind_of(subject)) or scope.covers(subject.subdistrict_id)


def can_prepare_assessment(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may edit and submit `assessment`; see `can_prepare`."""
    return can_prepare(actor, assessment.subject)


def can_assess(actor: Any, assessment: Any) -> bool:
    """Return whether `actor` may decide on `assessment`.

    Staff responsible for the subject, but not the account that submitted it, and not the assessed person (rule 2).
    """
    subject = assessment.subject
    is_staff = access_scope(actor).covers(subject.subdistrict_id)
    return is_staff and assessment.submitted_by_id != actor.pk and not _is_oneself(actor, subject)
