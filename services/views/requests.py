"""The page of one request, and what its author does there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengyang.errors import require

from .. import actions, appointment_feed, forms, permissions
from ..models import ThreadEntry
from .request_page import carry_out, found, page


@never_cache
@require_safe
def request_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one request to its author and to those who work on it; 404 for everybody else (domain.md rule 9)."""
    asked = found(request, public_id)
    actions.record_opening(asked, actor=request.user)
    return page(request, asked)


@require_POST
def add_message(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write into the thread, as the author or as somebody who works on it."""
    asked = found(request, public_id)
    require(permissions.can_write_entry, request.user, asked)
    form = forms.MessageForm(request.POST, request.FILES)
    return carry_out(
        request,
        asked,
        "message",
        form,
        lambda data: actions.add_message(asked, actor=request.user, **data),
        _("已写上，对方会收到通知。"),
    )


@require_POST
def rate_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rate the answer to one's own request."""
    asked = found(request, public_id)
    require(permissions.can_rate_request, request.user, asked)
    form = forms.RatingForm(request.POST)
    return carry_out(
        request,
        asked,
        "rating",
        form,
        lambda data: actions.rate_request(asked, actor=request.user, **data),
        _("谢谢，评价已记下。"),
    )


@require_POST
def reopen_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Reopen one's own answered request."""
    asked = found(request, public_id)
    require(permissions.can_reopen_request, request.user, asked)
    form = forms.ReopenForm(request.POST)
    return carry_out(
        request,
        asked,
        "reopen",
        form,
        lambda data: actions.reopen_request(asked, actor=request.user, **data),
        _("已退回承办单位再办。"),
    )


@require_POST
def close_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close one's own answered request."""
    asked = found(request, public_id)
    actions.close_own_request(asked, actor=request.user)
    messages.success(request, _("已办结。30 天内还可以评价，没解决可以请再办。"))
    return redirect(asked)


@require_POST
def withdraw_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraw one's own request."""
    asked = found(request, public_id)
    actions.withdraw_request(asked, actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect(asked)


# ---- appointments ---------------------------------------------------------------------------------------------------
def _appointment(request: HttpRequest, public_id: str) -> ThreadEntry:
    rows = ThreadEntry.objects.visible_to(request.user).filter(kind=ThreadEntry.Kind.APPOINTMENT)
    return get_object_or_404(rows.select_related("request", "request__team"), public_id=public_id)


@require_POST
def cancel_appointment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cancel an appointment, as either side."""
    entry = _appointment(request, public_id)
    actions.cancel_appointment(entry, actor=request.user)
    messages.success(request, _("已取消，对方会收到通知。"))
    return redirect(entry.request)


@never_cache
@require_safe
def appointment_ics(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer with the appointment as a calendar file, for both sides."""
    entry = _appointment(request, public_id)
    response = HttpResponse(appointment_feed.calendar_of(entry, request), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="appointment.ics"'
    return response
