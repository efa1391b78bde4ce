"""Middleware for the request id, NUL characters, large requests, forms sent twice, errors, compression, and private pages."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from chengyang.errors import ActionError

from . import elder, sent_forms, views
from .addresses import client_address, networks
from .context import RequestInfo, request_context
from .redirects import came_from, is_ours

AGENT_LENGTH = 200  # enough to distinguish a phone from a computer, too little for a fingerprint
# The camera scans tickets at check-in; location and movement are never requested (domain.md, "What the portal refuses to hold").
PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class RequestContextMiddleware:
    """Assigns an id to each request and stores its address and agent (requirements S11)."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.trusted = networks(settings.TRUSTED_PROXIES)

    def __call__(self, request):
        with request_context(self.describe(request)) as info:
            request.request_id = info.request_id
            request.client_address = info.address
            response = self.get_response(request)
            response.headers["X-Request-ID"] = info.request_id
            return response

    def describe(self, request):
        meta = request.META
        address = client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), self.trusted)
        agent = "".join(filter(str.isprintable, meta.get("HTTP_USER_AGENT", "")))[:AGENT_LENGTH]
        return RequestInfo(uuid.uuid4().hex, address, agent)


class CompressPublicPagesMiddleware(GZipMiddleware):
    """Compresses what a visitor without a session reads: the public pages, feeds and the API.

    Compression reveals a secret of a page whose length an attacker can watch while the page repeats text of theirs (BREACH).
    So a page is compressed only where it can have no secret: the request came with no cookie but that of elder mode, and
    the answer sets none, which it does as soon as it contains a CSRF token or belongs to a session.
    """

    def process_response(self, request, response):
        return super().process_response(request, response) if self.has_no_secret(request, response) else response

    def has_no_secret(self, request, response):
        is_read = request.method in ("GET", "HEAD") and "Authorization" not in request.headers
        return is_read and set(request.COOKIES) <= {elder.COOKIE} and not response.cookies


class RefuseNulMiddleware:
    """Responds 400 to a NUL in the path, the query or a cookie: Postgres cannot store NUL, so no valid request has one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self.has_nul(request):
            return views.handler400(request)
        return self.get_response(request)

    def has_nul(self, request):
        return (
            "\0" in request.path
            or "%00" in request.META.get("QUERY_STRING", "")
            or any("\0" in value for value in request.COOKIES.values())
        )


class RefuseLargeRequestMiddleware:
    """Responds 413 to a request that exceeds the limit of its address, and 411 to one of unknown length.

    It comes before every middleware that reads the form, so that nothing of the form is read or written to disk.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower() and declared == "0":
            return views.length_required(request)
        limit = self.limit(request)
        if declared.isdecimal() and int(declared) > limit:
            return views.too_large(request, limit)
        return self.get_response(request)

    def limit(self, request):
        """Return the most bytes that this address takes from this browser."""
        may_have_files = request.path.startswith(settings.BODY_WITH_FILES_PREFIXES)
        if may_have_files and settings.SESSION_COOKIE_NAME in request.COOKIES:
            return settings.BODY_WITH_FILES_MAX_BYTES
        return settings.BODY_MAX_BYTES


class SentTwiceMiddleware:
    """Answers a form that was sent twice with the answer to the first sending (see `sent_forms`)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not (key := sent_forms.key_of(request)):
            return self.get_response(request)
        with sent_forms.one_at_a_time(request, key):
            if url := sent_forms.first_answer(request, key):
                return HttpResponseRedirect(url)
            response = self.get_response(request)
            sent_forms.remember(request, key, response)
        return response


class ActionErrorMiddleware:
    """Turns an ActionError into a message on the previous page, or a 409 response for programs and partial pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ActionError):
            return None
        if views.wants_json(request):
            answer = {"code": exception.code, "detail": str(exception.message)}
            if exception.url:
                answer["url"] = exception.url  # where a script leads the user
            return JsonResponse(answer, status=409)
        if getattr(request, "htmx", False):
            return self.partial(request, exception)
        if request.method in ("GET", "HEAD"):
            return render(request, "409.html", {"message": exception.message}, status=409)
        messages.error(request, exception.message)
        request.was_refused = True
        return HttpResponseRedirect(self.previous_page(request, exception))

    def partial(self, request, exception):
        html = render_to_string("web/_callout.html", {"kind": "bad", "text": exception.message})
        show = {
            "HX-Retarget": "#messages",
            "HX-Reswap": "innerHTML show:window:top",
        }  # the button may be far below the messages
        return HttpResponse(html, status=409, headers=show)

    def previous_page(self, request, exception):
        return exception.url if exception.url and is_ours(request, exception.url) else came_from(request)


class PrivatePagesMiddleware:
    """Keeps private pages out of every cache, and sets the Permissions-Policy header."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if self.is_private(request):
            response.headers.setdefault("Cache-Control", "no-store")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])  # elder mode is a cookie
        return response

    def is_private(self, request):
        session = getattr(request, "session", None)
        return settings.SESSION_COOKIE_NAME in request.COOKIES or bool(session and session.modified)
