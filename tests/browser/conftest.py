"""A portal with its seeded data in a live server, and pages of it in Chromium."""

import pytest

from chengyang.devtools.test_databases import run_stamp


@pytest.fixture(scope="package")
def seeded_database(databases, django_db_blocker):
    """The name of a database with the reference data; after the last browser test, the usual one is back."""
    from . import browser_data

    name = f"{databases.base}_seeded"
    with django_db_blocker.unblock():
        databases.make(name, run_stamp(), browser_data.seed)
    yield name
    with django_db_blocker.unblock():
        databases.restore()


@pytest.fixture
def transactional_db(databases, seeded_database, django_db_blocker):
    """Replace pytest-django's fixture of this name, which `live_server` requests: copy the seeded database.

    Nothing is undone afterwards, because the next browser test starts with a new copy.
    """
    with django_db_blocker.unblock():
        databases.restore(seeded_database)
        yield


@pytest.fixture
def portal(transactional_db, settings, tmp_path):
    """The seeded district on Wednesday 16 September 2026, 09:00, with an outbox and counters for each test."""
    from . import browser_data

    yield from browser_data.open_on(settings, tmp_path)


@pytest.fixture
def browse(browser, live_server, portal):
    """Return a function that opens a page as a user; the test fails when a page had errors (see `open_page`)."""
    from . import pages

    opened = []

    def browse(user=None, **options):
        opened.append(pages.open_page(browser, live_server.url, user, **options))
        return opened[-1]

    yield browse
    errors = [error for page in opened for error in page.errors]
    for page in opened:
        page.context.close()
    assert errors == []


@pytest.fixture
def member(portal):
    """林知夏 of 夏庄, registered, in no organization yet; agreed to be registered and named in public."""
    from chengyang.platform.privacy import actions as privacy

    from . import browser_data

    person = browser_data.person(21, "林知夏")
    for code in ("registration", "publication"):
        privacy.give(person.user, code, actor=person.user)
    return person
