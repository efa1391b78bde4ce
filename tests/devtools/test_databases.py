"""The databases of a test run: a migrated template, and a copy of it for each process."""

import os
import subprocess
import sys

import psycopg2
import pytest
from django.apps import apps
from django.db import connection

from chengyang.devtools import test_databases
from chengyang.devtools.paths import ROOT, Problem
from chengyang.devtools.test_databases import TestDatabases, connected_to, schema_digest
from chengyang.platform.accounts.models import Subdistrict


@pytest.fixture
def other(databases, django_db_blocker, monkeypatch):
    """Databases of another name on the server of this run; they are dropped at the end."""
    monkeypatch.setitem(connection.settings_dict["TEST"], "NAME", f"{databases.copy}_other")
    found = TestDatabases()
    with django_db_blocker.unblock(), connected_to(databases.copy):
        yield found
    for name in (found.template, found.copy):
        found.drop(name)


def count(link_to):
    """Return the number of rows of the table `filled` in the database `link_to`."""
    with connected_to(link_to), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM filled")
        return cursor.fetchone()[0]


def fill():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS filled AS SELECT 1 AS one")


def exists(databases, name):
    with databases._cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() == (1,)


def test_database_with_the_same_stamp_is_not_made_again(other):
    calls = []
    for _ in range(2):
        other.make(other.template, "stamp", lambda: calls.append(fill()), source="template0")
    assert len(calls) == 1


def test_database_with_another_stamp_is_made_again(other):
    other.make(other.template, "old", fill, source="template0")
    other.make(other.template, "new", lambda: None, source="template0")
    with connected_to(other.template), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('filled')")
        assert cursor.fetchone() == (None,)


def test_interrupted_database_is_made_again(other):
    def interrupt():
        fill()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        other.make(other.template, "stamp", interrupt, source="template0")
    calls = []
    other.make(other.template, "stamp", lambda: calls.append(fill()), source="template0")
    assert calls == [None]


def test_restored_copy_has_the_rows_of_the_template_only(other):
    other.make(other.template, "stamp", fill, source="template0")
    other.restore()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO filled VALUES (2)")
    other.restore()
    assert count(other.copy) == 1


def test_restore_ends_a_session_that_was_left_open(other):
    other.make(other.template, "stamp", fill, source="template0")
    other.restore()
    left = psycopg2.connect(**{**other._parameters(), "dbname": other.copy})
    other.restore()
    assert count(other.copy) == 1
    left.close()


def test_copy_in_use_by_another_run_is_refused(databases, django_db_blocker):
    second = TestDatabases(os.environ.get("PYTEST_XDIST_WORKER", ""))
    with django_db_blocker.unblock(), pytest.raises(Problem, match=f"uses the database {databases.copy}"):
        second.open()
    second._session.close()


def test_missing_server_is_one_sentence(django_db_blocker, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")
    with pytest.raises(Problem, match="There is no database server"):
        TestDatabases().open()


def test_templates_are_dropped_and_other_databases_stay(other):
    other.make(other.template, "made from x", fill, source="template0")
    other.make(other.copy, "mine", fill, source="template0")
    test_databases.drop_templates()
    assert (exists(other, other.template), exists(other, other.copy)) == (False, True)


def test_changed_migration_changes_the_stamp(tmp_path, monkeypatch):
    app = apps.get_app_config("activities")
    (tmp_path / "migrations").mkdir()
    before = schema_digest()
    monkeypatch.setattr(app, "path", str(tmp_path))
    (tmp_path / "migrations" / "0001_initial.py").write_text("# another\n")
    assert schema_digest() != before


@pytest.mark.django_db(transaction=True)
def test_real_transaction_leaves_its_rows_to_be_removed():
    Subdistrict.objects.create(name="留下的街道", code="370214099", order=99)


@pytest.mark.django_db(transaction=True)
def test_rows_of_a_real_transaction_are_gone_in_the_next_test():
    assert not Subdistrict.objects.filter(code="370214099").exists()


# ---- pytest without manage.py ----------------------------------------------------------------------------------------
def pytest_of(folder, *arguments, **variables):
    """Run plain pytest on one quick file of ours; return the completed process."""
    hidden = ("PYTEST_XDIST_WORKER", "CHENGYANG_TEST_FILES", "DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [os.path.join(os.path.dirname(sys.executable), "pytest"), "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**inherited, "CHENGYANG_HOME": str(folder), **variables}, capture_output=True, text=True
    )


def test_plain_pytest_runs_with_the_servers_of_the_environment(tmp_path, databases):
    processes = "0" if "PYTEST_XDIST_WORKER" in os.environ else "1"  # so that it needs another copy than this process
    done = pytest_of(tmp_path, "tests/workdays", "--reuse-db", "-n", processes)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_plain_pytest_without_a_server_is_one_sentence(tmp_path):
    done = pytest_of(tmp_path, "tests/workdays", DATABASE_URL="", REDIS_URL="")
    assert done.returncode == 1
    assert "There is no database server: run `python3 manage.py test`" in done.stdout
