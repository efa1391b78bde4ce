"""What is deleted after its time: results after seven days, jobs after ninety."""

import datetime as dt

from django.db import transaction

from chengyang import clock

from .models import Job, JobPart

FORGOTTEN_AFTER = dt.timedelta(days=90)  # days that the line in 我的任务 stays, without contents
BATCH = 100  # jobs in one transaction


def delete_expired() -> int:
    """Delete the results, the working data and the arguments of jobs whose time is over; return the number of jobs."""
    deleted = 0
    while count := _empty_batch():
        deleted += count
    Job.objects.filter(ended_at__lt=clock.now() - FORGOTTEN_AFTER).delete()
    return deleted


@transaction.atomic
def _empty_batch() -> int:
    due = Job.objects.filter(expires_at__lte=clock.now()).select_for_update(skip_locked=True, no_key=True)
    pks = list(due.order_by("expires_at").values_list("pk", flat=True)[:BATCH])
    empty(Job.objects.filter(pk__in=pks))
    return len(pks)


def empty(jobs) -> None:
    """Delete what ended `jobs` have written and were asked for; what remains says that there was a job, and how it ended."""
    JobPart.objects.filter(job__in=jobs.values("pk")).delete()
    jobs.update(arguments={}, cursor={}, expires_at=None, result_name="", result_size=0)
