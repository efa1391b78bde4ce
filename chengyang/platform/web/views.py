"""The pages that belong to no room: elder mode, and what is shown when a page cannot be."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import context, elder
from .context_processors import bare
from .redirects import came_from, is_ours

# What is left when even the templates fail: no style, no picture, but a sentence and a way on.
LAST_RESORT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><h1>{title}</h1><p>{text}</p><p><a href="/">{way}</a></p></html>"""


@csrf_exempt  # it only changes how this browser shows pages; a token in every header would make no page cacheable
@login_not_required
@require_POST
def set_elder(request: HttpRequest) -> HttpResponse:
    """Turn elder mode on or off, or change its size (`wish`), and go back to the page; works without a script."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return HttpResponseForbidden()
    wanted = request.POST.get("next", "")
    response = HttpResponseRedirect(wanted if wanted and is_ours(request, wanted) else came_from(request))
    size = elder.after(elder.size_of(request), request.POST.get("wish", "toggle"))
    elder.remember(response, size, secure=request.is_secure())
    return response


def wants_json(request: HttpRequest) -> bool:
    """Return whether a program asks: the API's addresses, or an Accept header that names JSON and not HTML."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read; asks neither session nor database, the request may be hostile to both."""
    return _answer(request, 400, _("这个请求读不懂"), sparse=True)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody who may see a thing but not do this to it."""
    return _answer(request, 403, _("这一步不在你的权限里"))


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a page that is not there, or not for this person: the two look the same on purpose."""
    return _answer(request, 404, _("没有这个页面"))


def handler500(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours: without session or database, and without templates when those fail too."""
    try:
        return _answer(request, 500, _("系统出错了"), sparse=True)
    except Exception:
        return HttpResponse(_last_resort(), status=500)


def gone(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 410 for a page that was public and was taken back, with the `reason` (requirements G10)."""
    return _answer(request, 410, _("这个页面已经撤下"), reason=reason)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form whose token has expired or is missing: how to go on without losing what was typed."""
    return _answer(request, 403, _("页面放得太久，没有交上"), template="403_csrf.html")


def _answer(request, status, title, *, reason="", template="", sparse=False):
    if wants_json(request):
        return JsonResponse({"code": str(status), "detail": title}, status=status)
    values = {"title": title, "reason": reason, "request_id": context.current().request_id}
    template = template or f"{status}.html"
    if not sparse:
        return render(request, template, values, status=status)
    return HttpResponse(render_to_string(template, {**bare(request), **values}), status=status)


def _last_resort():
    texts = {"title": _("系统出错了"), "text": _("请过几分钟再试；已经提交成功的内容不会丢。"), "way": _("回首页")}
    return LAST_RESORT.format(**{name: escape(text) for name, text in texts.items()})
