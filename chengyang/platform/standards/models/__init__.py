"""The models of standards: versions with criteria, and the abstract base of all assessments."""

from .assessments import Assessment, AssessmentQuerySet, OrganizerAssessmentQuerySet
from .versions import Criterion, Standard, StandardQuerySet, Version, VersionQuerySet

__all__ = [
    "Assessment",
    "AssessmentQuerySet",
    "Criterion",
    "OrganizerAssessmentQuerySet",
    "Standard",
    "StandardQuerySet",
    "Version",
    "VersionQuerySet",
]
