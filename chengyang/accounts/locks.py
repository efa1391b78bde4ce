"""Locks on things that have no row yet: a number that asks for its first code, an address that was never seen."""

import hashlib

from django.db import connection


def hold(*names: str) -> None:
    """Wait for the locks `names` and hold them until the transaction ends; always in one order, so none wait in a ring."""
    with connection.cursor() as cursor:
        for number in sorted({_number(name) for name in names}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _number(name: str) -> int:
    digest = hashlib.sha256(f"chengyang/accounts/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
