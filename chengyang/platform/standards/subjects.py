"""The kinds of subjects (person, organization, base, team) and their tables of assessments."""

from typing import Any

from chengyang import extensions
from chengyang.platform.web.fragments import per_version

from .models import Assessment, Standard


def table_of(kind: str) -> type[Assessment]:
    """Return the table of assessments for `kind`, a value of `Standard.subject`. Raises LookupError where there is none."""
    for table in extensions.assessment_tables():
        if kind == table.SUBJECT:
            return table
    raise LookupError(f"no assessments of {kind!r}")


def has_standard(kind: str) -> bool:
    """Return whether a standard for subjects of `kind` is published; read once until something published changes."""
    return per_version(("standards.published", kind), Standard.objects.published().filter(subject=kind).exists)


def kind_of(subject: Any) -> str:
    """Return the value of `Standard.subject` for `subject`: person, organization, base or team."""
    return subject.assessments.field.name
