"""The page of one request, and what its author does there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang.errors import ActionError, require
from chengyang.platform.web.forms import posted

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
    done = _("已写上，对方会收到通知。")
    return carry_out(request, public_id, "message", permissions.can_write_entry, actions.add_message, done)


@require_POST
def rate_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rate the answer to one's own request."""
    done = _("谢谢，评价已记下。")
    return carry_out(request, public_id, "rating", permissions.can_rate_request, actions.rate_request, done)


@require_POST
def reopen_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Reopen one's own answered request."""
    done = _("已退回承办单位再办。")
    return carry_out(request, public_id, "reopen", permissions.can_reopen_request, actions.reopen_request, done)


@require_POST
def close_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close one's own answered request."""
    asked = found(request, public_id)
    actions.close_own_request(asked, actor=request.user)
    messages.success(request, _("已办结。30 天内还可以评价，没解决可以请再办。"))
    return redirect(asked)


@require_POST
def change_readers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say anew who may read one's own open request."""
    done = _("已改，承办的会收到通知。")
    return carry_out(request, public_id, "readers", permissions.can_change_readers, actions.change_readers, done)


@require_POST
def withdraw_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraw one's own request."""
    asked = found(request, public_id)
    actions.withdraw_request(asked, actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect(asked)


# ---- corrections ----------------------------------------------------------------------------------------------------
def _entry(request: HttpRequest, public_id: str) -> ThreadEntry:
    rows = ThreadEntry.objects.visible_to(request.user).select_related("request", "request__team", "request__author")
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct_entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """Correct one's own message while the time for it lasts."""
    entry = _entry(request, public_id)
    require(permissions.can_correct_entry, request.user, entry)
    form = forms.CorrectionForm(posted(request), initial={"text": entry.text})
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_entry(entry, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已改，原来写的留在历史里。"))
            return redirect(entry)
    may_withdraw = permissions.can_withdraw_entry(request.user, entry)
    context = {"entry": entry, "asked": entry.request, "form": form, "may_withdraw": may_withdraw}
    return render(request, "services/correct_entry.html", context, status=form.status)


@require_POST
def withdraw_entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraw one's own message while the time for it lasts."""
    entry = _entry(request, public_id)
    actions.withdraw_entry(entry, actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect(entry)


# ---- appointments ---------------------------------------------------------------------------------------------------
def _appointment(request: HttpRequest, public_id: str) -> ThreadEntry:
    rows = ThreadEntry.objects.visible_to(request.user).or_cancelled_ones_of(request.user)
    rows = rows.filter(kind=ThreadEntry.Kind.APPOINTMENT).select_related("request", "request__team")
    return get_object_or_404(rows, public_id=public_id)


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
