"""Kinds of jobs for the tests: each step enters one exceptional day, which is unique, so that a step done twice is seen."""

import datetime as dt

from chengyang import extensions
from chengyang.errors import ActionError
from chengyang.extensions import JobKind, JobStep
from chengyang.platform.jobs import results
from chengyang.platform.workdays.models import WorkdayException

FIRST = dt.date(2030, 1, 1)


def count(job, cursor, between=lambda number: None):
    """Enter the next day of `job.arguments["days"]`, append its number to the working data, and finish with all numbers."""
    number = cursor.get("next", 0)
    if number == job.arguments.get("breaks_at"):
        raise RuntimeError("a fault of the program")
    if number == job.arguments.get("refused_at"):
        raise ActionError("第三天不行。", code="day")
    day = FIRST + dt.timedelta(days=number + job.arguments.get("from", 0))
    WorkdayException.objects.create(date=day, is_workday=False, name=f"第{number}天", source="测试")
    results.append(job, f"{number}\n".encode())
    between(number)
    done, total = number + 1, job.arguments["days"]
    if done < total:
        return JobStep(done=done, total=total, cursor={"next": done})
    results.finish(job, results.working_parts(job), name="天数.txt", content_type="text/plain")
    return JobStep(done=done, total=total, cursor=None, message="都登记了。")


def uncount(job, cursor):
    """Delete one of the days that the job entered."""
    left = WorkdayException.objects.filter(date__gte=FIRST).order_by("-date")
    left.filter(pk=left[0].pk).delete()
    done = cursor.get("done", 0) + 1
    return JobStep(done=done, cursor={"done": done} if left.exists() else None)


COUNT = JobKind("test-count", "数日子", count, unit="天", undo=uncount)
WHOLE = JobKind("test-whole", "一气呵成", count, can_cancel=False)
KINDS = {kind.code: kind for kind in (COUNT, WHOLE)}


def declare(patch):
    """Make the kinds known to this process; `patch` is a MonkeyPatch."""
    known = extensions.job_kind
    patch.setattr(extensions, "job_kind", lambda code: KINDS.get(code) or known(code))
