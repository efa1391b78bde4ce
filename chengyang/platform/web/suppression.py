"""Suppression of small numbers in public (domain.md rule 11)."""

from typing import Any

from django.db.models import QuerySet

from chengyang.extensions import EVER, Metric, Period

FEWEST = 5  # persons; promised in the privacy rules (chengyang/platform/privacy/texts)
PEOPLE = ("人", "人次")  # units whose small numbers the public does not read


def is_few(value: Any) -> bool:
    """Return whether a number of persons is too small to be published: one to four. Nobody is nobody."""
    return bool(0 < value < FEWEST)


def suppress_small(number: int) -> int | None:
    """Return `number`, or None below five. It applies to numbers of persons, and of objects that each stand for one person."""
    return number if number >= FEWEST else None


def is_about_persons(metric: Metric) -> bool:
    """Return whether few persons may be behind a number of `metric`."""
    return str(metric.unit) in PEOPLE or bool(metric.persons)


def few_behind(metric: Metric, value: Any, subject: Any = None, period: Period = EVER) -> bool:
    """Return whether one to four persons are behind `value`, the number of `metric` for `subject` (None: all) in `period`."""
    if str(metric.unit) in PEOPLE and is_few(int(value)):
        return True
    return bool(value and metric.persons) and is_few(different(metric.records(subject, period), metric.persons))


def different(rows: QuerySet, path: str) -> int:
    """Return how many different persons are at the lookup `path` of `rows`, counted no further than to `FEWEST`.

    Each of its queries stops at the first row of another person, however many rows there are.
    """
    found: list[Any] = []
    while len(found) < FEWEST:
        others = rows.order_by().filter(**{f"{path}__isnull": False}).exclude(**{f"{path}__in": found})
        if not (other := list(others.values_list(path, flat=True)[:1])):
            break
        found += other
    return len(found)
