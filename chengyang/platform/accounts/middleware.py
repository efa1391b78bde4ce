"""Middleware that ends old sessions, and that requires a sign-in for every view that is not marked as public.

For `/manage/` (the staff site), `staff.site` redirects visitors to the sign-in by e-mail and answers 404 to accounts that
are no officers. An officer may enter once the password is neither a one-time nor an expired one and, unless `STAFF_MFA` is
off, the second factor is set up. A one-time or expired password blocks every page that requires a sign-in, not only the
staff site.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from chengyang.platform.web import kept_forms
from chengyang.platform.web.addresses import Network, networks, parse
from chengyang.platform.web.redirects import came_from
from chengyang.platform.web.views import wants_json

from . import passwords, second_factor, sessions
from .asked_for import page_before_sign_in

STAFF_SITE = "/manage/"
POLLS = "X-Portal-Polls"  # header of what a page fetches by itself, such as the progress of a job: nobody is at work
CHANGE_PREFIX = "/accounts/password/"  # stay open to an account that has to change its password
_MESSAGES = {
    "idle": gettext_lazy("30 分钟没有操作，已退出登录。"),
    "idle_administrator": gettext_lazy("15 分钟没有操作，已退出登录。"),
    "life": gettext_lazy("登录时间到了，请重新登录。"),
}


class StaffNetworkMiddleware:
    """Middleware that answers 404 to /manage/ from outside the networks in `STAFF_NETWORKS`, if any (requirements S16)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.allowed()  # a wrong value stops the start

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(STAFF_SITE) and (allowed := self.allowed()):
            address = parse(request.client_address or "")  # type: ignore[attr-defined]  # set by RequestContextMiddleware
            if address is None or not any(address in network for network in allowed):
                raise Http404
        return self.get_response(request)

    def allowed(self) -> tuple[Network, ...]:
        return networks(settings.STAFF_NETWORKS, "STAFF_NETWORKS")


class SessionLifeMiddleware:
    """Middleware that ends sessions which are too old or were idle for too long (requirements S04)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if reason := sessions.expiry_reason(request):
                request.ended_user_id = request.user.pk
                sessions.end(request)
                if not wants_json(request):
                    messages.info(request, _MESSAGES[reason])
            elif POLLS not in request.headers:
                sessions.touch(request.session)
        return self.get_response(request)


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Middleware that sends visitors to sign in, and users to first change an expired password or set up the second factor."""

    def process_view(self, request: HttpRequest, view_func: Any, *args: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return super().process_view(request, view_func, *args)
        on_staff_site = request.path.startswith(STAFF_SITE)
        guarded = on_staff_site or wants_json(request) or getattr(view_func, "login_required", True)
        if not guarded or request.path.startswith(CHANGE_PREFIX):
            return None
        if request.method == "POST":
            kept_forms.clear(request)
        if passwords.must_change(request.user):
            return _require_first(request, "account_change_password", _("请先设置新密码，再继续。"))
        if on_staff_site and second_factor.is_missing(request.user):
            return _require_first(request, "mfa_activate_totp", _("进入工作台之前，请先设置两步验证。"))
        return None

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """Explain the page to a visitor or redirect to the sign-in page, which leads back here; answer programs with 401."""
        if wants_json(request):
            return JsonResponse({"code": "401", "detail": _("请先登录。")}, status=401)
        if page := page_before_sign_in(request, view_func):
            return page
        return _redirect(request, sign_in_url(request, resolve_url(settings.LOGIN_URL)))


def sign_in_url(request: HttpRequest, sign_in: str) -> str:
    """Return the URL of the sign-in page `sign_in` that leads back: to the page, or to the form that was sent too late."""
    kept = kept_forms.keep(request, owner_id=getattr(request, "ended_user_id", None))
    return f"{sign_in}?{urlencode({'next': kept or _back(request)})}"


def _require_first(request, url_name, text):
    if wants_json(request):
        return JsonResponse({"code": url_name, "detail": text}, status=403)
    messages.info(request, text)
    return _redirect(request, f"{resolve_url(url_name)}?{urlencode({'next': _back(request)})}")


def _back(request):
    """Return the page to come back to: for a POST, the page with the button."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else came_from(request)


def _redirect(request, url):
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else HttpResponseRedirect(url)
