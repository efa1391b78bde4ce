"""Activities: what takes place when and where, who may attend, and who may see it."""

import datetime as dt

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bases.models import Base
from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import search
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import LiteralQuery, TextSearchField, acting_account
from organizations.models import Organization

from ..states import ACTIVITY_SHOWN, ActivityState, SignupState
from .indexes import ACTIVITY_INDEXES
from .programmes import Brand, Programme
from .visibility import SHOWN, managed_q, own_organizations, registered


class ActivityQuerySet(models.QuerySet):
    def shown(self):
        """Return the activities on the calendar of their audience: published, or cancelled after publication."""
        return self.filter(SHOWN)

    def completed(self):
        """Return the activities that have taken place: published and over."""
        return self.filter(state=ActivityState.PUBLISHED, ends__lte=clock.now())

    def published(self):
        """Return the activities that everybody may see: shown, and for the public."""
        return self.shown().filter(audience=Activity.Audience.PUBLIC)

    def visible_to(self, user):
        """Return the public activities, those for an audience that includes `user`, and those that `user` manages."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        shown = SHOWN & Q(audience=Activity.Audience.PUBLIC)
        if user.is_authenticated and not scope.administrator:
            persons, own = registered(user), own_organizations(user)
            shown |= SHOWN & Q(models.Exists(persons), audience=Activity.Audience.MEMBERS)
            shown |= SHOWN & Q(audience=Activity.Audience.ORGANIZATION, organization__in=own.values("pk"))
        return self.filter(shown | managed_q(scope))

    def managed_by(self, user):
        """Return the activities that `user` manages, in any state: the rows of the staff site."""
        scope = access_scope(user)
        return self.all() if scope.district else self.filter(managed_q(scope))

    def overlapping(self, starts, ends):
        """Return the activities that take place, at least in part, between two moments (half open)."""
        return self.filter(starts__lt=ends, ends__gt=starts)

    def search(self, text):
        """Return the activities with `text` in title, summary, place or address, or in the name of an organizer (U17)."""
        text = (text or "").strip()
        if not text:
            return self
        query = search.text_query(text)
        # A text without any word, such as punctuation, is not in the search index; look for it in the title.
        found = Q(search_text=LiteralQuery(query)) if query else Q(title__icontains=text)
        for organizer in ("organization", "team", "base"):
            organizers = self.model._meta.get_field(organizer).related_model._base_manager.filter(name__icontains=text)
            # Their few keys are asked for first: an OR with a column of another table can use no index, and of a subquery
            # PostgreSQL does not know that it usually returns nothing.
            found |= Q(**{f"{organizer}__in": list(organizers.values_list("pk", flat=True))})
        return self.filter(found)


@pgtrigger.register(
    pgtrigger.Protect(
        name="kind_fixed_when_published",
        operation=pgtrigger.UpdateOf("kind"),
        condition=pgtrigger.Q(old__state__in=["published", "cancelled"])
        & pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind")),
    ),
)
@tracked(exclude=["search_text", "taken", "last_position", "attended", "served"])
class Activity(DemoMark):
    """活动: one event, on site, online or both. The organizer is an organization, a team, a base or the office."""

    # The fields that organizers edit, in the order of the form. Form, actions, API (without `online_url`) and the pages of the
    # staff site read this list: a new field needs its name here and a migration. All other columns are set by actions,
    # counters and triggers.
    EDITABLE_FIELDS = (
        "title",
        "kind",
        "programme",
        "brand",
        "organization",
        "team",
        "base",
        "subdistrict",
        "starts",
        "ends",
        "mode",
        "place",
        "address",
        "place_subdistrict",
        "online_url",
        "summary",
        "agenda",
        "bring",
        "hazards",
        "insurance",
        "contact",
        "audience",
        "audience_note",
        "capacity",
        "by_review",
        "signup_opens",
        "signup_closes",
    )
    NOT_PERSONAL = {
        *EDITABLE_FIELDS,
        "attended",
        "served",
        "cancelled_at",
        "changed_at",
        "due_on",
        "headcount",
        "id",
        "is_demo",
        "last_position",
        "public_id",
        "published_at",
        "reason",
        "recorded_at",
        "search_text",
        "sequence",
        "state",
        "submitted_at",
        "taken",
    }

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
    title = models.CharField(_("名称"), max_length=30)  # short enough for a cell of the calendar
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
        "accounts.Subdistrict", models.PROTECT, null=True, blank=True, verbose_name=_("负责的街道")
    )
    mode = models.CharField(_("方式"), max_length=8, choices=Mode.choices, default=Mode.ONSITE)
    place = models.CharField(_("地点"), max_length=60, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    # Where it takes place; `subdistrict` is the one of the organizer, whose staff approve it.
    place_subdistrict = models.ForeignKey(
        "accounts.Subdistrict",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("地点所在街道"),
    )
    online_url = models.URLField(_("线上链接"), max_length=300, blank=True)
    starts = models.DateTimeField(_("开始"))
    ends = models.DateTimeField(_("结束"))
    signup_opens = models.DateTimeField(_("报名开始"), null=True, blank=True)
    signup_closes = models.DateTimeField(_("报名截止"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("名额"), null=True, blank=True, validators=[MinValueValidator(1)])
    taken = models.PositiveIntegerField(_("已占名额"), default=0, editable=False)
    last_position = models.PositiveIntegerField(default=0, editable=False)
    attended = models.PositiveIntegerField(_("签到人数"), default=0, editable=False)  # updated by triggers on CheckIn
    served = models.PositiveIntegerField(_("有服务时长的人数"), default=0, editable=False)  # and on ServiceRecord
    by_review = models.BooleanField(_("报名须审核"), default=False)
    audience = models.CharField(_("谁能来"), max_length=12, choices=Audience.choices, default=Audience.PUBLIC)
    audience_note = models.CharField(_("对象说明"), max_length=120, blank=True)
    summary = models.CharField(_("简介"), max_length=300, blank=True)
    agenda = models.TextField(_("安排"), max_length=2000, blank=True)  # one line for each item: `08:30 集合`
    bring = models.CharField(_("要带"), max_length=200, blank=True)
    hazards = models.CharField(
        _("可能的风险"), max_length=300, blank=True
    )  # risks of the activity; never health data of a person
    insurance = models.CharField(_("保险"), max_length=200, blank=True)
    contact = models.CharField(_("联系方式"), max_length=120, blank=True)
    sequence = models.PositiveIntegerField(_("修订次数"), default=0, editable=False)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)
    reason = models.CharField(
        _("理由"), max_length=REASON_LENGTH, blank=True
    )  # given with the last return or with the cancellation
    drafted_by = acting_account(_("起草人"))
    approved_by = acting_account(_("批准人"))
    submitted_at = models.DateTimeField(_("报批时间"), null=True, blank=True, editable=False)
    due_on = models.DateField(
        _("时限"), null=True, blank=True, editable=False
    )  # for approval, later for the attendance
    recorded_at = models.DateTimeField(_("登记完成"), null=True, blank=True, editable=False)  # attendance is complete
    headcount = models.PositiveIntegerField(_("现场点数"), null=True, blank=True)  # counted by eye, beside check-ins
    changed_at = models.DateTimeField(_("修改时间"), default=clock.now, editable=False)
    search_text = TextSearchField("title", "summary", "place", "address")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("活动")
        ordering = ["starts", "id"]
        indexes = ACTIVITY_INDEXES
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
                condition=~Q(mode="online") | Q(place_subdistrict__isnull=True),
                name="activity_online_is_in_no_subdistrict",
                violation_error_message=_("只在线上的活动没有地点，不写街道。"),
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
        """Return the organization, team or base that organises it, or None for the office."""
        return self.organization or self.team or self.base

    @property
    def earns_hours(self):
        """Whether attendance counts as volunteer service (domain.md rule 8)."""
        return self.kind == self.Kind.VOLUNTEER

    @property
    def places_left(self):
        """Return the number of free places, or None where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def first_day(self):
        """Return the date of the start in the portal's time zone."""
        return timezone.localdate(self.starts)

    @property
    def is_several_days(self):
        """Whether it ends on a later day than it starts."""
        return self.last_day > self.first_day

    @property
    def last_day(self):
        """Return the date of the end in the portal's time zone; an end at midnight belongs to the day before."""
        return timezone.localdate(self.ends - dt.timedelta(microseconds=1))

    def is_over(self):
        return self.ends <= clock.now()

    def has_started(self):
        return self.starts <= clock.now()

    @property
    def was_entered_later(self):
        """Whether it was submitted or published after its end: a record of what took place, see `submit_past_activity`."""
        first = self.submitted_at or self.published_at
        return first is not None and first >= self.ends

    def is_shown(self):
        """Return whether its audience may see it: published, or cancelled after publication."""
        return self.state in ACTIVITY_SHOWN and self.published_at is not None

    def accepts_visitors(self):
        """Return whether a ticket for it can still be used: it is published and not over."""
        return self.state == ActivityState.PUBLISHED and not self.is_over()

    def signup_starts_at(self):
        """Return the moment at which sign-up opens, never before publication; None before publication without a plan."""
        moments = [moment for moment in (self.signup_opens, self.published_at) if moment]
        return max(moments, default=None)

    def signup_ends_at(self):
        """Return the moment at which sign-up closes: at the latest the start."""
        return min(self.signup_closes or self.starts, self.starts)

    @property
    def signup_ends_day(self):
        return timezone.localdate(self.signup_ends_at())

    def accepts_signups(self):
        """Return whether people can sign up now: it is published and the sign-up window is open."""
        opens = self.signup_starts_at()
        if self.state != ActivityState.PUBLISHED or opens is None:
            return False
        return opens <= clock.now() < self.signup_ends_at()

    def admits(self, user):
        """Return whether `user` belongs to the audience. Staff who may see it do not belong to it for that reason."""
        if not user.is_authenticated:
            return False
        if self.audience == self.Audience.PUBLIC:
            return True
        if self.audience == self.Audience.ORGANIZATION:
            return own_organizations(user).filter(pk=self.organization_id).exists()
        return registered(user).exists()

    def next_signup_state(self):
        """Return the first state of a sign-up made now: pending with review, else confirmed or on the waiting list."""
        return SignupState.PENDING if self.by_review else self.next_place()

    def next_place(self):
        """Return CONFIRMED or WAITLISTED for the next sign-up: a place is theirs who wait. The caller has locked this row."""
        if self.capacity is None:
            return SignupState.CONFIRMED
        if self.taken >= self.capacity or self._somebody_waits():
            return SignupState.WAITLISTED
        return SignupState.CONFIRMED

    def _somebody_waits(self):
        """Return whether somebody is on the waiting list; nobody is while everybody who ever signed up has a place."""
        return self.taken < self.last_position and self.signups.filter(state=SignupState.WAITLISTED).exists()
