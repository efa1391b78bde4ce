"""When a base is open: the spans of its weekly hours as rows, exceptions, and “open now” as a condition of a query."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang.lib.chinese import dates
from chengyang.platform.accounts.models import Days, DemoMark, OneUser
from chengyang.platform.audit.history import tracked
from chengyang.platform.workdays import deadlines

from ..opening import Special, usual_weekday
from ..states import BaseState

BASE = "bases.Base"  # `bases` imports this module


class OpeningTime(models.Model):
    """A span of the weekly hours of a base, made from `Base.hours` by the action that writes them."""

    base = models.ForeignKey(BASE, models.CASCADE, related_name="opening_times", verbose_name=_("基地"))
    weekday = models.PositiveSmallIntegerField(_("星期"))  # 1 is Monday, 7 is Sunday
    opens = models.TimeField(_("开放"))
    closes = models.TimeField(_("关闭"))

    class Meta:
        verbose_name = verbose_name_plural = _("每周开放时间")
        ordering = ["base", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="opening_time_on_a_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="opening_time_ends_after_start"),
            models.UniqueConstraint(fields=["base", "weekday", "opens"], name="opening_time_once"),
        ]


class OpeningExceptionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the exceptions of the bases that `user` may see."""
        bases = self.model._meta.get_field("base").related_model
        return self.filter(base__in=bases.objects.visible_to(user))


@tracked
class OpeningException(DemoMark):
    """开放例外: from the day `starts` (inclusive) to `ends` (exclusive) a base has other hours, or none."""

    EDITABLE_FIELDS = ("starts", "ends", "opens", "closes", "reason")

    base = models.ForeignKey(BASE, models.CASCADE, related_name="opening_exceptions", verbose_name=_("基地"))
    starts = models.DateField(_("第一天"))
    ends = models.DateField(_("恢复那天"))
    opens = models.TimeField(_("开放"), null=True, blank=True)
    closes = models.TimeField(_("关闭"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=60)

    objects = OpeningExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("开放例外")
        ordering = ["-starts", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="opening_exception_ends_after_start",
                violation_error_message=_("恢复那天要晚于第一天。"),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="opening_exception_has_both_times",
                violation_error_message=_("开放和关闭的时间要一起写，关闭要晚于开放；全天不开放就都不写。"),
            ),
            ExclusionConstraint(
                name="opening_exception_once_on_a_day",
                expressions=[
                    (OneUser("base", "base", Value("[]")), RangeOperators.OVERLAPS),
                    (Days("starts", Greatest("starts", "ends")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("这几天已经登记过例外。"),
            ),
        ]

    def __str__(self):
        return f"{dates.days(self.starts, self.ends)} {self.words}"

    @property
    def spans(self):
        return ((self.opens, self.closes),) if self.opens else ()

    @property
    def special(self):
        """Return it as a pure value."""
        return Special(self.starts, self.ends, self.spans, self.reason)

    @property
    def words(self):
        """Return the hours of these days as text."""
        return self.special.words


def is_open_q(moment):
    """Return the condition for bases that are in operation and open at `moment`: `Base.is_open_at` as a query."""
    here = timezone.localtime(moment)
    day, time = here.date(), here.time()
    now = {"opens__lte": time, "closes__gt": time}
    of_day = OpeningTime.objects.filter(base=OuterRef("pk"))
    special = OpeningException.objects.filter(base=OuterRef("pk"), starts__lte=day, ends__gt=day)
    holidays = deadlines.exceptions([day.year])
    usual = Q(pk__in=[])  # matches nothing
    for opens_on_holidays in (True, False):
        for place, weekday in enumerate(usual_weekday(day, holidays, opens_on_holidays=opens_on_holidays)):
            found = Q(Exists(of_day.filter(weekday=weekday, **now)), opens_on_holidays=opens_on_holidays)
            usual |= found & ~Exists(of_day.filter(weekday=day.isoweekday())) if place else found
    return Q(Exists(special.filter(**now)) | (~Exists(special) & usual), state=BaseState.OPERATING)
