"""Who drafts, publishes and changes a year's plan, enters figures and checks them."""

from typing import Any

from chengyang.platform.accounts.access import access_scope

from . import owners
from .states import FigureState, PlanState, RevisionState


def manages(actor: Any, owner: Any) -> bool:
    """Return whether `actor` manages `owner`, an organization, base or team, by a post."""
    return owner is not None and owner.pk in access_scope(actor).managed(owners.kind_of(owner))


def is_responsible(actor: Any, owner: Any) -> bool:
    """Return whether `actor` is staff responsible for `owner`: of its subdistrict, or of the district."""
    return access_scope(actor).covers(owners.area_id(owner))


def can_draft_some(actor: Any) -> bool:
    """Return whether `actor` may draft the plan of some owner."""
    return access_scope(actor).responsible


def can_draft(actor: Any, owner: Any) -> bool:
    """Return whether `actor` may draft a plan of `owner`: who manages it, and the responsible staff."""
    return manages(actor, owner) or is_responsible(actor, owner)


def can_work_on(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may draft, enter figures for and ask for changes of `plan`; see `can_draft`."""
    return can_draft(actor, plan.owner)


def can_edit_plan(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may edit `plan` and its objectives, submit or discard it: while it is a draft."""
    return plan.state == PlanState.DRAFT and can_work_on(actor, plan)


def can_edit_objective(actor: Any, objective: Any) -> bool:
    """Return whether `actor` may edit or remove `objective`: while its plan is a draft."""
    return can_edit_plan(actor, objective.plan)


def can_take_back_plan(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may take the submitted draft back: who submitted it."""
    return plan.state == PlanState.WAITING and plan.submitted_by_id == actor.pk and can_work_on(actor, plan)


def can_decide_plan(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may publish or return the submitted draft: responsible staff, but not who submitted it."""
    return actor.pk != plan.submitted_by_id and is_responsible(actor, plan.owner)


def can_undo_plan(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may take the decision on `plan` back: who made it."""
    made = {plan.published_by_id, plan.returned_by_id}
    return actor.pk in made and is_responsible(actor, plan.owner)


def can_copy_plan(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may copy `plan` to the next year: a published one of an owner that is still there."""
    return plan.state == PlanState.PUBLISHED and not owners.is_over(plan.owner) and can_work_on(actor, plan)


def can_enter_figure(actor: Any, objective: Any) -> bool:
    """Return whether `actor` may enter a figure for `objective`: it counts, and is not counted from records."""
    return not objective.metric and objective.is_agreed and can_work_on(actor, objective.plan)


def can_withdraw_figure(actor: Any, figure: Any) -> bool:
    """Return whether `actor` may withdraw a figure that nobody has checked: who entered it."""
    return figure.state == FigureState.REPORTED and figure.entered_by_id == actor.pk


def can_check_figure(actor: Any, figure: Any) -> bool:
    """Return whether `actor` may check or refuse `figure`: responsible staff, but not who entered it."""
    return actor.pk != figure.entered_by_id and is_responsible(actor, figure.owner)


def can_undo_figure(actor: Any, figure: Any) -> bool:
    """Return whether `actor` may take the check of `figure` back: who checked it."""
    return figure.checked_by_id == actor.pk and is_responsible(actor, figure.owner)


def can_reverse_figure(actor: Any, figure: Any) -> bool:
    """Return whether `actor` may reverse `figure`: a checked one that is no reversal."""
    return (
        figure.state == FigureState.CHECKED and figure.reverses_id is None and can_work_on(actor, figure.objective.plan)
    )


def can_revise(actor: Any, objective: Any) -> bool:
    """Return whether `actor` may ask for another target of `objective`, or to drop it: while its year is not over."""
    return objective.is_agreed and not objective.is_past and can_work_on(actor, objective.plan)


def can_add_to(actor: Any, plan: Any) -> bool:
    """Return whether `actor` may ask for a further objective of a published plan, while its year is not over."""
    return plan.state == PlanState.PUBLISHED and not plan.is_past and can_work_on(actor, plan)


def can_withdraw_revision(actor: Any, revision: Any) -> bool:
    """Return whether `actor` may withdraw the revision before it is decided: who asked for it."""
    return revision.state == RevisionState.WAITING and revision.asked_by_id == actor.pk


def can_decide_revision(actor: Any, revision: Any) -> bool:
    """Return whether `actor` may decide on the revision: responsible staff, but not who asked for it."""
    return actor.pk != revision.asked_by_id and is_responsible(actor, revision.owner)


def can_undo_revision(actor: Any, revision: Any) -> bool:
    """Return whether `actor` may take the decision on the revision back: who made it."""
    return revision.decided_by_id == actor.pk and is_responsible(actor, revision.owner)
