"""What the pages share."""

from django.http import HttpRequest, QueryDict

READ_OR_POST = ["GET", "HEAD", "POST"]


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, also when it is nothing (no box ticked); None when nothing was sent."""
    return request.POST if request.method == "POST" else None
