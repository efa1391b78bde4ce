"""今日待办: who works on which item, who stands in for whom, and what was decided."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.platform.accounts.models import Days, OneUser


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Return the assignments of `user`; that a colleague has taken an item stands on the item."""
        return self.filter(officer=user) if user.is_authenticated else self.none()

    def of(self, kind: Any, row: Any) -> Self:
        """Return the assignment of an item: the row `row` waiting as `kind`."""
        return self.filter(kind=kind.code, public_id=row.public_id)


class Assignment(models.Model):
    """接办: an officer has taken an item of 今日待办, or a colleague has handed it over to them. It ends with the decision."""

    NOT_PERSONAL = {"id", "kind", "public_id", "at", "note"}

    kind = models.CharField(_("类型"), max_length=40)
    public_id = models.CharField(_("编号"), max_length=10)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("接办人"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("转交人")
    )
    note = models.CharField(_("留言"), max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField(_("接办时间"), default=clock.now)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("接办")
        constraints = [models.UniqueConstraint(fields=["kind", "public_id"], name="assignment_one_officer_each")]
        indexes = [models.Index(fields=["officer", "-at"])]


class SettledQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Return the decisions of `user`."""
        return self.filter(officer=user) if user.is_authenticated else self.none()


class Settled(models.Model):
    """办结: a decision that an officer made on an item of 今日待办, with where the audit of the item stood afterwards."""

    NOT_PERSONAL = {"id", "kind", "public_id", "option", "label", "at", "marks", "undone_at"}

    kind = models.CharField(_("类型"), max_length=40)
    public_id = models.CharField(_("编号"), max_length=10)
    option = models.CharField(_("决定代码"), max_length=40)
    label = models.CharField(_("决定"), max_length=100)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("经办人"))
    at = models.DateTimeField(_("办理时间"), default=clock.now)
    marks = models.JSONField(_("审计位置"), default=list)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)

    objects = SettledQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("办结")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["officer", "-at", "-id"])]


class AbsenceQuerySet(models.QuerySet):
    def on(self, day: Any) -> Self:
        """Return the absences on `day`."""
        return self.filter(starts__lte=day, ends__gt=day)

    def visible_to(self, user: Any) -> Self:
        """Return the absences that `user` is concerned with: their own and those that they stand in for."""
        return self.filter(Q(officer=user) | Q(substitute=user)) if user.is_authenticated else self.none()


class Absence(models.Model):
    """不在岗: an officer is away from the day `starts` (inclusive) to `ends` (exclusive), and `substitute` stands in for them."""

    NOT_PERSONAL = {"id", "starts", "ends", "entered_at"}

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("不在岗的人")
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("替班的人")
    )
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"))
    entered_at = models.DateTimeField(_("登记时间"), default=clock.now)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("不在岗")
        ordering = ["-starts", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),  # equal: ended before it began
                name="absence_ends_after_start",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
            models.CheckConstraint(
                condition=~Q(officer=F("substitute")),
                name="absence_has_another_substitute",
                violation_error_message=_("替班的人要是另一个人。"),
            ),
            ExclusionConstraint(
                name="absence_once_at_a_time",
                expressions=[
                    (OneUser("officer", "officer", Value("[]")), RangeOperators.OVERLAPS),
                    (Days("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("这几天已经登记过不在岗。"),
            ),
        ]

    @property
    def last(self) -> Any:
        """The last day of the absence."""
        return self.ends - dt.timedelta(days=1)
