"""Metrics of what organizations and teams do at bases, and of who came to a base."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bases.metrics import bookings
from bases.models import Base
from chengyang.extensions import Metric, Period
from organizations.models import Organization

from .rows import activities_kept, completed

GUESTS = ("organization", "team")  # who uses the rooms of bases


def _at_bases(subject: Any, period: Period) -> QuerySet:
    return completed(subject, period).filter(base__isnull=False)


def _by_organizations(subject: Any, period: Period) -> QuerySet:
    return completed(subject, period).filter(base__isnull=False, organization__isnull=False)


def _by_teams(subject: Any, period: Period) -> QuerySet:
    return completed(subject, period).filter(base__isnull=False, team__isnull=False)


def _used(subject: Any, period: Period) -> QuerySet:
    """Return the bases at which `subject` (None: anybody) organised something in `period`, or had a room booked."""
    organised, booked = _at_bases(subject, period).values("base"), bookings(subject, period).values("room__base")
    return Base.objects.filter(Q(pk__in=organised) | Q(pk__in=booked))


def _hosted(subject: Any, period: Period) -> QuerySet:
    """Return the organizations that organised something at the base `subject` (None: any) in `period`, or had a room booked."""
    organised = _by_organizations(subject, period).values("organization")
    booked = bookings(subject, period).filter(organization__isnull=False).values("organization")
    return Organization.objects.filter(Q(pk__in=organised) | Q(pk__in=booked))


METRICS = [
    Metric(
        "activities_at_bases",
        _("到基地办的活动"),
        _("场"),
        _("办的活动里在实践创新基地办的"),
        _at_bases,
        subjects=GUESTS,
        step="bases",
        order=10,
        kept=activities_kept(owners=GUESTS, base__isnull=False),
        boards=GUESTS,
    ),
    Metric(
        "bases_used",
        _("用过的基地"),
        _("个"),
        _("期内办过活动，或者订过场地的基地，去几次都算一个"),
        _used,
        step="bases",
        order=30,
        follows=("activities_at_bases", "room_bookings"),
        boards=GUESTS,
    ),
    Metric(
        "activities_by_organizations",
        _("组织来办的活动"),
        _("场"),
        _("在基地办的活动里由联谊组织主办的"),
        _by_organizations,
        subjects=("base",),
        step="organizations",
        order=10,
        kept=activities_kept(owners=("base",), base__isnull=False, organization__isnull=False),
        boards=("base",),
    ),
    Metric(
        "activities_by_teams",
        _("服务队来办的活动"),
        _("场"),
        _("在基地办的活动里由服务队主办的"),
        _by_teams,
        subjects=("base",),
        step="services",
        order=10,
        kept=activities_kept(owners=("base",), base__isnull=False, team__isnull=False),
        boards=("base",),
    ),
    Metric(
        "organizations_hosted",
        _("来过的组织"),
        _("个"),
        _("期内来办过活动，或者订过场地的联谊组织，来几次都算一个"),
        _hosted,
        step="organizations",
        order=30,
        follows=("activities_by_organizations", "room_bookings"),
        boards=("base",),
    ),
]
