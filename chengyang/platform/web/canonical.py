"""Absolute addresses of this portal, for search engines, previews and calendars of others."""

from django.conf import settings
from django.http import HttpRequest


def absolute_url(request: HttpRequest, path: str = "") -> str:
    """Return the absolute address of `path` (by default that of the page, without its query).

    It is on `SITE_URL`, so that a page that is served under two hosts has one address.
    """
    return f"{settings.SITE_URL}{path or request.path}"
