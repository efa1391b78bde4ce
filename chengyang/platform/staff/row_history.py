"""What changed on a record, from the stored former versions of its row (`audit.history`)."""

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from chengyang.extensions import HistoryEntry
from chengyang.platform.accounts.models import User

from .detail_rows import field_row

MOST = 30  # steps on the page of a record


def changes_of(row: Any, fields: Collection[str]) -> list[HistoryEntry]:
    """Return the changes of `fields` of `row`, newest first: the new value, the former one, when, and by whom."""
    former = list(row.history.exclude(pgh_label="delete").order_by("-pgh_id")[:MOST])[::-1]
    names = _names(former)
    steps = []
    for before, after in pairwise([*former, row]):
        changed = [name for name in fields if getattr(before, _column(row, name)) != getattr(after, _column(row, name))]
        if changed:
            who = names.get((before.pgh_context or {}).get("actor", ""), _("系统"))
            steps.append(HistoryEntry(_title(row, changed), before.pgh_created_at, who, _text(before, after, changed)))
    return steps[::-1]


def states_of(row: Any, *, note: str = "") -> list[HistoryEntry]:
    """Return each change of the state of `row`, newest first: when, by whom, and the text of the column `note` after it."""
    former = list(row.history.exclude(pgh_label="delete").order_by("pgh_id"))
    names = _names(former)
    steps = [
        HistoryEntry(
            after.get_state_display(),
            before.pgh_created_at,
            names.get((before.pgh_context or {}).get("actor", ""), ""),
            getattr(after, note) if note else "",
        )
        for before, after in pairwise([*former, row])
        if before.state != after.state
    ]
    return steps[::-1]


def _names(events: list[Any]) -> dict[str, str]:
    """Return the names of the accounts that changed the rows, by public id."""
    ids = {(event.pgh_context or {}).get("actor", "") for event in events} - {""}
    return dict(User.objects.filter(public_id__in=ids).values_list("public_id", "name"))


def _column(row: Any, name: str) -> str:
    return row._meta.get_field(name).attname


def _title(row: Any, changed: list[str]) -> str:
    return "、".join(str(row._meta.get_field(name).verbose_name) for name in changed)


def _text(before: Any, after: Any, changed: list[str]) -> str:
    return "\n".join(f"{_shown(before, name)} → {_shown(after, name)}" for name in changed)


def _shown(version: Any, name: str) -> str:
    value = field_row(version, name).value
    return "、".join(map(str, value)) if isinstance(value, list) else str(value) or "—"
