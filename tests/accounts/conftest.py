"""Fixtures of the tests of accounts: an outbox and a cache for each test, tasks that run at once, and reading codes."""

import json
import uuid

import pytest
from django.test import Client

from chengyang.celery import app
from chengyang.platform.notices import gateways

PHONE = "+8615400008000"  # with the prefix of demo numbers, which is assigned to nobody


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Write the text messages and e-mails of each test to a folder of its own."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox" / "mail")
    return settings.OUTBOX_DIR


@pytest.fixture(autouse=True)
def fresh_cache(settings):
    """Give each test cache keys of its own, because limits are counted in the cache and tests run in parallel."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}


@pytest.fixture(autouse=True)
def worker():
    """Run tasks at once, in the calling process."""
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield
    app.conf.task_always_eager = before


@pytest.fixture
def browser():
    """Return the client of a visitor."""
    return Client()


def messages():
    """Return the text messages that were sent, oldest first."""
    path = gateways.sms_file()
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def last_code():
    """Return the code that was sent last."""
    return messages()[-1]["code"]


def wrong_code():
    """Return a code other than the one that was sent last."""
    return f"{(int(last_code()) + 1) % 1_000_000:06}"


def page_after(browser, answer):
    """Return the page with the errors, to which a refused post of its form is redirected; any other answer unchanged."""
    to_itself = answer.status_code == 302 and answer["Location"].partition("?")[0] == answer.request["PATH_INFO"]
    return browser.get(answer["Location"]) if to_itself else answer
