"""Sessions of officers are short; every page asks for a sign-in unless it says that it is public.

`/manage/`: visitors are sent to sign in by e-mail and people who are no officers get a 404 (both by `staff.site`); an
officer comes in once the password is not a one-time or an old one and, unless `STAFF_MFA` is off, the second factor is
set up. A one-time or old password holds up every page that needs a sign-in, not only the desk.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from chengyang.platform.web.redirects import came_from
from chengyang.platform.web.views import wants_json

from . import passwords, second_factor, sessions

DESK = "/manage/"
PASSWORDS = "/accounts/password/"  # where a password that has to be changed is changed
_WHY = {
    "idle": gettext_lazy("30 分钟没有操作，已退出登录。"),
    "life": gettext_lazy("登录时间到了，请重新登录。"),
}


class SessionLifeMiddleware:
    """End sign-ins that are too old or were left alone (requirements S04)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if why := sessions.why_over(request):
                sessions.end(request)
                if not wants_json(request):
                    messages.info(request, _WHY[why])
            else:
                sessions.touch(request.session)
        return self.get_response(request)


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Ask visitors to sign in, and officers to put their sign-in right first."""

    def process_view(self, request: HttpRequest, view_func: Any, *args: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return super().process_view(request, view_func, *args)
        at_desk = request.path.startswith(DESK)
        guarded = at_desk or wants_json(request) or getattr(view_func, "login_required", True)
        if not guarded or request.path.startswith(PASSWORDS):
            return None
        if passwords.must_change(request.user):
            return _first(request, "account_change_password", _("请先设置新密码，再继续。"))
        if at_desk and second_factor.is_missing(request.user):
            return _first(request, "mfa_activate_totp", _("进入工作台之前，请先设置两步验证。"))
        return None

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """Send a visitor to sign in and back to the page; programs get a 401."""
        if wants_json(request):
            return JsonResponse({"code": "401", "detail": _("请先登录。")}, status=401)
        return _redirect(request, f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _back(request)})}")


def _first(request, name, why):
    if wants_json(request):
        return JsonResponse({"code": name, "detail": why}, status=403)
    messages.info(request, why)
    return _redirect(request, f"{resolve_url(name)}?{urlencode({'next': _back(request)})}")


def _back(request):
    """Return the page to come back to; of a button, the page that it stands on."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else came_from(request)


def _redirect(request, url):
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else HttpResponseRedirect(url)
