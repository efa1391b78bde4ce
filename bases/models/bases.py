"""Practice and innovation bases, their opening hours, assessments, honours and posts."""

import datetime as dt
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.accounts.organizers import DatedPost, DatedPostQuerySet, Organizer, OrganizerQuerySet
from chengyang.platform.audit.history import tracked
from chengyang.platform.standards.models import Assessment as StandardAssessment
from chengyang.platform.standards.models import Evaluation as StandardEvaluation
from chengyang.platform.standards.models import EvaluationQuerySet, OrganizerAssessmentQuerySet
from chengyang.platform.workdays import deadlines

from ..opening import Calendar, parse_times, parse_week, spans_on, week_of
from ..states import BaseState
from .hours import is_open_q

ASSESSMENT_VALIDITY = dt.timedelta(days=365)  # domain.md rule 4: “the last twelve months”
AMBER_BEFORE = dt.timedelta(days=60)  # leaves time to prepare the next assessment
MAP = "https://uri.amap.com/marker"  # a link that opens the map app of a phone, or its page


def _within(least, most):
    return [MinValueValidator(least), MaxValueValidator(most)]  # the corners of the country


def _readable_hours(text):
    """Refuse opening hours that `opening.parse_week` cannot read."""
    try:
        parse_week(text)
    except ValueError as error:
        raise ValidationError(error.args[0], code="hours") from None


def _readable_times(text):
    """Refuse times of visits that `opening.parse_times` cannot read."""
    try:
        parse_times(text)
    except ValueError as error:
        raise ValidationError(error.args[0], code="times") from None


class BaseQuerySet(OrganizerQuerySet):
    subject = "base"

    def listed(self):
        """Return the bases in the order of the public list: real ones before demonstration data, then by level, district first."""
        ranks = [models.When(level=level, then=rank) for rank, level in enumerate(Base.Level.values)]
        return self.order_by("is_demo", models.Case(*ranks, output_field=models.IntegerField()), "pk")

    def open_at(self, moment):
        """Return the bases in operation that are open at `moment`: by their hours, holidays and exceptions."""
        return self.filter(is_open_q(moment))

    def with_open(self, moment):
        """Return the same rows, each with `is_open`: whether it is open at `moment`."""
        is_open = models.Case(
            models.When(is_open_q(moment), then=True), default=False, output_field=models.BooleanField()
        )
        return self.annotate(is_open=is_open)


@tracked
class Base(Organizer):
    """实践创新基地: a practice and innovation base."""

    EDITABLE_FIELDS = (
        "place",
        "address",
        "latitude",
        "longitude",
        "hours",
        "opens_on_holidays",
        "operator",
        "brand",
        "summary",
        "contact",
        "takes_visits",
        "visit_times",
        "visit_minutes",
        "visit_least",
        "visit_most",
    )
    COMMON_NAME_PARTS = "新的社会阶层|实践创新|基地|城阳区"

    class Level(models.TextChoices):
        DISTRICT = "district", _("区级基地")
        SUBDISTRICT = "subdistrict", _("街道基地")
        PARK = "park", _("园区基地")
        COMMUNITY = "community", _("社区基地")

    name = models.CharField(_("名称"), max_length=40, unique=True)
    level = models.CharField(_("级别"), max_length=12, choices=Level.choices)
    place = models.CharField(_("所在"), max_length=60, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    # Of the place, for the link to a map; the exception is in `privacy.forbidden_fields`.
    latitude = models.DecimalField(
        _("纬度"), max_digits=8, decimal_places=6, null=True, blank=True, validators=_within(18, 54)
    )
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True, validators=_within(73, 136)
    )
    hours = models.CharField(
        _("开放时间"),
        max_length=200,
        blank=True,
        validators=[_readable_hours],
        help_text=_("如：周一至周五 9:00–12:00、13:30–17:00；周六 9:00–12:00"),
    )
    opens_on_holidays = models.BooleanField(_("法定节假日照常开放"), default=False)
    operator = models.CharField(_("运营单位"), max_length=60, blank=True)
    brand = models.CharField(_("品牌"), max_length=40, blank=True)
    takes_visits = models.BooleanField(_("接受网上预约观摩"), default=False)
    visit_times = models.CharField(
        _("观摩几点开始"), max_length=60, blank=True, validators=[_readable_times], help_text=_("如：9:30、14:00")
    )
    visit_minutes = models.PositiveSmallIntegerField(
        _("一场多少分钟"), default=90, validators=[MinValueValidator(15), MaxValueValidator(480)]
    )
    visit_least = models.PositiveSmallIntegerField(_("最少几位"), default=5, validators=[MinValueValidator(1)])
    visit_most = models.PositiveSmallIntegerField(_("最多几位"), default=40, validators=[MinValueValidator(1)])
    state = models.CharField(_("状态"), max_length=12, choices=BaseState.choices, default=BaseState.PREPARING)
    opened_text = models.CharField(_("启用时间"), max_length=20, blank=True)  # the source may know the year only
    opened_on = models.DateField(_("启用日期"), null=True, blank=True)
    closed_on = models.DateField(_("关闭日期"), null=True, blank=True, editable=False)
    opened_is_demo = models.BooleanField(_("启用时间为演示"), default=False, editable=False)
    by_record = models.BooleanField(_("按公开报道录入"), default=False)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("实践创新基地")
        ordering = ["level", "opened_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="operating") | Q(opened_on__isnull=False),
                name="base_opened_on_a_day",
                violation_error_message=_("运行中的基地要写启用时间。"),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="base_both_coordinates",
                violation_error_message=_("经度和纬度要一起写。"),
            ),
        ]

    def get_absolute_url(self):
        return reverse("bases:detail", args=[self.slug])

    @property
    def map_url(self):
        """Return the address of the place on a map, "" without its coordinates (GCJ-02, as maps of the country use them)."""
        if self.latitude is None:
            return ""
        query = {"position": f"{self.longitude},{self.latitude}", "name": self.name, "src": "chengyang"}
        return f"{MAP}?{urlencode(query)}"

    def calendar(self, first, last):
        """Return all that decides when it is open from the day `first` to the day `last`; three queries at most."""
        rows = self.opening_times.values_list("weekday", "opens", "closes")
        specials = self.opening_exceptions.filter(starts__lte=last, ends__gt=first)
        holidays = deadlines.exceptions(range(first.year, last.year + 1))
        return Calendar(week_of(rows), holidays, self.opens_on_holidays, [row.special for row in specials])

    @property
    def can_be_visited(self):
        """Whether delegations can ask for a visit on its page."""
        return self.takes_visits and self.is_published and self.state == BaseState.OPERATING and bool(self.visit_times)

    @property
    def visit_starts(self):
        """Return the times of the day at which visits begin."""
        return parse_times(self.visit_times)

    @property
    def visit_length(self):
        return dt.timedelta(minutes=self.visit_minutes)

    def is_open_at(self, moment):
        """Return whether it is open at `moment`; `is_open_q` is the same as a query."""
        here = timezone.localtime(moment)
        spans = spans_on(here.date(), self.calendar(here.date(), here.date()))
        return self.state == BaseState.OPERATING and any(opens <= here.time() < closes for opens, closes in spans)


@tracked
class Assessment(StandardAssessment):
    """“六有”: an assessment of a base by the six-haves standard; it expires after twelve months (domain.md rule 4)."""

    SUBJECT = "base"
    LASTS = ASSESSMENT_VALIDITY

    base = models.ForeignKey(Base, models.CASCADE, related_name="assessments", verbose_name=_("基地"))

    objects = OrganizerAssessmentQuerySet.as_manager()

    class Meta(StandardAssessment.Meta):
        verbose_name = verbose_name_plural = _("“六有”评定")

    def relied_on(self):
        opened = self.base.opened_on
        return opened is not None and self.assessed_on is not None and opened >= self.assessed_on

    def light(self, day):
        """Return the traffic light for the validity of this assessment on `day` (rule 4).

        `green`: valid; `amber`: expires within 60 days; `red`: expired.
        """
        if self.expires_on is None or day < self.expires_on - AMBER_BEFORE:
            return "green"
        return "amber" if day < self.expires_on else "red"


@tracked
class Evaluation(StandardEvaluation):
    """年度评价: the evaluation of a base for a year."""

    SUBJECT = "base"

    base = models.ForeignKey(Base, models.CASCADE, related_name="evaluations", verbose_name=_("基地"))

    objects = EvaluationQuerySet.as_manager()

    class Meta(StandardEvaluation.Meta):
        verbose_name = verbose_name_plural = _("基地年度评价")
        constraints = [
            *StandardEvaluation.Meta.constraints,
            models.UniqueConstraint(fields=["base", "version"], name="base_evaluated_once_by_a_version"),
        ]


class HonourQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the honours of the bases that `user` may see: an honour is public with its base."""
        return self.filter(base__in=Base.objects.visible_to(user))

    def valid_on(self, day):
        """Return the honours that have not lapsed on `day`."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day))

    def lapsing(self, first, last):
        """Return the honours whose last day lies from `first` to `last`, both included."""
        return self.filter(valid_until__range=(first, last))

    def public_ids_of_managers(self, user):
        """Return the public ids of the honours whose certificate `user` may open: those of the bases that they manage."""
        scope = access_scope(user)
        rows = self.all() if scope.district else self.filter(Base.objects.managed_q(scope, "base__"))
        return rows.values("public_id")


NEW_YEAR = Func("year", Value(1), Value(1), function="make_date")


@tracked(exclude=["counted_on"])
class Honour(DemoMark):
    """荣誉: an honour that a base won, from whom and until when, with the number of its certificate."""

    EDITABLE_FIELDS = ("title", "level", "year", "note", "awarded_by", "awarded_on", "valid_until", "number")

    class Level(models.TextChoices):
        NATION = "nation", _("国家级")
        PROVINCE = "province", _("省级")
        CITY = "city", _("市级")
        DISTRICT = "district", _("区级")

    public_id = PublicIdField()
    base = models.ForeignKey(Base, models.CASCADE, related_name="honours", verbose_name=_("基地"))
    title = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("级别"), max_length=10, choices=Level.choices)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=60, blank=True)
    awarded_by = models.CharField(_("授予单位"), max_length=60, blank=True)
    awarded_on = models.DateField(_("授予日期"), null=True, blank=True)
    # The day on which it counts: where only the year is known, the first of it.
    counted_on = models.GeneratedField(
        expression=Coalesce("awarded_on", Case(When(year__range=(1900, 2200), then=NEW_YEAR))),
        output_field=models.DateField(),
        db_persist=True,
    )
    valid_until = models.DateField(_("有效到"), null=True, blank=True)  # its last day
    number = models.CharField(_("证书编号"), max_length=40, blank=True)
    reminded_on = models.DateField(_("提醒到期的日期"), null=True, blank=True, editable=False)

    objects = HonourQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("荣誉")
        ordering = ["-year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["base", "title"], name="honour_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(awarded_on__isnull=True)
                | Q(valid_until__gte=F("awarded_on")),
                name="honour_valid_after_award",
                violation_error_message=_("有效到的日期不能早于授予日期。"),
            ),
        ]

    def __str__(self):
        return self.title

    def has_lapsed(self):
        return self.valid_until is not None and self.valid_until < clock.today()


@tracked
class Post(DatedPost):
    """职务: a post at a base; the manager may act for the base."""

    SUBJECT = "base"

    class Kind(models.TextChoices):
        MANAGER = "manager", _("基地负责人")
        GUIDE = "guide", _("讲解员")

    base = models.ForeignKey(Base, models.PROTECT, related_name="posts", verbose_name=_("基地"))
    kind = models.CharField(_("职务"), max_length=12, choices=Kind.choices)

    objects = DatedPostQuerySet.as_manager()

    class Meta(DatedPost.Meta):
        verbose_name = verbose_name_plural = _("基地职务")
