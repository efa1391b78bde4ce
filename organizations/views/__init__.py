"""The public and member pages of organizations, and those of the rotating chair."""

from .duties import answer_substitute, answer_swap, duties, duty_sheet
from .members import charter, members_page
from .organizations import apply, leave, mine, organization_detail, organization_list, resign

__all__ = [
    "answer_substitute",
    "answer_swap",
    "apply",
    "charter",
    "duties",
    "duty_sheet",
    "leave",
    "members_page",
    "mine",
    "organization_detail",
    "organization_list",
    "resign",
]
