"""The objectives of a draft: adding, editing and removing them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .. import owners, pace, permissions
from ..models import Objective, Plan

MOST = 20  # objectives in a plan: more than that nobody follows


@transaction.atomic
def add_objective(plan: Plan, *, actor: Any, **data: Any) -> Objective:
    """Add an objective with `data` (names in EDITABLE_FIELDS) to a draft, and return it.

    Without `starts` it runs from 1 January, or from the day on which the owner was founded in the year. With a metric it has the
    unit of the metric. Raises ActionError("invalid") with the field that the model refuses, ("metric") for a number that does
    not exist for the owner, ("starts") outside the year, ("many") above 20; NotAllowed once the draft is submitted.
    """
    plan = lock(plan)
    require(permissions.can_edit_plan, actor, plan)
    objective = made(plan, data)
    objective.save(force_insert=True)
    audit.record("objective.added", objective, actor=actor)
    return objective


@transaction.atomic
def edit_objective(objective: Objective, *, actor: Any, **data: Any) -> Objective:
    """Change `data` (names in EDITABLE_FIELDS) of an objective of a draft, and return it. Raises as `add_objective`."""
    lock(objective.plan)
    objective = lock(objective)
    require(permissions.can_edit_objective, actor, objective)
    data = complete(objective.plan, {**{name: getattr(objective, name) for name in Objective.EDITABLE_FIELDS}, **data})
    for name, value in data.items():
        setattr(objective, name, value)
    validate(objective)  # all of it: a constraint may concern a field that did not change
    objective.refresh_from_db()
    edit(objective, data, fields=Objective.EDITABLE_FIELDS, verb="objective.edited", actor=actor)
    return objective


@transaction.atomic
def remove_objective(objective: Objective, *, actor: Any) -> Objective:
    """Delete an objective of a draft. Raises NotAllowed once the draft is submitted."""
    lock(objective.plan)
    objective = lock(objective)
    require(permissions.can_edit_objective, actor, objective)
    audit.record("objective.removed", objective.plan, actor=actor)
    history.delete_with_history(Objective.objects.filter(pk=objective.pk))
    return objective


def made(plan: Plan, data: Mapping[str, Any]) -> Objective:
    """Return an objective of `plan`, validated and not saved, at the end of its order. Raises as `add_objective`."""
    rows = list(plan.objectives.all())
    if len(rows) >= MOST:
        raise ActionError(_("一份年度目标最多 %(n)d 项。") % {"n": MOST}, code="many")
    objective = Objective(plan=plan, is_demo=plan.is_demo, **complete(plan, data))
    objective.order = max((row.order for row in rows), default=-1) + 1
    validate(objective)
    return objective


def complete(plan: Plan, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` with the start and the unit that follow from the plan and the metric. Raises ActionError."""
    starts, ends = pace.year_of(plan.year)
    found = {**data, "starts": data.get("starts") or max(starts, owners.began_on(plan.owner) or starts)}
    if not starts <= found["starts"] < ends:
        text = _("从 %(year)d 年的哪天算，要写这一年里的日子。") % {"year": plan.year}
        raise ActionError(text, code="starts", field="starts")
    if code := data.get("metric"):
        metric = next((one for one in owners.metrics_for(plan.kind) if one.code == code), None)
        if metric is None:
            raise ActionError(_("没有这个数。"), code="metric", field="metric")
        found |= {"unit": str(metric.unit), "every": ""}
    return found
