"""The checks behind `/readyz`: database, cache, worker and migrations (docs/decisions.md, "/readyz")."""

import datetime as dt

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from chengyang import clock
from chengyang.celery import HEARTBEAT_KEY, HEARTBEAT_MAX_AGE

_migrated = False  # one positive answer is cached: migrations are not undone while a process runs


def database() -> bool:
    """Return whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def cached() -> bool:
    """Return whether the cache returns a value that was just written."""
    cache.set("health", "1", timeout=5)
    return cache.get("health") == "1"


def worker() -> bool:
    """Return whether a worker wrote its heartbeat within the last HEARTBEAT_MAX_AGE seconds."""
    beat = cache.get(HEARTBEAT_KEY)
    return beat is not None and clock.now() - dt.datetime.fromisoformat(beat) < dt.timedelta(seconds=HEARTBEAT_MAX_AGE)


def migrated() -> bool:
    """Return whether no migration is pending."""
    global _migrated
    if not _migrated:
        try:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return False
    return _migrated


def report() -> dict[str, bool]:
    """Return name → result of each check; the portal is ready when all are True."""
    return {"database": database(), "cache": cached(), "worker": worker(), "migrations": migrated()}
