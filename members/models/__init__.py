"""Models of the registry: categories, persons, applications, corrections, representatives and “四有” assessments."""

from .applications import Application, ApplicationQuerySet
from .corrections import Correction, CorrectionQuerySet
from .headcount import Headcount, HeadcountQuerySet
from .persons import Person, PersonQuerySet, UnconfirmedPerson
from .registration_details import Category, NameSearchMixin, RegistrationDetails, Skill, Wish
from .representatives import Assessment, AssessmentQuerySet, Representative, RepresentativeQuerySet

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "Assessment",
    "AssessmentQuerySet",
    "Category",
    "Correction",
    "CorrectionQuerySet",
    "Headcount",
    "HeadcountQuerySet",
    "NameSearchMixin",
    "Person",
    "PersonQuerySet",
    "RegistrationDetails",
    "Representative",
    "RepresentativeQuerySet",
    "Skill",
    "UnconfirmedPerson",
    "Wish",
]
