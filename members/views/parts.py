"""Helpers shared by the views of this package."""

from django.http import HttpRequest, QueryDict

READ_OR_POST = ["GET", "HEAD", "POST"]


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the data for a form: `request.POST` for a POST request, also if it is empty (no box ticked); else None."""
    return request.POST if request.method == "POST" else None
