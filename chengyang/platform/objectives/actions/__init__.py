"""All writes of objectives: plans, objectives, figures, revisions and reminders."""

from .figures import check_figure, enter_figure, refuse_figure, reverse_figure, undo_figure_decision, withdraw_figure
from .objectives import add_objective, edit_objective, remove_objective
from .plans import (
    copy_plan,
    discard_plan,
    draft_plan,
    publish_plan,
    return_plan,
    submit_plan,
    take_back_plan,
    undo_plan_decision,
)
from .reminders import remind_of_figure
from .revisions import (
    add_to_plan,
    agree_to_revision,
    decline_revision,
    revise_objective,
    undo_revision_decision,
    withdraw_revision,
)

__all__ = [
    "add_objective",
    "add_to_plan",
    "agree_to_revision",
    "check_figure",
    "copy_plan",
    "decline_revision",
    "discard_plan",
    "draft_plan",
    "edit_objective",
    "enter_figure",
    "publish_plan",
    "refuse_figure",
    "remind_of_figure",
    "remove_objective",
    "return_plan",
    "reverse_figure",
    "revise_objective",
    "submit_plan",
    "take_back_plan",
    "undo_figure_decision",
    "undo_plan_decision",
    "undo_revision_decision",
    "withdraw_figure",
    "withdraw_revision",
]
