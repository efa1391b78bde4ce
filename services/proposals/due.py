"""Due dates of proposals, counted by the same functions as those of requests (requirements, "3.4 Deadlines to encode")."""

import datetime as dt
import statistics
from collections.abc import Iterable

from django.utils import timezone

from chengyang import clock
from chengyang.platform.workdays import deadlines

from .. import reckoning
from ..due import LONGEST_HOLIDAYS
from ..models import ANSWER_DAYS, REVIEW_DAYS, Proposal, Referral

# Calendar days from the last submission: no answer is due later (the same table, "never").
NEVER_AFTER = dt.timedelta(days=90)
FEWEST_DAYS = 5  # working days that a department has at least, also when the office forwards late


def review_due(start: dt.date | None = None) -> dt.date:
    """Return the day by which the office decides on what it got on `start` (default: today)."""
    return deadlines.due_on(start or clock.today(), REVIEW_DAYS)


def first_due(proposal: Proposal) -> dt.date:
    """Return the due date of a department to which `proposal` is forwarded today."""
    return _within(proposal, clock.today(), ANSWER_DAYS)


def _within(proposal, start, days):
    """Return the day that is `days` working days after `start`, but not later than 90 days after the last submission.

    A proposal that lay with the office, or came back from another department, still leaves 5 working days.
    """
    counted = min(deadlines.due_on(start, days), latest_of(proposal))
    return max(counted, deadlines.due_on(start, FEWEST_DAYS))


def asked_days(referral: Referral) -> int:
    """Return the working days that the department of `referral` has: those after it was forwarded until it is due."""
    return max(1, deadlines.left(referral.due_on, timezone.localdate(referral.forwarded_at)))


def days_of(referral: Referral) -> list[reckoning.Day]:
    """Return the days of the count of `referral`: the working days from the one after it was forwarded until it is due."""
    start, total = timezone.localdate(referral.forwarded_at), asked_days(referral)
    last = start + dt.timedelta(days=2 * total + LONGEST_HOLIDAYS)
    return reckoning.count(start, total, (), deadlines.exceptions(range(start.year, last.year + 1)))


def counted_due(referral: Referral) -> dt.date:
    """Return the day that is 15 working days, and those granted in addition, after `referral` was forwarded."""
    return deadlines.due_on(timezone.localdate(referral.forwarded_at), ANSWER_DAYS + referral.extra_days)


def due_of(referral: Referral) -> dt.date:
    """Return the due date of `referral` as it is counted today, by the same rule as when it was forwarded."""
    start = timezone.localdate(referral.forwarded_at)
    return _within(referral.proposal, start, ANSWER_DAYS + referral.extra_days)


def later_due(referral: Referral) -> dt.date:
    """Return the due date of `referral` to store: the counted one, or the promised one when that is later."""
    return max(referral.due_on, due_of(referral))


def latest_of(proposal: Proposal) -> dt.date:
    """Return the day after which no answer to `proposal` may be due."""
    return timezone.localdate(proposal.last_submitted_at or proposal.submitted_at or proposal.at) + NEVER_AFTER


def used_days(referral: Referral) -> int:
    """Return the working days from the day on which `referral` was forwarded to the day of its answer."""
    start, answered = timezone.localdate(referral.forwarded_at), timezone.localdate(referral.answered_at)
    return max(0, deadlines.left(answered, start))


def was_in_time(referral: Referral) -> bool:
    """Return whether `referral` was answered by its due date."""
    return timezone.localdate(referral.answered_at) <= referral.due_on


def median_of(numbers: Iterable[int]) -> float | int | None:
    """Return the median of `numbers` of working days, None without any."""
    found = list(numbers)
    middle = statistics.median(found) if found else None
    return int(middle) if middle is not None and middle == int(middle) else middle
