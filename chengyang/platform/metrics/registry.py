"""Where apps register what they count, and others ask for it by code."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Period:
    """Half-open days `[starts, ends)`; None is open on that side."""

    starts: dt.date | None = None
    ends: dt.date | None = None

    def within(self, field: str) -> dict[str, dt.date]:
        """Return the lookups that keep rows whose date `field` lies in the period."""
        lookups = {f"{field}__gte": self.starts, f"{field}__lt": self.ends}
        return {name: day for name, day in lookups.items() if day is not None}


EVER = Period()


@dataclass(frozen=True)
class Measure:
    """A number with a name: `records(subject, period)` are the rows, `value(rows)` is what they come to."""

    code: str
    label: str
    unit: str
    how_counted: str
    records: Callable[[Any, Period], QuerySet]
    value: Callable[[QuerySet], Any] = lambda rows: rows.count()

    def of(self, subject: Any = None, period: Period = EVER) -> Any:
        """Return the number for `subject` (None: the whole district) in `period`."""
        return self.value(self.records(subject, period))


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> Measure:
    """Add a measure; its code must be free."""
    if measure.code in _measures:
        raise ValueError(f"the measure {measure.code} is registered twice")
    _measures[measure.code] = measure
    return measure


def get(code: str) -> Measure:
    """Return the measure with `code`; KeyError where there is none."""
    return _measures[code]


def codes() -> list[str]:
    """Return the codes of all registered measures in alphabetical order."""
    return sorted(_measures)
