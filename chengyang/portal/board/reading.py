"""Reading the kept figures: numbers of periods, months and owners, as sums over days."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from chengyang import clock
from chengyang.extensions import Metric, Period

from .days import ONE_DAY, Number, key_of, kind_of, number
from .models import DayFigure


def end_of(period: Period) -> dt.date:
    """Return the day after the last one of `period` that has begun: no later than tomorrow."""
    tomorrow = clock.today() + ONE_DAY
    return min(period.ends, tomorrow) if period.ends else tomorrow


def rows_of(owner: Any, codes: Iterable[str]) -> Any:
    """Return the kept days of `owner`, of the metrics `codes`."""
    return DayFigure.objects.filter(kind=kind_of(owner), owner=key_of(owner), code__in=list(codes)).order_by()


def _lasting(metrics: Iterable[Metric]) -> list[str]:
    return [metric.code for metric in metrics if metric.kept and metric.kept.lasts]


def total(metric: Metric, owner: Any, period: Period) -> Number:
    """Return the kept number of one metric, for one owner (None: the district) in `period`."""
    rows = rows_of(owner, [metric.code]).filter(_condition(_lasting([metric]), period))
    return number(rows.aggregate(total=Sum("value"))["total"])


def totals(metrics: Sequence[Metric], owner: Any, periods: Sequence[Period]) -> list[dict[str, Number]]:
    """Return for each of `periods` code → number of the kept `metrics` of `owner`, read in one statement."""
    lasting = _lasting(metrics)
    sums = {f"p{place}": Sum("value", filter=_condition(lasting, period)) for place, period in enumerate(periods)}
    rows = rows_of(owner, [metric.code for metric in metrics])
    if all(period.starts for period in periods):  # years of days that are in none of the sums are not even read
        rows = rows.filter(_since(lasting, min(period.starts for period in periods if period.starts)))
    found = list(rows.values("code").annotate(**sums))
    return [
        {**{metric.code: 0 for metric in metrics}, **{row["code"]: number(row[f"p{place}"]) for row in found}}
        for place in range(len(periods))
    ]


def _since(lasting: Sequence[str], day: dt.date) -> Q:
    """Return the condition for the days that matter from `day` on: of numbers that last also those before it."""
    return Q(code__in=lasting) | Q(day__gte=day)


def _condition(lasting: Sequence[str], period: Period) -> Q:
    lasts = Q(code__in=lasting, day__lt=end_of(period))
    flows = ~Q(code__in=lasting)
    if period.starts:
        flows &= Q(day__gte=period.starts)
    if period.ends:
        flows &= Q(day__lt=period.ends)
    return lasts | flows


def by_owner(metrics: Sequence[Metric], kind: str, period: Period) -> dict[str, dict[int, Number]]:
    """Return code → key of the owner → number in `period`, for all owners of `kind`, read in one statement."""
    lasting = _lasting(metrics)
    rows = DayFigure.objects.filter(kind=kind, code__in=[metric.code for metric in metrics]).order_by()
    rows = rows.filter(_condition(lasting, period)).values_list("code", "owner").annotate(total=Sum("value"))
    found: dict[str, dict[int, Number]] = defaultdict(dict)
    for code, owner, value in rows:
        found[code][owner] = number(value)
    return found


def by_owner_in(metric: Metric, kind: str, periods: Sequence[Period]) -> list[list[Number]]:
    """Return for each of `periods` the numbers of all owners of `kind`, in any order, read in one statement."""
    sums = {
        f"p{place}": Sum("value", filter=_condition(_lasting([metric]), period)) for place, period in enumerate(periods)
    }
    found = list(DayFigure.objects.filter(kind=kind, code=metric.code).order_by().values("owner").annotate(**sums))
    return [[number(row[name]) for row in found] for name in sums]


def months(metrics: Sequence[Metric], owner: Any, since: dt.date) -> dict[str, dict[dt.date, Number]]:
    """Return code → first day of the month → what its days until today add, of the months since `since` in which something did.

    Of a number that lasts all months are returned: it is their sum.
    """
    lasting = _lasting(metrics)
    rows = rows_of(owner, [metric.code for metric in metrics]).filter(day__lt=clock.today() + ONE_DAY)
    rows = rows.filter(_since(lasting, since))
    rows = rows.annotate(month=TruncMonth("day")).values_list("code", "month").annotate(total=Sum("value"))
    found: dict[str, dict[dt.date, Number]] = defaultdict(dict)
    for code, month, value in rows:
        found[code][month] = number(value)
    return found


def series(
    metric: Metric, added: Mapping[dt.date, Number], firsts: Sequence[dt.date], *, years: bool = False
) -> list[Number]:
    """Return the number of `metric` for each month, or each of the `years`, that begins on one of `firsts`, from what months add.

    A number that lasts is the sum of all months up to its end; rows without a day are in it.
    """
    lasts = bool(metric.kept and metric.kept.lasts)
    found = []
    for first in firsts:
        last = first.replace(month=12) if years else first
        found.append(
            number(sum(value for month, value in added.items() if month <= last and (lasts or month >= first)))
        )
    return found


__all__ = ["by_owner", "months", "number", "series", "total", "totals"]
