"""Metrics of services (docs/architecture.md); `subject` is the organizer or subdistrict to count for, None for all."""

import datetime as dt

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric

from .models import Outcome, Post, Request, Team

ORGANIZERS = ("organization", "base", "team")


def _teams(subject, period):
    """Return the published teams that existed at the end of `period`; `subject` is a subdistrict."""
    ends = period.ends or clock.today() + dt.timedelta(days=1)
    rows = Team.objects.published().filter(Q(founded_on__isnull=True) | Q(founded_on__lt=ends))
    return rows.filter(subdistrict=subject) if subject else rows


def _outcomes(*kinds):
    def records(subject, period):
        rows = Outcome.objects.checked().filter(kind__in=kinds, **period.within("happened_on"))
        return rows.filter(**{subject._meta.model_name: subject}) if subject else rows

    return records


def _answered(subject, period):
    # Without a person who answered, it was closed because its author did not reply.
    rows = Request.objects.filter(
        answered_at__isnull=False, answered_by__isnull=False, **period.within("answered_at__date")
    )
    return rows.filter(team=subject) if subject else rows


def _posts(subject, period):
    """Return the posts that somebody holds on the last day of `period`, in the team `subject` (None: all)."""
    last = period.ends - dt.timedelta(days=1) if period.ends else clock.today()
    rows = Post.objects.on(last).filter(person__state="active")
    return rows.filter(team=subject) if subject else rows


def _total(column):
    return lambda rows: rows.aggregate(total=Sum(column))["total"] or 0


METRICS = [
    Metric("teams", _("服务队"), _("支"), _("期末在册的服务队"), _teams, subjects=("subdistrict",)),
    Metric(
        "incubated_firms",
        _("孵化企业"),
        _("家"),
        _("已核实的孵化企业，一家一条"),
        _outcomes("firm"),
        subjects=ORGANIZERS,
    ),
    Metric(
        "donations",
        _("捐赠"),
        _("元"),
        _("已核实的捐款和捐物折价，按日期"),
        _outcomes("money", "goods"),
        _total("amount"),
        subjects=ORGANIZERS,
    ),
    Metric(
        "beneficiaries",
        _("受益人数"),
        _("人"),
        _("已核实的受益人数"),
        _outcomes("beneficiaries"),
        _total("quantity"),
        subjects=ORGANIZERS,
    ),
    Metric("answered_requests", _("答复诉求"), _("件"), _("期内答复的诉求"), _answered, subjects=("team",)),
    Metric("team_posts", _("在队的人"), _("人"), _("期末在队的队长和队员"), _posts, subjects=("team",)),
]
