"""When something takes place: six years that end today, the present month full, and what is coming."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chengyang.lib.chinese import workdays

from .dataset import YEARS, World
from .randomness import Dice
from .words import topics

PROGRAMME_SHARE = 0.58  # of past activities: more than 150 in the four programmes by the end of 2023
PROGRAMME_SHARE_NOW = 0.8  # the present month shows what the programmes are
A_MONTH, LATELY = 8, 17  # activities in a month, and in the three months before this one
COMING_WEEKS = 5  # with something on two days of three
APART = dt.timedelta(days=12)  # between what is told of in story.py and the same thing drawn by chance
FAR = (48, 62, 75)  # days ahead that have something already


@dataclass
class Slot:
    """One event to be: the day, what it is about, and what is special about it (`full`, `few`, `cancelled` …)."""

    day: dt.date
    topic: dict[str, Any]
    marks: set[str] = field(default_factory=set)


class Deck:
    """Topics in a turning order, so that nothing comes again before the others have had their turn."""

    def __init__(self, world: World, dice: Dice, told: list[Slot]) -> None:
        self.world, self.share, self.told = world, 0.0, told
        self.piles = {True: [t for t in topics if "programme" in t], False: [t for t in topics if "programme" not in t]}
        for pile in self.piles.values():
            dice.shuffle(pile)

    def draw(self, day: dt.date, share: float, *, for_all: bool = False) -> dict[str, Any]:
        """Return the next topic that fits `day`; `share` of all draws are of a programme. `for_all` is open to everybody."""
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
        """Return whether `topic` makes sense on `day`: month, kind of day, a host that is there, and not told of anyway."""
        if any(slot.topic["title"] == topic["title"] and abs(slot.day - day) < APART for slot in self.told):
            return False
        if day.month not in topic.get("months", (day.month,)):
            return False
        is_workday = workdays.is_workday(day, self.world.exceptions)
        if topic.get("days") == ("weekend" if is_workday else "workday"):
            return False
        return is_open(self.world, topic.get("host", ""), day) and is_open(self.world, topic.get("at", ""), day)


def is_open(world: World, where: str, day: dt.date) -> bool:
    """Return whether the base that `where` names (as a host or by its name) is open on `day`; other places always are."""
    slug = where.removeprefix("base:")
    base = world.bases.get(slug) or next((base for base in world.bases.values() if base.name == where), None)
    return base is None or base.opened_on <= day


def slots(world: World, told: list[Slot]) -> list[Slot]:
    """Return everything that takes place; `told` is settled already, and leaves less room on its days."""
    dice = world.dice("schedule")
    deck = Deck(world, dice, told)
    month = world.today.replace(day=1)
    found = [Slot(day, deck.draw(day, PROGRAMME_SHARE)) for day in _past(world, dice, month)]
    found += [
        Slot(day, deck.draw(day, PROGRAMME_SHARE_NOW, for_all=True)) for day in _present(world, dice, month, told)
    ]
    return sorted([*found, *told], key=lambda slot: (slot.day, slot.topic["title"]))


def _past(world: World, dice: Dice, month: dt.date) -> Iterator[dt.date]:
    """Yield the days of past months, a little more than one in two of them free days."""
    first = _years_before(world.today, YEARS)
    while first < month:
        following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        last = following - dt.timedelta(days=1)
        usual = LATELY if (month - first).days < 95 else A_MONTH
        wanted = round(usual * ((last - first).days + 1) / 30)
        yield from sorted(_spread(world, dice, first, last, wanted))
        first = following


def _spread(world: World, dice: Dice, first: dt.date, last: dt.date, wanted: int) -> list[dt.date]:
    """Return `wanted` days, half of them weekends; the long holidays are left to families."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    free = [day for day in days if day.weekday() >= 5 and not workdays.is_workday(day, world.exceptions)]
    worked = [day for day in days if workdays.is_workday(day, world.exceptions)]
    on_free = min(wanted // 2, len(free))
    return dice.sample(free, on_free) + dice.sample(worked, min(wanted - on_free, len(worked)))


def _present(world: World, dice: Dice, month: dt.date, told: list[Slot]) -> Iterator[dt.date]:
    """Yield the days of the present month, each at least once, and of the weeks to come."""
    end = (month + dt.timedelta(days=32)).replace(day=1)
    last = max(end, world.ahead(7 * COMING_WEEKS))
    settled = Counter(slot.day for slot in told)
    for number in range((last - month).days):
        day = month + dt.timedelta(days=number)
        times = 1 + (day.weekday() >= 5 and dice.chance(0.85)) - settled[day]
        if day >= end and day > world.ahead(7) and day.weekday() < 5 and number % 3 == 0:
            times = 0
        yield from [day] * times
    yield from (world.ahead(days) for days in FAR if world.ahead(days) >= last)


def _years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years, day=min(day.day, 28)) + dt.timedelta(days=1)
