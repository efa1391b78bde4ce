"""Panels of the rotating chair on /me/: what waits for an answer, and the own months."""

from typing import Any

from chengyang import clock
from chengyang.extensions import Panel
from chengyang.platform.web.panels import each_reader

from .models import Candidate, Duty, DutySwap, HandOver
from .states import AnswerState

SHEETS_AHEAD = 3


def _to_answer(request: Any, subject: Any) -> dict[str, Any] | None:
    """Return the swaps, days and sheets that wait for the reader, None for nothing."""
    user, today = request.user, clock.today()
    swaps = DutySwap.objects.visible_to(user).of(user).open().select_related("given", "taken", "giver", "taker")
    waiting = [
        swap
        for swap in swaps
        if (swap.giver_agreed_at if swap.giver.user_id == user.pk else swap.taker_agreed_at) is None
    ]
    asked = Duty.objects.visible_to(user).of(user).substitutes()
    asked = list(asked.filter(state=AnswerState.ASKED, ends__gt=today).select_related("organization"))
    sheets = HandOver.objects.visible_to(user).of(user).filter(taken_at__isnull=True, duty__ends__gt=today)
    rows = sheets.select_related("giver", "taker", "organization").order_by("on")[:SHEETS_AHEAD]
    mine = [sheet for sheet in rows if _waits(sheet, user)]
    return {"swaps": waiting, "asked": asked, "sheets": mine} if waiting or asked or mine else None


def _waits(sheet: HandOver, user: Any) -> bool:
    """Return whether the sheet waits for `user`: first for who gives, then for who takes."""
    if sheet.given_at is None:
        return sheet.giver is not None and sheet.giver.user_id == user.pk
    return sheet.taker is not None and sheet.taker.user_id == user.pk


def _nominated(request: Any, subject: Any) -> dict[str, Any] | None:
    """Return the nominations that wait for the reader's answer, None for nothing."""
    rows = Candidate.objects.visible_to(request.user).to_answer(request.user)
    waiting = [row for row in rows if not row.is_answered]
    return {"nominations": waiting} if waiting else None


def _months(request: Any, subject: Any) -> dict[str, Any] | None:
    """Return the own shares that are not over, the present one first; None for nobody's."""
    rows = Duty.objects.visible_to(request.user).of(request.user).agreed().filter(ends__gt=clock.today())
    found = list(rows.select_related("organization").order_by("starts")[:4])
    now = {row.pk for row in Duty.objects.visible_to(request.user).on_duty(clock.today()).of(request.user)}
    return {"duties": [(row, row.pk in now) for row in found]} if found else None


PANELS = [
    Panel("me.tasks", "organizations/_duty_tasks.html", _to_answer, order=15, shared_by=each_reader),
    Panel("me.tasks", "organizations/_nominations.html", _nominated, order=14),
    Panel("me.side", "organizations/_my_duty.html", _months, order=15, shared_by=each_reader),
]
