"""A rate limit against guessing: a number of tries per minute and client address."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError

from .context import current

PER_MINUTE = 20  # tries from one address, which the visitors of an event may share
WINDOW = 60  # seconds


def slow_down(request: HttpRequest, name: str, per_minute: int = PER_MINUTE) -> None:
    """Count one try of `name` from the client address. Raises ActionError("slow") above `per_minute` tries in a minute."""
    minute = int(clock.now().timestamp()) // WINDOW
    key = f"limit:{name}:{current().address}:{minute}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        tries = cache.incr(key)
    except ValueError:  # the cache is away
        return
    if tries > per_minute:
        raise ActionError(_("试得太多了，请过一分钟再试。"), code="slow", url=request.path)
