"""The id, address and user agent of the current request, readable from code that has no `request`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Data about one request: `request_id` (32 hexadecimal digits), `address` (client IP or None), `agent` (at most 200 characters).

    Outside a request (a task, a command) all are empty.
    """

    request_id: str = ""
    address: str | None = None
    agent: str = ""


_NO_REQUEST = RequestInfo()
_current: ContextVar[RequestInfo] = ContextVar("request_info", default=_NO_REQUEST)


def current() -> RequestInfo:
    """Return the data of the current request, or empty data outside a request (requirements S11)."""
    return _current.get()


@contextmanager
def request_context(info: RequestInfo) -> Iterator[RequestInfo]:
    """Make `info` the current request inside the block."""
    token = _current.set(info)
    try:
        yield info
    finally:
        _current.reset(token)
