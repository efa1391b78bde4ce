"""Numbers that are counted from records, and the days for which they are counted."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from chengyang import clock

from .kept import Kept

DISTRICT = "district"  # the kind of the district among those of owners


@dataclass(frozen=True)
class Period:
    """A half-open interval of days `[starts, ends)`; None means no limit on that side."""

    starts: dt.date | None = None
    ends: dt.date | None = None

    @property
    def last_day(self) -> dt.date:
        """The last day of it, today if it has no end."""
        return self.ends - dt.timedelta(days=1) if self.ends else clock.today()

    def within(self, column: str) -> dict[str, dt.date]:
        """Return the lookups that select rows whose date `column` lies in the period."""
        lookups = {f"{column}__gte": self.starts, f"{column}__lt": self.ends}
        return {name: day for name, day in lookups.items() if day is not None}


EVER = Period()


@dataclass(frozen=True)
class Metric:
    """A number and the rows that it counts (domain.md rule 11): `records(subject, period)` returns the rows, `value(rows)` the number.

    Where the rows are too many to count for a page, `total(subject, period)` returns the same number from what is kept.
    `subjects` are the kinds of organizers ("organization", "base", "team") for which it may be the evidence of a criterion of a
    standard and the measure of an objective; with "subdistrict" an objective of a subdistrict may count it, too. A number about
    a person never is.

    `step` is the one of the seven steps on whose part of the board it stands ("people" … "representatives"; "" for none), where the
    least `order` comes first. `kept` says how it is kept by day. A number that is no sum over days, such as different persons, is
    counted once for a period, and again when a day of it changes for one of the kept metrics that `follows` names.

    `part_of` is the code of a metric of which it is a part, as one category is of all persons: charts stack the parts of a number.
    `persons` is the lookup from a row to the person behind it, where few of them may make a large number, as with hours: the
    public does not read it then (`platform.web.suppression.few_behind`). From a public sum and the numbers on other public pages
    follows what those leave out; so the public reads another metric in its place, which counts only what they show: its
    `instead_of` is the code of this one, and it is offered nowhere else. `subset_of` is the code of a metric that counts the
    same things, and others besides. `shown_by` is the kind of owners whose public pages each show their own number.

    `boards` are the kinds of owners ("district", "subdistrict", …) on whose board it stands; without them those of `kept.owners`, or of
    `subjects`, and the district. `readable(user, rows, subject, period)` narrows the counted rows that `user` may open beyond
    `visible_to`, where being counted says something about a person that the row itself does not, such as that they were a
    representative on the day (`platform.web.lookups.seen_through`).
    """

    code: str
    label: Any
    unit: Any
    how_counted: Any
    records: Callable[[Any, Period], QuerySet]
    value: Callable[[QuerySet], Any] = lambda rows: rows.count()
    total: Callable[[Any, Period], Any] | None = None
    subjects: Sequence[str] = ()
    step: str = ""
    order: int = 100
    kept: Kept | None = None
    follows: Sequence[str] = ()
    part_of: str = ""
    persons: str = ""
    instead_of: str = ""
    subset_of: str = ""
    shown_by: str = ""
    boards: Sequence[str] = ()
    readable: Callable[[Any, QuerySet, Any, Period], QuerySet] = lambda user, rows, subject, period: rows

    def of(self, subject: Any = None, period: Period = EVER) -> Any:
        """Return the number for `subject` (None: the whole district) in `period`."""
        return self.total(subject, period) if self.total else self.value(self.records(subject, period))

    def stands_on(self, kind: str) -> bool:
        """Return whether it counts something for the board of an owner of `kind`, one of `subjects` or "district"."""
        if self.instead_of:
            return False
        if self.boards:
            return kind in self.boards
        return kind == DISTRICT or kind in (self.kept.owners if self.kept else self.subjects)
