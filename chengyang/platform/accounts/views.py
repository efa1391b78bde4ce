"""Pages for signing in by phone and for one's own account; allauth has the views for e-mail, passwords and second factor."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang.errors import ActionError
from chengyang.platform.web.redirects import safe_next

from . import actions, passwords, second_factor
from . import sessions as signins
from .phone_login import PhoneLogin, Purpose

READ_OR_POST = ["GET", "HEAD", "POST"]


# ---- by phone -------------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def phone(request: HttpRequest) -> HttpResponse:
    """Sign in by phone: one page for numbers with and without an account, first the number, then the code."""
    next_url = safe_next(request, settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        return redirect(next_url)
    login = PhoneLogin(request, Purpose.SIGN_IN, url=f"{request.path}?{urlencode({'next': next_url})}")
    if response := login.step():
        return response
    if login.phone:
        return login.sign_in(next_url=next_url)
    return render(request, "accounts/phone.html", {**login.context, "next_url": next_url}, status=login.status)


@never_cache
@require_http_methods(READ_OR_POST)
@reauthentication_required(app="chengyang.platform.accounts")
def change_phone(request: HttpRequest) -> HttpResponse:
    """Change the number that signs in to one's account; the new number is proved first."""
    login = PhoneLogin(request, Purpose.CHANGE)
    if response := login.step():
        return response
    if login.phone:
        try:
            actions.change_phone(request.user, login.phone, actor=request.user)
            messages.success(request, _("手机号已更换，下次用新号码登录。"))
            return redirect("accounts:security")
        except ActionError as error:
            login.refuse(error)
    return render(request, "accounts/change_phone.html", login.context, status=login.status)


# ---- one's own account ----------------------------------------------------------------------------------------------
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show 登录与安全: phone number, e-mail, password, second factor and the number of open sessions."""
    context = {
        "has_factor": second_factor.has(request.user),
        "codes_left": second_factor.codes_left(request.user),
        "needs_factor": second_factor.is_missing(request.user),
        "session_count": len(signins.of(request.user)),
        "password_day": passwords.set_on(request.user),
    }
    return render(request, "accounts/security.html", context)


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
