"""Long work of officers: jobs, and the parts of their results (docs/architecture.md, "Long work")."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.lib.vault import sealing
from chengyang.lib.vault.public_ids import PublicIdField

from .states import JOB_ENDED, JOB_OPEN, JobState

MOST_AT_ONCE = 3  # jobs of one officer that run at the same time; the database keeps it
MESSAGE_LENGTH = 500


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> Self:
        """Return the jobs that `user` started; nobody reads those of others."""
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def open(self) -> Self:
        return self.filter(state__in=JOB_OPEN)

    def claimable(self, now: dt.datetime) -> Self:
        """Return the open jobs on which no worker is working at the moment `now`."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        return self.open().filter(free, not_before__lte=now)


class Job(models.Model):
    """A piece of long work of one officer.

    `cursor` is where the next step goes on; `claim` and `claimed_until` say which worker has it and until when it counts as
    alive; `slot` (1 to MOST_AT_ONCE) is taken while it runs. `tries` counts the claims since the last step that was stored.
    """

    NOT_PERSONAL = {
        *("id", "public_id", "kind", "title", "arguments", "state", "cursor", "done", "total", "message", "tries"),
        *("claim", "claimed_until", "not_before", "slot", "created_at", "started_at", "stepped_at", "ended_at"),
        *("expires_at", "result_name", "result_type", "result_size"),
    }

    public_id = PublicIdField()
    kind = models.CharField(_("类型"), max_length=40)
    title = models.CharField(_("任务"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs", verbose_name=_("谁的"))
    undo_of = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by", verbose_name=_("撤销"))
    # Ids, filters and choices, encoded as JSON; emptied with the result.
    arguments = models.JSONField(_("内容"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    state = models.CharField(_("状态"), max_length=10, choices=JobState.choices, default=JobState.WAITING)
    cursor = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    done = models.PositiveIntegerField(_("已办"), default=0)
    total = models.PositiveIntegerField(_("共"), null=True)
    message = models.CharField(_("说明"), max_length=MESSAGE_LENGTH, blank=True)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    claim = models.CharField(max_length=10, blank=True)
    claimed_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(_("不早于"), default=clock.now)
    slot = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(_("提交"), default=clock.now)
    started_at = models.DateTimeField(_("开始"), null=True)
    stepped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("结束"), null=True)
    expires_at = models.DateTimeField(_("文件保留到"), null=True)
    result_name = models.CharField(_("文件"), max_length=150, blank=True)
    result_type = models.CharField(max_length=100, blank=True)
    result_size = models.PositiveBigIntegerField(_("字节数"), default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("我的任务")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="job_latest"),
            models.Index(fields=["not_before"], condition=Q(state__in=JOB_OPEN), name="job_open"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="job_expires"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "slot"], name="job_slot_once"),
            models.CheckConstraint(
                condition=Q(state="running", slot__gte=1, slot__lte=MOST_AT_ONCE)
                | ~Q(state="running") & Q(slot__isnull=True),
                name="job_has_slot_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=JOB_OPEN, ended_at__isnull=True)
                | Q(state__in=JOB_ENDED, ended_at__isnull=False, claimed_until__isnull=True),
                name="job_ended_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("admin:jobs_job_change", args=[self.pk])

    # ---- what its owner reads ---------------------------------------------------------------------------------------
    @cached_property
    def declared(self) -> extensions.JobKind | None:
        """The declaration of its kind; None when no app declares it any more."""
        return extensions.job_kind(self.kind)

    @property
    def unit(self) -> Any:
        return self.declared.unit if self.declared else ""

    @property
    def is_open(self) -> bool:
        return self.state in JOB_OPEN

    @property
    def has_result(self) -> bool:
        """Whether there is a file to fetch now."""
        return bool(self.result_name) and (self.expires_at is None or self.expires_at > clock.now())

    @property
    def next_url(self) -> str:
        """The page of its kind where the owner goes on; "" where there is none."""
        return self.declared.url(self) if self.declared and self.declared.url else ""

    @property
    def ahead(self) -> int:
        """The number of own jobs that come before this one while it waits."""
        return Job.objects.open().filter(owner=self.owner_id, pk__lt=self.pk).count() if self.started_at is None else 0

    @property
    def seconds_left(self) -> int | None:
        """The estimated seconds to the end, from the speed so far; None while there is nothing to estimate from."""
        if self.state != JobState.RUNNING or not (self.total and self.done and self.started_at and self.stepped_at):
            return None
        taken = (self.stepped_at - self.started_at).total_seconds()
        return round(taken / self.done * max(self.total - self.done, 0))

    @property
    def can_be_cancelled(self) -> bool:
        """Whether the work may be stopped now; only its owner sees it at all."""
        return self.is_open and bool(self.declared and self.declared.can_cancel)

    @property
    def can_be_retried(self) -> bool:
        """Whether it failed and still has what it needs to go on."""
        return self.state == JobState.FAILED and self.declared is not None and not self.is_expired

    @property
    def can_be_undone(self) -> bool:
        """Whether what it did can be taken back now: its kind has a way, something was done, and the time is not over."""
        kind = self.declared
        if kind is None or kind.undo is None or self.undo_of_id or not self.done or self.ended_at is None:
            return False
        if clock.now() >= self.ended_at + kind.undo_within or hasattr(self, "undone_by"):
            return False
        return kind.can_undo is None or kind.can_undo(self)

    @property
    def is_expired(self) -> bool:
        """Whether its arguments and its result have been deleted."""
        return self.ended_at is not None and self.expires_at is None


class JobPart(models.Model):
    """A part of what a job has written: of its working data, or of its result. Encrypted, and bound to its place.

    The result of an export holds rows about persons: it is a copy of what its owner could read, made for seven days.
    """

    class Place(models.TextChoices):
        WORK = "work", _("中间数据")
        RESULT = "result", _("结果")

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts")
    place = models.CharField(max_length=6, choices=Place.choices)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ["job", "place", "number"]
        constraints = [models.UniqueConstraint(fields=["job", "place", "number"], name="job_part_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.place}/{self.number}"

    @staticmethod
    def binding(job: Job, place: str, number: int) -> bytes:
        return sealing.binding("jobs.JobPart", job.public_id, f"{place}/{number}")


def parts_of(job: Job, place: str) -> Iterator[bytes]:
    """Yield the parts that `job` has at `place`, in order, one in memory at a time. Raises VaultError for a moved part."""
    numbers = JobPart.objects.filter(job=job, place=place).order_by("number").values_list("number", flat=True)
    for number in list(numbers):
        stored = JobPart.objects.values_list("data", flat=True).get(job=job, place=place, number=number)
        yield sealing.unseal_bytes(bytes(stored), JobPart.binding(job, place, number))
