"""Readings: who looked at the data of whom, one row per officer, thing and day (requirements P10).

Opening a single row writes an audit entry. A list or a search shows many people at once, again at every page: these are
counted in `Reading`, one row a day for each officer, thing and person.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection

from chengyang import clock, extensions

from .actions import retention_months
from .models import Reading

_UPSERT = """
INSERT INTO {table} (day, actor_id, verb, subject, subject_id, person, "user", count, last_at)
SELECT %s, %s, %s, %s, %s, concerned.person, concerned.account, 1, %s
FROM unnest(%s::text[], %s::text[]) AS concerned (person, account)
ON CONFLICT (day, actor_id, verb, subject, subject_id, person, "user")
DO UPDATE SET count = {table}.count + 1, last_at = EXCLUDED.last_at
WHERE {table}.last_at < %s
"""

ALWAYS = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def record(verb: str, people: Iterable[Any], *, actor: Any, subject: Any = None) -> int:
    """Count that `actor` read data of `people` in `subject`; return how many people were recorded.

    `verb` is registered under `audit_verbs`. `people` are accounts (`User`) or persons (`members.Person`); None and the
    actor's own are left out. `subject` is the row or the model that was looked at, such as an activity or the model of the
    list. Raises ValueError for an unknown verb.
    """
    return record_ids(verb, ids_of(people, actor=actor), actor=actor, subject=subject)


def ids_of(people: Iterable[Any], *, actor: Any) -> set[tuple[str, str]]:
    """Return the public ids of `people` as `record_ids` takes them, without None and the actor's own."""
    return {_ids(row) for row in people if row is not None and not _is_own(row, actor)}


def record_ids(
    verb: str, people: Iterable[tuple[str, str]], *, actor: Any, subject: Any = None, since: dt.datetime | None = None
) -> int:
    """As `record`, for people by their public ids: (of the person, of the account), one of them empty.

    What is read in pieces counts once: with `since`, its beginning, those who were recorded after it are left out.
    """
    if verb not in extensions.audit_verbs():
        raise ValueError(
            f"{verb!r} is not an audit verb; declare it under audit_verbs in the extensions.py of its app."
        )
    # Sorted, so that two officers who read the same people at once lock the rows in the same order.
    found = sorted(people)
    if not found:
        return 0
    label = subject._meta.concrete_model._meta.label if subject is not None else ""
    key = "" if subject is None or isinstance(subject, type) else getattr(subject, "public_id", "") or str(subject.pk)
    now = clock.now()
    persons, accounts = [person for person, _account in found], [account for _person, account in found]
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT.format(table=Reading._meta.db_table),
            [clock.today(), actor.pk, verb, label, key, now, persons, accounts, since or ALWAYS],
        )
    return len(found)


def _ids(row):
    """Return (public id of the person, public id of the account); one of them is empty."""
    is_account = row._meta.label == "accounts.User"
    return ("", row.public_id) if is_account else (row.public_id, "")


def _is_own(row, actor):
    return actor.pk in (row.pk if row._meta.label == "accounts.User" else None, getattr(row, "user_id", None))


def purge() -> int:
    """Delete the readings that are past the retention period of the audit; return their number (requirements S13)."""
    oldest = clock.today() - dt.timedelta(days=31 * retention_months())
    return Reading.objects.filter(day__lt=oldest).delete()[0]
