"""The way in by phone, and one's own account. Signing in by e-mail, passwords and the second factor are allauth's views."""

from collections.abc import Callable

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

from . import actions, passwords, phone_login, phone_verification, second_factor
from . import sessions as lives
from .forms import CodeForm, PhoneForm

READ_OR_POST = ["GET", "HEAD", "POST"]


# ---- by phone -------------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def phone(request: HttpRequest) -> HttpResponse:
    """One page for old and new numbers: the number, then the code, and one is in."""
    next_url = safe_next(request, settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        return redirect(next_url)

    def enter(code: str) -> HttpResponse:
        return phone_login.sign_in(request, phone_login.finish(request, code), next_url=next_url)

    return _two_steps(request, "accounts/phone.html", phone_login.Purpose.SIGN_IN, enter, next_url)


@never_cache
@require_http_methods(READ_OR_POST)
@reauthentication_required(app="chengyang.platform.accounts")
def change_phone(request: HttpRequest) -> HttpResponse:
    """Prove another number; it signs in from then on."""

    def change(code: str) -> HttpResponse:
        actions.change_phone(request.user, phone_login.prove(request, code), actor=request.user)
        messages.success(request, _("手机号已更换，下次用新号码登录。"))
        return redirect("accounts:security")

    return _two_steps(request, "accounts/change_phone.html", phone_login.Purpose.CHANGE, change)


def _two_steps(
    request: HttpRequest, template: str, purpose: str, done: Callable[[str], HttpResponse], next_url: str = ""
) -> HttpResponse:
    """Show or take the step that is due: the number, or its code, with which `done(code)` goes on."""
    proof, do = phone_login.pending(request, purpose), request.POST.get("do", "")
    again = f"{request.path}?{urlencode({'next': next_url})}" if next_url else request.path
    if do in ("change", "resend") or (do == "check" and not proof):
        return _other_way(request, do, purpose, again)
    if do == "send":  # also from a page of the first step that was gone back to
        proof = None
    form = (CodeForm if proof else PhoneForm)(request.POST or None)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            if proof:
                return done(form.cleaned_data["code"])
            phone_login.begin(request, form.cleaned_data["phone"], purpose=purpose)
            return redirect(again)
        except ActionError as error:
            form.refuse(error)
            status = 409
    context = {"form": form, "proof": proof, "wait": proof and phone_verification.wait(proof), "next_url": next_url}
    return render(request, template, context, status=status)


def _other_way(request, do, purpose, again):
    """Another number, another code, or a code that came too late."""
    if do == "check":
        raise ActionError(_("验证码过期了，请重新要一个。"), code="expired", url=again)
    if do == "change":
        phone_login.other_number(request)
        return redirect(again)
    try:
        if phone_login.resend(request, purpose):
            messages.success(request, _("又发了一个验证码，请用新的那个。"))
    except ActionError as error:
        error.url = again
        raise
    return redirect(again)


# ---- one's own account ----------------------------------------------------------------------------------------------
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """登录与安全: what one signs in with, and where one is signed in."""
    context = {
        "has_factor": second_factor.has(request.user),
        "codes_left": second_factor.codes_left(request.user),
        "needs_factor": second_factor.is_missing(request.user),
        "session_count": len(lives.of(request.user)),
        "password_day": passwords.set_on(request.user),
    }
    return render(request, "accounts/security.html", context)


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    here = request.session.session_key
    rows = [(row, lives.device(row.user_agent), row.session_key == here) for row in lives.of(request.user)]
    return render(request, "accounts/sessions.html", {"rows": rows})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one sign-in on another device."""
    row = lives.find(request.user, pk)
    if row is None or row.session_key == request.session.session_key:
        raise Http404
    actions.end_sessions([row], actor=request.user)
    messages.success(request, _("那台设备上的登录已结束。"))
    return redirect("accounts:sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every sign-in but this one."""
    actions.end_sessions(lives.others(request.user, request.session.session_key), actor=request.user)
    messages.success(request, _("其他设备上的登录都已结束。"))
    return redirect("accounts:sessions")
