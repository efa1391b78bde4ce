"""Who accessed the data of a person, and why: read from the audit, with labels instead of officers' names (requirements P10)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q

from chengyang import clock
from chengyang.platform.audit.models import Entry

from ..officer_labels import officer_labels
from ..reasons import DisclosureReason
from .descriptions import label, title

READ_VERBS = ("read", "seen", "exported", "printed")  # last part of the audit verbs that mean an access
_REASONS = dict(DisclosureReason.choices)


@dataclass(frozen=True)
class Access:
    """One access: time, label of the officer, what was read, and why."""

    at: dt.datetime
    who: str
    what: str
    why: str


def accesses(user: Any, *, days: int | None = None, most: int = 200) -> list[Access]:
    """Return accesses by others to the data of `user`, newest first, at most `most`; with `days` of the last days only."""
    concerned = Q(user=user.public_id)
    if person := getattr(user, "person", None):
        concerned |= Q(person=person.public_id)
    entries = Entry.objects.filter(concerned).exclude(actor=user.public_id).exclude(actor="").order_by("-id")
    entries = entries.filter(verb__regex=rf"\.({'|'.join(READ_VERBS)})$")
    if days is not None:
        entries = entries.filter(at__gte=clock.now() - dt.timedelta(days=days))
    found = list(entries[:most])
    labels = officer_labels({entry.actor_id for entry in found})
    return [Access(entry.at, labels[entry.actor_id], _what(entry), _why(entry)) for entry in found]


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
