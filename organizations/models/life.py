"""成立、暂停、恢复、注销: the steps in the life of an organization, each with its papers and decided by two officers."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..states import CHANGE_OPEN, ChangeState, OrganizationState
from .organizations import Organization

PLAN_LENGTH = 1000  # characters of what a new organization wants to do first


class LifeStepQuerySet(models.QuerySet):
    def open(self):
        """Return the steps that are not over: prepared, waiting for the second officer, or agreed for a coming day."""
        return self.filter(Q(state__in=CHANGE_OPEN) | Q(state=ChangeState.AGREED, on__gt=clock.today()))

    def visible_to(self, user):
        """Return the steps of the organizations that `user` manages; for district staff all."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        return self.filter(Organization.objects.managed_q(scope, prefix="organization__"))

    def public_ids_visible_to(self, user):
        """Return the public ids of the steps whose papers `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")


@tracked(exclude=["ended"])
class LifeStep(DemoMark):
    """办理: one step in the life of an organization. It takes effect at midnight of the day `on`, by query.

    Whoever manages the organization prepares and submits it, a second officer agrees. `resolution` is what the organization
    decided, `approval` what the office in charge said to it.
    """

    class Kind(models.TextChoices):
        FOUND = "found", _("成立")
        SUSPEND = "suspend", _("暂停")
        RESUME = "resume", _("恢复")
        DISSOLVE = "dissolve", _("注销")

    TARGETS = {
        Kind.FOUND: OrganizationState.FOUNDED,
        Kind.SUSPEND: OrganizationState.SUSPENDED,
        Kind.RESUME: OrganizationState.FOUNDED,
        Kind.DISSOLVE: OrganizationState.DISSOLVED,
    }
    EDITABLE_FIELDS = ("on", "resolution", "resolved_on", "approval", "approved_on", "cause", "plan")
    NOT_PERSONAL = {
        *("id", "public_id", "kind", "state", *EDITABLE_FIELDS, "submitted_at", "due_on", "agreed_at", "reason"),
        *("ended", "effected_at", "is_demo"),
    }

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="life_steps", verbose_name=_("组织"))
    kind = models.CharField(_("办什么"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=12, choices=ChangeState.choices, default=ChangeState.PREPARING)
    on = models.DateField(_("从哪天起"), null=True, blank=True, help_text=_("这一天零点起算"))
    resolution = models.CharField(
        _("决议"),
        max_length=120,
        blank=True,
        help_text=_("哪个会、怎么定的，如：会员大会，应到 86 人，实到 80 人，一致通过"),
    )
    resolved_on = models.DateField(_("决议日期"), null=True, blank=True)
    approval = models.CharField(
        _("批复"),
        max_length=120,
        blank=True,
        help_text=_("哪个单位、什么意见或文号，如：区委统战部，城统字〔2026〕8号"),
    )
    approved_on = models.DateField(_("批复日期"), null=True, blank=True)
    cause = models.CharField(
        _("事由"), max_length=REASON_LENGTH, blank=True, help_text=_("只写组织的事，不写个人的私事")
    )
    plan = models.TextField(
        _("第一年的计划"), max_length=PLAN_LENGTH, blank=True, help_text=_("做成什么、谁来做、什么时候做完，一行一件")
    )
    prepared_by = acting_account(_("经办"))
    submitted_by = acting_account(_("提交的人"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    agreed_by = acting_account(_("确认的人"))
    agreed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    reason = models.CharField(_("退回的理由"), max_length=REASON_LENGTH, blank=True)
    ended = models.JSONField(_("原职务的止期"), default=dict, blank=True)  # key of a post → its end before, or ""
    effected_at = models.DateTimeField(_("生效登记时间"), null=True, blank=True, editable=False)

    objects = LifeStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成立、暂停和注销")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=["preparing", "submitted"]) | Q(state="agreed", effected_at__isnull=True),
                name="life_step_one_at_a_time",
                violation_error_message=_("这个组织已经有一件在办。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "dropped"]) | Q(on__isnull=False), name="life_step_on_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed")
                | Q(agreed_by__isnull=False, submitted_by__isnull=False, agreed_at__isnull=False)
                & ~Q(agreed_by=F("submitted_by")),
                name="life_step_by_two_officers",
                violation_error_message=_("提交和确认要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return f"{self.organization} {self.get_kind_display()}"

    def get_absolute_url(self):
        if self.kind == self.Kind.FOUND:
            return reverse("admin:organizations_organization_founding", args=[self.organization_id])
        return reverse("admin:organizations_lifestep_change", args=[self.pk])

    @property
    def day(self) -> dt.date:
        """The day from which it counts. Raises ValueError while it is prepared without one; later each step has one."""
        if self.on is None:
            raise ValueError(f"no day: {self.pk}")
        return self.on

    @property
    def target(self):
        """Return the state to which the step leads."""
        return self.TARGETS[self.kind]

    @property
    def is_coming(self):
        """Return whether the step is agreed and its midnight has not come."""
        return self.state == ChangeState.AGREED and self.on > clock.today()
