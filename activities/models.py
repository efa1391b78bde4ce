"""Programmes, brands, activities, sign-ups, check-ins and volunteer hours."""

import datetime as dt
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bases.models import Base
from chengyang import clock
from chengyang.accounts.models import DemoMark
from chengyang.accounts.reach import reach
from chengyang.audit.history import tracked
from chengyang.chinese import search
from chengyang.vault.public_ids import PublicIdField
from chengyang.web.fields import LiteralQuery, TextSearchField
from members.models import Person
from organizations.models import Organization

from .states import ACTIVITY_SHOWN, SIGNUP_OPEN, SIGNUP_TAKES_PLACE, ActivityState, SignupState

CONFIRM_WITHIN = dt.timedelta(hours=4)  # promised on the activity page to whom a place is offered


class Programme(models.Model):
    """活动项目: four of them, each with a hue and a mark."""

    code = models.SlugField(_("代码"), max_length=20, unique=True)  # also the CSS class: xin, qu, zhi, li
    name = models.CharField(_("名称"), max_length=30, unique=True)
    summary = models.CharField(_("简介"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("活动项目")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class Brand(DemoMark):
    """品牌, such as 新e汇+ and 新心行动."""

    name = models.CharField(_("名称"), max_length=30, unique=True)
    summary = models.CharField(_("简介"), max_length=200, blank=True)
    since = models.DateField(_("起"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("品牌")
        ordering = ["order", "id"]

    def __str__(self):
        return self.name


class ActivityQuerySet(models.QuerySet):
    def shown(self):
        return self.filter(state__in=ACTIVITY_SHOWN)

    def published(self):
        """Return what everybody may see: published or cancelled, and open to the public."""
        return self.shown().filter(audience=Activity.Audience.PUBLIC)

    def visible_to(self, user):
        """Return the public activities, those for an audience `user` is in, and those `user` organises or keeps."""
        seen = reach(user)
        if seen.district:
            return self.all()
        shown = Q(state__in=ACTIVITY_SHOWN, audience=Activity.Audience.PUBLIC)
        if user.is_authenticated and not seen.administrator:
            persons = Person.objects.active().filter(user=user)
            shown |= Q(models.Exists(persons), state__in=ACTIVITY_SHOWN, audience=Activity.Audience.MEMBERS)
            own = Organization.objects.filter(memberships__person__user=user, memberships__state="active")
            shown |= Q(
                state__in=ACTIVITY_SHOWN, audience=Activity.Audience.ORGANIZATION, organization__in=own.values("pk")
            )
        if seen.organizations:
            shown |= Q(organization__in=seen.organizations)
        if seen.bases:
            shown |= Q(base__in=seen.bases)
        if seen.teams:
            shown |= Q(team__in=seen.teams)
        if seen.subdistricts:
            shown |= Q(subdistrict__in=seen.subdistricts)
        return self.filter(shown)

    def overlapping(self, starts, ends):
        """Return what takes place, at least in part, between two moments."""
        return self.filter(starts__lt=ends, ends__gt=starts)

    def search(self, text):
        """Return what a reader would find by `text` in title, summary and place (requirements U17)."""
        text = (text or "").strip()
        if not text:
            return self
        if query := search.text_query(text):
            return self.filter(search_text=LiteralQuery(query))
        return self.filter(title__icontains=text)  # one character: titles only


@pgtrigger.register(
    pgtrigger.Protect(
        name="kind_fixed_when_published",
        operation=pgtrigger.UpdateOf("kind"),
        condition=pgtrigger.Q(old__state__in=["published", "cancelled"])
        & pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind")),
    ),
)
@tracked(exclude=["search_text", "taken", "last_position"])
class Activity(DemoMark):
    """活动: one event, on site, online or both. The organizer is an organization, a team, a base or the office."""

    class Kind(models.TextChoices):
        VOLUNTEER = "volunteer", _("志愿服务")
        TRAINING = "training", _("培训讲座")
        SOCIAL = "social", _("联谊交流")
        MEETING = "meeting", _("座谈建言")
        CONSULTING = "consulting", _("咨询服务")
        OTHER = "other", _("其他")

    class Mode(models.TextChoices):
        ONSITE = "onsite", _("现场")
        ONLINE = "online", _("线上")
        BOTH = "both", _("现场和线上")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("会员和市民")
        MEMBERS = "members", _("入册人士")
        ORGANIZATION = "organization", _("主办组织的会员")

    public_id = PublicIdField()
    title = models.CharField(_("名称"), max_length=30)  # so that nothing is ever cut on the calendar
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("活动项目")
    )
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("品牌")
    )
    state = models.CharField(_("状态"), max_length=12, choices=ActivityState.choices, default=ActivityState.DRAFT)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("主办组织")
    )
    team = models.ForeignKey(
        "services.Team", models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("主办服务队")
    )
    base = models.ForeignKey(
        Base, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("基地")
    )
    subdistrict = models.ForeignKey(
        "accounts.Subdistrict", models.PROTECT, null=True, blank=True, verbose_name=_("街道")
    )
    mode = models.CharField(_("方式"), max_length=8, choices=Mode.choices, default=Mode.ONSITE)
    place = models.CharField(_("地点"), max_length=60, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    online_url = models.URLField(_("线上链接"), max_length=300, blank=True)
    starts = models.DateTimeField(_("开始"))
    ends = models.DateTimeField(_("结束"))
    signup_opens = models.DateTimeField(_("报名开始"), null=True, blank=True)
    signup_closes = models.DateTimeField(_("报名截止"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("名额"), null=True, blank=True, validators=[MinValueValidator(1)])
    taken = models.PositiveIntegerField(_("已占名额"), default=0, editable=False)
    last_position = models.PositiveIntegerField(default=0, editable=False)
    by_review = models.BooleanField(_("报名须审核"), default=False)
    audience = models.CharField(_("谁能来"), max_length=12, choices=Audience.choices, default=Audience.PUBLIC)
    audience_note = models.CharField(_("对象说明"), max_length=120, blank=True)
    summary = models.CharField(_("简介"), max_length=300, blank=True)
    agenda = models.TextField(_("安排"), max_length=2000, blank=True)  # one line each: `08:30 集合`
    bring = models.CharField(_("要带"), max_length=200, blank=True)
    hazards = models.CharField(_("可能的风险"), max_length=300, blank=True)  # of the activity, never of a person
    insurance = models.CharField(_("保险"), max_length=200, blank=True)
    contact = models.CharField(_("联系方式"), max_length=120, blank=True)
    sequence = models.PositiveIntegerField(_("修订次数"), default=0, editable=False)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)
    reason = models.CharField(_("理由"), max_length=300, blank=True)  # of the last return or of the cancellation
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("起草人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )
    submitted_at = models.DateTimeField(_("报批时间"), null=True, blank=True, editable=False)
    due_on = models.DateField(_("时限"), null=True, blank=True, editable=False)
    headcount = models.PositiveIntegerField(_("现场点数"), null=True, blank=True)  # counted by eye, beside check-ins
    changed_at = models.DateTimeField(_("修改时间"), default=clock.now, editable=False)
    search_text = TextSearchField("title", "summary", "place", "address")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("活动")
        ordering = ["starts", "id"]
        indexes = [
            GinIndex(fields=["search_text"], name="activity_search_text"),
            models.Index(fields=["starts", "id"]),
            models.Index(fields=["ends"]),
            models.Index(fields=["state", "starts"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="activity_ends_after_start",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(taken__lte=F("capacity")),
                name="activity_capacity_never_exceeded",
                violation_error_message=_("名额不能少于已占的名额。"),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="activity_capacity_positive"
            ),
            models.CheckConstraint(
                condition=Q(organization__isnull=True) | Q(team__isnull=True),
                name="activity_one_organizer",
                violation_error_message=_("主办组织和主办服务队只填一个。"),
            ),
            models.CheckConstraint(
                condition=~Q(audience="organization") | Q(organization__isnull=False),
                name="activity_audience_has_organization",
                violation_error_message=_("只对会员开放的活动要写主办组织。"),
            ),
            models.CheckConstraint(
                condition=Q(signup_closes__isnull=True)
                | Q(signup_opens__isnull=True)
                | Q(signup_closes__gt=F("signup_opens")),
                name="activity_signup_closes_after_opening",
                violation_error_message=_("报名截止要晚于报名开始。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="activity_published_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancelled_at__isnull=False) & ~Q(reason=""),
                name="activity_cancelled_with_reason",
                violation_error_message=_("取消活动要写原因。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("activities:detail", args=[self.public_id])

    @property
    def organizer(self):
        """Return who organises it: an organization, a team, a base, or None for the office."""
        return self.organization or self.team or self.base

    @property
    def earns_hours(self):
        """Whether attendance counts as volunteer service (domain.md rule 8)."""
        return self.kind == self.Kind.VOLUNTEER

    @property
    def places_left(self):
        """Return the number of free places, or None where there is no limit."""
        return None if self.capacity is None else self.capacity - self.taken

    def is_over(self):
        return self.ends <= clock.now()

    def accepts_signups(self):
        """Return whether the sign-up window is open now."""
        moment = clock.now()
        opens = self.signup_opens or self.published_at
        closes = self.signup_closes or self.starts
        return self.state == ActivityState.PUBLISHED and opens <= moment < closes


class SignupQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state__in=SIGNUP_OPEN)

    def taking_place(self):
        return self.filter(state__in=SIGNUP_TAKES_PLACE)

    def visible_to(self, user):
        """Return own sign-ups, and those of the activities one organises or is responsible for."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(_own(user) | _of_activities(user, "activity"))


def _own(user, prefix=""):
    return Q(**{f"{prefix}person__user": user}) | Q(**{f"{prefix}user": user})


def _of_activities(user, prefix):
    """Return the condition that keeps rows of the activities `user` organises or is responsible for."""
    seen = reach(user)
    if seen.district:
        return Q(pk__isnull=False)
    kept = Q(pk__in=[])
    for column, ids in (
        ("organization", seen.organizations),
        ("base", seen.bases),
        ("team", seen.teams),
        ("subdistrict", seen.subdistricts),
    ):
        if ids:
            kept |= Q(**{f"{prefix}__{column}__in": ids})
    return kept


@tracked
class Signup(models.Model):
    """报名: by a person, or by a guest whose phone was proved. Attended or absent is read from CheckIn."""

    PERSONAL = {"guest_name": "signup"}
    NOT_PERSONAL = {"id", "public_id", "state", "position", "at", "changed_at", "offer_expires_at", "reminded_at"}

    public_id = PublicIdField()
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="signups", verbose_name=_("活动"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="signups", verbose_name=_("人士")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="signups",
        verbose_name=_("来宾账号"),
    )
    guest_name = models.CharField(_("来宾姓名"), max_length=50, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=SignupState.choices, default=SignupState.CONFIRMED)
    position = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("报名时间"), default=clock.now)
    changed_at = models.DateTimeField(_("变更时间"), default=clock.now)
    offer_expires_at = models.DateTimeField(_("须在此前确认"), null=True, blank=True)

    objects = SignupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("报名")
        ordering = ["activity", "position"]
        indexes = [models.Index(fields=["offer_expires_at"], condition=Q(state="offered"), name="signup_offers")]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, user__isnull=True, guest_name="")
                | Q(person__isnull=True, user__isnull=False) & ~Q(guest_name=""),
                name="signup_person_or_guest",
            ),
            models.UniqueConstraint(
                fields=["activity", "person"],
                condition=Q(state__in=SIGNUP_OPEN, person__isnull=False),
                name="signup_one_open_per_person",
                violation_error_message=_("你已经报名了。"),
            ),
            models.UniqueConstraint(
                fields=["activity", "user"],
                condition=Q(state__in=SIGNUP_OPEN, person__isnull=True),
                name="signup_one_open_per_guest",
                violation_error_message=_("你已经报名了。"),
            ),
            models.UniqueConstraint(fields=["activity", "position"], name="signup_position_once"),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offer_expires_at__isnull=False), name="signup_offer_expires"
            ),
        ]

    def __str__(self):
        return self.display_name

    def get_absolute_url(self):
        return reverse("activities:ticket", args=[self.public_id])

    @property
    def display_name(self):
        return self.person.name if self.person_id else self.guest_name

    @property
    def account(self):
        """Return the account that the notices of this sign-up go to, or None."""
        return self.person.user if self.person_id else self.user

    @property
    def code(self):
        """Return the number that is read out at the door: the public id in two groups, in capitals."""
        short = self.public_id.upper()
        return f"{short[:5]} {short[5:]}"


class CheckInQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return own check-ins, and those of the activities one organises or is responsible for."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(_own(user, "signup__") | _of_activities(user, "signup__activity"))


@tracked
class CheckIn(models.Model):
    """签到: by QR or by list, never by location. One row for each person who came."""

    class Method(models.TextChoices):
        QR = "qr", _("扫码")
        LIST = "list", _("名单")

    signup = models.OneToOneField(Signup, models.PROTECT, related_name="checkin", verbose_name=_("报名"))
    method = models.CharField(_("方式"), max_length=5, choices=Method.choices, default=Method.LIST)
    checked_in_at = models.DateTimeField(_("签到"), default=clock.now)
    checked_out_at = models.DateTimeField(_("签退"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办")
    )

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("签到")
        ordering = ["-checked_in_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_out_at__isnull=True) | Q(checked_out_at__gte=F("checked_in_at")),
                name="checkin_out_after_in",
                violation_error_message=_("签退要晚于签到。"),
            ),
        ]

    def __str__(self):
        return str(self.signup)


class ServiceRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return own records, and those of the activities one organises or is responsible for."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(_own(user, "checkin__signup__") | _of_activities(user, "checkin__signup__activity"))

    def total(self):
        """Return the sum of hours, as a Decimal."""
        return self.aggregate(total=models.Sum("hours"))["total"] or Decimal(0)


@pgtrigger.register(
    pgtrigger.Trigger(
        name="only_volunteer_service_earns",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("served", "text")],
        func="""
            SELECT a.kind INTO served FROM activities_checkin c JOIN activities_signup s ON s.id = c.signup_id
                JOIN activities_activity a ON a.id = s.activity_id WHERE c.id = NEW.checkin_id;
            IF served IS DISTINCT FROM 'volunteer' THEN
                RAISE EXCEPTION 'only volunteer service earns hours';
            END IF;
            RETURN NEW;
        """,
    ),
)
@tracked
class ServiceRecord(models.Model):
    """服务记录: volunteer hours, from real attendance, in steps of half an hour (domain.md rule 8)."""

    PERSONAL = {"hours": "volunteer", "reason": "volunteer"}
    NOT_PERSONAL = {"id", "public_id", "at", "previous_hours", "corrected_at"}

    public_id = PublicIdField()
    checkin = models.OneToOneField(CheckIn, models.PROTECT, related_name="service", verbose_name=_("签到"))
    hours = models.DecimalField(_("时长（小时）"), max_digits=4, decimal_places=1)
    at = models.DateTimeField(_("记录时间"), default=clock.now)
    previous_hours = models.DecimalField(_("更正前"), max_digits=4, decimal_places=1, null=True, blank=True)
    reason = models.CharField(_("更正理由"), max_length=200, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("更正人")
    )
    corrected_at = models.DateTimeField(_("更正时间"), null=True, blank=True)

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("服务记录")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gte=0, hours__lte=24),
                name="service_hours_of_a_day",
                violation_error_message=_("时长在 0 到 24 小时之间。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    hours=models.functions.Floor(F("hours") * 2, output_field=models.DecimalField()) / Decimal(2)
                ),
                name="service_hours_in_halves",
                violation_error_message=_("时长以半小时为一档。"),
            ),
            models.CheckConstraint(
                condition=Q(previous_hours__isnull=True) | ~Q(reason=""),
                name="service_correction_has_reason",
                violation_error_message=_("更正要写理由。"),
            ),
        ]

    def __str__(self):
        return f"{self.checkin} {self.hours}"
