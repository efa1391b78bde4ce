"""说到做到: how long the answers of a team took, computed from its records for its public page (domain.md rule 11)."""

import statistics
from collections import Counter
from dataclasses import dataclass

from chengyang.platform.web.suppression import suppress_small

from . import due
from .models import DAYS, Solved, Team
from .suggestions import answered


@dataclass(frozen=True)
class Kept:
    """The record of the last 90 days: working days until the answer, how many were in time, how many are said to be solved."""

    count: int
    median: float
    in_time: int
    late: int
    rated: int | None  # None: too few to publish
    solved: int | None
    days: list[tuple[str, int, bool]]  # (working days, answers, whether the median is among them)


def record_of(team: Team) -> Kept | None:
    """Return the record of `team`, None while fewer than five requests were answered: too few to publish."""
    rows = list(answered([team.pk]))
    if suppress_small(len(rows)) is None:
        return None
    used = [due.used_days(row) for row in rows]
    late = sum(row.answered_at.date() > row.due_on for row in rows)
    rated = [row.solved for row in rows if row.solved]
    solved = sum(one == Solved.YES for one in rated)
    shown = suppress_small(len(rated)) is not None and min(solved, len(rated) - solved) not in range(1, 5)
    median = statistics.median(used)
    return Kept(
        count=len(rows),
        median=median,
        in_time=len(rows) - late,
        late=late,
        rated=len(rated) if shown else None,
        solved=solved if shown else None,
        days=_days(used, median),
    )


def _days(used, median):
    counted = Counter(min(max(days, 1), DAYS + 1) for days in used)
    return [
        (str(number) if number <= DAYS else "", counted[number], number == round(max(median, 1)))
        for number in range(1, DAYS + 2)
    ]
