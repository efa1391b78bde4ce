"""Views that belong to no feature: the switch of elder mode, and the error pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from . import context, elder, kept_forms
from .context_processors import bare
from .redirects import came_from, is_ours

# The page when even the templates fail: without style and pictures, but with a sentence and a link.
LAST_RESORT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><h1>{title}</h1><p>{text}</p><p><a href="/">{way}</a></p></html>"""


@csrf_exempt  # it changes only how this browser shows pages, and a token on every page would prevent caching
@login_not_required
@require_POST
def set_elder(request: HttpRequest) -> HttpResponse:
    """Turn elder mode on or off, or change its size (`wish`), and redirect to the page; works without JavaScript."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return HttpResponseForbidden()
    wanted = request.POST.get("next", "")
    response = HttpResponseRedirect(wanted if wanted and is_ours(request, wanted) else came_from(request))
    size = elder.after(elder.size_of(request), request.POST.get("wish", "toggle"))
    elder.remember(response, size, secure=request.is_secure())
    return response


def wants_json(request: HttpRequest) -> bool:
    """Return whether the client is a program: a URL of the API, or an Accept header with JSON and without HTML."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Respond to a malformed request. Uses neither session nor database, because the request may be hostile to both."""
    return _respond(request, 400, _("这个请求读不懂"), sparse=True)


def length_required(request: HttpRequest) -> HttpResponse:
    """Respond 411 to a request of unknown length, which no browser sends. Uses neither session nor database."""
    return _respond(request, 411, _("这个请求读不懂"), template="400.html", sparse=True)


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """Respond 413 to a request of more than `limit` bytes. Uses neither session nor database, and reads nothing of the form."""
    return _respond(request, 413, _("内容太大，没有交上"), sparse=True, limit_mb=limit // 1024**2)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Respond to a person who may see an object but not do this with it."""
    return _respond(request, 403, _("这一步不在你的权限里"))


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Respond for a page that does not exist or is not visible to this person; both look the same on purpose."""
    return _respond(request, 404, _("没有这个页面"))


def handler500(request: HttpRequest) -> HttpResponse:
    """Respond to an internal error without session and database, and without templates when they fail too."""
    try:
        return _respond(request, 500, _("系统出错了"), sparse=True)
    except Exception:
        return HttpResponse(_last_resort(), status=500)


def gone(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Respond 410 for a page that was public and was withdrawn, with the `reason` (requirements G10)."""
    return _respond(request, 410, _("这个页面已经撤下"), reason=reason)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Respond to a form whose CSRF token has expired or is missing: show what was typed, with a button to send it again."""
    values = _kept(kept_forms.typed(request)) if kept_forms.may_keep(request) else {}
    return _respond(request, 403, _("页面放得太久，没有交上"), template="403_csrf.html", **values)


@never_cache
@require_safe
def kept_form(request: HttpRequest) -> HttpResponse:
    """Show the form that was sent when the session had ended, with a button to send it; without one, lead to /me/."""
    if not (kept := kept_forms.find(request)):
        return redirect("me:home")
    return render(request, "web/kept_form.html", _kept(kept))


def _kept(kept):
    return {"path": kept["path"], "had_files": kept["had_files"], "rows": kept_forms.rows(kept["fields"])}


def _respond(request, status, title, *, reason="", template="", sparse=False, **more):
    if wants_json(request):
        return JsonResponse({"code": str(status), "detail": title}, status=status)
    values = {"title": title, "reason": reason, "request_id": context.current().request_id, **more}
    template = template or f"{status}.html"
    if not sparse:
        return render(request, template, values, status=status)
    return HttpResponse(render_to_string(template, {**bare(request), **values}), status=status)


def _last_resort():
    texts = {"title": _("系统出错了"), "text": _("请过几分钟再试；已经提交成功的内容不会丢。"), "way": _("回首页")}
    return LAST_RESORT.format(**{name: escape(text) for name, text in texts.items()})
