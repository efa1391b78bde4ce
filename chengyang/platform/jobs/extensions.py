"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import AccountRows, Panel, PeriodicTask, TableDescription, extend
from chengyang.platform.web import content

from . import actions
from .models import Job

SHOWN = 4


def _mine(request, subject):
    """Return the context of the panel beside 今日待办: the own jobs that are open, the newest first; nothing without one."""
    found = list(Job.objects.visible_to(request.user).open()[:SHOWN])
    return {"jobs": found} if found else None


extend(
    "jobs",
    panels=[Panel("staff.margin", "jobs/_mine.html", _mine, order=10)],
    schedule={
        "jobs-work": PeriodicTask("jobs.work", 60.0),
        "jobs-tidy": PeriodicTask("jobs.tidy", 3600.0),
    },
    notice_kinds={"jobs": _("后台任务办完")},
    account_rows=[AccountRows(_("后台任务"), close=actions.delete_jobs_of)],
    own_data_order=95,
    own_data=[
        TableDescription(
            "jobs.Job",
            hidden={"kind", "arguments", "cursor", "claim", "claimed_until", "not_before", "slot", "tries", "undo_of"},
            technical={"stepped_at", "result_type", "result_size"},
            labels={"stepped_at": _("最近一步"), "result_type": _("文件类型")},
            created_field="created_at",
        )
    ],
    content=dict.fromkeys(
        (
            "job.started",
            "job.begun",
            "job.finished",
            "job.failed",
            "job.cancelled",
            "job.retried",
            "job.undone",
            "job.emptied",
            "job.fetched",
        ),
        content.nothing,
    ),
    audit_verbs={
        "job.started": _("提交后台任务"),
        "job.begun": _("开始办后台任务"),
        "job.finished": _("办完后台任务"),
        "job.failed": _("后台任务没有办成"),
        "job.cancelled": _("取消后台任务"),
        "job.retried": _("再试后台任务"),
        "job.undone": _("撤销后台任务"),
        "job.emptied": _("删除任务结果"),
        "job.fetched": _("下载任务结果"),
    },
)
