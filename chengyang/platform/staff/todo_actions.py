"""今日待办: taking, handing over and giving back items, standing in for an absent colleague, taking back a decision."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import DecisionOption, TodoKind, todo_kind
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import following
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock, lock_parents
from chengyang.platform.notices.actions import notify

from . import permissions
from .models import Absence, Assignment, Settled

UNDO_WITHIN = dt.timedelta(minutes=10)


# ---- who works on an item -------------------------------------------------------------------------------------------
@transaction.atomic
def take_item(kind: TodoKind, row: Any, *, actor: Any) -> Assignment:
    """Take the item for `actor`; the others see that it is being worked on. Safe to repeat.

    Raises NotAllowed when it does not wait for `actor`, ActionError("taken") when a colleague has it who is not away, and whom
    `actor` does not stand in for.
    """
    _require_waiting(kind, row, actor)
    known = _locked(kind, row)
    if known and known.officer_id == actor.pk:
        return known
    if known and known.officer_id not in absent_today():
        raise ActionError(_("%(who)s已经接办这一件。") % {"who": known.officer}, code="taken")
    return _assign(kind, row, known, officer=actor, given_by=None, note="", verb="todo.taken", actor=actor)


@transaction.atomic
def hand_over_item(kind: TodoKind, row: Any, *, to: Any, note: str = "", actor: Any) -> Assignment:
    """Hand the item over to the colleague `to`, who is notified with `note`; who stands in for an absent one gets it.

    Raises NotAllowed when it does not wait for `actor`; ActionError("officer") when `to` may not decide it, ("taken") when a
    third colleague has it.
    """
    _require_waiting(kind, row, actor)
    to = absent_today().get(to.pk, to)
    if to.pk == actor.pk or not kind.waiting(to).filter(pk=row.pk).exists():
        raise ActionError(_("%(who)s不能办这一件，请另选一位。") % {"who": to}, code="officer", field="to")
    known = _locked(kind, row)
    if known and known.officer_id not in (actor.pk, to.pk) and known.officer_id not in absent_today():
        raise ActionError(_("%(who)s已经接办这一件。") % {"who": known.officer}, code="taken", field="to")
    made = _assign(kind, row, known, officer=to, given_by=actor, note=note, verb="todo.handed_over", actor=actor)
    notify(to, "staff/handed_over", url=kind.url(row), kind=kind.label, note=note, giver=actor)
    return made


@transaction.atomic
def give_back_item(kind: TodoKind, row: Any, *, actor: Any) -> None:
    """End the assignment of `actor`, so that the item is everybody's again. Safe to repeat."""
    known = _locked(kind, row)
    if known and known.officer_id == actor.pk:
        known.delete()
        record("todo.returned", row, actor=actor, reason=kind.code)


def _require_waiting(kind: TodoKind, row: Any, actor: Any) -> None:
    if not kind.waiting(actor).filter(pk=row.pk).exists():
        raise NotAllowed("todo")


def _locked(kind: TodoKind, row: Any) -> Assignment | None:
    """Lock the item, so that two officers who take it wait for each other; return its assignment."""
    lock(row)
    return Assignment.objects.of(kind, row).select_related("officer").first()


def _assign(kind: TodoKind, row: Any, known: Assignment | None, *, verb: str, actor: Any, **values: Any) -> Assignment:
    if known:
        known.delete()
    made = Assignment.objects.create(kind=kind.code, public_id=row.public_id, **values)
    record(verb, row, actor=actor, reason=kind.code)
    return made


# ---- absence --------------------------------------------------------------------------------------------------------
def absent_today() -> dict[int, User]:
    """Return for each officer who is away today (by id) who stands in for them; one who is away too is passed over."""
    today = {
        absence.officer_id: absence.substitute
        for absence in Absence.objects.on(clock.today()).select_related("substitute")
    }
    return {officer: substitute for officer, substitute in today.items() if substitute.pk not in today}


@transaction.atomic
def enter_absence(*, starts: dt.date, last: dt.date, substitute: Any, actor: Any) -> Absence:
    """Enter that `actor` is away from `starts` to `last` (inclusive) and `substitute` stands in; both are notified.

    Raises ActionError `dates` (in the past, or in the wrong order), `officer` (the substitute lacks a right of `actor`) and `once`
    (another absence on one of the days).
    """
    if not access_scope(actor).officer:
        raise NotAllowed("absence")
    if last < starts:
        raise ActionError(_("最后一天不能早于第一天。"), code="dates", field="last")
    if starts < clock.today():
        raise ActionError(_("从今天或以后开始。"), code="dates", field="starts")
    if not permissions.can_stand_in(actor, substitute):
        raise ActionError(
            _("%(who)s没有你的全部权限，不能替班。") % {"who": substitute}, code="officer", field="substitute"
        )
    days = {"starts": starts, "ends": last + dt.timedelta(days=1)}
    try:
        with transaction.atomic():
            absence = Absence.objects.create(officer=actor, substitute=substitute, **days)
    except IntegrityError:
        raise ActionError(_("这几天已经登记过不在岗。"), code="once", field="starts") from None
    record("absence.entered", absence, actor=actor, user=substitute)
    _notify_both(absence, "staff/absence_entered")
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, actor: Any) -> Absence:
    """End the absence today: the officer is back. Raises NotAllowed for anybody but the two, ActionError("state") when it is over."""
    absence = lock(absence)
    if actor.pk not in (absence.officer_id, absence.substitute_id):
        raise NotAllowed("absence")
    today = clock.today()
    if absence.ends <= today:
        raise ActionError(_("这次不在岗已经结束。"), code="state")
    absence.ends = max(today, absence.starts)
    absence.save(update_fields=["ends"])
    record("absence.ended", absence, actor=actor, user=absence.substitute)
    _notify_both(absence, "staff/absence_ended")
    return absence


def _notify_both(absence: Absence, template: str) -> None:
    last = absence.ends - dt.timedelta(days=1)
    for to in (absence.officer, absence.substitute):
        notify(
            to, template, url=reverse("admin:staff_absence"), absence=absence, last=last, is_own=to == absence.officer
        )


# ---- after the decision ---------------------------------------------------------------------------------------------
def settle(kind: TodoKind, row: Any, option: DecisionOption, *, actor: Any) -> Settled:
    """Store that `actor` has decided the item, and end its assignment; called in the transaction of the decision."""
    Assignment.objects.of(kind, row).delete()
    return Settled.objects.create(
        kind=kind.code,
        public_id=row.public_id,
        option=option.code,
        label=str(option.label),
        officer=actor,
        marks=following.mark([row]),
    )


def can_undo(settled: Settled, row: Any) -> bool:
    """Return whether the decision can be taken back: it is a kind that can, ten minutes old at most, and nobody acted on it."""
    kind = todo_kind(settled.kind)
    if kind is None or settled.option not in kind.undoes or settled.undone_at or clock.now() > settled.at + UNDO_WITHIN:
        return False
    return not following.changes_since([row], settled.marks).exists()


@transaction.atomic
def undo_decision(settled: Settled, *, actor: Any) -> Any:
    """Take back a decision of `actor` made less than ten minutes ago; the item waits again. Returns its row.

    Raises NotAllowed for a decision of somebody else, ActionError("late") after ten minutes or when somebody has acted on it.
    """
    if settled.officer_id != actor.pk:
        raise NotAllowed("undo")
    kind = todo_kind(settled.kind)
    row = kind and kind.model._base_manager.filter(public_id=settled.public_id).first()
    if row is None:
        raise ActionError(_("这一件已经不在了。"), code="late")
    lock_parents(row, kind.locks)
    row = lock(row)
    settled = lock(settled)
    if not can_undo(settled, row):
        raise ActionError(_("已经过了十分钟，或者有人接着办了，不能撤销。"), code="late")
    kind.undo(row, settled.option, actor=actor)
    settled.undone_at = clock.now()
    settled.save(update_fields=["undone_at"])
    record("decision.undone", row, actor=actor, reason=kind.code)
    return row
