"""Figures: entered with what shows them, checked by a second person, and taken back by a reversal."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import validate
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.files import actions as files
from chengyang.platform.standards.links import portal_path
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions
from ..models import Figure, Objective
from ..models.figures import NOTE_LENGTH
from ..people import notify_about
from ..states import CHECK_DAYS, FIGURE_STANDS, FIGURE_TRANSITIONS, FigureState


@transaction.atomic
def enter_figure(
    objective: Objective,
    *,
    amount: Decimal,
    on: dt.date,
    note: str,
    link: str = "",
    evidence: Any = None,
    actor: Any,
) -> Figure:
    """Enter that `amount` (in the unit of the objective, 0 for nothing yet) was done on the day `on`; return the figure.

    It counts once a second person has checked it. `note` says what it is, `link` is the address of a page of this portal, and
    `evidence` an upload, for who checks it. Raises ActionError("on") for a day that is to come or outside the objective,
    ("link"), ("invalid") with the field that the model refuses, and as `files.store`; NotAllowed for an objective that
    is counted from records.
    """
    objective = lock(objective)
    require(permissions.can_enter_figure, actor, objective)
    _require_day(objective, on)
    figure = Figure(objective=objective, amount=amount, on=on, note=note.strip(), link=portal_path(link))
    return _enter(figure, "figure.entered", actor, evidence)


@transaction.atomic
def reverse_figure(figure: Figure, reason: str, *, actor: Any) -> Figure:
    """Enter the reversal of a checked figure: the same amount with the other sign, with `reason`; return the reversal.

    It counts once a second person has checked it. Raises ActionError("reason"), ("reversed") where the figure has a reversal
    already; NotAllowed.
    """
    objective = lock(figure.objective)
    figure = lock(figure)
    require(permissions.can_reverse_figure, actor, figure)
    if figure.reversals.filter(state__in=FIGURE_STANDS).exists():
        raise ActionError(_("这一条已经冲回，不用再冲。"), code="reversed")
    if figure.amount == 0:
        raise ActionError(_("这一条是 0，不用冲回。"), code="reversed")
    note = required_reason(reason, missing=_("请写为什么冲回。"))
    if len(note) > NOTE_LENGTH:
        raise ActionError(_("最多 200 个字。"), code="too_long", field="reason")
    reversal = Figure(objective=objective, amount=-figure.amount, on=figure.on, note=note, reverses=figure)
    return _enter(reversal, "figure.reversed", actor, None)


@transaction.atomic
def withdraw_figure(figure: Figure, *, actor: Any) -> Figure:
    """Withdraw a figure before it is checked; return it. Raises NotAllowed for all but who entered it, and once it is checked."""
    figure = lock(figure)
    require(permissions.can_withdraw_figure, actor, figure)
    return _move(figure, FigureState.WITHDRAWN, "figure.withdrawn", actor, due_on=None)


@transaction.atomic
def check_figure(figure: Figure, *, actor: Any) -> Figure:
    """Confirm `figure`, so that it counts; return it. Raises NotAllowed, also for who entered it, ActionError("state")."""
    figure = lock(figure)
    require(permissions.can_check_figure, actor, figure)
    return _decide(figure, FigureState.CHECKED, "figure.checked", actor)


@transaction.atomic
def refuse_figure(figure: Figure, reason: str, *, actor: Any) -> Figure:
    """Refuse `figure`: it does not count. Who entered it is notified and reads `reason`; return it.

    Raises NotAllowed, ActionError("reason"), ("too_long"), ("state").
    """
    figure = lock(figure)
    require(permissions.can_check_figure, actor, figure)
    text = required_reason(reason, missing=_("请写理由，填报人会看到原文。"))
    figure = _decide(figure, FigureState.REFUSED, "figure.refused", actor, reason=text)
    notify_about(figure.entered_by, "objectives/refused", figure)
    return figure


@transaction.atomic
def undo_figure_decision(figure: Figure, *, actor: Any) -> Figure:
    """Take the check, or the refusal, of `figure` back: it waits again. Returns it.

    Raises ActionError("reversed") when the figure was reversed meanwhile, ("state"); NotAllowed for all but who decided.
    """
    figure = lock(figure)
    require(permissions.can_undo_figure, actor, figure)
    if figure.reversals.filter(state__in=FIGURE_STANDS).exists():
        raise ActionError(_("这一条已经冲回，不能撤销核对。"), code="reversed")
    left = step_back(
        figure,
        (FigureState.CHECKED, FigureState.REFUSED),
        ("checked_by", "checked_at", "reason", "due_on"),
        decided=("checked_at",),
        actor=actor,
        verb="figure.decision_undone",
    )
    if left == FigureState.REFUSED:
        notify_about(figure.entered_by, "objectives/undone", figure)
    return figure


def _enter(figure: Figure, verb: str, actor: Any, evidence: Any) -> Figure:
    figure.entered_by, figure.entered_at = actor, clock.now()
    figure.due_on, figure.is_demo = due_on(clock.today(), CHECK_DAYS), figure.objective.is_demo
    validate(figure)
    figure.save(force_insert=True)
    if evidence:
        files.store(evidence, owner=actor, attached_to=figure)
    audit.record(verb, figure, actor=actor)
    return figure


def _require_day(objective: Objective, on: dt.date) -> None:
    if on > clock.today():
        raise ActionError(_("这一天还没有到。"), code="on", field="on")
    if not objective.starts <= on < objective.stops:
        raise ActionError(_("这一天不在目标的时间里。"), code="on", field="on")


def _decide(figure: Figure, state: str, verb: str, actor: Any, **changes: Any) -> Figure:
    return _move(figure, state, verb, actor, checked_by=actor, checked_at=clock.now(), due_on=None, **changes)


def _move(figure: Figure, state: str, verb: str, actor: Any, **changes: Any) -> Figure:
    return move(figure, state, table=FIGURE_TRANSITIONS, actor=actor, verb=verb, **changes)
