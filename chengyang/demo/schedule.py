"""The days and topics of all activities: six years up to today, every day of this month, and the coming weeks."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chengyang.lib.chinese import workdays

from .dataset import YEARS, Dataset
from .randomness import RandomSource
from .words import topics

PROGRAMME_SHARE = 0.58  # share of past activities: gives more than 150 in the four programmes by the end of 2023
PROGRAMME_SHARE_NOW = 0.8  # of this month, so that the home page shows the programmes
A_MONTH, LATELY = 8, 17  # activities in a month; in each of the three months before this one
COMING_WEEKS = 5  # in which two of three weekdays have an activity
APART = dt.timedelta(days=12)  # least time between a scripted event and a drawn one of the same topic
FAR = (48, 62, 75)  # single days further ahead that have an activity


@dataclass
class Slot:
    """A planned event: day, topic, and marks (`full`, `few`, `cancelled` …) that later steps act on."""

    day: dt.date
    topic: dict[str, Any]
    marks: set[str] = field(default_factory=set)


class TopicQueue:
    """Topics in rotation: a topic comes again only after the others have been drawn."""

    def __init__(self, dataset: Dataset, rng: RandomSource, scripted: list[Slot]) -> None:
        self.dataset, self.share, self.scripted = dataset, 0.0, scripted
        self.piles = {True: [t for t in topics if "programme" in t], False: [t for t in topics if "programme" not in t]}
        for pile in self.piles.values():
            rng.shuffle(pile)

    def draw(self, day: dt.date, share: float, *, for_all: bool = False) -> dict[str, Any]:
        """Return the next topic that fits `day`.

        `share` (0 to 1) of all draws belong to a programme. With `for_all` the topic is open to everybody. Raises
        LookupError when no topic fits.
        """
        self.share += share
        is_programme = self.share >= 1
        self.share -= is_programme
        for pile in (self.piles[is_programme], self.piles[not is_programme]):
            for place, topic in enumerate(pile):
                if self.fits(topic, day) and not (for_all and "audience" in topic):
                    pile.append(pile.pop(place))
                    return topic
        raise LookupError(f"nothing fits {day}")

    def fits(self, topic: dict[str, Any], day: dt.date) -> bool:
        """Return whether `topic` fits `day`: month, kind of day, open host and place, no scripted event of the topic nearby."""
        if any(slot.topic["title"] == topic["title"] and abs(slot.day - day) < APART for slot in self.scripted):
            return False
        if day.month not in topic.get("months", (day.month,)):
            return False
        is_workday = workdays.is_workday(day, self.dataset.exceptions)
        if topic.get("days") == ("weekend" if is_workday else "workday"):
            return False
        return is_open(self.dataset, topic.get("host", ""), day) and is_open(self.dataset, topic.get("at", ""), day)


def is_open(dataset: Dataset, where: str, day: dt.date) -> bool:
    """Return whether the base `where` (`base:<slug>` or its name) is open on `day`; True for other places."""
    slug = where.removeprefix("base:")
    base = dataset.bases.get(slug) or next((base for base in dataset.bases.values() if base.name == where), None)
    return base is None or base.opened_on <= day


def slots(dataset: Dataset, scripted: list[Slot]) -> list[Slot]:
    """Return the slots of all activities in order of time; days that have `scripted` slots get fewer drawn ones."""
    rng = dataset.random_source("schedule")
    queue = TopicQueue(dataset, rng, scripted)
    month = dataset.today.replace(day=1)
    found = [Slot(day, queue.draw(day, PROGRAMME_SHARE)) for day in _past(dataset, rng, month)]
    found += [
        Slot(day, queue.draw(day, PROGRAMME_SHARE_NOW, for_all=True)) for day in _present(dataset, rng, month, scripted)
    ]
    return sorted([*found, *scripted], key=lambda slot: (slot.day, slot.topic["title"]))


def _past(dataset: Dataset, rng: RandomSource, month: dt.date) -> Iterator[dt.date]:
    """Yield the days of activities in past months, about half of them days off."""
    first = _years_before(dataset.today, YEARS)
    while first < month:
        following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        last = following - dt.timedelta(days=1)
        usual = LATELY if (month - first).days < 95 else A_MONTH
        wanted = round(usual * ((last - first).days + 1) / 30)
        yield from sorted(_spread(dataset, rng, first, last, wanted))
        first = following


def _spread(dataset: Dataset, rng: RandomSource, first: dt.date, last: dt.date, wanted: int) -> list[dt.date]:
    """Return `wanted` days, half of them weekends; public holidays on weekdays have no activities."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    free = [day for day in days if day.weekday() >= 5 and not workdays.is_workday(day, dataset.exceptions)]
    worked = [day for day in days if workdays.is_workday(day, dataset.exceptions)]
    on_free = min(wanted // 2, len(free))
    return rng.sample(free, on_free) + rng.sample(worked, min(wanted - on_free, len(worked)))


def _present(dataset: Dataset, rng: RandomSource, month: dt.date, scripted: list[Slot]) -> Iterator[dt.date]:
    """Yield the days of this month, each at least once, and of the coming weeks."""
    end = (month + dt.timedelta(days=32)).replace(day=1)
    last = max(end, dataset.ahead(7 * COMING_WEEKS))
    settled = Counter(slot.day for slot in scripted)
    for number in range((last - month).days):
        day = month + dt.timedelta(days=number)
        times = 1 + (day.weekday() >= 5 and rng.chance(0.85)) - settled[day]
        if day >= end and day > dataset.ahead(7) and day.weekday() < 5 and number % 3 == 0:
            times = 0
        yield from [day] * times
    yield from (dataset.ahead(days) for days in FAR if dataset.ahead(days) >= last)


def _years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years, day=min(day.day, 28)) + dt.timedelta(days=1)
