"""The views that serve files and pictures; the web server never serves a folder directly (requirements S15)."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from . import actions
from .models import File, Picture

# The browser must run and load nothing from a file, and must not treat it as part of our origin.
POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
FOREVER = "public, max-age=31536000, immutable"  # the longest that caches take; the address changes with the bytes


@require_safe
def file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Serve one file to those who may see the row it is attached to. Pictures are displayed, documents are downloaded."""
    found = get_object_or_404(File.objects.visible_to(request.user).select_related("owner"), public_id=public_id)
    actions.opened(found, actor=request.user)
    return content_of(found)


def content_of(found: File) -> HttpResponseBase:
    """Return the response with the bytes of `found`, which the caller has found to be visible to who asks for it."""
    response = _content(found.content, found.content_type)
    is_shown = found.content_type.startswith("image/")
    response.headers["Content-Disposition"] = content_disposition_header(not is_shown, found.name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return _protected(response)


@login_not_required
@require_safe
def picture(request: HttpRequest, digest: str, size: str) -> HttpResponseBase:
    """Serve a picture of a public page in one of its sizes. Its address is made from its bytes, so it never changes.

    It is 404 from the moment it is removed or its page is hidden; who manages the page sees it before the page is public.
    """
    found = Picture.objects.published().filter(sha256__startswith=digest).order_by("pk").first()
    is_public = found is not None
    if found is None:
        rows = Picture.objects.visible_to(request.user).filter(sha256__startswith=digest)
        found = rows.order_by("pk").first()
    if found is None:
        raise Http404
    etag = f'"{digest}-{size}"'
    if is_public and request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    try:
        response = _content(getattr(found, size), found.content_type)
    except FileNotFoundError:  # a backup of the database without the files
        raise Http404 from None
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = FOREVER if is_public else "private, no-store"
    if is_public:
        response.headers["ETag"] = etag
    return _protected(response)


def _protected(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _content(stored: Any, content_type: str) -> HttpResponseBase:
    """Return the bytes of the field `stored`, or, behind nginx, the header that makes nginx send them."""
    if not settings.FILES_ACCEL_PREFIX:
        return FileResponse(stored.open("rb"), content_type=content_type)
    response = HttpResponse(content_type=content_type)
    response.headers["X-Accel-Redirect"] = settings.FILES_ACCEL_PREFIX + quote(str(stored.name))
    return response
