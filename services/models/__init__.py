"""The service alliance, its teams, requests for help with their threads, and outcomes."""

from .offers import Offer
from .outcomes import Outcome
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

__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "COMPLEX_DAYS",
    "DAYS",
    "FIELDS",
    "MOST_EXTRA_DAYS",
    "MOST_PAUSES",
    "OFFICE",
    "Alliance",
    "Assessment",
    "Diversion",
    "Evaluation",
    "Extension",
    "ExtensionState",
    "Offer",
    "Outcome",
    "Pause",
    "Post",
    "Readers",
    "Request",
    "RoutingRule",
    "Share",
    "Solved",
    "Team",
    "ThreadEntry",
    "Urgency",
    "Useful",
    "new_query_code",
]
