"""The checks behind `/readyz`: database, cache, worker and migrations (docs/decisions.md, "/readyz")."""

import datetime as dt
import importlib.util
import pkgutil

from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

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
            _migrated = migrations() <= set(MigrationRecorder(connection).applied_migrations())
        except DatabaseError:
            return False
    return _migrated


def migrations() -> set[tuple[str, str]]:
    """Return app label and name of each migration, by the names of the files.

    Django's loader would import all of them, which takes 15 MB of each process that is asked.
    """
    found = set()
    for app in apps.get_app_configs():
        module, _explicit = MigrationLoader.migrations_module(app.label)
        package = importlib.util.find_spec(module) if module else None
        folders = package.submodule_search_locations if package else None
        found |= {(app.label, one.name) for one in pkgutil.iter_modules(folders or ()) if one.name[0] not in "_~"}
    return found


def report() -> dict[str, bool]:
    """Return name → result of each check; the portal is ready when all are True."""
    return {"database": database(), "cache": cached(), "worker": worker(), "migrations": migrated()}
