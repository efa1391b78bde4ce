"""Fixtures of the tests of members: privacy rules, an applicant, and an outbox for each test."""

import uuid

import pytest
from django.test import Client

from chengyang.celery import app
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import PURPOSES

from . import factories


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Isolate each test: own outbox folder, own cache keys for rate limits, and Celery tasks run synchronously."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield settings.OUTBOX_DIR
    app.conf.task_always_eager = before


@pytest.fixture
def rules(reference):
    """Create all purposes and the first version of the privacy rules."""
    for order, purpose in enumerate(PURPOSES):
        Purpose.objects.create(
            code=purpose.code,
            name=str(purpose.name),
            text=str(purpose.text),
            categories=str(purpose.categories),
            retention=str(purpose.retention),
            basis=purpose.basis,
            necessary=purpose.necessary,
            order=order,
        )
    return PolicyVersion.objects.create(version=1, text="第一条\n", published_at=factories.LONG_AGO)


@pytest.fixture
def applicant(rules):
    """An account that consented to registration."""
    return factories.applicant()


@pytest.fixture
def application(applicant):
    """A complete draft of the applicant."""
    return factories.application(applicant)


@pytest.fixture
def browser():
    return Client()
