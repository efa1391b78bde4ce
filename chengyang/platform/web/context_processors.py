"""The template context of every page: the site, elder mode, and whether the demonstration is loaded."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import elder
from .fragments import per_version


def demo_loaded() -> bool:
    """Return whether demonstration data is loaded. Production refuses to load it, and so makes no query."""
    return not settings.PRODUCTION and per_version("demo", _has_demo)


def _has_demo() -> bool:
    return get_user_model().objects.filter(is_demo=True).exists()


def bare(request: HttpRequest | None = None) -> dict[str, Any]:
    """Return the part of the context that needs neither session nor database, for error pages."""
    size = elder.size_of(request) if request else ""
    limits = {"elder_smallest": size == elder.SIZES[0], "elder_largest": size == elder.SIZES[-1]}
    return {"site": settings.SITE, "elder": size, **limits}


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, `elder` (px as text, or empty), whether it is the smallest or largest size, `in_wechat`, lazy `demo_loaded`.

    `in_wechat`: the page is read in the browser of WeChat, which opens no calendar files.
    """
    in_wechat = "MicroMessenger" in request.headers.get("User-Agent", "")
    return {**bare(request), "in_wechat": in_wechat, "demo_loaded": SimpleLazyObject(demo_loaded)}
