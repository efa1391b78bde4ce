"""Metrics of persons and representatives; each function returns the rows that are counted (domain.md rule 11)."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric, Period

from .models import Headcount, Person, Representative


def last_day(period: Period) -> dt.date:
    """Return the last day of `period`, or today if it has no end."""
    return period.ends - dt.timedelta(days=1) if period.ends else clock.today()


def _persons(subject, period):
    """Return the persons in the registry on the last day of `period`, in the subdistrict `subject` (None: all)."""
    rows = Person.objects.registered_on_day(last_day(period))
    return rows.filter(subdistrict=subject) if subject else rows


def _headcount(subject, period):
    """Return the number of the persons that `_persons` returns, from the sums that are kept by day."""
    rows = Headcount.objects.filter(subdistrict=subject) if subject else Headcount.objects.all()
    return rows.on(last_day(period))


def _registered(subject, period):
    """Return the persons registered during `period`, in the subdistrict `subject` (None: all)."""
    rows = Person.objects.exclude(state="unconfirmed").filter(**period.within("registered_on"))
    return rows.filter(subdistrict=subject) if subject else rows


def _representatives(subject, period):
    """Return the representatives whose term includes the last day of `period`, in the subdistrict `subject` (None: all)."""
    rows = Representative.objects.on(last_day(period))
    return rows.filter(person__subdistrict=subject) if subject else rows


METRICS = [
    Metric(
        "persons",
        _("入册人士"),
        _("人"),
        _("期末在册的人士：两级审核通过，或本人确认过登记"),
        _persons,
        total=_headcount,
        subjects=("subdistrict",),
    ),
    Metric(
        "persons_registered",
        _("新入册"),
        _("人"),
        _("期内入册的人士，后来退出的也算"),
        _registered,
        subjects=("subdistrict",),
    ),
    Metric(
        "representatives",
        _("代表人士"),
        _("人"),
        _("期末任期内的代表人士"),
        _representatives,
        subjects=("subdistrict",),
    ),
]
