"""Outcomes that teams, bases and organizations report."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from bases.models import Base
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from organizations.models import Organization

from ..states import OutcomeState
from .teams import Team


class OutcomeQuerySet(models.QuerySet):
    def checked(self):
        """Return the outcomes that count: those checked by staff."""
        return self.filter(state=OutcomeState.CHECKED)

    published = checked

    def visible_to(self, user):
        """Return the checked outcomes, those of the organizers that `user` manages, and those of the subdistricts of `user`."""
        return self.filter(Q(state=OutcomeState.CHECKED) | self._responsible(user))

    def public_ids_of_staff(self, user):
        """Return the public ids of the outcomes whose evidence `user` may open (slot `file_access`): not those of the public."""
        return self.filter(self._responsible(user)).values("public_id")

    def _responsible(self, user):
        scope = access_scope(user)
        if scope.district:
            return Q(pk__isnull=False)  # all; an empty Q would add nothing to another one
        shown = Q(pk__in=[])
        for column, ids in (
            ("organization", scope.managed("organization")),
            ("base", scope.managed("base")),
            ("team", scope.managed("team")),
        ):
            if ids:
                shown |= Q(**{f"{column}__in": ids})
        if scope.subdistricts:
            areas = scope.subdistricts
            shown |= (
                Q(organization__subdistrict__in=areas) | Q(base__subdistrict__in=areas) | Q(team__subdistrict__in=areas)
            )
        return shown


@tracked
class Outcome(DemoMark):
    """成果: a result of the work of an organizer; checked by a second person before it counts."""

    EDITABLE_FIELDS = ("kind", "title", "happened_on", "amount", "quantity")  # when reported, in the order of the form

    class Kind(models.TextChoices):
        MONEY = "money", _("捐款")
        GOODS = "goods", _("捐物")
        FIRM = "firm", _("孵化企业")
        BENEFICIARIES = "beneficiaries", _("受益人数")

    NOT_PERSONAL = {
        "id",
        "public_id",
        "kind",
        "title",
        "happened_on",
        "amount",
        "quantity",
        "state",
        "checked_at",
        "reason",
        "due_on",
        "is_demo",
    }

    public_id = PublicIdField()
    kind = models.CharField(_("类型"), max_length=14, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=60)
    happened_on = models.DateField(_("日期"))
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    quantity = models.PositiveIntegerField(_("数量"), null=True, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("组织")
    )
    base = models.ForeignKey(
        Base, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("基地")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("服务队")
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("活动")
    )
    state = models.CharField(_("状态"), max_length=10, choices=OutcomeState.choices, default=OutcomeState.REPORTED)
    reported_by = acting_account(_("上报人"))
    checked_by = acting_account(_("核实人"))
    checked_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成果")
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(fields=["kind", "state", "happened_on"]),
            models.Index(fields=["-happened_on", "-id"], name="outcome_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["money", "goods"], amount__isnull=False, amount__gt=0)
                | Q(kind="firm", amount__isnull=True)
                | Q(kind="beneficiaries", quantity__isnull=False, quantity__gt=0),
                name="outcome_has_its_number",
                violation_error_message=_("捐赠写金额，受益人数写数量。"),
            ),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=True) | Q(checked_by__isnull=True) | ~Q(reported_by=F("checked_by")),
                name="outcome_checked_by_a_second_person",
                violation_error_message=_("上报和核实要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def number_text(self):
        """Return what it counts, as the site writes it: `5 万元`, `46 人`, `1 家`."""
        if self.amount is not None:
            return dates.money_wan(self.amount)
        units = {self.Kind.FIRM: _("%(n)s 家"), self.Kind.BENEFICIARIES: _("%(n)s 人")}
        return units.get(self.kind, "%(n)s") % {"n": f"{self.quantity or 1:,}"}
