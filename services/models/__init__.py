"""The service alliance, its teams, requests for help, and outcomes."""

from .outcomes import Outcome
from .requests import OFFICE, Request, ThreadEntry, new_query_code
from .teams import FIELDS, Alliance, Assessment, Evaluation, Post, Team

__all__ = [
    "FIELDS",
    "OFFICE",
    "Alliance",
    "Assessment",
    "Evaluation",
    "Outcome",
    "Post",
    "Request",
    "Team",
    "ThreadEntry",
    "new_query_code",
]
