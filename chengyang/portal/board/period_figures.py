"""Numbers of a period that are no sums over days, such as different persons: counted once, and again when a day changes.

Each names the kept metrics that it `follows` (`extensions.Metric`): it reads the same tables, so that the marks of their days are its
own. Nothing is stored while the marks are being counted, or when they have been since the number was begun: it might be older
than its version.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from chengyang import clock, extensions
from chengyang.extensions import Metric, Period

from .days import Number, key_of, kind_of, number, runs
from .models import Keeping, PeriodFigure

MOST_RUNS = 60  # of days: more are taken as one, from the first day to the last


def followers(kind: str = "") -> list[Metric]:
    """Return the metrics of the steps that are counted for a period as a whole; with `kind` those on the board of such an owner."""
    found = [metric for metric in extensions.metrics() if metric.step and not metric.kept]
    return [metric for metric in found if metric.stands_on(kind)] if kind else found


def numbers(
    metrics: Sequence[Metric], owner: Any, periods: Sequence[Period], *, version: int
) -> list[dict[str, Number]]:
    """Return for each of `periods` code → number of `owner`; `version` is that of the kept figures when the page was begun.

    What is not known yet is counted from the records and stored. The periods have a first and a last day.
    """
    wanted = Q(pk__in=[])
    for period in periods:
        wanted |= Q(starts=period.starts, ends=period.ends)
    rows = PeriodFigure.objects.filter(wanted, kind=kind_of(owner), owner=key_of(owner))
    rows = rows.filter(code__in=[metric.code for metric in metrics])
    known = {(row.code, row.starts, row.ends): row.value for row in rows} if metrics else {}
    made = []
    found: list[dict[str, Number]] = []
    for period in periods:
        found.append({})
        for metric in metrics:
            key = (metric.code, period.starts, period.ends)
            if key not in known:
                known[key] = metric.of(owner, period)
                made.append(key)
            found[-1][metric.code] = number(known[key])
    _store(owner, {key: known[key] for key in made}, version)
    return found


def _store(owner: Any, values: Mapping[Any, Any], version: int) -> None:
    if not values:
        return
    with transaction.atomic():
        state = Keeping.objects.select_for_update(skip_locked=True).filter(pk=1, version=version).first()
        if state is None:
            return
        kind, key = kind_of(owner), key_of(owner)
        PeriodFigure.objects.bulk_create(
            [
                PeriodFigure(code=code, kind=kind, owner=key, starts=starts, ends=ends, value=value)
                for (code, starts, ends), value in values.items()
            ],
            ignore_conflicts=True,
        )


def drop(changed: Mapping[str, Collection[dt.date] | None], *, again: Iterable[str] = ()) -> bool:
    """Delete the numbers that a change may have moved, and return whether there were any.

    `changed`: code of a kept metric → its days that were counted again (None: all); `again`: codes that are counted otherwise now.
    """
    codes, gone = [metric.code for metric in followers()], 0
    rows = PeriodFigure.objects.exclude(code__in=codes) | PeriodFigure.objects.filter(code__in=list(again))
    gone += rows.delete()[0]
    lasting = {metric.code for metric in extensions.metrics() if metric.kept and metric.kept.lasts}
    for metric in followers():
        moved = {code: changed[code] for code in metric.follows if code in changed}
        if moved:
            condition = _touched(moved, lasting)
            gone += PeriodFigure.objects.filter(condition, code=metric.code).delete()[0]
    return bool(gone)


def drop_past() -> None:
    """Delete the numbers of periods that ended before today within a month: nobody asks for them any more."""
    PeriodFigure.objects.filter(ends__lt=clock.today()).exclude(ends__day=1).delete()


def _touched(moved: Mapping[str, Collection[dt.date] | None], lasting: Collection[str]) -> Q:
    """Return the condition for the periods that days of the `moved` metrics touch: of the `lasting` ones also all later periods."""
    condition = Q(pk__in=[])
    for code, days in moved.items():
        if days is None:
            return Q()
        condition |= Q(ends__gt=min(days)) if code in lasting else _any_of(days)
    return condition


def _any_of(days: Collection[dt.date]) -> Q:
    found: Sequence[tuple[dt.date, dt.date]] = list(runs(days))
    if len(found) > MOST_RUNS:
        found = [(found[0][0], found[-1][1])]
    condition = Q(pk__in=[])
    for first, last in found:
        condition |= Q(starts__lte=last, ends__gt=first)
    return condition
