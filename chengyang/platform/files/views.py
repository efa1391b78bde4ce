"""The view that serves files; the web server never serves them from a folder directly (requirements S15)."""

from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from . import actions
from .models import File

# The browser must run and load nothing from a file, and must not treat it as part of our origin.
POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@require_safe
def file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Serve one file to those who may see the row it is attached to. Pictures are displayed, documents are downloaded."""
    found = get_object_or_404(File.objects.visible_to(request.user).select_related("owner"), public_id=public_id)
    actions.opened(found, actor=request.user)
    return content_of(found)


def content_of(found: File) -> HttpResponseBase:
    """Return the response with the bytes of `found`, which the caller has found to be visible to who asks for it."""
    response = _content(found)
    is_shown = found.content_type.startswith("image/")
    response.headers["Content-Disposition"] = content_disposition_header(not is_shown, found.name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _content(found: File) -> HttpResponseBase:
    """Return the bytes, or, behind nginx, the header that makes nginx send them."""
    if not settings.FILES_ACCEL_PREFIX:
        return FileResponse(found.content.open("rb"), content_type=found.content_type)
    response = HttpResponse(content_type=found.content_type)
    response.headers["X-Accel-Redirect"] = settings.FILES_ACCEL_PREFIX + quote(str(found.content.name))
    return response
