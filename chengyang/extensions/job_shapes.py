"""The types with which an app declares long work (slot `job_kinds`)."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

UNIT = _("条")


@dataclass(frozen=True)
class JobStep:
    """What one step of a job did: `done` things in all, of `total` (None: as before), and what it has to say as `message`.

    `cursor` is where the next step goes on: plain values that JSON can hold. None says that this was the last step.
    """

    done: int
    cursor: Mapping[str, Any] | None
    total: int | None = None
    message: Any = ""


@dataclass(frozen=True)
class JobKind:
    """A kind of long work, done in steps by a worker (`chengyang.platform.jobs`).

    `run(job, cursor)` does one step: at most some hundred things and about a second of work, all of it in the database, in
    the transaction that also stores the cursor. So a worker that is killed loses the step in which it was, and nothing
    else. It begins with an empty cursor, reads `job.arguments` and `job.owner`, and checks what the owner may do anew: a
    role may have ended since. An ActionError ends the job, with its message for the owner.

    `undo(job, cursor)` takes back in the same way what `job.undo_of` did; it is offered for `undo_within` after the end, and
    only while `can_undo(job)` is true, where a kind has one.
    `on_end(job)` runs in the transaction in which the job is done, has failed or was cancelled. `url(job)` is the page
    where its owner goes on, beside the result. `can_cancel` is False for what must not stop half way.
    """

    code: str
    label: Any
    run: Callable[[Any, dict[str, Any]], JobStep]
    unit: Any = UNIT
    can_cancel: bool = True
    undo: Callable[[Any, dict[str, Any]], JobStep] | None = None
    undo_within: dt.timedelta = dt.timedelta(minutes=10)
    can_undo: Callable[[Any], bool] | None = None
    on_end: Callable[[Any], Any] | None = None
    url: Callable[[Any], str] | None = None
