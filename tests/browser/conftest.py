"""Chromium for the browser tests: the system's own, required where CI or REQUIRE_BROWSER says so."""

import os
import shutil

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
REASON = "no Chromium was found; install it (Debian: chromium fonts-noto-cjk libatomic1) or set CHROMIUM to its path"


def find_chromium():
    """Return the path of Chromium, or None."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def is_required():
    """Say whether tests without a browser are a failure rather than skipped."""
    return os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(config, items):
    """Without Chromium one test stands for all: skipped with the reason, or failed at its set-up where it is required."""
    ours = [item for item in items if item.get_closest_marker("browser")]
    if not ours or find_chromium():
        return
    if not is_required():
        ours[0].add_marker(pytest.mark.skip(reason=f"{len(ours)} browser tests: {REASON}"))
    config.hook.pytest_deselected(items=ours[1:])
    items[:] = [item for item in items if item not in ours[1:]]


@pytest.fixture(scope="session")
def browser():
    """A Chromium for the whole run."""
    if not (path := find_chromium()):
        pytest.fail(REASON)
    from playwright.sync_api import sync_playwright

    # Its synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def portal(transactional_db, settings, tmp_path):
    """The district as seeded, on Wednesday 16 September 2026, 09:00; messages and counters of this test alone."""
    from . import browser_data

    yield from browser_data.open_on(settings, tmp_path)


@pytest.fixture
def browse(browser, live_server, portal):
    """Return a function that opens a page for somebody; none of the pages may have complained in the end."""
    from . import pages

    opened = []

    def browse(user=None, **options):
        opened.append(pages.open_page(browser, live_server.url, user, **options))
        return opened[-1]

    yield browse
    complaints = [complaint for page in opened for complaint in page.complaints]
    for page in opened:
        page.context.close()
    assert complaints == []
