"""What those who work on a request do on its page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengyang.errors import require

from .. import actions, forms, permissions
from ..models import Extension, Request, Share
from .request_page import carry_out, extension_form, found, share_form


@require_POST
def answer_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer a request."""
    asked = found(request, public_id)
    require(permissions.can_answer_request, request.user, asked)
    form = forms.AnswerForm(request.POST, request.FILES)
    return carry_out(
        request,
        asked,
        "answer",
        form,
        lambda data: actions.answer_request(asked, actor=request.user, **data),
        _("已答复，对方会收到通知。"),
    )


@require_POST
def ask_author(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the author, with or without a pause of the clock."""
    asked = found(request, public_id)
    require(permissions.can_ask_author, request.user, asked)
    form = forms.AskForm(request.POST, request.FILES, prefix="ask")

    def act(data):
        reason = data.pop("reason")
        actions.ask_author(asked, actor=request.user, pause_reason=reason, **data)

    return carry_out(request, asked, "ask", form, act, _("已发问，对方会收到通知。"))


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
    asked = found(request, public_id)
    require(permissions.can_work_on_request, request.user, asked)
    form = forms.StepForm(request.POST, prefix="step")
    return carry_out(
        request,
        asked,
        "step",
        form,
        lambda data: actions.record_step(asked, actor=request.user, **data),
        _("已记下，本人也看得到。"),
    )


@require_POST
def make_appointment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make an appointment with the author."""
    asked = found(request, public_id)
    require(permissions.can_work_on_request, request.user, asked)
    form = forms.AppointmentForm(request.POST, prefix="meet")
    return carry_out(
        request,
        asked,
        "appointment",
        form,
        lambda data: actions.make_appointment(asked, actor=request.user, **data),
        _("约好了，对方会收到通知。"),
    )


@require_POST
def route_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Route a request to a team, a subdistrict or the office."""
    asked = found(request, public_id)
    require(permissions.can_route_request, request.user, asked)
    form = forms.RouteForm(request.POST, asked=asked, user=request.user)
    return carry_out(
        request,
        asked,
        "route",
        form,
        lambda data: actions.route_request(asked, actor=request.user, **(data.pop("handler") | data)),
        _("已转办。"),
    )


# ---- several teams --------------------------------------------------------------------------------------------------
@require_POST
def invite_teams(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask several teams to lead."""
    asked = found(request, public_id)
    require(permissions.can_share_request, request.user, asked)
    form = forms.InviteForm(request.POST, prefix="invite", asked=asked, user=request.user)
    return carry_out(
        request,
        asked,
        "invite",
        form,
        lambda data: actions.invite_teams(asked, actor=request.user, teams=data["teams"]),
        _("已问，先接下的主办。"),
    )


@require_POST
def ask_for_help(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a team to help."""
    asked = found(request, public_id)
    require(permissions.can_share_request, request.user, asked)
    form = forms.HelpForm(request.POST, prefix="help", asked=asked, user=request.user)
    return carry_out(
        request,
        asked,
        "help",
        form,
        lambda data: actions.ask_for_help(asked, actor=request.user, **data),
        _("已请，队长会收到通知。"),
    )


def _share(request: HttpRequest, public_id: str) -> tuple[Share, Request]:
    share = get_object_or_404(Share.objects.visible_to(request.user).select_related("request"), public_id=public_id)
    return share, found(request, share.request.public_id)


@require_POST
def decide_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept a request, or decline it with a reason."""
    share, asked = _share(request, public_id)
    require(permissions.can_decide_share, request.user, share)

    def act(data):
        if data["choice"] == "yes":
            return actions.accept_share(share, actor=request.user)
        return actions.decline_share(share, actor=request.user, reason=data["reason"])

    return carry_out(request, asked, "share", share_form(request.POST), act, _("已记下，对方会收到通知。"))


@require_POST
def hand_in_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand in what a helping team was asked for."""
    share, asked = _share(request, public_id)
    require(permissions.can_decide_share, request.user, share)
    form = forms.HandInForm(request.POST, prefix="opinion")
    return carry_out(
        request,
        asked,
        "hand_in",
        form,
        lambda data: actions.hand_in_share(share, actor=request.user, **data),
        _("已交，主办的队会收到通知。"),
    )


@require_POST
def release_share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop waiting for a team."""
    share, asked = _share(request, public_id)
    actions.release_share(share, actor=request.user)
    messages.success(request, _("不再等它。"))
    return redirect(asked)


# ---- more time, another channel -------------------------------------------------------------------------------------
@require_POST
def ask_extension(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for more working days."""
    asked = found(request, public_id)
    require(permissions.can_ask_extension, request.user, asked)
    form = forms.ExtensionForm(request.POST, prefix="extend")
    return carry_out(
        request,
        asked,
        "extend",
        form,
        lambda data: actions.ask_extension(asked, actor=request.user, **data),
        _("已申请，等另一个人批。"),
    )


@require_POST
def decide_extension(request: HttpRequest, public_id: str) -> HttpResponse:
    """Grant or refuse more working days, as a second person."""
    rows = Extension.objects.visible_to(request.user).select_related("request")
    extension = get_object_or_404(rows, public_id=public_id)
    asked = found(request, extension.request.public_id)
    require(permissions.can_decide_extension, request.user, extension)

    def act(data):
        if data["choice"] == "yes":
            return actions.grant_extension(extension, actor=request.user)
        return actions.refuse_extension(extension, actor=request.user, reason=data["reason"])

    done = _("已批复，对方会收到通知。")
    return carry_out(request, asked, "extension", extension_form(request.POST), act, done)


@require_POST
def divert_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a request to the channel that it belongs to; its content is closed."""
    asked = found(request, public_id)
    require(permissions.can_divert_request, request.user, asked)
    form = forms.DivertForm(request.POST)
    return carry_out(
        request,
        asked,
        "divert",
        form,
        lambda data: actions.divert_request(asked, actor=request.user, **data),
        _("已把该去的地方告诉本人，内容已关闭。"),
    )
