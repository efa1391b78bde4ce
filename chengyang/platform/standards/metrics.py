"""Metrics: how many subjects have reached each standard, counted from valid assessments of the whole district."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Metric, Period

from .subjects import table_of

UNITS = {"person": _("人"), "organization": _("个"), "base": _("个"), "team": _("支")}


def reached(kind: str, period: Period) -> QuerySet:
    """Return the assessments of `kind` that are valid on the last day of `period` (today where it has no end)."""
    return table_of(kind).objects.passed_on(period.last_day)


def _subjects(kind: str, rows: QuerySet) -> int:
    """Return the number of subjects, not of assessments: a base is assessed again each year."""
    return rows.order_by().values(kind).distinct().count()


def _metric(kind: str, unit: Any) -> Metric:
    return Metric(
        code=f"standards.reached.{kind}",
        label=_("达到标准"),
        unit=unit,
        how_counted=_("评定结果为“达标”且在有效期内的对象，一个对象只计一次。"),
        records=lambda subject, period: reached(kind, period),
        value=lambda rows: _subjects(kind, rows),
    )


METRICS = [_metric(kind, unit) for kind, unit in UNITS.items()]
