"""The named cast and what every test may use (style.md rule 17: the same people everywhere, also the demo accounts)."""

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client, override_settings

from . import personas


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_the_audit():
    """Transactional tests truncate every table afterwards, which the audit's triggers refuse: only then do they rest."""
    plain = DatabaseOperations.execute_sql_flush

    def flush(self, statements):
        plain(self, ["SET LOCAL session_replication_role = replica", *statements])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database; a request that a closed browser did not wait for may not keep it from being dropped."""
    yield
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


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
