"""All writes on requests, outcomes and teams."""

from .outcomes import check_outcome, refuse_outcome, reopen_outcome, report_outcome, withdraw_outcome
from .requests import (
    answer_request,
    close_request,
    erase_requests,
    escalate_due,
    extend_request,
    rate_request,
    record_opening,
    remind_handlers,
    reopen_request,
    route_request,
    submit_request,
    withdraw_answer,
    withdraw_request,
    withdraw_requests_of,
)
from .teams import appoint, close_team, correct_post, create_team, edit_team, end_post, resign

__all__ = [
    "answer_request",
    "appoint",
    "check_outcome",
    "close_request",
    "close_team",
    "correct_post",
    "create_team",
    "edit_team",
    "end_post",
    "erase_requests",
    "escalate_due",
    "extend_request",
    "rate_request",
    "record_opening",
    "refuse_outcome",
    "remind_handlers",
    "reopen_outcome",
    "reopen_request",
    "report_outcome",
    "resign",
    "route_request",
    "submit_request",
    "withdraw_answer",
    "withdraw_outcome",
    "withdraw_request",
    "withdraw_requests_of",
]
