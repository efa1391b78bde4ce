"""What a standard is about: the four concrete assessment tables and their subjects, found by their shape.

The tables live on upper floors; each inherits from `Assessment` and adds one foreign key, to a person, an organization, a
base or a team, under which the subject finds its assessments as `subject.assessments`.
"""

from typing import Any

from django.apps import apps
from django.db import models

from .models import Assessment

KEPT_AS = {"organization": "organizations", "base": "bases", "team": "teams"}  # sets of a Reach


def tables() -> list[type[Assessment]]:
    """Return the concrete assessment tables."""
    return [model for model in apps.get_models() if issubclass(model, Assessment)]


def subject_field(table: type[Assessment]) -> models.Field:
    """Return the foreign key of a concrete table to its subject."""
    own = {field.name for field in Assessment._meta.get_fields()}
    return next(
        field
        for field in table._meta.concrete_fields
        if field.name not in own and field.many_to_one and field.remote_field
    )


def table_of(kind: str) -> type[Assessment]:
    """Return the table for `Standard.subject` (person, organization, base, team); LookupError where there is none."""
    for table in tables():
        if subject_field(table).name == kind:
            return table
    raise LookupError(f"no assessments of {kind!r}")


def subject_of(assessment: Assessment) -> Any:
    """Return whom or what an assessment is about."""
    return getattr(assessment, subject_field(type(assessment)).name)


def kind_of(subject: Any) -> str:
    """Return the `Standard.subject` that fits a person, organization, base or team."""
    return subject.assessments.field.name
