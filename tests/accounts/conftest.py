"""What tests of the way in share: an outbox of their own, codes read from it, a worker that is at hand."""

import json
import uuid

import pytest
from django.test import Client

from chengyang.celery import app
from chengyang.platform.notices import gateways

PHONE = "+8615400008000"  # the prefix of the demonstration: assigned to nobody


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Messages and mails of one test, in a folder of its own."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox" / "mail")
    return settings.OUTBOX_DIR


@pytest.fixture(autouse=True)
def fresh_cache(settings):
    """Limits are counted in the cache: each test has names of its own there, also beside other tests that run now."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}


@pytest.fixture(autouse=True)
def worker():
    """Tasks run where they are called."""
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield
    app.conf.task_always_eager = before


@pytest.fixture
def browser():
    """A browser of a visitor that checks the forms' tokens like a real one does."""
    return Client()


def messages():
    """Return the text messages that went out, oldest first."""
    path = gateways.sms_file()
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def last_code():
    """Return the code that was sent last."""
    return messages()[-1]["code"]


def wrong_code():
    """Return a code that is not the one that was sent last."""
    return f"{(int(last_code()) + 1) % 1_000_000:06}"
