"""The models of standards: versions with criteria, and the abstract base of all assessments."""

from .assessments import (
    Assessment,
    AssessmentQuerySet,
    Evaluation,
    EvaluationQuerySet,
    OrganizerAssessmentQuerySet,
)
from .versions import Criterion, Standard, StandardQuerySet, Version, VersionQuerySet

__all__ = [
    "Assessment",
    "AssessmentQuerySet",
    "Criterion",
    "Evaluation",
    "EvaluationQuerySet",
    "OrganizerAssessmentQuerySet",
    "Standard",
    "StandardQuerySet",
    "Version",
    "VersionQuerySet",
]
