"""曾用名: the names that an organization had, from the history of its row; a slip that was put right the same day is none."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from .models import Organization


@dataclass(frozen=True)
class FormerName:
    """A name, and the day on which another one took its place."""

    name: str
    until: dt.date


def former_names(organization: Organization) -> list[FormerName]:
    """Return the former names of `organization`, the latest first, each once.

    A name that was given and replaced on one day was never in use, but for the first one, with which it was entered.
    """
    events = organization.history.order_by("pgh_id").values_list("name", "pgh_created_at")  # type: ignore[attr-defined]
    found: list[FormerName] = []
    began: dt.date | None = None
    rows = [(name, timezone.localdate(at)) for name, at in events]
    for place, (name, day) in enumerate(rows):
        after = rows[place + 1][0] if place + 1 < len(rows) else organization.name
        if after == name:
            continue
        if began != day:
            found.append(FormerName(name, day))
        began = day
    latest = {one.name: one for one in found if one.name != organization.name}
    return sorted(latest.values(), key=lambda one: one.until, reverse=True)
