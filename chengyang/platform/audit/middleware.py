"""Says in the history of domain rows who changed them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chengyang.platform.audit.history import changed_by
from chengyang.platform.web import context

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}


class HistoryMiddleware:
    """Attributes what a request changes to its user; stands below AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READING:
            return self.get_response(request)
        with changed_by(request.user, request_id=context.current().request_id):
            return self.get_response(request)
