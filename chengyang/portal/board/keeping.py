"""Keeping the figures of the board by day: what changed is counted again, and all of it can be thrown away and rebuilt.

Triggers mark the days of rows that change (`watching`). `refresh` takes the marks and counts the marked days of the figures that
depend on the marked tables again, from the records; a day with the same result is left alone. It first takes the marks and
then reads: what is committed between the two is counted, and counted once more by the next run. A test compares what is
kept with what is counted from the records, after random writes. Pages never wait for a run: they show what stands there.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, DateField, DateTimeField, F, Model, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, TruncDate

from chengyang import clock, extensions
from chengyang.extensions import Kept, Metric
from chengyang.platform.web import content

from . import period_figures, periods
from .days import ALL_DAYS, DISTRICT, EVER_SINCE, ONE_DAY, runs
from .models import DayFigure, Keeping

MOST_DAYS = 60  # marked days that are counted one by one; above that the whole figure is counted
VERSION = "board"  # of pages that show figures (`web.content`)
CHUNK = 2_000
Place = tuple[str, int, dt.date]  # kind of owner, its key, day


def kept_metrics() -> list[Metric]:
    """Return the metrics that are kept by day."""
    return [metric for metric in extensions.metrics() if metric.kept]


# ---- counting ----------------------------------------------------------------------------------------------------------
def counted(kept: Kept, days: Collection[dt.date] | None = None) -> dict[Place, Decimal]:
    """Return what each day adds for each owner, counted from the records; only for `days` where they are given."""
    found: dict[Place, Decimal] = defaultdict(Decimal)
    for sign, rows, paths in _ends(kept):
        rows = rows if days is None else _only(rows, days, paths)
        kinds = list(kept.owners)
        keys = {f"_{kind}": _key(kept.paths_of(kind)) for kind in kinds}
        groups = rows.order_by().annotate(**keys).values_list("_day", *keys).annotate(_total=kept.value or Count("pk"))
        for on, *owners, total in groups:
            if not total:
                continue
            found[DISTRICT, 0, on] += sign * Decimal(total)
            for kind, owner in zip(kinds, owners, strict=True):
                if owner is not None:
                    found[kind, owner, on] += sign * Decimal(total)
    return {place: value for place, value in found.items() if value}


def _ends(kept: Kept) -> Iterator[tuple[int, QuerySet, tuple[str, ...]]]:
    """Yield (sign, rows with their `_day`, lookups of the days it comes from) for the rows that begin and that end to count."""
    rows = kept.rows().filter(**({} if kept.undated else {f"{kept.day}__isnull": False}))
    begins = day_of(rows.model, kept.day)
    if kept.undated:
        begins = Coalesce(begins, models.Value(EVER_SINCE), output_field=DateField())
    yield 1, rows.annotate(_day=begins), (kept.day,)
    if kept.until:
        ended = rows.filter(**{f"{kept.until}__isnull": False})
        # A row that ended before it began never counted: both changes stand on the same day. GREATEST passes over a missing day.
        last = Greatest(day_of(rows.model, kept.until), day_of(rows.model, kept.day))
        yield -1, ended.annotate(_day=last), (kept.until, kept.day)


def _only(rows: QuerySet, days: Collection[dt.date], paths: tuple[str, ...]) -> QuerySet:
    """Return the `rows` whose `_day`, which is computed from one of `paths`, is one of `days`.

    An index serves ranges of the fields themselves, not the computed day; so both stand in the condition.
    """
    near = Q(pk__in=[])
    for path in paths:
        has_time = isinstance(field_at(rows.model, path), DateTimeField)
        for first, last in runs(days):
            low, high = (clock.at(day) if has_time else day for day in (first, last + ONE_DAY))
            near |= Q(**{f"{path}__gte": low, f"{path}__lt": high})
    if EVER_SINCE in days:
        near |= Q(**{f"{paths[-1]}__isnull": True})
    return rows.filter(near, _day__in=sorted(days))


def _key(paths: tuple[str, ...]) -> Any:
    return F(paths[0]) if len(paths) == 1 else Coalesce(*paths)


def day_of(model: type[Model], path: str) -> Any:
    """Return the expression of the day at `path`: a date, or the date of a moment here."""
    return TruncDate(path) if isinstance(field_at(model, path), DateTimeField) else F(path)


def field_at(model: type[Model], path: str) -> Any:
    """Return the field at the lookup `path` of `model`."""
    *steps, name = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(name)


# ---- keeping -----------------------------------------------------------------------------------------------------------
def sources(metric: Metric) -> dict[str, tuple[str, ...]]:
    """Return the sources of `metric` ("members.Person:left_on") by table, as the triggers name them."""
    kept = metric.kept
    assert kept is not None
    own = kept.rows().model._meta.label
    found = {own: tuple(f"{own}:{path}" for path in (kept.day, kept.until) if path)}
    for model, watched in kept.watched.items():
        table = model._meta.label
        found[table] = (*found.get(table, ()), *(f"{table}:{path}" for path in watched.paths))
    return found


@transaction.atomic
def refresh(*, wait: bool = True) -> bool:
    """Count the marked days again, and return whether a figure changed. Safe to run twice at once.

    While another run counts, this one waits for it, or without `wait` does nothing; only the very first count is always waited for.

    Figures that are declared anew, or otherwise than before, are counted from the beginning; those that are no longer declared
    are deleted. Numbers of whole periods that may have changed are dropped; those of the district in this year are counted again at once.
    """
    state = _locked(wait)
    if state is None:
        return False
    now = clock.now()  # after the lock: a run that waited for another one must not look as if the clock was set back
    marks = _taken_marks()
    changed = False
    declared = {metric.code: _declaration(metric) for metric in kept_metrics()}
    whole = {metric.code: _declaration_of_whole(metric) for metric in period_figures.followers()}
    gone = 0
    if not set(state.declared) <= {*declared, *whole}:
        gone, _details = DayFigure.objects.exclude(code__in=list(declared)).delete()
    back = now < state.at  # the clock was set back: what had become ripe may no longer be
    counted_again: dict[str, set[dt.date] | None] = {}
    for metric in kept_metrics():
        if back or state.declared.get(metric.code) != declared[metric.code]:
            counted_again[metric.code] = None
        elif days := _days_of(metric, marks) | _ripened(metric.kept, state.at, now):
            counted_again[metric.code] = None if ALL_DAYS in days else days
    for metric in kept_metrics():
        if metric.code in counted_again:
            some = counted_again[metric.code]
            changed |= _replace(metric, some if some and len(some) <= MOST_DAYS else None)
    other = [code for code, words in whole.items() if state.declared.get(code) != words]
    gone += period_figures.drop(counted_again, again=other)
    if now.date() != state.at.date():
        period_figures.drop_past()
    state.at, state.declared = now, {**declared, **whole}
    state.version += bool(changed or gone or marks)
    state.save(update_fields=["at", "declared", "version"])
    span = periods.this_year()
    period_figures.numbers(period_figures.followers(DISTRICT), None, [span.so_far, span.before], version=state.version)
    if changed or gone:
        content.changed(VERSION)
    return changed


def rebuild() -> None:
    """Throw the kept figures away and count all of them from the records."""
    with transaction.atomic():
        Keeping.objects.update(declared={})
        DayFigure.objects.all().delete()
        refresh()


def state() -> Keeping | None:
    """Return until when the kept figures are true; None before the first run."""
    return Keeping.objects.first()


def _locked(wait: bool) -> Keeping | None:
    """Return the locked row of what is kept; None where another run has it and this one does not `wait`."""
    Keeping.objects.get_or_create(pk=1, defaults={"at": clock.now()})
    return Keeping.objects.select_for_update(skip_locked=not wait).filter(pk=1).first()


def _days_of(metric: Metric, marks: Mapping[str, set[dt.date]]) -> set[dt.date]:
    """Return the days of `metric` that are marked."""
    return {day for names in sources(metric).values() for name in names for day in marks.get(name, ())}


def _taken_marks() -> Mapping[str, set[dt.date]]:
    """Delete the marks, and return source → days of those that were there."""
    found: dict[str, set[dt.date]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute("WITH taken AS (DELETE FROM board_mark RETURNING source, day) SELECT DISTINCT * FROM taken")
        for source, day in cursor.fetchall():
            found[source].add(day)
    return found


def _ripened(kept: Any, since: dt.datetime, now: dt.datetime) -> set[dt.date]:
    """Return the days of the rows that time alone has made count since the last run."""
    if not kept.ripe:
        return set()
    rows = kept.rows().filter(**{f"{kept.ripe}__gt": since, f"{kept.ripe}__lte": now})
    day = day_of(rows.model, kept.day)
    return set(rows.order_by().annotate(_day=day).values_list("_day", flat=True).distinct())


def _declaration(metric: Metric) -> str:
    """Return how `metric` is kept, as a text that differs where it is kept otherwise; days and moments of now are left out."""
    kept = metric.kept
    assert kept is not None
    sql, parameters = kept.rows().order_by().values("pk").query.sql_with_params()
    values = [str(value) for value in parameters if not isinstance(value, dt.date)]
    parts = (sql, values, kept.day, kept.until, kept.lasts, kept.undated, sorted(kept.owners.items()), str(kept.value))
    watched = sorted((model._meta.label, one.columns, one.paths, one.rows) for model, one in kept.watched.items())
    return " ".join(map(str, (*parts, sorted(kept.columns), watched)))


def _declaration_of_whole(metric: Metric) -> str:
    """Return how a number of whole periods is counted, as a text."""
    rows = metric.records(None, periods.published().period)
    return " ".join((rows.order_by().values("pk").query.sql_with_params()[0], *metric.follows, str(metric.how_counted)))


def _replace(metric: Metric, days: Collection[dt.date] | None) -> bool:
    """Write what `days` add (None: all days) as they are counted now; return whether anything differs from what was kept."""
    rows = DayFigure.objects.filter(code=metric.code)
    if days is not None:
        rows = rows.filter(day__in=sorted(days))
    before = {(kind, owner, day): value for kind, owner, day, value in _values(rows)}
    after = counted(metric.kept, days)  # type: ignore[arg-type]
    gone = [place for place in before if place not in after]
    moved = [place for place, value in after.items() if before.get(place) != value]
    if len(gone) == len(before):
        rows.delete()
    else:
        for part in _parts(gone):
            rows.filter(_any_of(part)).delete()
    for part in _parts(moved):
        _write(metric.code, part, after)
    return bool(gone or moved)


def _values(rows: QuerySet) -> Iterable[Any]:
    return rows.order_by().values_list("kind", "owner", "day", "value").iterator(CHUNK)


def _any_of(places: Collection[Place]) -> Q:
    condition = Q(pk__in=[])
    for kind, owner, day in places:
        condition |= Q(kind=kind, owner=owner, day=day)
    return condition


def _parts(places: list[Place], size: int = 200) -> Iterator[list[Place]]:
    for first in range(0, len(places), size):
        yield places[first : first + size]


def _write(code: str, places: list[Place], values: Mapping[Place, Decimal]) -> None:
    DayFigure.objects.bulk_create(
        [
            DayFigure(code=code, kind=kind, owner=owner, day=day, value=values[kind, owner, day])
            for kind, owner, day in places
        ],
        update_conflicts=True,
        unique_fields=["kind", "owner", "code", "day"],
        update_fields=["value"],
    )
