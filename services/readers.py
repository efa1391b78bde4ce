"""Who opened a request, as its author reads it (requirements P10)."""

from typing import Any

from chengyang.platform.accounts.models import User
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.audit.models import Entry

from .models import Request

MOST = 20  # readers that are named
LOOKED_AT = 100  # openings, the latest ones


def readers_of(request: Request) -> list[tuple[str, Any]]:
    """Return (name, moment) of those who opened `request`, the latest first, each once."""
    label, key = subject_of(request)
    rows = Entry.objects.filter(subject=label, subject_id=key, verb="request.read").order_by("-at")
    latest: dict[str, Any] = {}
    for actor, at in rows.values_list("actor", "at")[:LOOKED_AT]:
        latest.setdefault(actor, at)
    names = dict(User.objects.filter(public_id__in=latest).values_list("public_id", "name"))
    return [(names[actor], at) for actor, at in latest.items() if actor in names][:MOST]
