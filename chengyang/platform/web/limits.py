"""Slow down who guesses: so many tries a minute from one address."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError

from .context import current

PER_MINUTE = 20  # tries from one address; a hall full of people shares one
WINDOW = 60  # seconds


def slow_down(request: HttpRequest, name: str, per_minute: int = PER_MINUTE) -> None:
    """Count one try of `name` from the address of `request`. Raises ActionError("slow") beyond `per_minute`."""
    minute = int(clock.now().timestamp()) // WINDOW
    key = f"limit:{name}:{current().address}:{minute}"
    cache.add(key, 0, timeout=2 * WINDOW)
    if cache.incr(key) > per_minute:
        raise ActionError(_("试得太多了，请过一分钟再试。"), code="slow", url=request.path)
