"""Advisory locks, for cases without a row to lock: a number that asks for its first code, an unknown account."""

import hashlib

from django.db import connection


def advisory_lock(*names: str) -> None:
    """Wait for the locks `names` and hold them until the transaction ends.

    All callers take their locks in the same order, so that they cannot deadlock.
    """
    numbers = sorted({_number(name) for name in names})
    with connection.cursor() as cursor:  # one query: unnest() returns, and so locks, in the order of the array
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])


def _number(name: str) -> int:
    digest = hashlib.sha256(f"chengyang/platform/accounts/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
