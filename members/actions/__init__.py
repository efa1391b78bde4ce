"""All write actions on applications, persons, corrections, representatives and categories."""

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
from .corrections import (
    accept_correction,
    adopt_number,
    correct_person,
    edit_own_details,
    refuse_correction,
    withdraw_correction,
)
from .leaving import erase_person, leave_registry
from .periodic import run_periodic
from .persons import (
    CONFIRM_WITHIN,
    confirm_person,
    enter_person,
    export_own_data,
    read_number,
    refuse_record,
)
from .representatives import (
    decline_representative,
    first_review_representative,
    name_representative,
    nominate_representative,
)

__all__ = [
    "CONFIRM_WITHIN",
    "accept_correction",
    "add_category",
    "adopt_number",
    "approve_application",
    "begin_application",
    "confirm_person",
    "consent_and_begin",
    "correct_person",
    "decide_purpose",
    "decline_application",
    "decline_representative",
    "edit_category",
    "edit_own_details",
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
    "refuse_correction",
    "refuse_record",
    "return_application",
    "review_first",
    "run_periodic",
    "save_step",
    "submit_application",
    "withdraw_application",
    "withdraw_correction",
]
