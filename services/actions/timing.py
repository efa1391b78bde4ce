"""The clock of a request: paused while its author is asked, extended by a second person (domain.md rule 9)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.chinese import dates
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.workdays import deadlines

from .. import due, permissions
from ..models import MOST_EXTRA_DAYS, MOST_PAUSES, Extension, ExtensionState, Request
from ..states import REQUEST_TRANSITIONS, RequestState
from .handling import deciders, notify_all, notify_author, notify_handlers, step, workers

SILENT_DAYS = 10  # working days after which a request is closed that its author does not complete
DECISION_DAYS = 1  # working days until an extension should be decided
SILENT_WARNING = 5  # working days after which the author is asked once more


# ---- pauses ---------------------------------------------------------------------------------------------------------
def pause(request: Request, *, actor: Any, reason: str) -> Request:
    """Stop the clock of `request` (locked by the caller) today, because its author is asked; at most twice in a round.

    Raises ActionError("reason"), ("too_long"), ("pauses") after two pauses, ("state") when the clock stands still already.
    """
    reason = required_reason(reason, missing=_("请写为什么要停，本人会看到。"))
    number = request.pauses.filter(round=request.round).count() + 1
    if request.state == RequestState.PAUSED:
        raise ActionError(_("计时已经停着，等本人补充。"), code="state", field="reason")
    if number > MOST_PAUSES:
        raise ActionError(_("已经停过两次，不能再停；可以问，计时照走。"), code="pauses", field="reason")
    move(request, RequestState.PAUSED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.paused")
    request.pauses.create(
        round=request.round,
        number=number,
        reason=reason,
        asked_by=actor,
        asked_on=clock.today(),
        is_demo=request.is_demo,
    )
    step(request, _("计时停在这里，等补充。理由：%(reason)s") % {"reason": reason}, by=actor)
    return request


def resume(request: Request, *, actor: Any) -> Request:
    """Let the clock of `request` (locked by the caller) go on: from the next working day; its due date moves by the pause.

    Does nothing unless it stands still. Returns the request.
    """
    open_pause = request.pauses.filter(resumed_on__isnull=True).first()
    if request.state != RequestState.PAUSED or open_pause is None:
        return request
    open_pause.resumed_on = max(clock.today(), open_pause.asked_on)
    open_pause.save(update_fields=["resumed_on"])
    before, due_on = request.due_on, due.later_due(request)
    changes: dict[str, Any] = {"due_on": due_on}
    move(request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.resumed", **changes)
    text = _("计时继续，期限顺延到 %(day)s") if due_on > before else _("计时继续，期限还是 %(day)s")
    step(request, text % {"day": dates.day(due_on)}, by=None)
    return request


def end_pause(request: Request) -> None:
    """End the pause of `request` (locked), which ends itself; its due date stays."""
    request.pauses.filter(resumed_on__isnull=True).update(resumed_on=clock.today())


@transaction.atomic
def resume_request(request: Request, *, actor: Any) -> Request:
    """Go on without the reply of the author, whom this tells. Raises NotAllowed, ActionError("state") unless it is paused."""
    request = lock(request)
    require(permissions.can_resume_request, actor, request)
    if request.state != RequestState.PAUSED:
        raise ActionError(_("计时没有停着。"), code="state")
    resume(request, actor=actor)
    notify_author(request, "services/request_resumed")
    return request


def silent_on(asked_on: dt.date, days: int = SILENT_DAYS) -> dt.date:
    """Return the day that is `days` working days after `asked_on`: the last one to complete a request."""
    return deadlines.due_on(asked_on, days)


# ---- extensions -----------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_extension(request: Request, *, actor: Any, days: int, reason: str) -> Extension:
    """Ask for `days` more working days (1 to 15) for `request`; somebody else decides, and its author reads `reason`.

    Raises NotAllowed, ActionError `days`, `reason`, `too_long`, `asked` while another one waits, `granted` after one was
    granted in this round.
    """
    request = lock(request)
    require(permissions.can_ask_extension, actor, request)
    reason = required_reason(reason, missing=_("请写为什么要延期，本人会看到。"))
    if not 1 <= days <= MOST_EXTRA_DAYS:
        raise ActionError(_("延期在 1 到 15 个工作日之间。"), code="days", field="days")
    if request.extensions.filter(state=ExtensionState.ASKED).exists():
        raise ActionError(_("已经有一次延期在等批。"), code="asked")
    if request.extensions.filter(state=ExtensionState.GRANTED, round=request.round).exists():
        raise ActionError(_("已经延过一次，不能再延。"), code="granted")
    row = request.extensions.create(
        round=request.round,
        days=days,
        reason=reason,
        asked_by=actor,
        due_on=deadlines.due_on(clock.today(), DECISION_DAYS),
        is_demo=request.is_demo,
    )
    step(request, _("申请延期 %(n)d 个工作日：%(reason)s") % {"n": days, "reason": reason}, by=actor)
    audit.record("request.extension_asked", request, actor=actor, user=request.author)
    notify_all(deciders(request), request, "services/extension_asked", but=actor, extension=row)
    return row


@transaction.atomic
def grant_extension(extension: Extension, *, actor: Any) -> Extension:
    """Grant `extension`, which moves the due date and is notified to author and handlers. Raises NotAllowed, ActionError("state")."""
    request = lock(extension.request)
    row = _decide(extension, request, ExtensionState.GRANTED, actor=actor)
    request.due_on = due.later_due(request)
    request.reminders = 0
    request.save(update_fields=["due_on", "reminders"])
    audit.record("request.extended", request, actor=actor, user=request.author, fields=["due_on"])
    words = {"n": row.days, "day": dates.day(request.due_on)}
    step(request, _("批准延期 %(n)d 个工作日，期限到 %(day)s") % words, by=actor)
    notify_author(request, "services/request_extended", reason=row.reason)
    notify_handlers(request, "services/extension_decided", but=actor, extension=row)
    return row


@transaction.atomic
def refuse_extension(extension: Extension, *, actor: Any, reason: str) -> Extension:
    """Refuse `extension`; who asked reads `reason`, and the due date stays. Raises NotAllowed, ActionError("state"), ("reason")."""
    request = lock(extension.request)
    row = _decide(extension, request, ExtensionState.REFUSED, actor=actor, reason=required_reason(reason))
    audit.record("request.extension_refused", request, actor=actor, user=request.author)
    step(request, _("没有批准延期：%(reason)s") % {"reason": row.decision}, by=actor)
    notify_handlers(request, "services/extension_decided", but=actor, extension=row)
    return row


def drop_extension(request: Request) -> None:
    """End the extension of `request` (locked) that still waits: who asked for it no longer needs it."""
    for row in request.extensions.filter(state=ExtensionState.ASKED):
        row.state, row.decided_at, row.due_on = ExtensionState.DROPPED, clock.now(), None
        row.save(update_fields=["state", "decided_at", "due_on"])


def _decide(extension, request, state, *, actor, reason=""):
    row = lock(extension)
    require(permissions.can_decide_extension, actor, row)
    if row.state != ExtensionState.ASKED or not request.is_open:
        raise ActionError(_("这次延期已经有了结果，请刷新页面看。"), code="state")
    row.state, row.decision, row.decided_by, row.decided_at = state, reason, actor, clock.now()
    row.due_on = None
    row.save(update_fields=["state", "decision", "decided_by", "decided_at", "due_on"])
    return row


# ---- the table of holidays ------------------------------------------------------------------------------------------
def notify_moved_due(request: Request, before: dt.date) -> None:
    """Notify all who work on `request`, and its author, that it is due later than on `before`, because of a holiday."""
    words = {"before": dates.day(before), "day": dates.day(request.due_on)}
    step(request, _("放假安排有变，期限从 %(before)s 顺延到 %(day)s") % words)
    notify_author(request, "services/request_due_moved", before=before)
    notify_all(workers(request), request, "services/request_due_moved", before=before)
