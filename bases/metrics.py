"""Metrics of bases and their honours; each function returns the rows that are counted (domain.md rule 11)."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric

from .models import Base, Honour
from .states import BaseState


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


METRICS = [
    Metric("bases", _("实践创新基地"), _("个"), _("期末已启用、仍在运行的基地"), _operating),
    Metric("honours", _("基地荣誉"), _("项"), _("区级以上荣誉，按获得年份"), _honours, subjects=("base",)),
]
