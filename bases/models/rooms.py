"""Rooms of a base, and who has booked them when."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark, OneUser
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..free_times import Interval
from ..states import BOOKING_BLOCKS, BookingState
from .bases import Base

ANSWER_DAYS = 2  # working days in which a base answers a booking; the form says so


class Moments(models.Func):
    """The moments from one (inclusive) to another (exclusive)."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class Equipment(models.TextChoices):
    PROJECTOR = "projector", _("投影或大屏")
    SOUND = "sound", _("音响和话筒")
    WHITEBOARD = "whiteboard", _("白板")
    VIDEO = "video", _("视频会议")
    NETWORK = "network", _("无线网络")
    KITCHEN = "kitchen", _("茶水")
    STEP_FREE = "step_free", _("轮椅能进")


class RoomQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the rooms of the bases that `user` may see: they stand on the page of the base."""
        return self.filter(base__in=Base.objects.visible_to(user))

    def open(self):
        """Return the rooms that can be booked."""
        return self.filter(closed_on__isnull=True)


@tracked
class Room(DemoMark):
    """场地: a room of a base that activities and organizations book."""

    EDITABLE_FIELDS = ("name", "capacity", "equipment", "note", "for_visits")

    public_id = PublicIdField()
    base = models.ForeignKey(Base, models.PROTECT, related_name="rooms", verbose_name=_("基地"))
    name = models.CharField(_("名称"), max_length=30)
    capacity = models.PositiveSmallIntegerField(_("坐多少人"), validators=[MinValueValidator(1)])
    equipment = ArrayField(
        models.CharField(max_length=12, choices=Equipment.choices), verbose_name=_("设备"), default=list, blank=True
    )
    note = models.CharField(_("说明"), max_length=120, blank=True)
    for_visits = models.BooleanField(_("观摩要用"), default=False)  # while it is booked nobody can visit the base
    closed_on = models.DateField(_("停止使用"), null=True, blank=True, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("场地")
        ordering = ["base", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "name"],
                name="room_once_in_a_base",
                violation_error_message=_("这个基地已经有同名的场地。"),
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="room_has_seats"),
        ]

    def __str__(self):
        return f"{self.base} {self.name}"

    @property
    def equipment_text(self):
        return "、".join(str(Equipment(code).label) for code in self.equipment)

    def fits(self, people, needs):
        """Return whether it has seats for `people` and the equipment `needs` (codes)."""
        return self.capacity >= people and set(needs) <= set(self.equipment)


class RoomBookingQuerySet(models.QuerySet):
    def blocking(self):
        """Return the bookings during which nobody else can have the room."""
        return self.filter(state__in=BOOKING_BLOCKS)

    def overlapping(self, starts, ends):
        """Return the bookings with a moment between two moments (half open)."""
        return self.filter(starts__lt=ends, ends__gt=starts)

    def waiting(self):
        """Return the bookings that wait for an answer and have not begun."""
        return self.filter(state=BookingState.PREBOOKED, starts__gt=clock.now())

    def managed_by(self, user):
        """Return the bookings on which `user` decides: those in the bases that they manage."""
        scope = access_scope(user)
        return self.all() if scope.district else self.filter(Base.objects.managed_q(scope, "room__base__"))

    def visible_to(self, user):
        """Return the bookings in the bases that `user` manages, and those of the organizations and teams that they act for."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        own = Base.objects.managed_q(scope, "room__base__")
        for organizer in ("organization", "team"):
            own |= Q(**{f"{organizer}__in": scope.managed(organizer)})
            if scope.subdistricts:
                own |= Q(**{f"{organizer}__subdistrict__in": scope.subdistricts})
        return self.filter(own)


@tracked
class RoomBooking(DemoMark):
    """场地预订: a room is booked, or closed for a while, from one moment to another.

    A closed period is a row, too, so that one constraint keeps bookings and closed periods apart.
    """

    EDITABLE_FIELDS = ("room", "title", "people", "needs", "starts", "ends")
    NOT_PERSONAL = {
        "title",
        "people",
        "needs",
        "starts",
        "ends",
        "id",
        "public_id",
        "state",
        "reason",
        "at",
        "decided_at",
        "due_on",
        "is_demo",
    }

    public_id = PublicIdField()
    room = models.ForeignKey(Room, models.PROTECT, related_name="bookings", verbose_name=_("场地"))
    starts = models.DateTimeField(_("开始"))
    ends = models.DateTimeField(_("结束"))
    state = models.CharField(_("状态"), max_length=12, choices=BookingState.choices, default=BookingState.PREBOOKED)
    title = models.CharField(_("用来做什么"), max_length=40)
    people = models.PositiveSmallIntegerField(_("多少人"), validators=[MinValueValidator(1)])
    needs = ArrayField(
        models.CharField(max_length=12, choices=Equipment.choices),
        verbose_name=_("要用的设备"),
        default=list,
        blank=True,
    )
    organization = models.ForeignKey(
        "organizations.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="room_bookings",
        verbose_name=_("预订的组织"),
    )
    team = models.ForeignKey(
        "services.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="room_bookings",
        verbose_name=_("预订的服务队"),
    )
    activity = models.ForeignKey(
        "activities.Activity",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="room_bookings",
        verbose_name=_("活动"),
    )
    booked_by = acting_account(_("预订人"))
    at = models.DateTimeField(_("预订时间"), default=clock.now, editable=False)
    due_on = models.DateField(_("答复时限"), null=True, blank=True, editable=False)
    decided_by = acting_account(_("答复人"))
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = RoomBookingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("场地预订")
        ordering = ["-starts", "-id"]
        indexes = [models.Index(fields=["-starts", "-id"]), models.Index(fields=["room", "starts"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="booking_ends_after_start",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(organization__isnull=True) | Q(team__isnull=True),
                name="booking_by_one_organizer",
                violation_error_message=_("预订的组织和服务队只填一个。"),
            ),
            ExclusionConstraint(
                name="booking_room_once_at_a_time",
                expressions=[
                    (OneUser("room", "room", Value("[]")), RangeOperators.OVERLAPS),
                    (Moments("starts", Greatest("starts", "ends")), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=BOOKING_BLOCKS),
                violation_error_message=_("这个时间已经有人订了。"),
            ),
        ]

    def __str__(self):
        return f"{self.title}，{dates.span(self.starts, self.ends)}"

    def validate_constraints(self, exclude=None):
        """Leave overlaps to the database where the state is not validated, which the constraint reads: in a form."""
        left_out = set(exclude or ())
        super().validate_constraints(left_out | {"room"} if "state" in left_out else exclude)

    @property
    def base(self):
        return self.room.base

    @property
    def booker(self):
        """Return the organization or team that booked, None for the base itself and the office."""
        return self.organization or self.team

    @property
    def time(self):
        return Interval(self.starts, self.ends)

    @property
    def day(self):
        return timezone.localdate(self.starts)

    @property
    def length(self) -> dt.timedelta:
        return self.ends - self.starts

    def has_begun(self):
        return self.starts <= clock.now()
