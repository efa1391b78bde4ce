"""What bases register for others (docs/architecture.md)."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric

from .models import Base, Honour
from .states import BaseState


def _operating(subject, period):
    """Return the bases that were open at the end of `period` (of `subject`, a subdistrict)."""
    ends = period.ends or clock.today() + dt.timedelta(days=1)
    rows = Base.objects.filter(opened_on__lt=ends, state=BaseState.OPERATING)
    return rows.filter(subdistrict=subject) if subject else rows


def _honours(subject, period):
    """Return the honours of `subject` (a base; None: of all bases) won in the years of `period`."""
    rows = Honour.objects.filter(base=subject) if subject else Honour.objects.all()
    if period.starts:
        rows = rows.filter(year__gte=period.starts.year)
    return rows.filter(year__lt=period.ends.year) if period.ends else rows


METRICS = [
    Metric("bases", _("实践创新基地"), _("个"), _("期末已启用、仍在运行的基地"), _operating),
    Metric("honours", _("基地荣誉"), _("项"), _("区级以上荣誉，按获得年份"), _honours),
]
