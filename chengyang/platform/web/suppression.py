"""Suppression of small numbers in public (domain.md rule 11)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet

from chengyang import extensions
from chengyang.extensions import EVER, Metric, Period

FEWEST = 5  # persons; promised in the privacy rules (chengyang/platform/privacy/texts)
SAMPLE = 100  # rows among which five different persons are looked for at first
PEOPLE = ("人", "人次")  # units whose small numbers the public does not read


def is_few(value: Any) -> bool:
    """Return whether a number of persons is too small to be published: one to four. Nobody is nobody."""
    return bool(0 < value < FEWEST)


def suppress_small(number: int) -> int | None:
    """Return `number`, or None below five. It applies to numbers of persons, and of objects that each stand for one person."""
    return number if number >= FEWEST else None


def is_few_people(unit: Any, value: Any) -> bool:
    """Return whether `value` of `unit` is a number of one to four persons."""
    return str(unit) in PEOPLE and is_few(int(value))


def is_about_persons(metric: Metric) -> bool:
    """Return whether few persons may be behind a number of `metric`."""
    return str(metric.unit) in PEOPLE or bool(metric.persons)


def few_behind(metric: Metric, value: Any, subject: Any = None, period: Period = EVER) -> bool:
    """Return whether one to four persons are behind `value`, the number of `metric` for `subject` (None: all) in `period`."""
    if is_few_people(metric.unit, value):
        return True
    if not value or not metric.persons:
        return False
    if metric.persons == "pk":  # each record is about another person
        return is_few(value)
    # Guests have no row as persons: who is not known as one is no reason to publish.
    return different(metric.records(subject, period), metric.persons) < FEWEST


def few_follow(metric: Metric, value: Any, period: Period) -> bool:
    """Return whether a small number follows from `value`, the number of `metric` for the district in `period`, and other public pages.

    Those are the pages of owners (`Metric.shown_by`), which leave out what is small, and the whole of which `metric` counts a part.
    """
    if metric.shown_by and metric.kept:
        (path,) = metric.kept.paths_of(metric.shown_by)
        rows = metric.records(None, period).order_by().filter(**{f"{path}__isnull": False}).values(path)
        owners = rows.annotate(number=metric.kept.value or Count("pk")).values_list("number", flat=True)
        if is_left_out_few(value, list(owners)):
            return True
    whole = extensions.whole_of(metric)
    return whole is not None and is_rest_few(whole, whole.of(None, period), metric, value, period)


def is_left_out_few(value: Any, by_owner: Collection[Any]) -> bool:
    """Return whether a small number follows from `value` less the numbers of owners that their pages show."""
    small = [number for number in by_owner if is_few(number)]
    left = value - sum(number for number in by_owner if not is_few(number))
    each_alike = (len(small), len(small) * (FEWEST - 1))  # all of them are one, or four
    return is_few(left) or bool(small and left in each_alike)


def is_rest_few(whole: Metric, all_of_them: Any, part: Metric, value: Any, period: Period) -> bool:
    """Return whether one to four persons are behind what `whole` counts besides `part`, whose number is `value`."""
    if not whole.persons:
        return is_few_people(whole.unit, all_of_them - value)
    if all_of_them == value:
        return False
    rows = whole.records(None, period).exclude(pk__in=part.records(None, period).order_by().values("pk"))
    return different(rows, whole.persons) < FEWEST


def different(rows: QuerySet, path: str) -> int:
    """Return how many different persons are at the lookup `path` of `rows`, counted no further than to `FEWEST`.

    The first rows tell it nearly always; else each query stops at the first row of another person, however many rows there are.
    """
    rows = rows.order_by().filter(**{f"{path}__isnull": False})
    first = list(rows.values_list(path, flat=True)[:SAMPLE])
    found = set(first)
    while len(found) < FEWEST and len(first) == SAMPLE:
        others = rows.exclude(**{f"{path}__in": found})
        if not (other := list(others.values_list(path, flat=True)[:1])):
            break
        found.update(other)
    return min(len(found), FEWEST)


def hidden_beside_sum(numbers: Mapping[Any, Any], few: Collection[Any]) -> tuple[set[Any], bool]:
    """Return the keys of `numbers` to hide beside their public sum, and whether the numbers at `few`, which are too small, are safe then.

    One small number alone could be computed from the sum, so the smallest other ones are hidden with it, until the sum of the small
    ones can have two values at least for a reader who knows this rule. They are not safe where there are too few others.
    """
    if not few:
        return set(), True
    hidden, small = set(few), sum(numbers[key] for key in few)
    others = sorted(
        (key for key, number in numbers.items() if number and key not in hidden), key=lambda key: numbers[key]
    )
    for place, key in enumerate(others, start=1):
        hidden.add(key)
        rest = [numbers[other] for other in others[place:]]
        if _can_vary(len(few), small, [numbers[other] for other in others[:place]], rest):
            return hidden, True
    return hidden, False


def _can_vary(count: int, small: Any, added: Sequence[Any], rest: Sequence[Any]) -> bool:
    """Return whether the sum of `count` hidden small numbers, `small`, can have another value beside the hidden ones that were `added`.

    Each of those is at least `FEWEST` and at most the smallest of the `rest`, which stay visible.
    """
    if small > count * (FEWEST - 1):  # they are not small themselves, such as hours: few persons are behind them
        return True
    together = small + sum(added)
    least = max(count, together - len(added) * rest[0]) if rest else count
    return bool(least < min(count * (FEWEST - 1), together - len(added) * FEWEST))
