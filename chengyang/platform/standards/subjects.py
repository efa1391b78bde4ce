"""The kinds of subjects (person, organization, base, team) and their tables of assessments."""

from typing import Any

from chengyang import extensions
from chengyang.platform.web.fragments import per_version

from .models import Assessment, Standard


def all_tables() -> list[Any]:
    """Return the tables of assessments and those of yearly evaluations."""
    return [*extensions.assessment_tables(), *extensions.evaluation_tables()]


def table_of(code: str) -> type[Assessment]:
    """Return the table of assessments with `code` (`Standard.kind`). Raises LookupError where there is none."""
    for table in all_tables():
        if code == table.code():
            return table
    raise LookupError(f"no assessments of {code!r}")


def has_standard(kind: str) -> bool:
    """Return whether a standard for subjects of `kind` is published; read once until something published changes."""
    return per_version(
        ("standards.published", kind), Standard.objects.published().lasting().filter(subject=kind).exists
    )


def open_years(kind: str) -> list[int]:
    """Return the years for which organizers of `kind` are evaluated: those with a published scheme, the latest first."""
    rows = Standard.objects.published().yearly().filter(subject=kind)
    return per_version(("standards.years", kind), lambda: [standard.year for standard in rows])


def has_ended(subject: Any) -> bool:
    """Return whether the organizer `subject` has been closed or dissolved."""
    return bool(getattr(subject, "closed_on", None)) or getattr(subject, "state", "") in ("closed", "dissolved")


def kind_of(subject: Any) -> str:
    """Return the value of `Standard.subject` for `subject`: person, organization, base or team."""
    return subject.assessments.field.name
