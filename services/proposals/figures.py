"""Figures of a year: how many proposals, how many answered, in time and adopted, and the same by department."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.web.suppression import FEWEST

from ..models import Proposal, Referral
from . import due

AT_ONCE = 2_000  # answers of a year that are in memory at the same time


@dataclass
class Unit:
    """The answers of one department: how many, how many by the due date, and the working days of each."""

    name: str
    answered: int = 0
    in_time: int = 0
    days: list[int] = field(default_factory=list)

    def add(self, days: int, in_time: bool) -> None:
        """Count one answer."""
        self.answered += 1
        self.in_time += in_time
        self.days.append(days)

    @property
    def median(self) -> float | int | None:
        """Return the median of the working days."""
        return due.median_of(self.days)

    @property
    def share(self) -> int | None:
        """Return how many percent were in time, None without an answer."""
        return round(100 * self.in_time / self.answered) if self.answered else None


@dataclass
class Year:
    """The figures of one year; `submitted` counts proposals by the day of submission, the others answers by their day."""

    year: int
    submitted: int
    adopted: int
    total: Unit
    units: list[Unit]


def of_year(year: int) -> Year:
    """Return the figures of `year`. Reads every answer of the year, five columns of each: working days are counted one by one."""
    first, last = clock.at(dt.date(year, 1, 1)), clock.at(dt.date(year + 1, 1, 1))
    submitted = Proposal.objects.filter(submitted_at__gte=first, submitted_at__lt=last).exclude(state="withdrawn")
    rows = Referral.objects.answered().filter(answered_at__gte=first, answered_at__lt=last)
    columns = ("forwarded_at", "answered_at", "due_on", "result", "department__name")
    total, adopted = Unit(_("合计")), 0
    units: dict[str, Unit] = defaultdict(lambda: Unit(""))
    for row in rows.select_related("department").only(*columns).order_by("answered_at").iterator(AT_ONCE):
        days, in_time = due.used_days(row), due.was_in_time(row)
        unit = units[row.department.name]
        unit.name = row.department.name
        unit.add(days, in_time)
        total.add(days, in_time)
        adopted += row.result in ("adopted", "partly")
    ordered = sorted(units.values(), key=lambda one: (-one.answered, one.name))
    return Year(year, submitted.order_by().count(), adopted, total, ordered)


def for_public(figures: Year) -> Year:
    """Return `figures` with the departments of fewer than five answers in one row that has five at least; without it, where all have less."""
    shown = [unit for unit in figures.units if unit.answered >= FEWEST]
    few = [unit for unit in figures.units if unit.answered < FEWEST]
    while few and shown and sum(unit.answered for unit in few) < FEWEST:
        few.append(shown.pop())  # the one with the fewest answers
    if few:
        other = Unit(_("其他 %(n)d 个单位") % {"n": len(few)})
        for unit in few:
            other.answered += unit.answered
            other.in_time += unit.in_time
            other.days += unit.days
        shown += [other] if other.answered >= FEWEST else []
    return Year(figures.year, figures.submitted, figures.adopted, figures.total, shown)


def list_of(year: int, user: Any) -> Any:
    """Return the proposals that were submitted in `year` and that `user` may read, by number."""
    first, last = clock.at(dt.date(year, 1, 1)), clock.at(dt.date(year + 1, 1, 1))
    return (
        Proposal.objects.visible_to(user)
        .filter(submitted_at__gte=first, submitted_at__lt=last)
        .select_related("author")
        .order_by("number", "pk")
    )
