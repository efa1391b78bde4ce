"""The registry: categories, persons, applications, representatives and their four-haves."""

from .applications import Application, ApplicationQuerySet
from .particulars import Category, NameSearchMixin, Particulars, Skill, Wish
from .persons import Person, PersonQuerySet
from .representatives import Assessment, AssessmentQuerySet, Representative, RepresentativeQuerySet

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "Assessment",
    "AssessmentQuerySet",
    "Category",
    "NameSearchMixin",
    "Particulars",
    "Person",
    "PersonQuerySet",
    "Representative",
    "RepresentativeQuerySet",
    "Skill",
    "Wish",
]
