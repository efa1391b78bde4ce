"""Which table holds the assessments of a kind of subject: person, organization, base."""

from typing import Any

from chengyang import extensions

from .models import Assessment


def table_of(kind: str) -> type[Assessment]:
    """Return the table for `Standard.subject` (person, organization, base). Raises LookupError where there is none."""
    for table in extensions.assessment_tables():
        if kind == table.SUBJECT:
            return table
    raise LookupError(f"no assessments of {kind!r}")


def kind_of(subject: Any) -> str:
    """Return the `Standard.subject` that fits a person, organization or base."""
    return subject.assessments.field.name
