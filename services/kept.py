"""说到做到: how long the answers of a team took, computed from its records for its public page.

A request stands for a person, so that no number from one to four is shown (domain.md rule 11): days are put together into one
bar until it has five, and what could be computed from the sum is left out too.
"""

import math
import statistics
from collections import Counter
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang.platform.web.suppression import is_few, suppress_small

from . import due
from .models import DAYS, Solved, Team
from .suggestions import answered

# The drawing, in the units of its viewBox: a day is 42 wide, of which 16 lie between bars; the ground is at 116.
STEP, GAP, MARGIN, GROUND, HIGHEST = 42, 16, 8, 116, 84


@dataclass(frozen=True)
class Bar:
    """The answers that took `label` working days: a bar of the drawing, and a row of the table beside it."""

    label: str
    words: str
    count: int  # none, or five and more
    x: int
    width: int
    height: float
    is_middle: bool  # the median is among them
    is_late: bool  # all of them took longer than promised

    @property
    def y(self) -> float:
        """Return the top of the bar."""
        return GROUND - self.height

    @property
    def middle(self) -> int:
        """Return the middle of the bar."""
        return self.x + self.width // 2

    @property
    def label_y(self) -> float:
        """Return the line on which its number stands."""
        return self.y - 6


@dataclass(frozen=True)
class Bars:
    """The histogram: its bars, its width, and where the line of the promised days is."""

    bars: list[Bar]
    width: int
    limit: int
    description: str


@dataclass(frozen=True)
class Kept:
    """The record of the last 90 days: working days until the answer, how many were in time, how many are said to be solved."""

    count: int
    median: float
    in_time: int | None  # None: too few on one side
    late: int | None
    rated: int | None  # None: too few to publish
    solved: int | None
    bars: Bars


def record_of(team: Team) -> Kept | None:
    """Return the record of `team`, None while fewer than five requests were answered: too few to publish."""
    rows = list(answered([team.pk]))
    if suppress_small(len(rows)) is None:
        return None
    used = [due.used_days(row) for row in rows]
    late = sum(timezone.localdate(row.answered_at) > row.due_on for row in rows)
    rated = [row.solved for row in rows if row.solved]
    solved = sum(one == Solved.YES for one in rated)
    shown = suppress_small(len(rated)) is not None and not _any_few(solved, len(rated) - solved, len(rows) - len(rated))
    median = statistics.median(used)
    # What took longer than promised and was in time, because it was complex, is the difference to the last bar.
    two_sides = not _any_few(late, len(rows) - late, abs(sum(days > DAYS for days in used) - late))
    return Kept(
        count=len(rows),
        median=median,
        in_time=len(rows) - late if two_sides else None,
        late=late if two_sides else None,
        rated=len(rated) if shown else None,
        solved=solved if shown else None,
        bars=bars_of(used, median),
    )


def _any_few(*numbers: int) -> bool:
    return any(map(is_few, numbers))


def bars_of(used: list[int], median: float) -> Bars:
    """Return the histogram of `used`, the working days of five answers and more, with `median` marked; above `DAYS` is one bar.

    An answer on the day of the request counts as the first day. No bar has one to four answers.
    """
    counted = Counter(min(max(days, 1), DAYS + 1) for days in used)
    middle = min(max(math.ceil(median), 1), DAYS + 1)
    classes = _classes(counted)
    highest = max((sum(counted[day] for day in days) for days in classes), default=1)
    bars = []
    for days in classes:
        count, (label, words) = sum(counted[day] for day in days), _names(days)
        height, x = round(HIGHEST * count / max(highest, 1), 1), MARGIN + STEP * (days[0] - 1)
        width = STEP * len(days) - GAP
        bars.append(Bar(label, words, count, x, width, height, is_middle=middle in days, is_late=days[0] > DAYS))
    words = "，".join(_("%(words)s %(n)d 件") % {"words": bar.words, "n": bar.count} for bar in bars)
    return Bars(
        bars=bars,
        width=STEP * (DAYS + 1),
        limit=STEP * DAYS,
        description=_("按用时分：%(words)s；中位数 %(median)g 个工作日") % {"words": words, "median": median},
    )


def _classes(counted: Counter[int]) -> list[range]:
    """Return the days 1 to `DAYS` + 1, put together so that each range has no answer, or five and more."""
    late = counted[DAYS + 1]
    if _any_few(late, counted.total() - late):  # the last bar would be too small, or all the others together
        return _put_together(counted, range(1, DAYS + 2))
    return [*_put_together(counted, range(1, DAYS + 1)), range(DAYS + 1, DAYS + 2)]


def _put_together(counted: Counter[int], days: range) -> list[range]:
    found: list[range] = []
    first = days.start
    for day in days:
        count = sum(counted[one] for one in range(first, day + 1))
        if not _any_few(count):
            found.append(range(first, day + 1))
            first = day + 1
    if first < days.stop:  # what is left joins the last range that has answers, and the empty ones between
        while found and not any(counted[day] for day in found[-1]):
            first = found.pop().start
        found.append(range(found.pop().start if found else first, days.stop))
    return found


def _names(days: range) -> tuple[str, str]:
    """Return the label of a bar, and its words in the table."""
    first, last = days[0], days[-1]
    if first > DAYS:
        return _("超"), _("超过 %(n)d 个") % {"n": DAYS}
    if last > DAYS:
        return _("%(n)d 起") % {"n": first}, _("%(n)d 个工作日及以上") % {"n": first}
    if first == last:
        return str(first), _("%(n)d 个工作日") % {"n": first}
    return f"{first}–{last}", _("%(first)d 到 %(last)d 个工作日") % {"first": first, "last": last}
