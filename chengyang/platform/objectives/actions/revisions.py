"""Changes of a published plan during the year: asked for with a reason, agreed to by a second officer."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import validate
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions
from ..models import Objective, Plan, Revision
from ..people import notify_about
from ..states import PUBLISH_DAYS, REVISION_TRANSITIONS, RevisionKind, RevisionState
from .objectives import made


@transaction.atomic
def revise_objective(objective: Objective, *, target: Decimal | None, reason: str, actor: Any) -> Revision:
    """Ask for another `target` of an objective that counts, or without one to drop it; return the revision.

    Raises ActionError("reason"), ("same") for the target that it has, ("waits") while another revision waits, ("invalid");
    NotAllowed once the year is over.
    """
    lock(objective.plan)
    objective = lock(objective)
    require(permissions.can_revise, actor, objective)
    if target == objective.target:
        raise ActionError(_("目标没有变。"), code="same", field="target")
    if objective.revisions.waiting().exists():
        raise ActionError(_("这一项已经有一个调整在等复核。"), code="waits")
    kind = RevisionKind.DROP if target is None else RevisionKind.TARGET
    revision = Revision(objective=objective, kind=kind, before=objective.target, target=target)
    return _ask(revision, reason, actor)


@transaction.atomic
def add_to_plan(plan: Plan, *, reason: str, actor: Any, **data: Any) -> Revision:
    """Ask for a further objective with `data` (names in EDITABLE_FIELDS) of a published plan; return the revision.

    The objective counts once a second officer agrees. Without `starts` it runs from today. Raises as `add_objective`, and
    ActionError("reason").
    """
    plan = lock(plan)
    require(permissions.can_add_to, actor, plan)
    objective = made(plan, {**data, "starts": data.get("starts") or clock.today()})
    objective.save(force_insert=True)
    revision = Revision(objective=objective, kind=RevisionKind.ADD, target=objective.target)
    return _ask(revision, reason, actor)


@transaction.atomic
def withdraw_revision(revision: Revision, *, actor: Any) -> Revision:
    """Withdraw the revision before it is decided; return it. Raises NotAllowed for all but who asked for it."""
    revision = lock(revision)
    require(permissions.can_withdraw_revision, actor, revision)
    return _move(revision, RevisionState.WITHDRAWN, "revision.withdrawn", actor, due_on=None)


@transaction.atomic
def agree_to_revision(revision: Revision, *, actor: Any) -> Revision:
    """Agree to the revision: its objective changes today; return it. Raises ActionError("state"); NotAllowed for who asked."""
    objective, revision = _locked(revision)
    require(permissions.can_decide_revision, actor, revision)
    today = clock.today()
    if revision.kind == RevisionKind.TARGET:
        changes: dict[str, Any] = {"target": revision.target}
    elif revision.kind == RevisionKind.DROP:
        changes = {"dropped_on": today, "dropped_why": revision.reason}
    else:
        changes = {"agreed_on": today}
    revision = _decide(revision, RevisionState.AGREED, "revision.agreed", actor)
    _save(objective, changes)
    notify_about(revision.asked_by, "objectives/revised", revision)
    return revision


@transaction.atomic
def decline_revision(revision: Revision, reason: str, *, actor: Any) -> Revision:
    """Decline the revision: nothing changes. Who asked is notified and reads `reason`; return it.

    Raises ActionError("reason"), ("too_long"), ("state"); NotAllowed for who asked.
    """
    revision = lock(revision)
    require(permissions.can_decide_revision, actor, revision)
    text = required_reason(reason, missing=_("请写理由，提出人会看到原文。"))
    revision = _decide(revision, RevisionState.DECLINED, "revision.declined", actor, answer=text)
    notify_about(revision.asked_by, "objectives/revised", revision)
    return revision


@transaction.atomic
def undo_revision_decision(revision: Revision, *, actor: Any) -> Revision:
    """Take the decision on the revision back: it waits again, and its objective is as it was. Returns the revision.

    Raises ActionError("state") when the objective was changed since, or has figures already; NotAllowed for all but who decided.
    """
    objective, revision = _locked(revision)
    require(permissions.can_undo_revision, actor, revision)
    _require_unused(objective, revision)
    left = step_back(
        revision,
        (RevisionState.AGREED, RevisionState.DECLINED),
        ("decided_by", "decided_at", "answer", "due_on"),
        decided=("decided_at",),
        actor=actor,
        verb="revision.decision_undone",
    )
    if left == RevisionState.AGREED:
        _save(objective, _back(revision))
    notify_about(revision.asked_by, "objectives/undone", revision)
    return revision


def _back(revision: Revision) -> dict[str, Any]:
    if revision.kind == RevisionKind.TARGET:
        return {"target": revision.before}
    if revision.kind == RevisionKind.DROP:
        return {"dropped_on": None, "dropped_why": ""}
    return {"agreed_on": None}


def _require_unused(objective: Objective, revision: Revision) -> None:
    later = objective.revisions.filter(asked_at__gt=revision.asked_at).exclude(pk=revision.pk)
    is_entered = revision.kind == RevisionKind.ADD and objective.figures.exists()
    if later.exists() or is_entered:
        raise ActionError(_("后来又有了变化，不能撤销。"), code="state")


def _locked(revision: Revision) -> tuple[Objective, Revision]:
    return lock(revision.objective), lock(revision)


def _save(objective: Objective, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(objective, name, value)
    objective.save(update_fields=list(changes))


def _ask(revision: Revision, reason: str, actor: Any) -> Revision:
    revision.reason = required_reason(reason, missing=_("请写为什么要改。"))
    revision.asked_by, revision.asked_at = actor, clock.now()
    revision.due_on, revision.is_demo = due_on(clock.today(), PUBLISH_DAYS), revision.objective.is_demo
    validate(revision)
    revision.save(force_insert=True)
    audit.record("revision.asked", revision, actor=actor)
    return revision


def _decide(revision: Revision, state: str, verb: str, actor: Any, **changes: Any) -> Revision:
    return _move(revision, state, verb, actor, decided_by=actor, decided_at=clock.now(), due_on=None, **changes)


def _move(revision: Revision, state: str, verb: str, actor: Any, **changes: Any) -> Revision:
    return move(revision, state, table=REVISION_TRANSITIONS, actor=actor, verb=verb, **changes)
