"""Locks on things that have no row yet: a number that asks for its first code, an address that was never seen."""

import hashlib

from django.db import connection


def advisory_lock(*names: str) -> None:
    """Wait for the locks `names` and hold them until the transaction ends; always in one order, so none wait in a ring."""
    numbers = sorted({_number(name) for name in names})
    with connection.cursor() as cursor:  # one query: rows of an array come, and are locked, in its order
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])


def _number(name: str) -> int:
    digest = hashlib.sha256(f"chengyang/platform/accounts/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
