"""Absolute addresses of this portal, for search engines, previews and calendars of others."""

from django.conf import settings
from django.http import HttpRequest


def absolute_url(request: HttpRequest, path: str = "") -> str:
    """Return the absolute address of `path` (by default that of the page, without its query).

    On `SITE_URL` where it is configured, so that a page that is served under two hosts has one address; else on the host of
    the request.
    """
    root = getattr(settings, "SITE_URL", "").rstrip("/")
    path = path or request.path
    return root + path if root else request.build_absolute_uri(path)
