"""The public and member pages of organizations, and those of the rotating chair."""

from .duties import answer_substitute, answer_swap, change_feed, duties, duty_feed, duty_sheet
from .members import charter, members_page
from .organizations import answer_nomination, apply, leave, mine, organization_detail, organization_list, resign

__all__ = [
    "answer_nomination",
    "answer_substitute",
    "answer_swap",
    "apply",
    "change_feed",
    "charter",
    "duties",
    "duty_feed",
    "duty_sheet",
    "leave",
    "members_page",
    "mine",
    "organization_detail",
    "organization_list",
    "resign",
]
