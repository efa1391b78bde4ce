"""Exports of the lists of the staff site; a large one takes two officers (requirements P26)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.jobs.models import Job
from chengyang.platform.web.lookups import table


class ListExportState(models.TextChoices):
    WAITING = "waiting", _("待同事同意")
    STARTED = "started", _("已开始")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


LIST_EXPORT_TRANSITIONS = {
    ListExportState.WAITING: {ListExportState.STARTED, ListExportState.REFUSED, ListExportState.WITHDRAWN},
    ListExportState.STARTED: set(),
    ListExportState.REFUSED: set(),
    ListExportState.WITHDRAWN: set(),
}


class ExportPurpose(models.TextChoices):
    """For what an officer takes data of persons out of the portal; the code stands in the audit."""

    CONTACT = "contact", _("联系本人，通知活动和会议")
    MEETING = "meeting", _("换届、会议和活动的会务")
    CHECK = "check", _("核对资料")
    REPORT = "report", _("向上级报送")
    OTHER = "other", _("其他（请写明）")


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", _("Excel 工作簿（.xlsx）")
    CSV = "csv", _("CSV 文本（.csv）")
    DOCX = "docx", _("Word 文档（.docx）")  # of papers only


class ListExportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Return the own exports, and those that `user` may decide: of the office of the same subdistrict, or all for the district."""
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        if scope.district:
            return self.all()
        return self.filter(Q(asked_by=user) | Q(subdistrict__in=scope.subdistricts))


class ListExport(models.Model):
    """An export of a list of the staff site: which rows and columns, by whom and for what. A large one waits for a second officer.

    `query` and `conditions` (the filters and the search, as a query string and in words) are emptied with the result. With
    `paper` (a `Paper.code`) it is Word files of the rows, or of the one row with the key `record`; `options` say how.
    """

    NOT_PERSONAL = {
        *("id", "public_id", "list_name", "query", "conditions", "columns", "file_format", "with_keys", "purpose"),
        *("note", "numbers_note", "rows", "state", "asked_at", "due_on", "decided_at", "reason"),
        *("paper", "record", "options"),
    }

    public_id = PublicIdField()
    list_name = models.CharField(_("名单"), max_length=80)  # "app.Model"
    query = models.TextField(_("查询串"), blank=True)
    conditions = models.TextField(_("条件"), blank=True)
    columns = models.JSONField(_("栏目"), default=list)
    file_format = models.CharField(_("格式"), max_length=4, choices=ExportFormat.choices, default=ExportFormat.XLSX)
    with_keys = models.BooleanField(_("带行编号"), default=False)
    paper = models.CharField(_("打印件"), max_length=40, blank=True)
    record = models.CharField(_("哪一条"), max_length=20, blank=True)
    options = models.JSONField(_("选项"), default=dict, blank=True)
    purpose = models.CharField(_("用途"), max_length=10, choices=ExportPurpose.choices, blank=True)
    note = models.CharField(_("用途说明"), max_length=200, blank=True)
    numbers_note = models.CharField(_("为什么要完整号码"), max_length=200, blank=True)
    rows = models.PositiveIntegerField(_("条数"), null=True)
    state = models.CharField(_("状态"), max_length=10, choices=ListExportState.choices, default=ListExportState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁导出"))
    asked_at = models.DateTimeField(_("提出时间"), default=clock.now)
    subdistrict = models.ForeignKey(Subdistrict, models.PROTECT, null=True, related_name="+", verbose_name=_("街道"))
    due_on = models.DateField(_("时限"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("同意的人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="export", verbose_name=_("任务"))

    objects = ListExportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("名单导出")
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"], name="export_asked"),
            models.Index(fields=["due_on"], condition=Q(state="waiting"), name="export_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")) | Q(state="withdrawn"),
                name="export_decided_by_a_second_person",
                violation_error_message=_("提出和同意要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(job__isnull=True, decided_by__isnull=True),
                name="export_waits_undecided",
            ),
        ]

    def __str__(self) -> str:
        if self.paper:
            return str(_("Word：%(paper)s") % {"paper": self.paper_label})
        return str(_("导出：%(list)s") % {"list": self.list_label})

    def get_absolute_url(self) -> str:
        return reverse("admin:staff_decide", args=["list-export", self.public_id])

    @property
    def list_label(self) -> Any:
        """The name of the list, in the plural of its table; its label where the table is gone."""
        try:
            return table(self.list_name)._meta.verbose_name_plural
        except KeyError:
            return self.list_name

    @property
    def paper_label(self) -> Any:
        """The name of the paper; its code where no app declares it any more."""
        found = extensions.paper(self.paper)
        return found.label if found else self.paper
