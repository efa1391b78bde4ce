"""All write actions on applications, persons, corrections, representatives and categories."""

from .applications import (
    begin_application,
    consent_and_begin,
    object_to_decline,
    offered_purposes,
    save_step,
    submit_application,
    take_back_application,
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
from .leaving import KEPT_AFTER_LEAVING, erase_person, leave_registry, return_to_registry
from .periodic import RETURNED_ENDS, run_periodic
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
from .reviews import (
    accept_objection,
    approve_application,
    confirm_decline,
    propose_decline,
    record_opening,
    resume_review,
    return_application,
    review_first,
    uphold_decline,
)

__all__ = [
    "CONFIRM_WITHIN",
    "KEPT_AFTER_LEAVING",
    "RETURNED_ENDS",
    "accept_correction",
    "accept_objection",
    "add_category",
    "adopt_number",
    "approve_application",
    "begin_application",
    "confirm_decline",
    "confirm_person",
    "consent_and_begin",
    "correct_person",
    "decide_purpose",
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
    "object_to_decline",
    "offered_purposes",
    "propose_decline",
    "publish",
    "read_number",
    "record_opening",
    "refuse_correction",
    "refuse_record",
    "resume_review",
    "return_application",
    "return_to_registry",
    "review_first",
    "run_periodic",
    "save_step",
    "submit_application",
    "take_back_application",
    "uphold_decline",
    "withdraw_application",
    "withdraw_correction",
]
