"""The demonstration in a separate database: loaded once in a run, and copied for each process."""

import os
from pathlib import Path

import pytest
from django.test import override_settings

from chengyang.devtools.test_databases import connected_to, run_stamp
from chengyang.devtools.test_isolation import FILES
from tests.demo.demo_copy import NOON, copy_of, load


@pytest.fixture(scope="session")
def demo_home():
    """The data folder of the demonstration, with its accounts file; all processes of a run share it."""
    folder = Path(os.environ[FILES]) / "demo"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def loaded_demo(databases, django_db_blocker, demo_home):
    """The name of a database with the demonstration, which is copied and not connected to."""
    name = f"{databases.base}_demo"
    with django_db_blocker.unblock():
        databases.make(name, run_stamp(), lambda: load(demo_home))
    return name


@pytest.fixture(scope="session")
def demo_database(databases, loaded_demo):
    """The name of this process's copy of the database with the demonstration."""
    with copy_of(databases, loaded_demo, "demo") as name:
        yield name


@pytest.fixture(scope="module")
def demo(demo_database, django_db_blocker):
    """Run the tests of a module in the database with the demo, at noon of its day."""
    with django_db_blocker.unblock(), connected_to(demo_database), override_settings(PORTAL_CLOCK=NOON):
        yield
