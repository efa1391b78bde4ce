"""The dataset is made once for each process; whatever a test changes in it is rolled back."""

import contextlib
from http.cookies import SimpleCookie

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, override_settings

from chengyang.celery import app

from . import dataset as worlds


@contextlib.contextmanager
def undone():
    """Roll back what the block writes; durable blocks are permitted in it, as in Django's own test cases."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """The cast with one thing of every kind, on 16 September 2026; see `world.py`."""
    folder = tmp_path_factory.mktemp("house")
    here = {
        "PORTAL_CLOCK": worlds.NOW,
        "OUTBOX_DIR": folder / "outbox",
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "STAFF_MFA": False,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    eager, app.conf.task_always_eager = app.conf.task_always_eager, True
    with django_db_blocker.unblock(), override_settings(**here), undone():
        made = worlds.build()
        made.sessions = {name: _signed_in(user) for name, user in made.users.items()}
        yield made
        cache.clear()
    app.conf.task_always_eager = eager
    connection.close()


def _signed_in(user):
    """Return the cookies of a browser in which `user` is signed in."""
    browser = Client()
    if user.is_authenticated:
        browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
    return {name: morsel.value for name, morsel in browser.cookies.items()}


@pytest.fixture
def db(world):
    """Undo what one test writes; under this name pytest-django knows that the tests need a database."""
    with undone():
        yield


@pytest.fixture(scope="package")
def browser():
    """One browser for everybody: a new one reads all static files again."""
    return Client()


@pytest.fixture
def browser_of(world, db, browser):
    """Return a function that hands the browser to somebody of the cast."""

    def browse(name):
        browser.cookies = SimpleCookie(world.sessions[name])
        return browser

    return browse
