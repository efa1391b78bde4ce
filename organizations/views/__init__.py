"""The public and member pages of organizations, and those of the rotating chair."""

from .duties import answer_substitute, answer_swap, duties, duty_sheet
from .organizations import apply, leave, mine, organization_detail, organization_list, resign

__all__ = [
    "answer_substitute",
    "answer_swap",
    "apply",
    "duties",
    "duty_sheet",
    "leave",
    "mine",
    "organization_detail",
    "organization_list",
    "resign",
]
