"""Middleware that marks a notice as read when the page that it is about is opened."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import actions


class NoticeReadMiddleware:
    """Marks the notices that lead to a page as read when their recipient opens it.

    Only addresses that name an object, or are pages of one's own below /me/ and /join/, can be the page of a notice.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "GET" and response.status_code == 200 and _can_be_the_page(request):
            user = getattr(request, "user", None)
            if user is not None and user.is_authenticated:
                actions.read_about(user, request.path)
        return response


def _can_be_the_page(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is not None and match.namespace == "notices":
        return False  # the inbox is about no thing
    return match is not None and (bool(match.kwargs) or request.path.startswith(("/me/", "/join/")))
