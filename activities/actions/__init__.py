"""All writes of this app: activities, programmes and brands, sign-ups, attendance."""

from .activities import (
    approve_activity,
    cancel_activity,
    draft_activity,
    edit_activity,
    missing_fields,
    publish_activity,
    return_activity,
    submit_activity,
    undo_approval,
)
from .attendance import (
    check_in,
    check_out,
    finish_activity,
    opens_at,
    undo_check_in,
    without_check_out,
)
from .hours import correct_hours, lock_hours, record_hours, restore_hours, served_hours
from .past import (
    delete_past_activity,
    enter_attendance,
    enter_past_activity,
    publish_past_activity,
    record_attendance,
    remove_attendance,
    submit_past_activity,
)
from .programmes import add_brand, edit_brand, edit_programme
from .signup_upkeep import anonymise_guests, cancel_signups_of, erase_signups, expire_offers
from .signups import approve_signup, cancel_signup, confirm_signup, decline_signup, sign_up, undo_review
from .signups_by_staff import cancel_signup_for, confirm_signup_for, move_signup_up, sign_up_for

__all__ = [
    "add_brand",
    "anonymise_guests",
    "approve_activity",
    "approve_signup",
    "cancel_activity",
    "cancel_signup",
    "cancel_signup_for",
    "cancel_signups_of",
    "check_in",
    "check_out",
    "confirm_signup",
    "confirm_signup_for",
    "correct_hours",
    "decline_signup",
    "delete_past_activity",
    "draft_activity",
    "edit_activity",
    "edit_brand",
    "edit_programme",
    "enter_attendance",
    "enter_past_activity",
    "erase_signups",
    "expire_offers",
    "finish_activity",
    "lock_hours",
    "missing_fields",
    "move_signup_up",
    "opens_at",
    "publish_activity",
    "publish_past_activity",
    "record_attendance",
    "record_hours",
    "remove_attendance",
    "restore_hours",
    "return_activity",
    "served_hours",
    "sign_up",
    "sign_up_for",
    "submit_activity",
    "submit_past_activity",
    "undo_approval",
    "undo_check_in",
    "undo_review",
    "without_check_out",
]
