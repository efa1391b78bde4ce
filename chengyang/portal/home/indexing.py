"""What programs read about the portal: robots.txt, the sitemap, the web app manifest and the icon."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengyang import extensions
from chengyang.platform.web.canonical import absolute_url

# Pages about one person, of the staff site, of programs, and copies of other pages. They refuse strangers anyway; robots need
# not try.
CLOSED = (
    "/manage/",
    "/me/",
    "/accounts/",
    "/tickets/",
    "/checkin/",
    "/files/",
    "/demo/",
    "/elder/",
    "/api/",
    "/calendar/share/",
    "/activities/*/share/",
    "/activities/*/signup/",
    "/services/requests/",
    "/services/board/",
)
ICONS = (("img/icon-192.png", "192x192"), ("img/icon-512.png", "512x512"))


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Name the pages that robots leave, and the sitemap."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    lines.append(f"Sitemap: {absolute_url(request, reverse('sitemap'))}")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages that the apps declare (slot `public_pages`)."""
    urls = []
    for page in extensions.public_pages():
        changed = f"<lastmod>{page.changed_at.isoformat(timespec='seconds')}</lastmod>" if page.changed_at else ""
        urls.append(f"<url><loc>{escape(absolute_url(request, page.path))}</loc>{changed}</url>")
    body = "\n".join(urls)
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}\n</urlset>\n'
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Describe the portal as an app that a phone puts on its home screen."""
    icons = [{"src": static(name), "sizes": size, "type": "image/png", "purpose": "any"} for name, size in ICONS]
    icons.append(
        {"src": static("img/icon-512-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"}
    )
    data = {
        "name": settings.SITE["name"],
        "short_name": settings.SITE["name"],
        "description": _("看活动、入组织、找服务、提诉求"),
        "lang": "zh-CN",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#FBF9F5",
        "theme_color": "#FBF9F5",
        "icons": icons,
    }
    return JsonResponse(data, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead programs that ask for /favicon.ico, the address of old, to the icon."""
    return HttpResponseRedirect(static("img/favicon.ico"))
