"""Which outcomes may be the same thing, by date, number and words: a pure function of their values."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

NEAR = dt.timedelta(days=14)  # two organizers write down the day of the promise and the day of the transfer
ALIKE, SOMEWHAT = 0.6, 0.2  # share of the pairs of characters that two names have in common
CLOSE = Decimal("0.2")  # of the larger number
_SIGNS = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[（(][^）)]*[）)]")


@dataclass(frozen=True)
class Values:
    """What is compared of an outcome; `number` is in yuan or in the unit of its kind."""

    title: str
    happened_on: dt.date
    number: Decimal
    activity_id: int | None = None


def likeness(first: str, second: str) -> float:
    """Return the share of pairs of neighbouring characters that both names have, from 0 to 1; what stands in brackets is left out."""
    left, right = _pairs(first), _pairs(second)
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else float(first == second)


def _pairs(text: str) -> set[str]:
    plain = _SIGNS.sub("", _BRACKETS.sub("", text)).lower()
    return {plain[n : n + 2] for n in range(len(plain) - 1)} or {plain} - {""}


def signs_of(first: Values, second: Values) -> list[str]:
    """Return why two outcomes of one kind may be the same thing, empty where they are not like each other.

    They are when at most 14 days lie between them and they belong to one activity, or their names are alike and their numbers
    close, or their numbers are equal, above one, and the names have something in common or the day is the same.
    """
    days = abs(first.happened_on - second.happened_on)
    if days > NEAR:
        return []
    words = likeness(first.title, second.title)
    same_number = first.number == second.number
    larger, smaller = max(first.number, second.number), min(first.number, second.number)
    close = smaller >= larger * (1 - CLOSE)
    same_activity = first.activity_id is not None and first.activity_id == second.activity_id
    equal = same_number and first.number > 1 and (words >= SOMEWHAT or not days)
    if not (same_activity or equal or (words >= ALIKE and close)):
        return []
    return [
        _("同一天") if not days else _("相隔 %(n)d 天") % {"n": days.days},
        *([_("数额相同")] if same_number else [_("数额相近")] if close else []),
        *([_("名称相近")] if words >= ALIKE else []),
        *([_("同一场活动")] if same_activity else []),
    ]
