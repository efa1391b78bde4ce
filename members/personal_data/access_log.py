"""Who accessed the data of a person, and why: one line per officer, thing and day, without officers' names (requirements P10).

Opening one row is an audit entry, reading lists and searches is counted in `audit.Reading`; both are shown together.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.audit.models import Entry, Reading

from ..officer_labels import officer_labels
from ..reasons import READING_REASONS, DisclosureReason
from .descriptions import label, title

READ_VERBS = ("read", "seen", "exported", "printed")  # last part of the audit verbs that mean an access
NAMED = {"signup.read", "request.read"}  # verbs whose subject is named: the activity, the request
MOST_ENTRIES = 2000  # that are read to make the lines
_REASONS = {**READING_REASONS, **dict(DisclosureReason.choices)}


@dataclass(frozen=True)
class Access:
    """The accesses of one officer to one thing on one day: the last time, the officer's label, what, why, how often."""

    at: dt.datetime
    who: str
    what: str
    why: str
    count: int = 1


@dataclass(frozen=True)
class _Key:
    day: dt.date
    actor_id: int
    verb: str
    subject: str
    subject_id: str
    fields: tuple[str, ...] = ()
    reason: str = ""


def accesses(
    user: Any, *, person: Any, days: int | None = None, most: int = 200, for_officers: bool = False
) -> list[Access]:
    """Return accesses by others to the data of `user` and their `person` (either may be None), newest first, at most `most`.

    With `days` only those of the last days. `for_officers` leaves out what a request or an activity is called: the officer who
    reads the list may be another one than its handlers.
    """
    concerned = Q(user=user.public_id) if user else Q(pk__in=[])
    if person:
        concerned |= Q(person=person.public_id)
    since = clock.now() - dt.timedelta(days=days) if days is not None else None
    found = sorted(_grouped(_counted(user, concerned, since)), key=lambda line: line[1], reverse=True)[:most]
    labels = officer_labels({key.actor_id for key, _at, _count in found})
    named = () if for_officers else (key for key, _at, _count in found if key.verb in NAMED)
    names = _names({(key.subject, key.subject_id) for key in named})
    return [Access(at, labels[key.actor_id], _what(key, names), _why(key), count) for key, at, count in found]


def _counted(user, concerned, since) -> Iterator[tuple[_Key, dt.datetime, int]]:
    """Yield (key, time, how often) from the audit and from the counted readings."""
    entries = Entry.objects.filter(concerned, verb__regex=rf"\.({'|'.join(READ_VERBS)})$")
    entries = entries.exclude(actor__in=["", user.public_id if user else ""]).order_by("-id")
    readings = Reading.objects.filter(concerned).exclude(actor_id=user.pk if user else None).order_by("-last_at")
    if since is not None:
        entries, readings = entries.filter(at__gte=since), readings.filter(last_at__gte=since)
    for row in entries[:MOST_ENTRIES]:
        day = timezone.localdate(row.at)
        yield _Key(day, row.actor_id, row.verb, row.subject, row.subject_id, tuple(row.fields), row.reason), row.at, 1
    for row in readings[:MOST_ENTRIES]:
        yield _Key(row.day, row.actor_id, row.verb, row.subject, row.subject_id), row.last_at, row.count


def _grouped(found: Iterable[tuple[_Key, dt.datetime, int]]) -> list[tuple[_Key, dt.datetime, int]]:
    lines: dict[_Key, tuple[dt.datetime, int]] = {}
    for key, at, count in found:
        before = lines.get(key, (at, 0))
        lines[key] = max(before[0], at), before[1] + count
    return [(key, at, count) for key, (at, count) in lines.items()]


def _names(subjects):
    """Return the names of the rows `subjects`: (model label, public id) → text."""
    found = {}
    for label_of_model in {label_of_model for label_of_model, _key in subjects}:
        keys = [key for other, key in subjects if other == label_of_model]
        rows = apps.get_model(label_of_model)._base_manager.filter(public_id__in=keys)
        found.update({(label_of_model, row.public_id): getattr(row, "title", "") or str(row) for row in rows})
    return found


def _what(key, names):
    if name := names.get((key.subject, key.subject_id)):
        words = _("活动“%(name)s”的报名名单") if key.verb == "signup.read" else _("诉求“%(name)s”")
        return words % {"name": name}
    try:
        model = apps.get_model(key.subject)
    except (LookupError, ValueError):
        return str(_("搜索结果"))
    if key.fields:
        return "、".join(label(model, name) for name in key.fields)
    if key.verb == "list.exported":
        return _("%(table)s名单（导出成文件）") % {"table": title(model)}
    if key.verb in ("paper.printed", "paper.exported"):
        return _("%(table)s的打印件") % {"table": title(model)}
    return _("%(table)s名单") % {"table": title(model)} if key.verb == "list.read" else title(model)


def _why(key):
    return str(_REASONS.get(key.reason) or _REASONS.get(key.verb) or _("办理业务"))
