"""Work on many rows of a list at once: what was chosen, what is to be done, and what became of each row."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.jobs.models import Job
from chengyang.platform.web.lookups import table

MESSAGE_LENGTH = 300


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    def visible_to(self, user: Any) -> Self:
        """Return the runs that `user` prepared; nobody reads those of others."""
        return self.filter(officer=user) if user.is_authenticated else self.none()


class BulkRun(models.Model):
    """批量办理: rows of a list that an officer chose, and the verb for them; `job` does it once the officer has agreed.

    `values` is what the verb asks for beside its reason, as plain values. A run is deleted seven days after it was prepared.
    """

    NOT_PERSONAL = {"id", "public_id", "list_name", "verb", "label", "reason", "values", "prepared_at"}

    public_id = PublicIdField()
    list_name = models.CharField(_("名单"), max_length=80)  # "app.Model"
    verb = models.CharField(_("办什么"), max_length=40, blank=True)  # "" where rows were only chosen
    label = models.CharField(_("办什么"), max_length=60, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    values = models.JSONField(_("内容"), default=dict, blank=True)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("经办人"))
    prepared_at = models.DateTimeField(_("选定时间"), default=clock.now)
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="bulk_run", verbose_name=_("任务"))

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("批量办理")
        ordering = ["-prepared_at", "-id"]
        indexes = [
            models.Index(fields=["officer", "-prepared_at"], name="bulk_run_officer"),
            models.Index(fields=["prepared_at"], name="bulk_run_prepared"),
        ]

    def __str__(self) -> str:
        return f"{self.list_label}：{self.label}"

    def get_absolute_url(self) -> str:
        meta = table(self.list_name)._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_bulk_run", args=[self.public_id])

    @property
    def list_label(self) -> Any:
        """The name of the list, in the plural of its table."""
        return table(self.list_name)._meta.verbose_name_plural


class BulkRow(models.Model):
    """What became of one row of a run.

    `object_id` is its key in the table of the list, `place` its position in the run. `seen` is where the audit of the row stood
    when the officer read the summary, `after` where it stood after the action: a row that somebody changed meanwhile is left alone.
    """

    class State(models.TextChoices):
        READY = "ready", _("可以办")
        REFUSED = "refused", _("不能办")  # already when the run was prepared
        DONE = "done", _("办好了")
        FAILED = "failed", _("没有办成")
        UNDONE = "undone", _("已撤销")

    NOT_PERSONAL = {"id", "place", "object_id", "state", "message", "seen", "after"}

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    object_id = models.PositiveBigIntegerField()
    state = models.CharField(_("结果"), max_length=8, choices=State.choices, default=State.READY)
    message = models.CharField(_("说明"), max_length=MESSAGE_LENGTH, blank=True)
    seen = models.PositiveBigIntegerField(default=0)
    after = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["run", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="bulk_row_place_once"),
            models.UniqueConstraint(fields=["run", "object_id"], name="bulk_row_object_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "failed"]) | ~Q(message=""), name="bulk_row_says_why_not"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.place}"
