"""What the modules of kept figures share: the names of owners, numbers, and runs of days."""

import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from chengyang.platform.objectives.owners import DISTRICT, kind_of

ONE_DAY = dt.timedelta(days=1)
EVER_SINCE = dt.date(1900, 1, 1)  # the day of rows without one
ALL_DAYS = dt.date(1, 1, 1)  # in a mark: every day is to be counted again
Number = int | Decimal


def key_of(owner: Any) -> int:
    """Return the key of `owner`, 0 for the district."""
    return 0 if owner is None else owner.pk


def number(value: Any) -> Number:
    """Return a kept sum as a number without useless decimals."""
    value = Decimal(value or 0)
    return int(value) if value == value.to_integral_value() else value.normalize()


def runs(days: Collection[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """Yield the first and the last day of each run of consecutive days among `days`, in their order."""
    ordered = sorted(days)
    first = last = None
    for day in ordered:
        if last is not None and day - last > ONE_DAY:
            yield first, last  # type: ignore[misc]
            first = day
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last


__all__ = ["ALL_DAYS", "DISTRICT", "EVER_SINCE", "ONE_DAY", "Number", "key_of", "kind_of", "number", "runs"]
