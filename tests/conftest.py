"""The named cast and what every test may use (style.md rule 17: the same people everywhere, also the demo accounts)."""

import os

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase, override_settings

from chengyang.devtools.paths import Problem
from chengyang.devtools.test_databases import TestDatabases, drop_templates

from . import chromium, personas

# For every test: a fixture, and a hook that takes care of a missing browser.
browser = chromium.browser
pytest_collection_modifyitems = chromium.pytest_collection_modifyitems


def pytest_configure(config):
    """With --create-db, make the migrated template again; only the process that starts the others does it."""
    if config.getoption("create_db") and not hasattr(config, "workerinput"):
        drop_templates()


def pytest_unconfigure(config):
    """Leave nothing on the server, unless --reuse-db says that the template is needed again."""
    if not config.getoption("reuse_db") and not hasattr(config, "workerinput"):
        drop_templates()


@pytest.fixture(scope="session")
def databases(django_test_environment, django_db_blocker):
    """The databases of this process, see `chengyang.devtools.test_databases`."""
    found = TestDatabases(os.environ.get("PYTEST_XDIST_WORKER", ""))
    try:
        with django_db_blocker.unblock():
            found.open()
    except Problem as problem:
        pytest.exit(str(problem), returncode=1)
    yield found
    with django_db_blocker.unblock():
        found.close()


@pytest.fixture(scope="session")
def django_db_setup(databases):
    """Replace pytest-django's fixture of this name, which migrates once per process.

    A test with real transactions is followed by a new copy of the template. Django would truncate every table instead,
    which takes longer, deletes the rows that migrations wrote, and is refused by the triggers of the audit.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: databases.restore())
        yield


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Argon2 is slow on purpose; tests that are about it set it back."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def plain_static_files():
    """Static files as they stand in the tree: collecting and hashing them is the start's work."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain}, STATIC_ROOT=settings.BASE_DIR / "static"
    ):
        yield


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    """Officers of the tests reach the desk at once; tests that are about the second factor switch it on."""
    settings.STAFF_MFA = False


@pytest.fixture
def reference(db):
    """The code tables that rows point at: two subdistricts and the four categories."""
    return personas.reference()


def _member_of_cast(name):
    @pytest.fixture(name=name)
    def make(reference):
        return personas.make(name)

    return make


for _name in personas.NAMES:
    globals()[_name] = _member_of_cast(_name)


@pytest.fixture
def visitor():
    return personas.visitor()


@pytest.fixture
def client_of():
    """Return a function that signs a user in on a browser of its own."""

    def sign_in(user):
        browser = Client()
        if user.is_authenticated:
            browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
        return browser

    return sign_in
