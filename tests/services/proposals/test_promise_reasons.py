"""The migration that separates why a promise has another day from why it was given up or reopened."""

import datetime as dt
import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from chengyang.platform.audit import history
from services import models
from services.models import Promise

from .conftest import fresh

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PATH = next(Path(models.__file__).parents[1].glob("migrations/*_reasons_of_moved_promises.py"))
# What was done to a promise, one letter each (`written`), and its reasons after the migration: of the move, of the result.
CASES = {
    "M": ("M1", ""),
    "MM": ("M2", ""),
    "MK": ("M1", ""),
    "MD": ("M1", "D2"),
    "MMD": ("M2", "D3"),
    "MDR": ("M1", "R3"),
    "MKR": ("M1", "R3"),
    "MKRK": ("M1", "R3"),
    "MDRM": ("M4", ""),
    "DRM": ("M3", ""),
    "DRMD": ("M3", "D4"),
    "MB": ("B2", ""),
    "MBD": ("B2", "D3"),
    "MBKR": ("B2", "R4"),
    "D": ("", "D1"),
    "DR": ("", "R2"),
    "KR": ("", "R2"),
    "K": ("", ""),
    "": ("", ""),
}


@pytest.fixture
def migration():
    return importlib.import_module(f"services.migrations.{PATH.stem}")


@pytest.fixture
def promises(answered):
    """A promise of each case, in a table without the rule that a move has words of its own, as before the migration."""
    rule = next(one for one in Promise._meta.constraints if one.name == "promise_moved_with_words")
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.remove_constraint(Promise, rule)
    made = Promise.objects.get()
    day = {"due_on": made.due_on, "first_due_on": made.first_due_on}
    rows = {letters: made.referral.promises.create(what=f"一件{letters}", **day) for letters in CASES}
    return {letters: written(row, letters) for letters, row in rows.items()}


def written(row, letters):
    """Move (M), move back to the first day (B), keep (K), drop (D) and reopen (R) `row` as before: with one field for reasons."""
    for n, letter in enumerate(letters, start=1):
        change = {
            "M": {"due_on": row.first_due_on + n * DAY, "reason": f"M{n}"},
            "B": {"due_on": row.first_due_on, "reason": f"B{n}"},
            "K": {"state": "done", "done_on": row.first_due_on, "note": "试行了"},
            "D": {"state": "dropped", "reason": f"D{n}"},
            "R": {"state": "open", "done_on": None, "note": "", "reason": f"R{n}"},
        }[letter]
        Promise.objects.filter(pk=row.pk).update(**change)
    return fresh(row)


def reasons_of(promises):
    rows = {letters: fresh(row) for letters, row in promises.items()}
    for row in rows.values():
        row.validate_constraints()
    return {letters: (row.move_reason, row.reason) for letters, row in rows.items()}


def test_each_reason_comes_under_its_own_heading(migration, promises):
    migration.separate_reasons(apps, None)
    assert reasons_of(promises) == CASES


def test_back_each_promise_has_the_one_reason_that_it_had(migration, promises):
    migration.separate_reasons(apps, None)
    migration.join_reasons(apps, None)
    back = {letters: reason for letters, (_move, reason) in reasons_of(promises).items()}
    assert back == {letters: row.reason for letters, row in promises.items()}


def test_without_a_history_a_moved_promise_keeps_the_reason_that_it_has(migration, promises):
    history.delete_history(Promise.objects.all())
    migration.separate_reasons(apps, None)
    expected = {"MK": ("M1", ""), "MD": ("D2", "D2"), "MDR": ("R3", ""), "MB": ("", "B2"), "DR": ("", "R2")}
    assert reasons_of({letters: promises[letters] for letters in expected}) == expected
