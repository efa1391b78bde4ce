"""Liaison organizations, their assessments, posts and memberships, and who chairs them in turn."""

from .candidates import Candidate
from .charters import Charter
from .duties import CHAIRING, Duty, DutyFeed, DutyQuerySet, DutySwap, HandOver
from .kinds import Kind, WorkField
from .life import LifeStep
from .organizations import (
    REGISTER_LOCK,
    Assessment,
    Evaluation,
    Membership,
    MembershipQuerySet,
    Organization,
    OrganizationQuerySet,
    Post,
    state_q,
)
from .term_changes import TermChange
from .terms import Term

__all__ = [
    "CHAIRING",
    "REGISTER_LOCK",
    "Assessment",
    "Candidate",
    "Charter",
    "Duty",
    "DutyFeed",
    "DutyQuerySet",
    "DutySwap",
    "Evaluation",
    "HandOver",
    "Kind",
    "LifeStep",
    "Membership",
    "MembershipQuerySet",
    "Organization",
    "OrganizationQuerySet",
    "Post",
    "Term",
    "TermChange",
    "WorkField",
    "state_q",
]
