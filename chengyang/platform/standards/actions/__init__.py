"""All writes of standards: versions drafted and published by two officers, and assessments (domain.md rules 2–5)."""

from .assessments import (
    mark_put_right,
    open_assessment,
    open_evaluation,
    record_statement,
    record_statements,
    submit_assessment,
    take_back_assessment,
)
from .criteria import add_criterion, edit_criterion, move_criterion_down, move_criterion_up, remove_criterion
from .decisions import (
    appeal_assessment,
    confirm_assessment,
    decide_appeal,
    find_assessment,
    return_assessment,
    send_back_assessment,
    undo_assessment_decision,
)
from .reminders import remind
from .versions import (
    create_standard,
    discard_version,
    draft_version,
    edit_standard,
    edit_version,
    publish_version,
    remove_standard,
    return_version,
    submit_version,
    take_back_version,
    undo_return_version,
)

__all__ = [
    "add_criterion",
    "appeal_assessment",
    "confirm_assessment",
    "create_standard",
    "decide_appeal",
    "discard_version",
    "draft_version",
    "edit_criterion",
    "edit_standard",
    "edit_version",
    "find_assessment",
    "mark_put_right",
    "move_criterion_down",
    "move_criterion_up",
    "open_assessment",
    "open_evaluation",
    "publish_version",
    "record_statement",
    "record_statements",
    "remind",
    "remove_criterion",
    "remove_standard",
    "return_assessment",
    "return_version",
    "send_back_assessment",
    "submit_assessment",
    "submit_version",
    "take_back_assessment",
    "take_back_version",
    "undo_assessment_decision",
    "undo_return_version",
]
