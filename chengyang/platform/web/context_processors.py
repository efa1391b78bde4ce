"""What every page knows: the site, whether elder mode is on, whether the demonstration is loaded."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import elder


def demo_loaded() -> bool:
    """Return whether rows of the demonstration are there; production refuses to load them, so it does not ask."""
    return not settings.PRODUCTION and get_user_model().objects.filter(is_demo=True).exists()


def bare(request: HttpRequest | None = None) -> dict[str, Any]:
    """Return the part of the context that needs neither session nor database, for pages of last resort."""
    size = elder.size_of(request) if request else ""
    at_end = {"elder_smallest": size == elder.SIZES[0], "elder_largest": size == elder.SIZES[-1]}
    return {"site": settings.SITE, "elder": size, **at_end}


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, `elder` (px as text, or empty), whether that is an end of the scale, and lazy `demo_loaded`."""
    return {**bare(request), "demo_loaded": SimpleLazyObject(demo_loaded)}
