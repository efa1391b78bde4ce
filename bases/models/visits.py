"""Visits of delegations to a base, and the travel times between bases."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates, phones
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark, OneUser
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..free_times import Interval
from ..states import VISIT_BLOCKS, VISIT_OPEN, VisitState
from .bases import Base, Post
from .rooms import Moments

VISIT_ANSWER_DAYS = 2  # working days in which a base answers; the page of the form says so


class VisitQuerySet(models.QuerySet):
    def blocking(self):
        """Return the visits during which nobody else can visit the base."""
        return self.filter(state__in=VISIT_BLOCKS)

    def overlapping(self, starts, ends):
        """Return the visits with a moment between two moments (half open)."""
        return self.filter(starts__lt=ends, ends__gt=starts)

    def own(self, user):
        """Return the visits that `user` asked for."""
        return self.filter(guest=user) if user.is_authenticated else self.none()

    def managed_by(self, user):
        """Return the visits to the bases that `user` manages: the rows of the staff site."""
        scope = access_scope(user)
        return self.all() if scope.district else self.filter(Base.objects.managed_q(scope, "base__"))

    def visible_to(self, user):
        """Return the user's own visits, and those to the bases that they manage."""
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        return self.all() if scope.district else self.filter(Base.objects.managed_q(scope, "base__") | Q(guest=user))

    def of_route(self, visit):
        """Return the open visits of the same route as `visit`, by start: one delegation at several bases on one day."""
        root = visit.route_id or visit.pk
        return self.filter(Q(pk=root) | Q(route=root), state__in=VISIT_OPEN).order_by("starts", "pk")


@tracked
class Visit(DemoMark):
    """观摩预约: a delegation asks to visit a base; the base confirms it, proposes another time or declines.

    `starts` and `ends` are the time that is kept for it now, `asked_starts` and `asked_ends` the one that the guest asked for
    where the base has proposed another one.
    """

    PERSONAL = {
        "contact_name": "visit",
        "wishes": "visit",
        "needs": "visit",
        "feedback": "visit",
        "rating": "visit",
    }
    NOT_PERSONAL = {
        "id",
        "public_id",
        "state",
        "starts",
        "ends",
        "asked_starts",
        "asked_ends",
        "kept_until",
        "unit",
        "people",
        "purpose",
        "reason",
        "programme",
        "came",
        "record",
        "at",
        "due_on",
        "decided_at",
        "received_at",
        "feedback_at",
        "erased_at",
        "is_demo",
    }
    PLAN_FIELDS = ("host", "guide", "programme")  # how the base receives them

    class Purpose(models.TextChoices):
        LEARN = "learn", _("学做法")
        COOPERATE = "cooperate", _("谈合作")
        TRAIN = "train", _("搞培训")
        OTHER = "other", _("其他")

    class Need(models.TextChoices):
        WHEELCHAIR = "wheelchair", _("有人用轮椅")
        SIGN = "sign", _("要手语")
        BUS = "bus", _("大客车停车")

    public_id = PublicIdField()
    base = models.ForeignKey(Base, models.PROTECT, related_name="visits", verbose_name=_("基地"))
    route = models.ForeignKey(  # the first visit of the route, None for that one itself
        "self", models.SET_NULL, null=True, blank=True, related_name="further", verbose_name=_("同一天的第一站")
    )
    guest = models.ForeignKey(  # null once erased: the row still counts, without personal data
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("预约人")
    )
    state = models.CharField(_("状态"), max_length=12, choices=VisitState.choices, default=VisitState.REQUESTED)
    starts = models.DateTimeField(_("开始"))
    ends = models.DateTimeField(_("结束"))
    asked_starts = models.DateTimeField(_("对方提的开始"), null=True, blank=True)
    asked_ends = models.DateTimeField(_("对方提的结束"), null=True, blank=True)
    kept_until = models.DateTimeField(_("建议的时间留到"), null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=60)
    contact_name = models.CharField(_("联系人"), max_length=50, blank=True)
    people = models.PositiveSmallIntegerField(_("一共几位"), validators=[MinValueValidator(1)])
    purpose = models.CharField(_("为什么来"), max_length=10, choices=Purpose.choices, default=Purpose.LEARN)
    wishes = models.CharField(_("想多看看什么"), max_length=300, blank=True)
    needs = ArrayField(
        models.CharField(max_length=12, choices=Need.choices), verbose_name=_("路上和现场"), default=list, blank=True
    )
    host = models.ForeignKey(Post, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("接待"))
    guide = models.ForeignKey(Post, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("讲解"))
    programme = models.TextField(
        _("当天怎么走"), max_length=1000, blank=True, help_text=_("一行一站，如：10:30 门口接，一楼展厅")
    )
    reason = models.CharField(_("给对方的话"), max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField(_("提出时间"), default=clock.now, editable=False)
    due_on = models.DateField(_("答复时限"), null=True, blank=True, editable=False)
    decided_by = acting_account(_("答复人"))
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)
    came = models.PositiveSmallIntegerField(_("实到"), null=True, blank=True)
    record = models.CharField(_("接待记录"), max_length=500, blank=True)
    received_by = acting_account(_("登记人"))
    received_at = models.DateTimeField(_("登记时间"), null=True, blank=True, editable=False)
    rating = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)
    feedback = models.CharField(_("对方的话"), max_length=300, blank=True)
    feedback_at = models.DateTimeField(_("评价时间"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("个人信息删除时间"), null=True, blank=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("观摩预约")
        ordering = ["-starts", "-id"]
        indexes = [models.Index(fields=["-starts", "-id"]), models.Index(fields=["base", "starts"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="visit_ends_after_start",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, guest__isnull=False) & ~Q(contact_name="")
                | Q(erased_at__isnull=False, guest__isnull=True, contact_name="", wishes="", needs=[], feedback=""),
                name="visit_of_a_guest_or_erased",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="visit_rating_1_to_5",
                violation_error_message=_("评价在 1 到 5 之间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(kept_until__isnull=False, asked_starts__isnull=False),
                name="visit_proposed_until_a_moment",
            ),
            ExclusionConstraint(
                name="visit_base_once_at_a_time",
                expressions=[
                    (OneUser("base", "base", Value("[]")), RangeOperators.OVERLAPS),
                    (Moments("starts", Greatest("starts", "ends")), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=VISIT_BLOCKS),
                violation_error_message=_("这个时间已经有人约了。"),
            ),
        ]

    def __str__(self):
        return f"{self.unit}，{dates.span(self.starts, self.ends)}"

    def get_absolute_url(self):
        return reverse("bases:visit", args=[self.public_id])

    def validate_constraints(self, exclude=None):
        """Leave overlaps to the database where the state is not validated, which the constraint reads: in a form."""
        left_out = set(exclude or ())
        super().validate_constraints(left_out | {"base"} if "state" in left_out else exclude)

    @property
    def time(self):
        return Interval(self.starts, self.ends)

    @property
    def day(self):
        return timezone.localdate(self.starts)

    @property
    def is_open(self):
        return self.state in VISIT_OPEN

    @property
    def code(self):
        """Return the number for reading aloud, in two groups of five."""
        short = self.public_id.upper()
        return f"{short[:5]} {short[5:]}"

    @property
    def masked_phone(self):
        """Return the masked number of the guest; lists never show the whole one."""
        return phones.mask_phone(self.guest.phone) if self.guest and self.guest.phone else ""

    @property
    def needs_text(self):
        return "、".join(str(Visit.Need(code).label) for code in self.needs)

    @property
    def stops(self):
        """Return the programme as (time or "", text) rows."""
        lines = [line.strip() for line in self.programme.splitlines() if line.strip()]
        return [_stop(line) for line in lines]

    @property
    def badge(self):
        """Return the CSS class of the badge that shows the state."""
        kinds = {"requested": "is-soon", "proposed": "is-soon", "confirmed": "is-good", "done": "is-good"}
        return kinds.get(self.state, "")

    def has_begun(self):
        return self.starts <= clock.now()

    def is_reserved(self):
        """Return whether the proposed time is still kept for the guest."""
        return self.state == VisitState.PROPOSED and self.kept_until > clock.now()


def _stop(line):
    time, _space, text = line.partition(" ")
    is_time = len(time) <= 5 and time[:1].isdigit() and ":" in time
    return (time, text.strip()) if is_time else ("", line)


class TravelQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the travel times of the bases that `user` may see."""
        seen = Base.objects.visible_to(user)
        return self.filter(base__in=seen, other__in=seen)

    def minutes_from(self, base):
        """Return key of the other base → minutes on the way to or from `base`."""
        rows = self.filter(Q(base=base) | Q(other=base)).values_list("base_id", "other_id", "minutes")
        return {other if one == base.pk else one: minutes for one, other, minutes in rows}


@tracked
class Travel(models.Model):
    """路程: how long a bus takes between two bases, typed in by an officer. The base with the smaller key comes first."""

    EDITABLE_FIELDS = ("minutes",)

    base = models.ForeignKey(Base, models.CASCADE, related_name="+", verbose_name=_("从"))
    other = models.ForeignKey(Base, models.CASCADE, related_name="+", verbose_name=_("到"))
    minutes = models.PositiveSmallIntegerField(_("路上多少分钟"), validators=[MinValueValidator(1)])

    objects = TravelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("基地之间的路程")
        ordering = ["base", "other"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "other"], name="travel_once", violation_error_message=_("这两个基地的路程已经登记过。")
            ),
            models.CheckConstraint(
                condition=Q(base__lt=F("other")),
                name="travel_between_two_bases",
                violation_error_message=_("请选两个不同的基地。"),
            ),
        ]

    def __str__(self):
        return str(_("%(base)s到%(other)s") % {"base": self.base, "other": self.other})
