"""Passkeys: adding and removing one, and signing in with one. The ceremonies are those of allauth (WebAuthn)."""

import logging

from allauth.account.models import Login
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth, flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang.platform.web.redirects import safe_next

from .. import actions, limits, second_factor, step_up
from .. import sessions as signins
from .security import READ_OR_POST

logger = logging.getLogger(__name__)
PER_MINUTE = 20  # sign-ins by passkey from one network


def _is_valid(form):
    """Return whether the credential in `form` is right. What is none of the expected shape makes the libraries raise."""
    try:
        return form.is_valid()
    except Exception as error:  # of many kinds: KeyError, struct.error, InvalidSignature …
        logger.info("a passkey was refused: %s", type(error).__name__)
        return False


@never_cache
@require_http_methods(READ_OR_POST)
@step_up.required
def passkeys(request: HttpRequest) -> HttpResponse:
    """List the passkeys of the user, and store a new one that the browser has made."""
    if request.method == "POST":
        data = {"credential": request.POST.get("credential", ""), "passwordless": "on"}
        form = AddWebAuthnForm(data, user=request.user)
        if _is_valid(form):
            name = signins.device(request.headers.get("User-Agent", ""))
            credential = form.cleaned_data["credential"]
            actions.add_passkey(request.user, credential=credential, name=name, actor=request.user)
            messages.success(request, _("通行密钥已添加，下次可以用它登录。"))
        else:
            messages.error(request, _("通行密钥没有添加成功，请再试一次。"))
        return redirect("accounts:passkeys")
    return render(request, "accounts/passkeys.html", {"rows": second_factor.passkeys(request.user)})


@never_cache
@require_safe
@step_up.required
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return what the browser needs to make a passkey, as JSON."""
    return JsonResponse(auth.begin_registration(request.user, True))


@require_POST
@step_up.required(back="accounts:passkeys")
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one passkey."""
    actions.remove_passkey(request.user, pk, actor=request.user)
    messages.success(request, _("通行密钥已删除。"))
    return redirect("accounts:passkeys")


@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def passkey_login(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey: GET returns the challenge as JSON, POST takes the answer of the browser."""
    next_url = safe_next(request, settings.LOGIN_REDIRECT_URL)
    if request.method != "POST":
        limits.slow_down(request, "passkey", PER_MINUTE)
        return JsonResponse(auth.begin_authentication())
    form = LoginWebAuthnForm(data=request.POST)
    if not _is_valid(form):
        messages.error(request, _("这个通行密钥没有认出来，请用手机验证码登录。"))
        return redirect(f"{reverse('accounts:phone')}?{urlencode({'next': next_url})}")
    found = form.cleaned_data["credential"]
    return flows.perform_passwordless_login(request, found, Login(user=found.user, redirect_url=next_url))
