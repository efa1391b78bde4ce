"""Repeatable random numbers: each part of the demo has its own source, made from the seed and the name of the part."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

from chengyang import clock
from chengyang.lib.vault.public_ids import ALPHABET, LENGTH

PHONES = 10**8  # numbers behind the prefix 154, which is assigned to no carrier


class RandomSource(random.Random):
    """A seeded `random.Random`; `RandomSource(1, "persons")` yields the same values whatever other parts of the demo draw."""

    def __new__(cls, *name: Any) -> "RandomSource":
        return super().__new__(cls)

    def __init__(self, *name: Any) -> None:
        super().__init__("/".join(map(str, name)))

    def chance(self, share: float) -> bool:
        """Return True with probability `share` (0 to 1)."""
        return self.random() < share

    def public_id(self) -> str:
        """Return a public id as `vault.public_ids` makes it, but repeatable."""
        bits = self.getrandbits(5 * LENGTH)
        return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 5 * LENGTH, 5))

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """Return a day from `first` to `last`, both included; `first` when `last` lies before it."""
        return first + dt.timedelta(days=self.randint(0, max((last - first).days, 0)))

    def moment(self, day: dt.date, first_hour: int = 8, last_hour: int = 21) -> dt.datetime:
        """Return a moment of `day` from `first_hour`:00 to `last_hour`:59, to the minute."""
        return clock.at(day, dt.time(self.randint(first_hour, last_hour), self.randint(0, 59)))

    def some(self, options: Sequence[Any], most: int) -> list[Any]:
        """Return 0 to `most` different items of `options`, in the order of `options`."""
        wanted = self.sample(range(len(options)), min(self.randint(0, most), len(options)))
        return [options[place] for place in sorted(wanted)]

    def distinct(self, pool: Sequence[Any], weights: Sequence[float], number: int) -> list[Any]:
        """Return up to `number` different items of `pool`; `weights` are cumulative.

        It tries eight times: with very unequal weights it may return fewer.
        """
        found: dict[Any, None] = {}
        for _ in range(8):
            if len(found) >= number or not pool:
                break
            found.update(dict.fromkeys(self.choices(pool, cum_weights=weights, k=number)))
        return list(found)[:number]


def phones(rng: RandomSource) -> Iterator[str]:
    """Yield different phone numbers of the demo as they are stored, `+86154…`."""
    given: set[int] = set()
    while True:
        number = rng.randrange(PHONES)
        if number not in given:
            given.add(number)
            yield f"+86154{number:08d}"
