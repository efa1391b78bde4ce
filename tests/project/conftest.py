"""The dataset is made once for each process; the writes of each test are rolled back."""

import contextlib
from http.cookies import SimpleCookie

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, override_settings

from chengyang.celery import app
from tests import personas

from . import dataset as datasets


@contextlib.contextmanager
def undone():
    """Roll back what the block writes; durable blocks are permitted in it, as in Django's test cases."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@contextlib.contextmanager
def built(folder):
    """Write the dataset into the connected database and yield it, with the settings and the day that its tests need."""
    here = {
        "PORTAL_CLOCK": datasets.NOW,
        "OUTBOX_DIR": folder / "outbox",
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "STAFF_MFA": False,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    eager, app.conf.task_always_eager = app.conf.task_always_eager, True
    with override_settings(**here):
        made = datasets.build()
        made.sessions = {name: _signed_in(user) for name, user in made.users.items()}
        yield made
        cache.clear()
    app.conf.task_always_eager = eager


@pytest.fixture(scope="package")
def dataset(django_db_setup, django_db_blocker, tmp_path_factory):
    """The personas and one object of every kind, on 16 September 2026; see `dataset.py`."""
    with django_db_blocker.unblock(), undone(), built(tmp_path_factory.mktemp("project")) as made:
        yield made
    connection.close()


def _signed_in(user):
    """Return the cookies of a client in which `user` is signed in and has just answered who it is."""
    browser = Client()
    if user.is_authenticated:
        browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
        personas.stepped_up(browser)  # the pages behind the question; tests/accounts/test_step_up.py has the question
    return {name: morsel.value for name, morsel in browser.cookies.items()}


@pytest.fixture
def db(dataset):
    """Roll back the writes of one test. By this name pytest-django knows that the test needs the database."""
    with undone():
        yield


@pytest.fixture(scope="package")
def browser():
    """One client for all personas: a new client would read all static files again."""
    return Client()


@pytest.fixture
def browser_of(dataset, db, browser):
    """Return a function that signs a persona in on the shared client and returns the client."""

    def browse(name):
        browser.cookies = SimpleCookie(dataset.sessions[name])
        return browser

    return browse
