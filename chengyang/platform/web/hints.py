"""Messages to the worker that only save time: what waits is in the database, and is looked for every minute without one."""

import time
from typing import Any

from django.core.cache import cache

PAUSE = 30.0  # seconds without hints after the broker did not answer, so that pages do not wait for it
_pause = {"until": 0.0}


def send(task: Any, *, lasts: int, name: str = "", every: int = 0) -> None:
    """Ask a worker to run `task`; the message is worthless after `lasts` seconds.

    With `name` and `every`, the task runs `every` seconds later, and at most once in that time: after everything that was
    committed meanwhile. An error of the broker is raised, and stops all hints of this process for `PAUSE`.
    """
    if time.monotonic() < _pause["until"] or (name and not cache.add(name, 1, timeout=every)):
        return
    try:
        task.apply_async(retry=False, expires=lasts, countdown=every)
    except Exception:
        _pause["until"] = time.monotonic() + PAUSE
        raise
