"""A year's plan: drafted by who manages the owner or by staff, published by a second officer, copied to the next year."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import validate
from chengyang.platform.audit.transitions import lock, move, require_state, step_back
from chengyang.platform.workdays.deadlines import due_on

from .. import owners, pace, permissions
from ..models import Figure, Objective, Plan, Revision
from ..people import notify_about, workers_of
from ..states import PLAN_TRANSITIONS, PUBLISH_DAYS, PlanState

LEAST_PERCENT, MOST_PERCENT = -90, 500  # by which a copy may change the targets
COPIED = ("what", "metric", "unit", "every", "note", "order")
WHOLE, CENT = Decimal(1), Decimal("0.01")


@transaction.atomic
def draft_plan(owner: Any, *, year: int, actor: Any) -> Plan:
    """Begin the plan of `owner` (None: the district) for `year`, and return it.

    Safe to repeat: a plan that exists is returned. Raises ActionError("over") for an owner that ended before the year, ("past") for a
    year that is over, ("invalid") for an impossible year; NotAllowed.
    """
    owner = lock(owner) if owner is not None else None
    require(permissions.can_draft, actor, owner)
    _require_time(owner, year)
    plan = _found_or_made(
        Plan(year=year, drafted_by=actor, is_demo=getattr(owner, "is_demo", False), **owners.keys(owner))
    )
    if not plan.was_found:
        audit.record("plan.drafted", plan, actor=actor)
    return plan


@transaction.atomic
def copy_plan(plan: Plan, *, percent: int = 0, actor: Any) -> Plan:
    """Begin the plan of the next year with the objectives of `plan` that count, their targets changed by `percent`; return it.

    Targets that were whole stay whole. A start within the year is not copied: the copy runs from 1 January. Safe to repeat, and for
    two officers at once: a plan that exists is returned as it is. Raises ActionError("percent"), ("over"); NotAllowed unless
    `plan` is published.
    """
    if plan.owner is not None:
        lock(plan.owner)
    plan = lock(plan)
    require(permissions.can_copy_plan, actor, plan)
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        words = {"least": LEAST_PERCENT, "most": MOST_PERCENT}
        raise ActionError(_("增减的比例在 %(least)d 和 %(most)d 之间。") % words, code="percent", field="percent")
    year = plan.year + 1
    _require_time(plan.owner, year)
    made = Plan(year=year, copied_from=plan, drafted_by=actor, is_demo=plan.is_demo, **owners.keys(plan.owner))
    copy = _found_or_made(made)
    if copy.was_found:
        return copy
    starts = pace.year_of(year)[0]
    rows = plan.objectives.agreed().order_by("order", "pk")
    Objective.objects.bulk_create(
        [
            Objective(
                plan=copy,
                starts=starts,
                target=scaled(row.target, percent),
                is_demo=row.is_demo,
                **{name: getattr(row, name) for name in COPIED},
            )
            for row in rows
        ]
    )
    audit.record("plan.copied", copy, actor=actor)
    return copy


def scaled(target: Decimal, percent: int) -> Decimal:
    """Return `target` changed by `percent`, at least the smallest number; whole where it was whole."""
    step = WHOLE if target == target.to_integral_value() else CENT
    return max((target * (100 + percent) / 100).quantize(step, ROUND_HALF_UP), step)


@transaction.atomic
def submit_plan(plan: Plan, *, actor: Any) -> Plan:
    """Ask a second officer to publish the draft; return it. Raises ActionError("empty") without an objective; NotAllowed."""
    plan = lock(plan)
    require(permissions.can_edit_plan, actor, plan)
    if not plan.objectives.exists():
        raise ActionError(_("还没有目标，先加上再提交。"), code="empty")
    changes = {"submitted_by": actor, "submitted_at": clock.now(), "returned_by": None, "reason": ""}
    due = due_on(clock.today(), PUBLISH_DAYS)
    return _move(plan, PlanState.WAITING, "plan.submitted", actor, due_on=due, **changes)


@transaction.atomic
def take_back_plan(plan: Plan, *, actor: Any) -> Plan:
    """Take the submitted draft back, so that it can be edited. Raises NotAllowed for all but who submitted it."""
    plan = lock(plan)
    require(permissions.can_take_back_plan, actor, plan)
    return _move(plan, PlanState.DRAFT, "plan.taken_back", actor, due_on=None, submitted_by=None, submitted_at=None)


@transaction.atomic
def publish_plan(plan: Plan, *, actor: Any) -> Plan:
    """Publish the submitted draft: its objectives count from today; return it, and notify the managers of the owner.

    Raises ActionError("state") when it does not wait; NotAllowed for who submitted it.
    """
    plan = lock(plan)
    require(permissions.can_decide_plan, actor, plan)
    plan = _move(
        plan,
        PlanState.PUBLISHED,
        "plan.published",
        actor,
        published_by=actor,
        published_at=clock.now(),
        returned_by=None,
        due_on=None,
    )
    plan.objectives.update(agreed_on=clock.today())
    for account in workers_of(plan.owner):
        notify_about(account, "objectives/published", plan)
    return plan


@transaction.atomic
def return_plan(plan: Plan, reason: str, *, actor: Any) -> Plan:
    """Return the submitted draft to who submitted it, who is notified of `reason`; return it.

    Raises ActionError("reason"), ("too_long"), ("state"); NotAllowed for who submitted it.
    """
    plan = lock(plan)
    require(permissions.can_decide_plan, actor, plan)
    require_state(plan, PlanState.WAITING)
    text, author = required_reason(reason), plan.submitted_by
    changes = {"reason": text, "returned_by": actor, "due_on": None, "submitted_by": None, "submitted_at": None}
    plan = _move(plan, PlanState.DRAFT, "plan.returned", actor, **changes)
    notify_about(author, "objectives/returned", plan)
    return plan


@transaction.atomic
def undo_plan_decision(plan: Plan, *, actor: Any) -> Plan:
    """Take the publication or the return of `plan` back: it waits again. Returns the plan.

    Raises ActionError("relied_on") once a figure was entered or a change asked for, ("state") when somebody has acted since;
    NotAllowed for all but who decided.
    """
    plan = lock(plan)
    require(permissions.can_undo_plan, actor, plan)
    if plan.is_published:
        # locked, so that no figure is entered meanwhile
        list(plan.objectives.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if (
            Figure.objects.filter(objective__plan=plan).exists()
            or Revision.objects.filter(objective__plan=plan).exists()
        ):
            raise ActionError(_("已经有人填了数或提出调整，不能撤销。"), code="relied_on")
        plan.objectives.update(agreed_on=None)
    left = step_back(
        plan,
        (PlanState.DRAFT, PlanState.PUBLISHED),
        ("submitted_by", "submitted_at", "returned_by", "published_by", "published_at", "due_on", "reason"),
        decided=("published_by", "returned_by"),
        actor=actor,
        verb="plan.decision_undone",
    )
    notified = workers_of(plan.owner) if left == PlanState.PUBLISHED else [plan.submitted_by]
    for account in notified:
        notify_about(account, "objectives/undone", plan)
    return plan


@transaction.atomic
def discard_plan(plan: Plan, *, actor: Any) -> Plan:
    """Delete the draft with its objectives. Raises NotAllowed once it is submitted or published."""
    plan = lock(plan)
    require(permissions.can_edit_plan, actor, plan)
    audit.record("plan.discarded", plan, actor=actor)
    history.delete_with_history(Objective.objects.filter(plan=plan))
    history.delete_with_history(Plan.objects.filter(pk=plan.pk))
    return plan


def _require_time(owner: Any, year: int) -> None:
    starts, ends = pace.year_of(year)
    if clock.today() >= ends:
        raise ActionError(_("%(year)d 年已经过完，不能再定目标。") % {"year": year}, code="past", field="year")
    stopped = owners.stopped_on(owner)
    if stopped is not None and stopped <= max(starts, clock.today()):
        raise ActionError(_("%(name)s 已经终止，不用再定目标。") % {"name": owners.name_of(owner)}, code="over")


def _found_or_made(plan: Plan) -> Plan:
    """Save `plan`, or return the one of its owner and year; `was_found` says which. Of two at once one is made."""
    rows = Plan.objects.filter(year=plan.year).of(plan.owner)
    if (found := rows.first()) is None:
        validate(plan, ["year"])  # the constraint is asked by the insertion, which waits for another one
        try:
            with transaction.atomic():
                plan.save(force_insert=True)
                plan.was_found = False
                return plan
        except IntegrityError:  # of the district, which has no row to lock: another one was faster
            found = rows.get()
    found.was_found = True
    return found


def _move(plan: Plan, state: str, verb: str, actor: Any, **changes: Any) -> Plan:
    return move(plan, state, table=PLAN_TRANSITIONS, actor=actor, verb=verb, **changes)
