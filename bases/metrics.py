"""Metrics of bases and their honours; each function returns the rows that are counted (domain.md rule 11)."""

import datetime as dt

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric

from .models import Base, Honour, Visit
from .states import BaseState, VisitState


def _operating(subject, period):
    """Return the bases in operation that opened before the end of `period`, in the subdistrict `subject` (None: all)."""
    ends = period.ends or clock.today() + dt.timedelta(days=1)
    rows = Base.objects.filter(opened_on__lt=ends, state=BaseState.OPERATING)
    return rows.filter(subdistrict=subject) if subject else rows


def _honours(subject, period):
    """Return the honours won in the years of `period`, by the base `subject` (None: all)."""
    rows = Honour.objects.filter(base=subject) if subject else Honour.objects.all()
    if period.starts:
        rows = rows.filter(year__gte=period.starts.year)
    return rows.filter(year__lt=period.ends.year) if period.ends else rows


def _visits(subject, period):
    """Return the visits that took place in `period`, to the base `subject` (None: all)."""
    rows = Visit.objects.filter(base=subject) if subject else Visit.objects.all()
    lookups = {"starts__gte": period.starts, "starts__lt": period.ends}
    moments = {name: clock.at(day) for name, day in lookups.items() if day is not None}
    return rows.filter(state=VisitState.DONE, **moments)


METRICS = [
    Metric("bases", _("实践创新基地"), _("个"), _("期末已启用、仍在运行的基地"), _operating, subjects=("subdistrict",)),
    Metric("honours", _("基地荣誉"), _("项"), _("区级以上荣誉，按获得年份"), _honours, subjects=("base",)),
    Metric("visits", _("观摩"), _("批"), _("来过并登记了接待的观摩，按观摩日期"), _visits, subjects=("base",)),
    Metric(
        "visitors",
        _("观摩人次"),
        _("人次"),
        _("登记了接待的观摩的实到人数，相加"),
        _visits,
        lambda rows: rows.aggregate(total=Sum("came"))["total"] or 0,
        subjects=("base",),
    ),
]
