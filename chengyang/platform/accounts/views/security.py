"""登录与安全: what one signs in with, sessions, and the question who one is (`step_up`)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import extensions
from chengyang.errors import ActionError
from chengyang.platform.web.counted_forms import redirected
from chengyang.platform.web.redirects import safe_next

from .. import actions, limits, passwords, permissions, second_factor
from .. import sessions as signins
from .. import step_up as steps
from ..forms import OwnNumberForm, PasswordForm, ReauthenticateCodeForm
from ..phone_login import PhoneLogin, Purpose

READ_OR_POST = ["GET", "HEAD", "POST"]
PASSWORDS = limits.Limit("step-up", 5, limits.QUARTER)


# ---- asking again ---------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
@redirected
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask who one is before a step that could take the account away: a code, the second factor or the password."""
    next_url = safe_next(request, "accounts:security")
    way = steps.way_of(request.user)
    page = {"next_url": next_url, "way": way, "minutes": int(steps.LASTS.total_seconds() // 60)}
    if way == steps.CODE:
        return _step_up_by_code(request, page)
    form = _step_up_form(request, way)
    if form and form.is_bound and form.is_valid():
        steps.confirm(request)
        return redirect(next_url)
    return TemplateResponse(request, "accounts/step_up.html", {**page, "form": form})


def _step_up_by_code(request, page):
    login = PhoneLogin(
        request,
        Purpose.STEP_UP,
        phone_form=lambda data: OwnNumberForm(data, phone=request.user.phone),
        url=f"{request.path}?{urlencode({'next': page['next_url']})}",
        own=True,
    )
    if response := login.step():
        return response
    if login.phone and login.phone == request.user.phone:  # it may have changed in another window
        steps.confirm(request)
        return redirect(page["next_url"])
    return render(request, "accounts/step_up.html", {**page, **login.context})


def _step_up_form(request, way):
    data = request.POST if request.method == "POST" else None
    if way == steps.FACTOR:
        return ReauthenticateCodeForm(data, user=request.user)
    if way != steps.PASSWORD:
        return None
    form = PasswordForm(data)
    if form.is_bound and form.is_valid():
        _check_password(form, request.user)
    return form


def _check_password(form, user):
    try:
        attempt = limits.take(PASSWORDS, str(user.pk), field="password")
        if not user.check_password(form.cleaned_data["password"]):
            raise ActionError(_("密码不对，请重新填写。"), code="wrong", field="password")
        limits.give_back(attempt)
    except ActionError as error:
        form.refuse(error)


# ---- one's own account ----------------------------------------------------------------------------------------------
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show 登录与安全: phone number, e-mail, password, second factor and the number of open sessions."""
    context = {
        "has_factor": second_factor.has(request.user),
        "codes_left": second_factor.codes_left(request.user),
        "needs_factor": second_factor.is_missing(request.user),
        "passkey_count": len(second_factor.passkeys(request.user)),
        "session_count": len(signins.of(request.user)),
        "password_day": passwords.set_on(request.user),
    }
    return render(request, "accounts/security.html", context)


@never_cache
@require_http_methods(READ_OR_POST)
@steps.required
def close(request: HttpRequest) -> HttpResponse:
    """Say what ends and what stays, and close the account on POST."""
    can_close = permissions.can_close_account(request.user, request.user)
    if request.method == "POST":
        actions.close_account(request.user, actor=request.user)
        signins.end(request)
        messages.success(request, _("账号已注销。以后想回来，用手机号就能重新开始。"))
        return redirect("home")
    summaries = [rows.summary for rows in extensions.account_rows() if rows.summary]
    return render(request, "accounts/close.html", {"summaries": summaries, "can_close": can_close})


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """List the sessions of the signed-in user."""
    here = request.session.session_key
    rows = [(row, signins.device(row.user_agent), row.session_key == here) for row in signins.of(request.user)]
    return render(request, "accounts/sessions.html", {"rows": rows})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session on another device."""
    row = signins.find(request.user, pk)
    if row is None or row.session_key == request.session.session_key:
        raise Http404
    actions.end_sessions([row], actor=request.user)
    messages.success(request, _("那台设备上的登录已结束。"))
    return redirect("accounts:sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of the user except this one."""
    actions.end_sessions(signins.others(request.user, request.session.session_key), actor=request.user)
    messages.success(request, _("其他设备上的登录都已结束。"))
    return redirect("accounts:sessions")
