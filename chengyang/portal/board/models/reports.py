"""Reports: the figures of a period as they were at one moment."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.objectives.models.plans import managed_q
from chengyang.platform.objectives.owners import KINDS
from chengyang.platform.web.fields import acting_account


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Any:
        """Return the reports about the owners whose board `user` may see."""
        return self.filter(managed_q(access_scope(user)))

    def of(self, owner: Any) -> Any:
        """Return the reports about `owner`; None is the district."""
        if owner is None:
            return self.filter(**{f"{kind}__isnull": True for kind in KINDS})
        return self.filter(**{owner._meta.model_name: owner})

    def with_owners(self) -> Any:
        return self.select_related(*KINDS, "made_by")


def _owner(model: str, label: Any) -> models.ForeignKey:
    return models.ForeignKey(model, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=label)


@tracked
class Report(DemoMark):
    """报告: the figures of an owner in a month, half-year or year, as they were at the moment `as_of`.

    `contents` holds numbers and words of figures (`report_contents.frozen`), never a name of a person: Word file, print page and
    comparison are drawn from it alone, so that they say the same for ever. Only the note may be changed.
    """

    EDITABLE_FIELDS = ("note",)
    NOT_PERSONAL = {
        "id",
        "public_id",
        "period",
        "starts",
        "ends",
        "as_of",
        "contents",
        "note",
        "withdrawn_at",
        "is_demo",
    }

    public_id = PublicIdField()
    organization = _owner("organizations.Organization", _("组织"))
    base = _owner("bases.Base", _("基地"))
    team = _owner("services.Team", _("服务队"))
    subdistrict = _owner("accounts.Subdistrict", _("街道"))
    period = models.CharField(_("期间"), max_length=10)  # as in `periods.parse`: 2026, 2026H1, 2026-05
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"))
    as_of = models.DateTimeField(_("数据截至"), default=clock.now)
    contents = models.JSONField(_("内容"), default=dict)
    note = models.CharField(_("备注"), max_length=100, blank=True, help_text=_("如：初稿、正式报送"))
    made_by = acting_account(_("谁出的"))
    job = models.OneToOneField(
        "jobs.Job",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="report",
        verbose_name=_("任务"),
    )
    withdrawn_at = models.DateTimeField(_("作废时间"), null=True, blank=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("报告")
        ordering = ["-as_of", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["-as_of", "-id"], name="report_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=models.F("starts")), name="report_ends_after_start"),
            models.CheckConstraint(
                condition=Q(organization__isnull=True, base__isnull=True, team__isnull=True)
                | Q(organization__isnull=True, base__isnull=True, subdistrict__isnull=True)
                | Q(organization__isnull=True, team__isnull=True, subdistrict__isnull=True)
                | Q(base__isnull=True, team__isnull=True, subdistrict__isnull=True),
                name="report_about_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return str(self.contents.get("title", self.period))

    @property
    def owner(self) -> Any:
        """The organization, base, team or subdistrict that it is about; None for the district."""
        return next((getattr(self, kind) for kind in KINDS if getattr(self, f"{kind}_id")), None)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
