"""The checks behind /readyz (`chengyang.portal.home.health`); `tests/devtools/test_up.py` asks the running portal."""

import subprocess
import sys

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from chengyang.portal.home import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked_for_the_first_time(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)


def test_the_migrations_are_those_that_django_finds():
    loader = MigrationLoader(connection)
    assert health.migrations() == set(loader.disk_migrations)


def test_a_migration_that_is_not_applied_is_pending():
    assert health.migrated()
    health._migrated = False
    MigrationRecorder(connection).record_unapplied("members", "0001_initial")
    assert not health.migrated()


def test_to_ask_imports_no_migration():
    program = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup();"
        "from chengyang.portal.home import health; assert health.migrations();"
        "print([name for name in sys.modules if '.migrations.0' in name])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
