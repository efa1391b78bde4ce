"""Liaison organizations, their assessments, posts and memberships, and who chairs them in turn."""

from .duties import CHAIRING, Duty, DutyQuerySet, DutySwap, HandOver
from .organizations import (
    Assessment,
    Evaluation,
    Membership,
    MembershipQuerySet,
    Organization,
    OrganizationQuerySet,
    Post,
)
from .term_changes import Candidate, TermChange
from .terms import Term

__all__ = [
    "CHAIRING",
    "Assessment",
    "Candidate",
    "Duty",
    "DutyQuerySet",
    "DutySwap",
    "Evaluation",
    "HandOver",
    "Membership",
    "MembershipQuerySet",
    "Organization",
    "OrganizationQuerySet",
    "Post",
    "Term",
    "TermChange",
]
