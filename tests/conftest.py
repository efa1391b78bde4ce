"""Fixtures for all tests: the databases, the personas (style.md rule 17), and signed-in clients."""

import os

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase, override_settings

from chengyang.devtools.paths import Problem
from chengyang.devtools.test_databases import TestDatabases, drop_templates
from chengyang.platform.web import cache as cache_backend
from chengyang.platform.web import fragments

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


@pytest.fixture(autouse=True, scope="session")
def patient_cache():
    """Wait up to ten seconds for the cache server, because the machine may be busy with other tests."""
    usual = dict(cache_backend.OPTIONS)
    cache_backend.OPTIONS.update(socket_timeout=10, socket_connect_timeout=10)
    yield
    cache_backend.OPTIONS.update(usual)


@pytest.fixture(autouse=True)
def present_cache():
    """Ask the cache server again, whatever the test before did to it, and keep no value of that test."""
    cache_backend.resume()
    fragments.clear_values()


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Use a fast password hasher: Argon2 is slow on purpose. Tests about password hashing restore it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def plain_static_files():
    """Serve static files from the source tree, so that they need not be collected and hashed."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain}, STATIC_ROOT=settings.BASE_DIR / "static"
    ):
        yield


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    """Let officers use the staff site without a second factor; tests about the second factor switch it on."""
    settings.STAFF_MFA = False


@pytest.fixture
def reference(db):
    """The code tables: two subdistricts and two categories. Returns the subdistrict 夏庄."""
    return personas.reference()


def persona_fixture(name):
    """Return a fixture that creates the persona `name` (see `personas.make`) and returns its account."""

    @pytest.fixture(name=name)
    def persona(reference):
        return personas.make(name)

    return persona


district = persona_fixture("district")
district_2 = persona_fixture("district_2")
xiazhuang = persona_fixture("xiazhuang")
liuting = persona_fixture("liuting")
editor = persona_fixture("editor")
sysadmin = persona_fixture("sysadmin")
secadmin = persona_fixture("secadmin")
auditor = persona_fixture("auditor")
secretary = persona_fixture("secretary")
base_manager = persona_fixture("base_manager")
leader = persona_fixture("leader")
member = persona_fixture("member")
stranger = persona_fixture("stranger")


@pytest.fixture
def visitor():
    return personas.visitor()


@pytest.fixture
def client_of():
    """Return a function user → client that is signed in as the user."""

    def sign_in(user):
        browser = Client()
        if user.is_authenticated:
            browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
        return browser

    return sign_in
