"""A year's plan of an owner, and its objectives."""

import datetime as dt
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import AccessScope, access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from .. import owners, pace
from ..states import Every, PlanState

FIRST_YEAR, LAST_YEAR = 2017, 2100  # the first organization of the district was founded in 2017
TARGET = {"max_digits": 14, "decimal_places": 2}


def managed_q(scope: AccessScope, prefix: str = "") -> Q:
    """Return the condition for rows whose plan is of an owner that `scope` manages by a post or as staff of its subdistrict.

    `prefix` is the lookup path from the filtered model to the plan, such as `plan__`. District staff manage all.
    """
    if scope.district:
        return Q(**{f"{prefix}pk__isnull": False})
    found = Q(**{f"{prefix}pk__in": []})
    for kind in owners.ORGANIZERS:
        if ids := scope.managed(kind):
            found |= Q(**{f"{prefix}{kind}__in": ids})
        if scope.subdistricts:
            found |= Q(**{f"{prefix}{kind}__subdistrict__in": scope.subdistricts})
    if scope.subdistricts:
        found |= Q(**{f"{prefix}subdistrict__in": scope.subdistricts})
    return found


def _shown_q(prefix: str = "") -> Q:
    """Return the condition for rows of published plans of owners that the public sees."""
    found = Q(**{f"{prefix}state": PlanState.PUBLISHED})
    for kind in owners.ORGANIZERS:
        found &= Q(**{f"{prefix}{kind}__isnull": True}) | Q(**{f"{prefix}{kind}__is_published": True})
    return found


class PlanQuerySet(models.QuerySet):
    def published(self):
        """Return the published plans of owners that the public sees."""
        return self.filter(_shown_q())

    def visible_to(self, user):
        """Return the published plans, and in any state those of the owners that `user` manages or is responsible for."""
        return self.filter(_shown_q() | managed_q(access_scope(user)))

    def managed_by(self, user):
        """Return the plans of the owners that `user` manages by a post or is responsible for, in any state."""
        return self.filter(managed_q(access_scope(user)))

    def of(self, owner):
        """Return the plans of `owner`; None is the district."""
        return self.filter(
            **{f"{kind}__isnull": True for kind in owners.KINDS} if owner is None else {owners.kind_of(owner): owner}
        )

    def with_owners(self):
        return self.select_related(*owners.KINDS)


def _two_people(first: str, second: str, name: str, message: Any) -> models.CheckConstraint:
    """Return the constraint that the accounts `first` and `second` of a row differ."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)}),
        name=name,
        violation_error_message=message,
    )


@tracked
class Plan(DemoMark):
    """年度目标: what an owner wants to have done in a year; drafted, and published by a second officer.

    One of the foreign keys names the owner; without any it is the plan of the district.
    """

    was_found = False  # set by an action that returned a plan which existed
    NOT_PERSONAL = {"id", "public_id", "year", "state", "submitted_at", "published_at", "due_on", "reason", "is_demo"}

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField(
        _("年度"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    organization = models.ForeignKey(
        "organizations.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objective_plans",
        verbose_name=_("组织"),
    )
    base = models.ForeignKey(
        "bases.Base", models.PROTECT, null=True, blank=True, related_name="objective_plans", verbose_name=_("基地")
    )
    team = models.ForeignKey(
        "services.Team", models.PROTECT, null=True, blank=True, related_name="objective_plans", verbose_name=_("服务队")
    )
    subdistrict = models.ForeignKey(
        "accounts.Subdistrict",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objective_plans",
        verbose_name=_("街道"),
    )
    state = models.CharField(_("状态"), max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("抄自")
    )
    drafted_by = acting_account(_("起草人"))
    submitted_by = acting_account(_("提交人"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    returned_by = acting_account(_("退回人"))
    published_by = acting_account(_("复核人"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    reason = models.CharField(_("退回理由"), max_length=REASON_LENGTH, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("年度目标")
        ordering = ["-year", "-id"]
        indexes = [models.Index(fields=["-year", "-id"], name="plan_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["year", *owners.KINDS],
                name="plan_once_a_year",
                nulls_distinct=False,
                violation_error_message=_("这一年已经有年度目标了，在原来那份里改。"),
            ),
            models.CheckConstraint(
                condition=Q(organization__isnull=True, base__isnull=True, team__isnull=True)
                | Q(organization__isnull=True, base__isnull=True, subdistrict__isnull=True)
                | Q(organization__isnull=True, team__isnull=True, subdistrict__isnull=True)
                | Q(base__isnull=True, team__isnull=True, subdistrict__isnull=True),
                name="plan_of_one_owner",
                violation_error_message=_("一份年度目标只属于一个组织、基地、服务队或街道。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, submitted_at__isnull=False),
                name="plan_published_at_a_moment",
            ),
            _two_people("submitted_by", "published_by", "plan_by_two_people", _("提交和发布要由两个人来做。")),
        ]

    def __str__(self):
        return _("%(owner)s %(year)d 年度目标") % {"owner": owners.name_of(self.owner), "year": self.year}

    @property
    def owner(self):
        """The organization, base, team or subdistrict, None for the district."""
        return next((row for kind in owners.KINDS if (row := getattr(self, kind)) is not None), None)

    @property
    def kind(self):
        return owners.kind_of(self.owner)

    @property
    def is_published(self):
        return self.state == PlanState.PUBLISHED

    @property
    def is_past(self):
        """Whether the year is over."""
        return clock.today() >= pace.year_of(self.year)[1]

    def get_absolute_url(self):
        return reverse("objectives:plan", args=[self.public_id])


class ObjectiveQuerySet(models.QuerySet):
    def agreed(self):
        """Return the objectives that two officers agreed to, without those that were dropped."""
        return self.filter(agreed_on__isnull=False, dropped_on__isnull=True)

    def published(self):
        """Return the agreed objectives of the published plans of owners that the public sees."""
        return self.filter(_shown_q("plan__"), agreed_on__isnull=False)

    def visible_to(self, user):
        """Return the agreed objectives of published plans, and all of those that `user` manages or is responsible for."""
        return self.filter(_shown_q("plan__") & Q(agreed_on__isnull=False) | managed_q(access_scope(user), "plan__"))

    def managed_by(self, user):
        return self.filter(managed_q(access_scope(user), "plan__"))

    def with_owners(self):
        return self.select_related(*(f"plan__{kind}" for kind in owners.KINDS))

    def with_checked(self):
        """Return the objectives with `checked`: the sum of the figures that a second person checked, None without any."""
        figures = self.model._meta.get_field("figures").related_model.objects.checked().order_by()
        rows = figures.filter(objective=models.OuterRef("pk")).values("objective")
        return self.annotate(checked=models.Subquery(rows.annotate(total=models.Sum("amount")).values("total")))


@tracked
class Objective(DemoMark):
    """目标: what is to be done in the year, with a number; counted from records by a metric, or from figures.

    It counts from the day on which two officers agreed to it (`agreed_on`) until it is dropped (`dropped_on`).
    """

    EDITABLE_FIELDS = ("what", "metric", "unit", "target", "starts", "every", "note")  # while the plan is a draft
    NOT_PERSONAL = {
        *("id", "public_id", "order", "agreed_on", "dropped_on", "dropped_why", "reminded_on", "is_demo"),
        *EDITABLE_FIELDS,
    }

    public_id = PublicIdField()
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="objectives", verbose_name=_("年度目标"))
    what = models.CharField(_("做什么"), max_length=60)
    metric = models.CharField(_("按哪个数"), max_length=60, blank=True)
    unit = models.CharField(_("单位"), max_length=10)
    target = models.DecimalField(_("目标"), **TARGET)
    starts = models.DateField(_("从哪天算"))
    every = models.CharField(_("多久填一次数"), max_length=10, choices=Every.choices, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0, editable=False)
    agreed_on = models.DateField(_("定下日期"), null=True, blank=True, editable=False)
    dropped_on = models.DateField(_("不再做的日期"), null=True, blank=True, editable=False)
    dropped_why = models.CharField(_("为什么不做了"), max_length=REASON_LENGTH, blank=True, editable=False)
    reminded_on = models.DateField(_("提醒日期"), null=True, blank=True, editable=False)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("目标")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "what"],
                name="objective_once_in_a_plan",
                violation_error_message=_("这份年度目标里已经有这一项。"),
            ),
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="objective_target_is_positive",
                violation_error_message=_("目标要大于 0。"),
            ),
            models.CheckConstraint(
                condition=Q(metric="") | Q(every=""),
                name="objective_counted_or_entered",
                violation_error_message=_("从记录里数的目标不用填数。"),
            ),
            models.CheckConstraint(
                condition=Q(dropped_on__isnull=True) | Q(agreed_on__isnull=False) & ~Q(dropped_why=""),
                name="objective_dropped_with_a_reason",
            ),
        ]

    def __str__(self):
        return self.what

    @property
    def owner(self):
        return self.plan.owner

    @property
    def ends(self) -> dt.date:
        """The first day after the year."""
        return pace.year_of(self.plan.year)[1]

    @property
    def stops(self):
        """The first day that no longer counts: the owner is gone, or the year over."""
        stopped = owners.stopped_on(self.owner)
        return min(stopped, self.ends) if stopped else self.ends

    def period(self, day: dt.date):
        """Return the half-open days that count on `day`: from the start until `day` itself, at most to the end."""
        last = min(day + pace.ONE_DAY, self.stops)
        return extensions.Period(self.starts, max(last, self.starts))

    @property
    def is_agreed(self):
        """Whether it counts: two officers agreed to it, and it was not dropped."""
        return self.agreed_on is not None and self.dropped_on is None

    @property
    def is_past(self):
        return self.plan.is_past

    def metric_words(self, value):
        """Return the name of the metric with the code `value`, for the history."""
        metric = owners.metric_of(value)
        return str(metric.label) if metric else value

    def get_absolute_url(self):
        return reverse("objectives:objective", args=[self.public_id])
