"""Practice and innovation bases, their assessments, honours and posts."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.accounts.organizers import DatedPost, DatedPostQuerySet, Organizer, OrganizerQuerySet
from chengyang.platform.audit.history import tracked
from chengyang.platform.standards.models import Assessment as StandardAssessment
from chengyang.platform.standards.models import OrganizerAssessmentQuerySet

from .states import BaseState

ASSESSMENT_VALIDITY = dt.timedelta(days=365)  # domain.md rule 4: “the last twelve months”
AMBER_BEFORE = dt.timedelta(days=60)  # leaves time to prepare the next assessment


class BaseQuerySet(OrganizerQuerySet):
    subject = "base"

    def listed(self):
        """Return the bases in the order of the public list: real ones before demonstration data, then by level, district first."""
        ranks = [models.When(level=level, then=rank) for rank, level in enumerate(Base.Level.values)]
        return self.order_by("is_demo", models.Case(*ranks, output_field=models.IntegerField()), "pk")


@tracked
class Base(Organizer):
    """实践创新基地: a practice and innovation base."""

    EDITABLE_FIELDS = ("place", "address", "hours", "summary", "contact")
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
    hours = models.CharField(_("开放时间"), max_length=80, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=BaseState.choices, default=BaseState.PREPARING)
    opened_text = models.CharField(_("启用时间"), max_length=20, blank=True)  # the source may know the year only
    opened_on = models.DateField(_("启用日期"), null=True, blank=True)
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
        ]

    def get_absolute_url(self):
        return reverse("bases:detail", args=[self.slug])


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
class Honour(DemoMark):
    """荣誉: an honour that a base won."""

    EDITABLE_FIELDS = ("title", "level", "year", "note")

    class Level(models.TextChoices):
        NATION = "nation", _("国家级")
        PROVINCE = "province", _("省级")
        CITY = "city", _("市级")
        DISTRICT = "district", _("区级")

    base = models.ForeignKey(Base, models.CASCADE, related_name="honours", verbose_name=_("基地"))
    title = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("级别"), max_length=10, choices=Level.choices)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("荣誉")
        ordering = ["-year", "id"]
        constraints = [models.UniqueConstraint(fields=["base", "title"], name="honour_once")]

    def __str__(self):
        return self.title


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
