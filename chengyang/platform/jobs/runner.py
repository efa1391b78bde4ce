"""Doing the steps of jobs: claim, step, end (docs/architecture.md, "Long work"). Any number of workers may run this at once.

A step is one transaction: what it writes, the cursor of the next step and the number done are committed together, and only
while the claim of this worker is still the last one and the job still runs (compare-and-swap). So a worker that is killed
in a step, or is taken for dead because it is slow, leaves nothing half done, and a job that is cancelled stops at once.
"""

import datetime as dt
import logging
import time
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import JobStep
from chengyang.lib.vault.public_ids import new_public_id
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit.transitions import move
from chengyang.platform.notices.actions import notify

from . import permissions
from .models import MESSAGE_LENGTH, MOST_AT_ONCE, Job
from .states import JOB_TRANSITIONS, JobState

LEASE = dt.timedelta(seconds=60)  # far longer than a step; after that the worker is taken for dead
SLICE = 5.0  # seconds that a worker stays with one job before other tasks and jobs have their turn
MOST_TRIES = 5  # claims in a row that stored no step, before the job has failed
BACKOFF = dt.timedelta(seconds=20)  # before another try after an unexpected error, longer each time
KEPT = dt.timedelta(days=7)  # that a result is kept
UNSEEN_AFTER = dt.timedelta(seconds=10)  # a shorter job was watched by its owner: no notice
AWAY_AFTER = dt.timedelta(minutes=1)  # after a longer one the notice is also sent by message and mail

logger = logging.getLogger(__name__)


class _Lost(Exception):
    """The claim of this worker is no longer the last one, or the job was cancelled: the step is rolled back."""


# ---- claiming -------------------------------------------------------------------------------------------------------
def work(seconds: float = SLICE) -> bool:
    """Work on the job that has waited longest, for `seconds`; return whether a job waits for another turn."""
    if job := claim():
        _steps(job, seconds)
    return _ready().exists()


def work_on(job: Job, seconds: float) -> Job:
    """Work on `job` for `seconds` in this process, unless a worker has it, and return it read again."""
    if claimed := claim(job.pk):
        _steps(claimed, seconds)
    return Job.objects.select_related("owner").get(pk=job.pk)


def claim(pk: int | None = None) -> Job | None:
    """Claim a job (the job `pk`) for this worker, for LEASE; None where there is none that may run now."""
    with transaction.atomic():
        rows = _ready().filter(**({} if pk is None else {"pk": pk})).select_related("owner")
        rows = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
        job = rows.order_by(F("stepped_at").asc(nulls_first=True), "pk").first()
        if job is None or not _has_slot(job):
            return None
        if refusal := _refusal(job):
            _end(job, JobState.FAILED, "job.failed", message=refusal)
            return None
        return _claimed(job)


def _ready() -> Any:
    """Return the jobs that a worker may claim: without the waiting ones of owners who have MOST_AT_ONCE running."""
    running = Job.objects.filter(owner=OuterRef("owner"), state=JobState.RUNNING).order_by().values("owner")
    busy = running.annotate(running=Count("pk")).filter(running__gte=MOST_AT_ONCE)
    return Job.objects.claimable(clock.now()).exclude(Q(state=JobState.WAITING) & Exists(busy))


def _has_slot(job: Job) -> bool:
    """Give a waiting job a free slot of its owner; return False where all are taken. The lock makes claims of one owner queue."""
    if job.state == JobState.RUNNING:
        return True
    advisory_lock(f"job-slots/{job.owner_id}")
    taken = Job.objects.filter(owner=job.owner_id, state=JobState.RUNNING).values_list("slot", flat=True)
    free = set(range(1, MOST_AT_ONCE + 1)) - set(taken)
    job.slot = min(free, default=None)
    return job.slot is not None


def _refusal(job: Job) -> str:
    """Return why the job cannot be done at all; "" where it can."""
    if job.declared is None:
        return _("这种任务已经停用。")
    if not permissions.can_steer(job.owner, job):
        return _("这个账号已经不能进工作台，任务停下了。")
    if job.tries >= MOST_TRIES:
        return _("试了 %(n)d 次都在同一处中断，没有办完。已办的都留着；请告诉系统管理员，任务编号 %(number)s。") % {
            "n": job.tries,
            "number": job.public_id,
        }
    return ""


def _claimed(job: Job) -> Job:
    now = clock.now()
    changes = {"claim": new_public_id(), "claimed_until": now + LEASE, "tries": job.tries + 1}
    if job.state == JobState.WAITING:
        changes |= {"slot": job.slot, "started_at": job.started_at or now}
        return move(job, JobState.RUNNING, table=JOB_TRANSITIONS, actor=None, verb="job.begun", **changes)
    for name, value in changes.items():
        setattr(job, name, value)
    job.save(update_fields=list(changes))
    return job


# ---- steps ----------------------------------------------------------------------------------------------------------
def _steps(job: Job, seconds: float) -> None:
    until = time.monotonic() + seconds
    while step(job):
        if time.monotonic() > until:
            _release(job)
            return


def step(job: Job) -> bool:
    """Do one step of a claimed job; return whether there is another one for this worker to do."""
    try:
        with transaction.atomic():
            did = _run(job)
            _store(job, did)
            if did.cursor is None:
                _end(job, JobState.DONE, "job.finished", message=str(did.message or job.message))
    except _Lost:
        return False
    except (ActionError, NotAllowed) as refusal:
        _fail(job, _words_of(refusal))
        return False
    except Exception:
        logger.exception("job %s (%s), try %s", job.public_id, job.kind, job.tries)
        _release(job, wait=BACKOFF * max(job.tries, 1))
        return False
    return did.cursor is not None


def _run(job: Job) -> JobStep:
    kind = job.declared
    assert kind is not None, "claim() refuses unknown kinds"
    if job.undo_of_id and kind.undo:
        return kind.undo(job, dict(job.cursor))
    return kind.run(job, dict(job.cursor))


def _store(job: Job, did: JobStep) -> None:
    """Store the progress of a step in its transaction. Raises _Lost when the job is no longer this worker's to do."""
    now = clock.now()
    progress = {
        "cursor": dict(did.cursor or {}),
        "done": did.done,
        "total": job.total if did.total is None else did.total,
        "message": str(did.message or job.message)[:MESSAGE_LENGTH],
        "stepped_at": now,
        "claimed_until": now + LEASE,
        "tries": 0,
    }
    if not _own(job).update(**progress):
        raise _Lost
    for name, value in progress.items():
        setattr(job, name, value)


def _own(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING)


def _release(job: Job, *, wait: dt.timedelta = dt.timedelta()) -> None:
    """Give the job back before its end; other workers may claim it after `wait`."""
    _own(job).update(claim="", claimed_until=None, not_before=clock.now() + wait)


# ---- ends -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def _fail(job: Job, message: str) -> None:
    """End a job whose step was refused, unless it is no longer this worker's."""
    if (own := _own(job).select_for_update(no_key=True).first()) is not None:
        _end(own, JobState.FAILED, "job.failed", message=message)


def _words_of(refusal: Exception) -> str:
    return str(refusal.message) if isinstance(refusal, ActionError) else _("你现在没有办这件事的权限，任务停下了。")


def _end(job: Job, state: str, verb: str, *, message: str) -> None:
    """Move the locked `job` to a state in which it has ended, and tell its owner."""
    ended = ending(message=message)
    move(job, state, table=JOB_TRANSITIONS, actor=None, verb=verb, user=job.owner, **ended)
    if job.declared and job.declared.on_end:
        job.declared.on_end(job)
    lasted = job.ended_at - job.created_at
    if lasted > UNSEEN_AFTER:
        # Literals, because a test compares them with the files.
        inbox_only, url = lasted < AWAY_AFTER, job.get_absolute_url()
        if state == JobState.DONE:
            notify(job.owner, "jobs/ready", url=url, inbox_only=inbox_only, job=job)
        else:
            notify(job.owner, "jobs/failed", url=url, inbox_only=inbox_only, job=job)


def ending(*, message: str) -> dict[str, Any]:
    """Return the columns that change when a job ends."""
    now = clock.now()
    return {
        "claim": "",
        "claimed_until": None,
        "slot": None,
        "ended_at": now,
        "expires_at": now + KEPT,
        "message": message[:MESSAGE_LENGTH],
    }
