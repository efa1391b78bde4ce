"""Chromium for the tests that are marked `browser`: one for each process of a run.

It is the system's own browser. Without one the tests are skipped, or fail where CI or REQUIRE_BROWSER requires it.
"""

import os
import shutil

import pytest

# The headless shell renders the same pages with a third less processor time, because it has no window to draw.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
REASON = "no Chromium was found; install it (Debian: chromium-headless-shell fonts-noto-cjk libatomic1) or set CHROMIUM to its path"


def find_chromium():
    """Return the path of Chromium, or None."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def is_required():
    """Return whether a missing browser is a failure."""
    return os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(config, items):
    """Without Chromium, deselect all browser tests but one, which is skipped with the reason, or fails."""
    ours = [item for item in items if item.get_closest_marker("browser")]
    if not ours or find_chromium():
        return
    if not is_required():
        ours[0].add_marker(pytest.mark.skip(reason=f"{len(ours)} browser tests: {REASON}"))
    config.hook.pytest_deselected(items=ours[1:])
    items[:] = [item for item in items if item not in ours[1:]]


@pytest.fixture(scope="session")
def browser():
    """A Chromium for all tests of this process."""
    if not (path := find_chromium()):
        pytest.fail(REASON)
    from playwright.sync_api import sync_playwright

    # Its synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
