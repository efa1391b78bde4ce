"""The number beside a criterion whose evidence is a metric (“at least 6 activities in 12 months”), and the rows behind it.

Metrics are evidence about organizations, bases and teams. No number is computed about a person (domain.md, "What the portal
refuses to hold").
"""

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengyang import extensions
from chengyang.extensions import Metric, Period


@dataclass(frozen=True)
class Number:
    """What the metric of a criterion counted: `value` of the last `months` months, of which `at_least` are needed.

    In the scheme of a year it is that of the calendar year `year`.
    """

    label: Any
    unit: Any
    value: Any
    at_least: int
    months: int
    how_counted: Any
    year: int | None = None

    @property
    def span(self) -> str:
        """Return of when the number is: 近 12 个月, 2026 年."""
        return _span(self.months, self.year)

    @property
    def is_reached(self) -> bool:
        return self.value >= self.at_least

    @property
    def text(self) -> str:
        """Return the number in words: 近 12 个月办的活动 9 场，要求至少 6 场."""
        words = _("%(span)s%(label)s %(value)s %(unit)s，要求至少 %(least)s %(unit)s")
        least, unit = f"{self.at_least:,}", self.unit
        return words % {
            "span": self.span,
            "label": self.label,
            "value": f"{self.value:,}",
            "least": least,
            "unit": unit,
        }


def metrics_for(kind: str) -> list[Metric]:
    """Return the metrics that can be evidence about a subject of `kind`, a value of `Standard.subject`."""
    return [metric for metric in extensions.metrics() if kind in metric.subjects]


def metric_of(criterion: Any) -> Metric | None:
    """Return the metric of `criterion`, None without one or where it is no longer registered."""
    if not criterion.metric:
        return None
    return next((metric for metric in extensions.metrics() if metric.code == criterion.metric), None)


def label_of(code: str) -> str:
    """Return the name of the metric with `code`, or the code where it is no longer registered."""
    return next((str(metric.label) for metric in extensions.metrics() if metric.code == code), code)


def requirement(criterion: Any) -> str:
    """Return what the metric of `criterion` must reach, in words; "" without a metric."""
    metric = metric_of(criterion)
    if metric is None:
        return ""
    words = _("%(span)s%(label)s至少 %(least)s %(unit)s")
    found = {
        "span": _span(criterion.months, _year_of(criterion)),
        "label": metric.label,
        "least": f"{criterion.at_least:,}",
        "unit": metric.unit,
    }
    return words % found


def public_rows(found: QuerySet, most: int) -> list[Any]:
    """Return those of the counted rows `found` that everybody may see, at most `most`."""
    rows = found.model._default_manager.all()
    if not hasattr(rows, "visible_to"):
        return []
    seen = rows.visible_to(AnonymousUser()).order_by().values("pk")
    return list(found.filter(pk__in=seen).order_by("-pk")[:most])


def count(subject: Any, criterion: Any, day: dt.date) -> Number | None:
    """Return the number of `subject` on `day` for the metric of `criterion`, None where there is none."""
    metric = metric_of(criterion)
    if metric is None:
        return None
    return _number(metric, criterion, metric.of(subject, period_of(criterion, day)))


def stored(criterion: Any, value: Any) -> Number | None:
    """Return the number `value`, which a finding stored, as `count` returned it then."""
    metric = metric_of(criterion)
    return None if metric is None or value is None else _number(metric, criterion, value)


def records(subject: Any, criterion: Any, day: dt.date) -> QuerySet | None:
    """Return the rows that `count` counts, None where there is no metric."""
    metric = metric_of(criterion)
    return None if metric is None else metric.records(subject, period_of(criterion, day))


def period_of(criterion: Any, day: dt.date) -> Period:
    """Return the period of `criterion.months` months that ends with `day`; in the scheme of a year, its days up to `day`."""
    ends = day + dt.timedelta(days=1)
    if of := _year_of(criterion):
        starts = dt.date(of, 1, 1)
        return Period(starts, max(min(ends, dt.date(of + 1, 1, 1)), starts))
    year, month = divmod(ends.year * 12 + ends.month - 1 - criterion.months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return Period(dt.date(year, month + 1, min(ends.day, last)), ends)


def _number(metric: Metric, criterion: Any, value: Any) -> Number:
    whole = int(value) if value == int(value) else float(value)
    least, months = criterion.at_least, criterion.months
    return Number(metric.label, metric.unit, whole, least, months, metric.how_counted, _year_of(criterion))


def _year_of(criterion: Any) -> int | None:
    return criterion.version.standard.year if criterion.version_id else None


def _span(months: int, year: int | None) -> str:
    return _("%(year)d 年") % {"year": year} if year else _("近 %(months)d 个月") % {"months": months}
