"""The days on which a person is on duty, in several organizations at once; the same rule as `DutyQuerySet.on_duty`, by spans."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from .models import CHAIRING, Duty, Post

Span = tuple[dt.date, dt.date]  # half open


def own_days(user: Any, first: dt.date, last: dt.date) -> list[tuple[Duty, dt.date, dt.date]]:
    """Return (duty, starts, ends) of the days from `first` to `last` (exclusive) on which `user` is on duty, in order.

    A share without the days on which somebody else stands in, days as a substitute, and only while the posts last. Three
    queries.  (domain.md rule 6)
    """
    mine = list(
        Duty.objects.of(user).agreed().within(first, last).select_related("organization").order_by("starts", "pk")
    )
    organizations = {row.organization_id for row in mine}
    others = Duty.objects.substitutes().agreed().within(first, last).filter(organization__in=organizations)
    stand_ins = list(others.order_by("starts", "pk"))
    held = _posts_of(organizations, {row.person_id for row in (*mine, *stand_ins)})
    given_away = defaultdict(list)
    for row in stand_ins:
        given_away[row.organization_id] += common([(row.starts, row.ends)], held[row.organization_id, row.person_id])
    found = []
    for row in mine:
        days = common([(max(row.starts, first), min(row.ends, last))], held[row.organization_id, row.person_id])
        if row.kind == Duty.Kind.SHARE:
            days = without(days, given_away[row.organization_id])
        found += [(row, starts, ends) for starts, ends in days]
    return sorted(found, key=lambda one: (one[1], one[0].pk))


def _posts_of(organizations: Iterable[int], people: Iterable[Any]) -> dict[tuple[int, Any], list[Span]]:
    """Return the days of the chairing posts of `people`, by organization and person."""
    rows = Post.objects.valid().filter(kind__in=CHAIRING, person__state="active")
    rows = rows.filter(organization__in=organizations, person__in=people)
    found = defaultdict(list)
    for key, person, starts, ends in rows.values_list("organization", "person", "starts", "ends"):
        found[key, person].append((starts, ends or dt.date.max))
    return found


def common(days: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the days that are in both, as spans in order that do not touch."""
    cut = [(max(a, c), min(b, d)) for a, b in days for c, d in others if max(a, c) < min(b, d)]
    merged: list[Span] = []
    for starts, ends in sorted(cut):
        if merged and starts <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((starts, ends))
    return merged


def without(days: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the days of `days` that are not in `others`."""
    left = list(days)
    for starts, ends in others:
        left = [part for a, b in left for part in ((a, min(b, starts)), (max(a, ends), b)) if part[0] < part[1]]
    return sorted(left)
