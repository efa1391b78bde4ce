"""Redirect targets, limited to pages of this site."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def is_ours(request: HttpRequest, url: str) -> bool:
    """Return whether `url` is a page of this site (no other host or scheme, no control characters).

    A text without a slash is refused: `redirect()` would take it for the name of a view.
    """
    at_root = url.startswith(("/", "http://", "https://"))
    return (
        at_root
        and url.isprintable()
        and url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    )


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Return the parameter `next` of the form or the URL when it is a page of this site, else `default` (name or path)."""
    for wanted in (request.POST.get("next"), request.GET.get("next")):
        if wanted and is_ours(request, wanted):
            return wanted
    return resolve_url(default)


def came_from(request: HttpRequest, default: str = "/") -> str:
    """Return the path of the `Referer` when it is a page of this site, else `default` (name or path).

    The path alone is checked again: that of `http://site//evil.example/` would lead to another host.
    """
    referer = request.headers.get("Referer", "")
    if referer and is_ours(request, referer):
        parts = urlsplit(referer)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        if is_ours(request, path):
            return path
    return resolve_url(default)
