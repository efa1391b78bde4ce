"""What those who work on a request do on its page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import actions, boards, permissions
from ..models import Extension, Request, Share, ThreadEntry
from .request_page import carry_out, found


@require_POST
def answer_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer a request."""
    done = _("已答复，对方会收到通知。")
    return carry_out(request, public_id, "answer", permissions.can_answer_request, actions.answer_request, done)


def _ask_author(asked: Request, *, actor: Any, reason: str, **data: Any) -> ThreadEntry:
    return actions.ask_author(asked, actor=actor, pause_reason=reason, **data)


@require_POST
def ask_author(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the author, with or without a pause of the clock."""
    done = _("已发问，对方会收到通知。")
    return carry_out(request, public_id, "ask", permissions.can_ask_author, _ask_author, done)


@require_POST
def resume_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go on without the reply of the author."""
    asked = found(request, public_id)
    actions.resume_request(asked, actor=request.user)
    messages.success(request, _("计时继续。"))
    return redirect(asked)


@require_POST
def record_step(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record one line about what was done."""
    done = _("已记下，本人也看得到。")
    return carry_out(request, public_id, "step", permissions.can_work_on_request, actions.record_step, done)


@require_POST
def make_appointment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make an appointment with the author."""
    done = _("约好了，对方会收到通知。")
    return carry_out(request, public_id, "appointment", permissions.can_work_on_request, actions.make_appointment, done)


@require_POST
def route_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Route a request to a team, a subdistrict or the office."""
    done = _("已转办。")
    return carry_out(request, public_id, "route", permissions.can_route_request, actions.route_request, done)


# ---- several teams --------------------------------------------------------------------------------------------------
@require_POST
def invite_teams(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask several teams and experts to lead."""
    done = _("已问，先接下的主办。")
    return carry_out(request, public_id, "invite", permissions.can_share_request, actions.invite_teams, done)


@require_POST
def ask_for_help(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a team, or one of its members by name, to help."""
    done = _("已请，对方会收到通知。")
    return carry_out(request, public_id, "help", permissions.can_share_request, actions.ask_for_help, done)


def _share(request: HttpRequest, public_id: str) -> Share:
    rows = Share.objects.visible_to(request.user).select_related("request", "team", "expert__person")
    return get_object_or_404(rows, public_id=public_id)


def _decide_share(share: Share, *, actor: Any, choice: str, reason: str) -> Share:
    if choice == "yes":
        return actions.accept_share(share, actor=actor)
    return actions.decline_share(share, actor=actor, reason=reason)


def _to_board_if_over(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a `view` of a share: who was asked and may not read the request any more is sent to the board, and reads why."""

    @wraps(view)
    def wrapped(request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            return view(request, public_id)
        except Http404:
            if not boards.was_asked(request.user, public_id):
                raise
        messages.info(request, _("这一件已由别人承办，不用再办。你填的没有保存。"))
        return redirect("services:board")

    return wrapped


@require_POST
@_to_board_if_over
def decide_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept a request, or decline it with a reason."""
    share, done = _share(request, public_id), _("已记下，对方会收到通知。")
    asked = share.request.public_id
    return carry_out(request, asked, "share", permissions.can_decide_share, _decide_share, done, row=share)


@require_POST
@_to_board_if_over
def hand_in_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand in what a helping team was asked for."""
    share, done = _share(request, public_id), _("已交，主办的队会收到通知。")
    asked = share.request.public_id
    return carry_out(request, asked, "hand_in", permissions.can_decide_share, actions.hand_in_share, done, row=share)


@require_POST
def release_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop waiting for a team."""
    share = _share(request, public_id)
    actions.release_share(share, actor=request.user)
    messages.success(request, _("不再等它。"))
    return redirect(share.request)


# ---- more time, another channel -------------------------------------------------------------------------------------
@require_POST
def ask_extension(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for more working days."""
    done = _("已申请，等另一个人批。")
    return carry_out(request, public_id, "extend", permissions.can_ask_extension, actions.ask_extension, done)


def _decide_extension(extension: Extension, *, actor: Any, choice: str, reason: str) -> Extension:
    if choice == "yes":
        return actions.grant_extension(extension, actor=actor)
    return actions.refuse_extension(extension, actor=actor, reason=reason)


@require_POST
def decide_extension(request: HttpRequest, public_id: str) -> HttpResponse:
    """Grant or refuse more working days, as a second person."""
    rows = Extension.objects.visible_to(request.user).select_related("request")
    row, done = get_object_or_404(rows, public_id=public_id), _("已批复，对方会收到通知。")
    asked = row.request.public_id
    return carry_out(request, asked, "extension", permissions.can_decide_extension, _decide_extension, done, row=row)


@require_POST
def divert_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a request to the channel that it belongs to; its content is closed."""
    done = _("已把该去的地方告诉本人，内容已关闭。")
    return carry_out(request, public_id, "divert", permissions.can_divert_request, actions.divert_request, done)
