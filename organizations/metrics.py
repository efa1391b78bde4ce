"""Metrics of organizations and memberships; each function returns the rows that are counted (domain.md rule 11)."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric
from chengyang.platform.web.fragments import per_version

from .models import Membership, Organization, Post


def _last_day(period):
    return period.ends - dt.timedelta(days=1) if period.ends else clock.today()


def _organizations(subject, period):
    """Return the organizations that existed on the last day of `period`, in the subdistrict `subject` (None: all)."""
    rows = Organization.objects.founded_by(_last_day(period))
    return rows.filter(subdistrict=subject) if subject else rows


def _founded(subject, period):
    """Return the organizations founded during `period`, in the subdistrict `subject` (None: all)."""
    rows = Organization.objects.exclude(state="preparing").filter(**period.within("founded_on"))
    return rows.filter(subdistrict=subject) if subject else rows


def _memberships(subject, period):
    """Return the memberships active on the last day of `period`, in the organization `subject` (None: all)."""
    day = _last_day(period)
    not_left = Q(left_on__isnull=True) | Q(left_on__gt=day)
    rows = Membership.objects.filter(not_left, joined_on__lte=day, state__in=["active", "left"])
    return rows.filter(organization=subject) if subject else rows


def _posts(subject, period):
    """Return the posts that somebody holds on the last day of `period`, in the organization `subject` (None: all)."""
    rows = Post.objects.on(_last_day(period)).filter(person__state="active")
    return rows.filter(organization=subject) if subject else rows


def member_counts():
    """Return key of the organization → number of its members, counted once for a version of the public pages."""
    return per_version("organizations.members", Membership.objects.all().by_organization)


METRICS = [
    Metric(
        "organizations",
        _("联谊组织"),
        _("个"),
        _("期末已成立、没有注销的组织"),
        _organizations,
        subjects=("subdistrict",),
    ),
    Metric("organizations_founded", _("新成立组织"), _("个"), _("期内成立的组织"), _founded, subjects=("subdistrict",)),
    Metric(
        "memberships",
        _("会员"),
        _("人次"),
        _("期末在会的会员，一人在两个组织算两人次"),
        _memberships,
        subjects=("organization",),
    ),
    Metric("organization_posts", _("在任职务"), _("个"), _("期末有人担任的职务"), _posts, subjects=("organization",)),
]
