"""The public and member pages of activities: calendar, activity, sign-up and ticket, check-in."""

from .activity import activity_ics, detail, share, signup_ics
from .calendar import activity_list, calendar, feed, share_calendar
from .checkin import checkin, checkin_step, finish, scan
from .signup import cancel_ticket, confirm_ticket, mine, sign_up, ticket

__all__ = [
    "activity_ics",
    "activity_list",
    "calendar",
    "cancel_ticket",
    "checkin",
    "checkin_step",
    "confirm_ticket",
    "detail",
    "feed",
    "finish",
    "mine",
    "scan",
    "share",
    "share_calendar",
    "sign_up",
    "signup_ics",
    "ticket",
]
