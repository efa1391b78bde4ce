"""Middleware that names the actor in the history of rows."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chengyang.platform.audit.history import changed_by
from chengyang.platform.web import context

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


class HistoryMiddleware:
    """Middleware that attributes the changes of a request to its user; it needs AuthenticationMiddleware before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        with changed_by(request.user, request_id=context.current().request_id):
            return self.get_response(request)
