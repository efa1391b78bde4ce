"""The models of objectives: a year's plan of an owner, its objectives, the figures entered for them, and their revisions."""

from .figures import Figure, FigureQuerySet
from .plans import Objective, ObjectiveQuerySet, Plan, PlanQuerySet
from .revisions import Revision, RevisionQuerySet

__all__ = [
    "Figure",
    "FigureQuerySet",
    "Objective",
    "ObjectiveQuerySet",
    "Plan",
    "PlanQuerySet",
    "Revision",
    "RevisionQuerySet",
]
