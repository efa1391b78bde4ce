"""The service alliance, its teams, requests for help with their threads, proposals, and outcomes."""

from .editions import Follower, ProposalEdition
from .offers import Offer, OfferAlert
from .outcome_kinds import OutcomeKind
from .outcome_links import PARTS, OutcomeDouble, OutcomeParty
from .outcomes import ORGANIZERS, Outcome
from .proposals import (
    ANSWER_DAYS,
    REVIEW_DAYS,
    TOPICS,
    CoSigner,
    CoSignerState,
    Intake,
    Openness,
    Proposal,
    ProposalStep,
    Satisfaction,
)
from .referrals import AnswerCorrection, Department, Promise, PromiseState, Referral, ReferralLink, Result
from .requests import (
    CATEGORIES,
    CHANNELS,
    COMPLEX_DAYS,
    DAYS,
    OFFICE,
    Diversion,
    Readers,
    Request,
    Solved,
    Urgency,
    Useful,
    new_query_code,
)
from .rules import RoutingRule
from .shares import Share
from .teams import FIELDS, Alliance, Assessment, Evaluation, Post, Team
from .threads import MOST_EXTRA_DAYS, MOST_PAUSES, Extension, ExtensionState, Pause, ThreadEntry
from .volunteers import TeamApplication

__all__ = [
    "ANSWER_DAYS",
    "CATEGORIES",
    "CHANNELS",
    "COMPLEX_DAYS",
    "DAYS",
    "FIELDS",
    "MOST_EXTRA_DAYS",
    "MOST_PAUSES",
    "OFFICE",
    "ORGANIZERS",
    "PARTS",
    "REVIEW_DAYS",
    "TOPICS",
    "Alliance",
    "AnswerCorrection",
    "Assessment",
    "CoSigner",
    "CoSignerState",
    "Department",
    "Diversion",
    "Evaluation",
    "Extension",
    "ExtensionState",
    "Follower",
    "Intake",
    "Offer",
    "OfferAlert",
    "Openness",
    "Outcome",
    "OutcomeDouble",
    "OutcomeKind",
    "OutcomeParty",
    "Pause",
    "Post",
    "Promise",
    "PromiseState",
    "Proposal",
    "ProposalEdition",
    "ProposalStep",
    "Readers",
    "Referral",
    "ReferralLink",
    "Request",
    "Result",
    "RoutingRule",
    "Satisfaction",
    "Share",
    "Solved",
    "Team",
    "TeamApplication",
    "ThreadEntry",
    "Urgency",
    "Useful",
    "new_query_code",
]
