"""Chance that can be repeated: each part of the demo draws from dice of its own, made from the seed and the part's name."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

from chengyang import clock
from chengyang.lib.vault.public_ids import ALPHABET, LENGTH

PHONES = 10**8  # numbers behind the prefix 154, which is assigned to no carrier


class Dice(random.Random):
    """A repeatable source of chance; `Dice(1, "persons")` draws the same whatever other parts of the demo do."""

    def __new__(cls, *name: Any) -> "Dice":
        return super().__new__(cls)

    def __init__(self, *name: Any) -> None:
        super().__init__("/".join(map(str, name)))

    def chance(self, share: float) -> bool:
        """Return True in `share` (0 to 1) of all cases."""
        return self.random() < share

    def public_id(self) -> str:
        """Return ten characters as `vault.public_ids` makes them, but repeatable."""
        bits = self.getrandbits(5 * LENGTH)
        return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 5 * LENGTH, 5))

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """Return a day between two days, both included; `first` where `last` lies before it."""
        return first + dt.timedelta(days=self.randint(0, max((last - first).days, 0)))

    def moment(self, day: dt.date, first_hour: int = 8, last_hour: int = 21) -> dt.datetime:
        """Return a moment of `day` between two hours, to the minute."""
        return clock.at(day, dt.time(self.randint(first_hour, last_hour), self.randint(0, 59)))

    def some(self, options: Sequence[Any], most: int) -> list[Any]:
        """Return up to `most` different ones of `options`, in the order of `options`; perhaps none."""
        wanted = self.sample(range(len(options)), min(self.randint(0, most), len(options)))
        return [options[place] for place in sorted(wanted)]

    def distinct(self, pool: Sequence[Any], weights: Sequence[float], number: int) -> list[Any]:
        """Return `number` different ones of `pool` (fewer where it is smaller); `weights` are cumulative."""
        found: dict[Any, None] = {}
        for _ in range(8):
            if len(found) >= number or not pool:
                break
            found.update(dict.fromkeys(self.choices(pool, cum_weights=weights, k=number)))
        return list(found)[:number]


def phones(dice: Dice) -> Iterator[str]:
    """Yield different numbers of the demonstration as they are stored, `+86154…`."""
    given: set[int] = set()
    while True:
        number = dice.randrange(PHONES)
        if number not in given:
            given.add(number)
            yield f"+86154{number:08d}"
