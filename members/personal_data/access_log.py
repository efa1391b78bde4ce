"""Who looked at what, for whom, and why (P10): from the audit, without names of officers."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q

from chengyang import clock
from chengyang.platform.audit.models import Entry

from ..officer_labels import labels_of
from ..reasons import DisclosureReason
from .descriptions import label, title

READING = (".read", ".seen", ".exported", ".printed")  # endings of verbs that mean: somebody looked
_REASONS = dict(DisclosureReason.choices)


@dataclass(frozen=True)
class Look:
    """One time that somebody looked: for which office, at what, and why."""

    at: dt.datetime
    who: str
    what: str
    why: str


def looks(user: Any, *, days: int | None = None, most: int = 200) -> list[Look]:
    """Return who looked at what of `user`, newest first; only the last `days` days when given."""
    concerned = Q(user=user.public_id)
    if person := getattr(user, "person", None):
        concerned |= Q(person=person.public_id)
    entries = Entry.objects.filter(concerned).exclude(actor=user.public_id).exclude(actor="").order_by("-id")
    wanted = "|".join(ending.removeprefix(".") for ending in READING)
    entries = entries.filter(verb__regex=rf"\.({wanted})$")
    if days is not None:
        entries = entries.filter(at__gte=clock.now() - dt.timedelta(days=days))
    found = list(entries[:most])
    words = labels_of({entry.actor_id for entry in found})
    return [Look(entry.at, words[entry.actor_id], _what(entry), _why(entry)) for entry in found]


def _what(entry):
    try:
        model = apps.get_model(entry.subject)
    except (LookupError, ValueError):
        return str(entry.verb_label)
    if not entry.fields:
        return title(model)
    return "、".join(label(model, name) for name in entry.fields)


def _why(entry):
    return str(_REASONS.get(entry.reason, entry.verb_label))
