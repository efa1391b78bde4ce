"""All writes on requests, outcomes and teams."""

from .intake import divert_request, take_by_phone
from .offers import add_offer, edit_offer, end_offer, list_offer_again, switch_off_offer, switch_on_offer
from .outcomes import check_outcome, refuse_outcome, reopen_outcome, report_outcome, withdraw_outcome
from .request_upkeep import (
    close_request,
    erase_requests,
    escalate_due,
    look_after_answer,
    remind_handlers,
    withdraw_requests_of,
)
from .requests import (
    answer_request,
    close_own_request,
    rate_request,
    record_opening,
    reopen_request,
    route_request,
    submit_request,
    withdraw_answer,
    withdraw_request,
)
from .rules import add_rule, edit_rule, end_rule
from .shares import accept_share, ask_for_help, decline_share, hand_in_share, invite_teams, release_share
from .teams import appoint, close_team, correct_post, create_team, describe_post, edit_team, end_post, resign
from .threads import add_message, ask_author, cancel_appointment, make_appointment, record_step
from .timing import ask_extension, grant_extension, look_after_pause, refuse_extension, resume_request

__all__ = [
    "accept_share",
    "add_message",
    "add_offer",
    "add_rule",
    "answer_request",
    "appoint",
    "ask_author",
    "ask_extension",
    "ask_for_help",
    "cancel_appointment",
    "check_outcome",
    "close_own_request",
    "close_request",
    "close_team",
    "correct_post",
    "create_team",
    "decline_share",
    "describe_post",
    "divert_request",
    "edit_offer",
    "edit_rule",
    "edit_team",
    "end_offer",
    "end_post",
    "end_rule",
    "erase_requests",
    "escalate_due",
    "grant_extension",
    "hand_in_share",
    "invite_teams",
    "list_offer_again",
    "look_after_answer",
    "look_after_pause",
    "make_appointment",
    "rate_request",
    "record_opening",
    "record_step",
    "refuse_extension",
    "refuse_outcome",
    "release_share",
    "remind_handlers",
    "reopen_outcome",
    "reopen_request",
    "report_outcome",
    "resign",
    "resume_request",
    "route_request",
    "submit_request",
    "switch_off_offer",
    "switch_on_offer",
    "take_by_phone",
    "withdraw_answer",
    "withdraw_outcome",
    "withdraw_request",
    "withdraw_requests_of",
]
