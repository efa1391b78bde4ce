"""The tables at a later start (chengyang.devtools.tables): what no migration changes is not migrated."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from chengyang.devtools import tables


def board_triggers():
    """Return the names of the triggers that are made from declarations."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'board_marks%'")
        return dict(cursor.fetchall())


def test_a_later_start_makes_what_declarations_ask_for_without_migrating(db, monkeypatch):
    monkeypatch.setattr(tables, "call_command", lambda *_args, **_options: pytest.fail("nothing is open"))
    there = board_triggers()
    name, table = min(there.items())
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}" ON {table}')
        cursor.execute(f'DROP FUNCTION "{name}"')
    tables.make_tables()
    assert board_triggers() == there


def test_an_open_migration_is_run(db, monkeypatch):
    ran = []
    monkeypatch.setattr(tables, "call_command", lambda name, **_options: ran.append(name))
    MigrationRecorder(connection).record_unapplied("services", "0018_reasons_of_moved_promises")
    tables.make_tables()
    assert ran == ["migrate"]
