"""All write actions on applications, persons, representatives and categories."""

from .applications import (
    approve_application,
    begin_application,
    consent_and_begin,
    decline_application,
    offered_purposes,
    record_opening,
    return_application,
    review_first,
    save_step,
    submit_application,
    withdraw_application,
)
from .categories import add_category, edit_category
from .consents import decide_purpose, publish
from .leaving import erase_person, leave_registry
from .periodic import run_periodic
from .persons import (
    CONFIRM_WITHIN,
    adopt_number,
    confirm_person,
    correct_person,
    edit_own_details,
    enter_person,
    export_own_data,
    read_number,
    refuse_record,
)
from .representatives import (
    correct_term,
    decline_representative,
    end_term_early,
    first_review_representative,
    name_representative,
    nominate_representative,
)

__all__ = [
    "CONFIRM_WITHIN",
    "add_category",
    "adopt_number",
    "approve_application",
    "begin_application",
    "confirm_person",
    "consent_and_begin",
    "correct_person",
    "correct_term",
    "decide_purpose",
    "decline_application",
    "decline_representative",
    "edit_category",
    "edit_own_details",
    "end_term_early",
    "enter_person",
    "erase_person",
    "export_own_data",
    "first_review_representative",
    "leave_registry",
    "name_representative",
    "nominate_representative",
    "offered_purposes",
    "publish",
    "read_number",
    "record_opening",
    "refuse_record",
    "return_application",
    "review_first",
    "run_periodic",
    "save_step",
    "submit_application",
    "withdraw_application",
]
