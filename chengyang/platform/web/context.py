"""Who is asking: the request's id, address and agent, readable from anywhere below the view."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """`request_id`: 32 hexadecimal digits; `address`: the client's IP or None; `agent`: at most 200 characters.

    Outside a request (a task, a command) all are empty.
    """

    request_id: str = ""
    address: str | None = None
    agent: str = ""


_NOBODY = RequestInfo()
_current: ContextVar[RequestInfo] = ContextVar("request_info", default=_NOBODY)


def current() -> RequestInfo:
    """Return what is known about the request that is being answered (requirements S11)."""
    return _current.get()


@contextmanager
def asked_by(info: RequestInfo) -> Iterator[RequestInfo]:
    """Make `info` the current request inside the block."""
    token = _current.set(info)
    try:
        yield info
    finally:
        _current.reset(token)
