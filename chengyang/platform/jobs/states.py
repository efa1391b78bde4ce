"""The states of a job."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("办理中")
    DONE = "done", _("办完了")
    FAILED = "failed", _("没有办成")
    CANCELLED = "cancelled", _("已取消")


JOB_OPEN = (JobState.WAITING, JobState.RUNNING)
JOB_ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
JOB_TRANSITIONS = {
    JobState.WAITING: {JobState.RUNNING, JobState.FAILED, JobState.CANCELLED},
    JobState.RUNNING: {JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    JobState.DONE: set(),
    JobState.FAILED: {JobState.WAITING},  # tried again, from where it stopped
    JobState.CANCELLED: set(),
}
