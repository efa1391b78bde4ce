"""Who changed some rows since a moment that the caller noted, read from the audit entries."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max, Q, QuerySet

from .actions import subject_of
from .models import Entry


def mark(rows: Sequence[Any]) -> list[int]:
    """Return for each of `rows` the id of its latest entry about a change, 0 without one; see `changes_since`."""
    return [_changes(row).aggregate(last=Max("pk"))["last"] or 0 for row in rows]


def latest_of(rows: Sequence[Any]) -> dict[str, int]:
    """Return for each of many `rows` of one table the id of its latest entry about a change, by its key in the audit.

    Rows without an entry are not in it. One statement, for long lists; `key_of` returns the key of a row.
    """
    if not rows:
        return {}
    label, _key = subject_of(rows[0])
    entries = Entry.objects.changes().filter(subject=label, subject_id__in=[key_of(row) for row in rows])
    return dict(entries.order_by().values_list("subject_id").annotate(last=Max("pk")))


def key_of(row: Any) -> str:
    """Return the key by which audit entries name `row`."""
    return subject_of(row)[1]


def changes_since(rows: Sequence[Any], marks: Sequence[int]) -> QuerySet[Entry]:
    """Return the entries about changes of `rows` after `marks` (from `mark`, in the same order), oldest first.

    Entries are compared by id and per row: writers hold the lock of the row, so that a later entry of one row has a higher
    id. A time would not do, since a transaction may be committed after the page was made and yet have begun before.
    """
    later = Q(pk__in=[])
    for row, last in zip(rows, marks, strict=False):
        label, key = subject_of(row)
        later |= Q(subject=label, subject_id=key, pk__gt=last)
    return Entry.objects.changes().filter(later).order_by("pk")


def _changes(row: Any) -> QuerySet[Entry]:
    label, key = subject_of(row)
    return Entry.objects.changes().filter(subject=label, subject_id=key)
