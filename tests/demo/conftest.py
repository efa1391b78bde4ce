"""The demo in a separate database, loaded once for all tests that read it."""

import pytest
from django.test import override_settings

from tests.demo.demo_copy import NOON, connected_to, demo_copy


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory):
    """The data folder of the demo: its accounts file is here."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def demo_database(django_db_setup, django_db_blocker, demo_home):
    """The name of a database with the demo."""
    with django_db_blocker.unblock(), demo_copy("demo", demo_home) as name:
        yield name


@pytest.fixture(scope="module")
def demo(demo_database, django_db_blocker):
    """Run the tests of a module in the database with the demo, at noon of its day."""
    with django_db_blocker.unblock(), connected_to(demo_database), override_settings(PORTAL_CLOCK=NOON):
        yield
