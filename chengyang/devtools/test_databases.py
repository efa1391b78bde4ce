"""The databases of a test run. Migrations run once; every process works in a copy of the result.

A copy takes 0.2 s, the migrations take 11 s. For a database `test_chengyang` there is a template `test_chengyang_template`
with the migrated tables and no other rows, and a working copy for each process: `test_chengyang`, or `test_chengyang_gw0`
for the worker gw0 of pytest-xdist. A database records the inputs it was made from in its comment, which is written last:
a template that was interrupted or that is out of date is made again.
"""

import contextlib
import os
from pathlib import Path

import psycopg2
import psycopg2.errors
from django.apps import apps
from django.db import connection

from . import tables
from .paths import ROOT, Problem, digest
from .test_isolation import FILES

TRIES = 6  # of a copy while another session uses what is copied
NO_SERVER = (
    "There is no database server: run `python3 manage.py test`, start `manage.py up` or `manage.py dev` beside this "
    "terminal, or set DATABASE_URL and REDIS_URL."
)


class TestDatabases:
    """Template and working copy of this process; `worker` is the name that pytest-xdist gave it, or empty."""

    __test__ = False  # its name is none of a test class

    def __init__(self, worker=""):
        self.base = connection.settings_dict["TEST"]["NAME"]
        self.template = f"{self.base}_template"
        self.copy = f"{self.base}_{worker}" if worker else self.base
        self._session = None  # holds the lock on the copy

    def open(self):
        """Make the template unless it is up to date, and connect Django to a new copy of it.

        Raises `Problem` without a server, and when another run uses the same copy.
        """
        if connection.settings_dict["HOST"] == "/nonexistent":
            raise Problem(NO_SERVER)
        self._session = psycopg2.connect(**self._parameters())
        self._session.autocommit = True
        with self._session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [self.copy])
            if not cursor.fetchone()[0]:
                raise Problem(f"Another test run uses the database {self.copy} on this server: wait until it ends.")
        self.make(self.template, schema_digest(), tables.make_tables, source="template0")
        self.restore()

    def close(self):
        """Drop the working copy."""
        connection.close()
        self.drop(self.copy)
        self._session.close()

    def restore(self, source=None):
        """Replace the working copy by a new copy of the database `source`, the template by default.

        This ends every session in the old copy, for example that of a request which a closed browser did not wait for.
        """
        connection.close()
        self.create(self.copy, source or self.template)
        connection.settings_dict["NAME"] = self.copy

    def make(self, name, stamp, fill, *, source=None):
        """Make the database `name` unless its stamp is `stamp`: copy `source`, connect Django to it and call `fill()`.

        Processes that ask for the same database at the same time wait for the one that makes it.
        """
        with self._cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() == (stamp,):
                return
            self.create(name, source or self.template)
            with connected_to(name):
                fill()
            cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [stamp])

    def create(self, name, source):
        """Make the database `name` as a copy of `source`, in place of an older one of this name."""
        with self._cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            # The default strategy writes the whole copy to the log; copying the files takes half the time.
            _once_free(lambda: cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy'))

    def drop(self, name):
        """Drop the database `name` if it exists, and end the sessions in it."""
        with self._cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextlib.contextmanager
    def _cursor(self):
        link = psycopg2.connect(**self._parameters())
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                yield cursor
        finally:
            link.close()

    def _parameters(self):
        """Return the arguments of `psycopg2.connect` for the server's own database, in which nothing is changed."""
        settings = connection.settings_dict
        found = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
        return {**found, "password": settings["PASSWORD"], "dbname": "postgres"}


def _once_free(copy):
    """Call `copy`; again, up to six times, while another session uses what is copied. PostgreSQL waits five seconds each time.

    On a loaded machine a copy by another process of the run, or the server's own upkeep, takes longer than that.
    """
    for _ in range(TRIES - 1):
        with contextlib.suppress(psycopg2.errors.ObjectInUse):
            return copy()
    return copy()


def drop_templates():
    """Drop every database that `TestDatabases.make` made for the present settings, but no working copy."""
    databases = TestDatabases()
    with contextlib.suppress(psycopg2.Error), databases._cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND shobj_description(oid, 'pg_database') "
            "LIKE 'made from %%'",
            [f"{databases.base}_"],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{name}"')


@contextlib.contextmanager
def connected_to(name):
    """Connect Django to the database `name` for the duration of the block."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def run_stamp():
    """Return the stamp of databases that all processes of this run share and a later run makes again."""
    return f"made from {os.environ[FILES]}"


def schema_digest():
    """Return the stamp of the migrated template: a digest of the migrations of every installed app, and of the lock file.

    Models are left out: `makemigrations --check` refuses a change of a model that has no migration. Metrics are in it, because the
    triggers of the board are made from them after `migrate`.
    """
    folders = [Path(app.path) for app in apps.get_app_configs()]
    names = ("migrations/*.py", "*metrics.py", "metrics/*.py", "watching.py")
    files = sorted(path for folder in folders for name in names for path in folder.glob(name))
    return f"made from {digest(ROOT / 'requirements-dev.lock', *files)[:32]}"
