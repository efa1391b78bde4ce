"""Starting, cancelling, retrying and taking back long work; `runner` does the work itself."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError, require
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.web import hints

from . import expiry, runner, tasks
from .models import Job
from .permissions import can_start, can_steer
from .states import JOB_TRANSITIONS, JobState

MOST_OPEN = 20  # jobs of one officer that wait or run


@transaction.atomic
def start(
    kind: str, *, actor: Any, title: str, arguments: Mapping[str, Any] | None = None, total: int | None = None
) -> Job:
    """Start a job of `kind` (a `JobKind.code`) for `actor`, and return it; a worker begins when the transaction is committed.

    `title` says what is done, without names of persons; `arguments` is what the steps need: ids, filters and choices as
    plain values; `total` the number of things, where it is known. Of the jobs of one officer three run at once, the others
    wait for them. Raises ActionError("queue") when MOST_OPEN are open, NotAllowed for somebody who is no officer, KeyError
    for an unknown kind.
    """
    if extensions.job_kind(kind) is None:
        raise KeyError(kind)
    require(can_start, actor, None)
    advisory_lock(f"job-slots/{actor.pk}")
    if Job.objects.filter(owner=actor).open().count() >= MOST_OPEN:
        raise ActionError(_("你已有 %(n)d 个任务没有办完，请等它们办完再提交。") % {"n": MOST_OPEN}, code="queue")
    job = Job.objects.create(kind=kind, owner=actor, title=title[:120], arguments=dict(arguments or {}), total=total)
    audit.record("job.started", job, actor=actor, user=actor)
    _hint_after_commit()
    return job


def do_now(job: Job, *, seconds: float = 3.0) -> Job:
    """Work on a small job in this process for about `seconds`, and return it; a worker does what is left of it.

    Call it after the transaction that started the job.
    """
    return runner.work_on(job, seconds)


@transaction.atomic
def cancel(job: Job, *, actor: Any) -> Job:
    """Stop an open job; what its steps have done so far stays done. Returns the job.

    Raises NotAllowed for anybody but its owner, ActionError("state") when it has ended, ("whole") where its kind must not
    stop half way.
    """
    job = lock(job)
    require(can_steer, actor, job)
    if job.declared and not job.declared.can_cancel:
        raise ActionError(_("这种任务不能中途停下，请等它办完。"), code="whole", url=job.get_absolute_url())
    ended = runner.ending(message=_("已取消，取消以前办完的留着。") if job.done else "")
    job = move(job, JobState.CANCELLED, table=JOB_TRANSITIONS, actor=actor, verb="job.cancelled", user=actor, **ended)
    if job.declared and job.declared.on_end:
        job.declared.on_end(job)
    return job


@transaction.atomic
def retry(job: Job, *, actor: Any) -> Job:
    """Let a failed job go on where it stopped, and return it.

    Raises NotAllowed for anybody but its owner, ActionError("state") when it has not failed, ("expired") when its contents
    have been deleted.
    """
    job = lock(job)
    require(can_steer, actor, job)
    if job.is_expired:
        raise ActionError(_("超过七天，内容已经删除，请重新提交。"), code="expired", url=job.get_absolute_url())
    again: dict[str, Any] = {"ended_at": None, "expires_at": None, "tries": 0, "message": "", "not_before": clock.now()}
    job = move(job, JobState.WAITING, table=JOB_TRANSITIONS, actor=actor, verb="job.retried", user=actor, **again)
    _hint_after_commit()
    return job


@transaction.atomic
def undo(job: Job, *, actor: Any) -> Job:
    """Take back what an ended job did, by a job of its own, and return that one.

    Raises NotAllowed for anybody but its owner, ActionError("undo") where its kind has no way, nothing was done, it was
    taken back already, or the time for it is over.
    """
    job = lock(job)
    require(can_steer, actor, job)
    if not job.can_be_undone:
        raise ActionError(_("这个任务现在不能撤销。"), code="undo", url=job.get_absolute_url())
    title = _("撤销：%(title)s") % {"title": job.title}
    undoing = Job.objects.create(
        kind=job.kind, owner=actor, title=title[:120], arguments=job.arguments, total=job.done, undo_of=job
    )
    audit.record("job.undone", job, actor=actor, user=actor)
    _hint_after_commit()
    return undoing


@transaction.atomic
def delete_jobs_of(user: Any, actor: Any) -> None:
    """Delete the jobs of an account that is closed, with their results; for the slot `account_rows`."""
    Job.objects.filter(owner=user).delete()


@transaction.atomic
def delete_result(job: Job, *, actor: Any) -> Job:
    """Delete the result of an ended job before its seven days are over, and return the job.

    Raises NotAllowed for anybody but its owner, ActionError("state") while it is open.
    """
    job = lock(job)
    require(can_steer, actor, job)
    if job.is_open:
        raise ActionError(_("任务还没有办完，可以先取消。"), code="state", url=job.get_absolute_url())
    expiry.empty(Job.objects.filter(pk=job.pk))
    audit.record("job.emptied", job, actor=actor, user=actor)
    job.refresh_from_db()
    return job


def record_fetching(job: Job, *, actor: Any) -> None:
    """Record that `actor` fetched the result of `job` (requirements S11)."""
    audit.record_alone("job.fetched", job, actor=actor, user=actor)


def _hint_after_commit() -> None:
    """Tell the workers when the transaction is committed. A broker that is down is logged and does no harm."""
    transaction.on_commit(partial(hints.send, tasks.work, lasts=tasks.LASTS), robust=True)
