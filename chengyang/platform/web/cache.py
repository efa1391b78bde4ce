"""The cache backend of the portal: a server that is away or does not answer is treated as an empty cache.

Nothing may depend on the cache alone. A page that finds nothing in it reads the database, so that an outage of Redis makes
the portal slower and never unavailable. Each process asks the server again after `PAUSE` seconds, because a server that
hangs costs every thread one timeout per command.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

TIMEOUT = 0.2  # seconds for connecting, and for each answer
PAUSE = 5.0  # seconds without commands of this process after one failed
OPTIONS = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}

_log = logging.getLogger(__name__)
_pause = {"until": 0.0}  # for all threads: Django makes a backend for each of them


def is_away() -> bool:
    """Return whether a command of this process failed less than `PAUSE` seconds ago."""
    return time.monotonic() < _pause["until"]


def pause(error: Exception) -> None:
    """Ask the server no more for `PAUSE` seconds, because a command failed with `error`."""
    if not is_away():
        _log.warning("The cache is away for %s seconds: %s", PAUSE, type(error).__name__)
    _pause["until"] = time.monotonic() + PAUSE


def resume() -> None:
    """Ask the server again: it has just answered."""
    _pause["until"] = 0.0


class FaultTolerantRedisCache(RedisCache):
    """Django's Redis cache; while the server is away, reads find nothing and writes do nothing."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": {**OPTIONS, **params.get("OPTIONS", {})}})

    def _attempt(self, command: Callable[[], Any], otherwise: Any) -> Any:
        """Return the result of `command`, or `otherwise` while the server is away."""
        if is_away():
            return otherwise
        try:
            return command()
        except (RedisError, OSError) as error:
            pause(error)
            return otherwise

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._attempt(lambda: RedisCache.add(self, key, value, timeout, version), False)

    def get(self, key: str, default: Any = None, version: Any = None) -> Any:
        return self._attempt(lambda: RedisCache.get(self, key, default, version), default)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._attempt(lambda: RedisCache.set(self, key, value, timeout, version), None)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._attempt(lambda: RedisCache.touch(self, key, timeout, version), False)

    def delete(self, key: str, version: Any = None) -> bool:
        return self._attempt(lambda: RedisCache.delete(self, key, version), False)

    def get_many(self, keys: Any, version: Any = None) -> dict[str, Any]:
        return self._attempt(lambda: RedisCache.get_many(self, keys, version), {})

    def has_key(self, key: str, version: Any = None) -> bool:
        return self._attempt(lambda: RedisCache.has_key(self, key, version), False)

    def incr(self, key: str, delta: int = 1, version: Any = None) -> int:
        """Raises ValueError for a missing key, as Django's backends do, and while the server is away."""
        if (value := self._attempt(lambda: RedisCache.incr(self, key, delta, version), None)) is None:
            raise ValueError(f"The cache has no key {key!r}")
        return value

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[str]:
        return self._attempt(lambda: RedisCache.set_many(self, data, timeout, version), list(data))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self._attempt(lambda: RedisCache.delete_many(self, keys, version), None)

    def clear(self) -> bool:
        return self._attempt(lambda: RedisCache.clear(self), False)
