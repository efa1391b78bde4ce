"""Planning the rotating chair: equal shares in whole months, in order, within posts and around absences (domain.md rule 6).

Pure functions on dates: what they plan is stored by an action, and read by nobody before.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

ONE_DAY = dt.timedelta(days=1)
HALF = dt.timedelta(days=15)  # a shared month changes hands on the 16th
Days = tuple[dt.date, dt.date]  # half-open


@dataclass(frozen=True)
class Chair:
    """Somebody who chairs in turn: `key` names them, `posts` are the days of their posts (None: no end), `away` their absences."""

    key: int
    posts: tuple[tuple[dt.date, dt.date | None], ...]
    away: tuple[Days, ...] = field(default=())

    def vacant_from(self, starts: dt.date, ends: dt.date) -> dt.date | None:
        """Return the first day from `starts` to `ends` (exclusive) on which they hold no post, None when they hold one on all."""
        return first_gap(self.posts, starts, ends)

    def is_away(self, starts: dt.date, ends: dt.date) -> bool:
        """Return whether they are away on one of the days."""
        return any(first < ends and last > starts for first, last in self.away)

    def can_chair(self, starts: dt.date, ends: dt.date) -> bool:
        """Return whether they hold a post on all days and are never away."""
        return self.vacant_from(starts, ends) is None and not self.is_away(starts, ends)


@dataclass(frozen=True)
class Share:
    """Days of one person: `key` is theirs, None when nobody can chair then.

    The key of somebody whose post ends before the share does names them although the days are vacant.
    """

    starts: dt.date
    ends: dt.date
    key: int | None


Turn = tuple[int, ...]  # the chairs of one month: one, or two who share it


def first_gap(posts: Sequence[tuple[dt.date, dt.date | None]], starts: dt.date, ends: dt.date) -> dt.date | None:
    """Return the first day from `starts` to `ends` (exclusive) that none of `posts` covers, None without a gap."""
    day = starts
    for first, last in sorted(posts, key=lambda post: post[0]):
        if first <= day and (last is None or last > day):
            if last is None or last >= ends:
                return None
            day = last
    return day if day < ends else None


def next_month(day: dt.date) -> dt.date:
    """Return the first day of the month after that of `day`."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def months_between(starts: dt.date, ends: dt.date) -> list[Days]:
    """Return the months from `starts` to `ends` (exclusive); the first and the last one may be cut."""
    found, day = [], starts
    while day < ends:
        after = min(next_month(day), ends)
        found.append((day, after))
        day = after
    return found


def halves(starts: dt.date, ends: dt.date) -> list[Days]:
    """Return the two halves of a month: to the 15th and from the 16th; of a shorter time the middle. One day is not cut."""
    days = (ends - starts).days
    if days < 2:
        return [(starts, ends)]
    middle = (
        starts + HALF if starts.day == 1 and ends == next_month(starts) else starts + dt.timedelta(days=(days + 1) // 2)
    )
    return [(starts, middle), (middle, ends)]


def plan(months: Sequence[Days], chairs: Sequence[Chair]) -> list[Share]:
    """Return the shares of `chairs` (each once, in their order) in `months` (in order, without gaps): all days, in order.

    Everybody gets as many half months as the others, or one more; the first ones get the more. Each has a turn before anybody
    has the next one. Two halves are one month. Who cannot chair in their month changes with somebody near. As many months as
    possible have somebody who can.
    """
    if not chairs:
        return [Share(starts, ends, None) for starts, ends in months]
    known = {chair.key: chair for chair in chairs}
    turns = _turns(len(months), [chair.key for chair in chairs])
    place = _placed(months, turns, known)
    free = (number for number in range(len(months)) if number not in place.values())
    place |= {turn: next(free) for turn in range(len(turns)) if turn not in place}
    turn_of = {month: turns[turn] for turn, month in place.items()}
    return [share for number, days in enumerate(months) for share in _shares(days, turn_of[number], known)]


def _turns(months: int, keys: Sequence[int]) -> list[Turn]:
    """Return who has which month when everybody always can: round by round, the shared months last."""
    each, more = divmod(2 * months, len(keys))
    half_months = [each + (place < more) for place in range(len(keys))]
    rounds = max(half_months) // 2
    whole: list[Turn] = [
        (key,) for number in range(rounds) for key, due in zip(keys, half_months, strict=True) if due // 2 > number
    ]
    odd = [key for key, due in zip(keys, half_months, strict=True) if due % 2]
    return [*whole, *zip(odd[::2], odd[1::2], strict=True)]  # the number of halves is even


def _placed(months: Sequence[Days], turns: Sequence[Turn], known: dict[int, Chair]) -> dict[int, int]:
    """Return turn → month for as many turns as possible, each as near to its place as the others allow.

    The augmenting paths of a bipartite matching: a turn takes the month of another one when that one finds a new month.
    """
    turn_of: dict[int, int] = {}

    def find(turn: int, tried: set[int]) -> bool:
        near = sorted(range(len(months)), key=lambda number: (abs(number - turn), number))
        fitting = [month for month in near if month not in tried and _fits(months[month], turns[turn], known)]
        for month in fitting:  # a month that nobody has moves nobody else
            if month not in turn_of:
                turn_of[month] = turn
                return True
        for month in fitting:
            if month not in tried:
                tried.add(month)
                if find(turn_of[month], tried):
                    turn_of[month] = turn
                    return True
        return False

    for turn in range(len(turns)):
        find(turn, set())
    return {turn: month for month, turn in turn_of.items()}


def _fits(days: Days, turn: Turn, known: dict[int, Chair]) -> bool:
    shares = _shares(days, turn, known)
    return all(share.key is not None and known[share.key].can_chair(share.starts, share.ends) for share in shares)


def _shares(days: Days, turn: Turn, known: dict[int, Chair]) -> list[Share]:
    """Return the month of a turn; of two who share it, the second begins where only this order is possible."""
    parts = halves(*days) if len(turn) == 2 else [days]
    orders = [turn, turn[::-1]] if len(parts) == 2 else [turn[:1]]

    def able(order: Turn) -> int:
        return sum(known[key].can_chair(*part) for key, part in zip(order, parts, strict=True))

    best = max(orders, key=able)  # the first of equals
    return [Share(*part, None if known[key].is_away(*part) else key) for key, part in zip(best, parts, strict=True)]
