"""Metrics of bases and their honours; each function returns the rows that are counted (domain.md rule 11)."""

from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Kept, Metric, Period, Watched
from chengyang.platform.accounts.post_metrics import posts_at_end, posts_kept

from .models import Base, Honour, Post, Room, RoomBooking, Visit
from .states import BaseState, BookingState, VisitState


def _opened():
    """Return the bases that have ever been in operation: those that are, and those that were until the day of closing."""
    closed = Q(state=BaseState.CLOSED, closed_on__isnull=False)
    return Base.objects.filter(Q(state=BaseState.OPERATING) | closed, opened_on__isnull=False)


def _operating(subject, period):
    """Return the bases in operation on the last day of `period`, in the subdistrict `subject` (None: all)."""
    last = period.last_day
    rows = _opened().filter(Q(closed_on__isnull=True) | Q(closed_on__gt=last), opened_on__lte=last)
    return rows.filter(subdistrict=subject) if subject else rows


def _honours(subject, period):
    """Return the honours awarded in `period`, to the base, or the bases of the subdistrict, `subject` (None: all)."""
    rows = Honour.objects.filter(**{OWNERS[subject._meta.model_name]: subject}) if subject else Honour.objects.all()
    return rows.filter(counted_on__isnull=False, **period.within("counted_on"))


def _visits(subject, period):
    """Return the visits that took place in `period`, to the base, or the bases of the subdistrict, `subject` (None: all)."""
    rows = Visit.objects.filter(**{OWNERS[subject._meta.model_name]: subject}) if subject else Visit.objects.all()
    return rows.filter(state=VisitState.DONE, **_within(period))


def _within(period):
    """Return the lookups for rows that started in `period`."""
    lookups = {"starts__gte": period.starts, "starts__lt": period.ends}
    return {name: clock.at(day) for name, day in lookups.items() if day is not None}


def bookings(subject: Any, period: Period) -> QuerySet:
    """Return the confirmed bookings for a time in `period`: of rooms of the base, or by the organization or team, `subject` (None: all)."""
    rows = RoomBooking.objects.filter(state=BookingState.CONFIRMED, **_within(period))
    return rows.filter(**{BOOKERS[subject._meta.model_name]: subject}) if subject else rows


def _booked_by_organizations(subject, period):
    return bookings(subject, period).filter(organization__isnull=False)


OWNERS = {"base": "base", "subdistrict": "base__subdistrict"}
AT_BASE = {"base": "base"}
BOOKERS = {"base": "room__base", "organization": "organization", "team": "team"}
VISIT_COLUMNS = ("state", "starts", "base", "came")


def _visits_kept(value=None):
    return Kept(
        lambda: Visit.objects.filter(state=VisitState.DONE),
        "starts",
        OWNERS,
        value=value,
        columns=VISIT_COLUMNS,
        watched={Base: Watched(("subdistrict",), ("visits__starts",))},
    )


def _bookings_kept(*owners, **lookups):
    return Kept(
        lambda: RoomBooking.objects.filter(state=BookingState.CONFIRMED, **lookups),
        "starts",
        {kind: BOOKERS[kind] for kind in owners},
        columns=("state", "starts", "room", "organization", "team"),
        watched={Room: Watched(("base",), ("bookings__starts",))},
    )


METRICS = [
    Metric(
        "bases",
        _("实践创新基地"),
        _("个"),
        _("期末已启用、没有关闭的基地；后来关闭的，关闭以前的各期还算"),
        _operating,
        subjects=("subdistrict",),
        step="bases",
        order=10,
        kept=Kept(
            _opened,
            "opened_on",
            {"subdistrict": "subdistrict"},
            until="closed_on",
            lasts=True,
            columns=("state", "opened_on", "closed_on", "subdistrict"),
        ),
    ),
    Metric(
        "honours",
        _("基地荣誉"),
        _("项"),
        _("区级以上荣誉，按授予日期；只知道年份的算在那年第一天"),
        _honours,
        subjects=("base",),
        step="bases",
        order=40,
        kept=Kept(
            lambda: Honour.objects.filter(counted_on__isnull=False),
            "counted_on",
            OWNERS,
            columns=("year", "awarded_on", "base"),
            watched={Base: Watched(("subdistrict",), ("honours__counted_on",))},
        ),
    ),
    Metric(
        "visits",
        _("观摩"),
        _("批"),
        _("来过并登记了接待的观摩，按观摩日期"),
        _visits,
        subjects=("base",),
        step="bases",
        order=20,
        kept=_visits_kept(),
    ),
    Metric(
        "visitors",
        _("观摩人次"),
        _("人次"),
        _("登记了接待的观摩的实到人数，相加"),
        _visits,
        lambda rows: rows.aggregate(total=Sum("came"))["total"] or 0,
        subjects=("base",),
        step="bases",
        order=30,
        kept=_visits_kept(Sum("came")),
        shown_by="base",
    ),
    Metric(
        "room_bookings",
        _("场地预订"),
        _("次"),
        _("已确认的场地预订，按用的那天；基地算自己的场地，组织、服务队算自己订的"),
        bookings,
        subjects=("base",),
        step="bases",
        order=50,
        kept=_bookings_kept(*BOOKERS),
        boards=tuple(BOOKERS),
    ),
    Metric(
        "bookings_by_organizations",
        _("组织来订的场地"),
        _("次"),
        _("已确认的场地预订里由联谊组织订的，按用的那天"),
        _booked_by_organizations,
        subjects=("base",),
        step="organizations",
        order=20,
        kept=_bookings_kept("base", organization__isnull=False),
        boards=("base",),
    ),
    Metric(
        "base_posts",
        _("在任职务"),
        _("个"),
        _("期末有人担任的基地负责人、讲解员"),
        posts_at_end(Post, AT_BASE),
        step="people",
        order=10,
        kept=posts_kept(Post, AT_BASE),
        boards=("base",),
    ),
]
