"""Fixtures that record entries, and that change the database as its owner could."""

import datetime as dt

import pytest
import time_machine
from django.db import connection, transaction

from chengyang import clock
from chengyang.platform.audit import actions


@pytest.fixture
def note(db):
    """Return a function that records an entry as an action would."""

    def record(verb="person.read", subject=None, *, actor=None, **details):
        with transaction.atomic():
            return actions.record(verb, subject, actor=actor, **details)

    return record


@pytest.fixture
def rolled_back(note):
    """Record an entry in a transaction that is then rolled back."""
    with transaction.atomic():
        note()
        transaction.set_rollback(True)


@pytest.fixture
def sql(db):
    """Return a function that runs one SQL statement, with triggers."""

    def run(statement, *params):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)

    return run


@pytest.fixture
def tamper(db):
    """Return a function that runs SQL without triggers, as only the owner of the database can."""

    def run(statement, *params):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, params)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


@pytest.fixture
def sealed_long_ago(note):
    """Return a function that records and seals `count` entries `days` ago, and returns them."""

    def create(days, count=2):
        with time_machine.travel(clock.now() - dt.timedelta(days=days), tick=False):
            entries = [note() for _ in range(count)]
            actions.seal_due()
        return entries

    return create
