"""How a number is kept by day, so that a page with many numbers reads sums and not records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet


@dataclass(frozen=True)
class Watched:
    """Another table on which a kept number depends: when `columns` of its rows change, the days at `paths` are counted again.

    `paths` are lookups from a row of the table to days of the kept rows. Rows that are added to it or deleted change nothing,
    unless `rows` says so.
    """

    columns: Sequence[str]
    paths: Sequence[str]
    rows: bool = False


@dataclass(frozen=True)
class Kept:
    """How a metric is kept by day and owner (`chengyang.portal.board`).

    `rows()` returns all rows that ever count. `day` is the lookup of the date, or moment, on which a row counts. With `lasts` a row
    counts from that day on, until the day before `until` where there is one: the number of a period is then that of its last day,
    otherwise the sum of its days. Rows without a day count from ever with `undated`, else never.

    `owners` maps a kind of owner ("organization", "base", "team", "subdistrict") to the lookups of its key: the first that is not
    null. `value` is the aggregate of a group of rows (None: their number), which must be a sum over rows. `ripe` is the lookup of
    the moment from which a row belongs to `rows()`, where time alone decides.

    `columns` are the fields of the rows that matter (none: all), `watched` maps other models that matter, too.
    """

    rows: Callable[[], QuerySet]
    day: str
    owners: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    until: str = ""
    lasts: bool = False
    undated: bool = False
    value: Any = None
    ripe: str = ""
    columns: Sequence[str] = ()
    watched: Mapping[type[Model], Watched] = field(default_factory=dict)

    def paths_of(self, kind: str) -> tuple[str, ...]:
        """Return the lookups of the key of an owner of `kind`. Raises KeyError for a kind that has none."""
        paths = self.owners[kind]
        return (paths,) if isinstance(paths, str) else tuple(paths)
