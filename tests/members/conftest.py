"""What tests of the registry share: the rules in force, somebody who applies, an outbox of their own."""

import uuid

import pytest
from django.test import Client

from chengyang.celery import app
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import PURPOSES

from . import factories


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Messages of one test, in a folder of its own; limits counted under names of its own; tasks run where they are called."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield settings.OUTBOX_DIR
    app.conf.task_always_eager = before


@pytest.fixture
def rules(reference):
    """All purposes, under the first version of the rules."""
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
    """An account that agreed to be registered."""
    return factories.applicant()


@pytest.fixture
def application(applicant):
    """A complete draft of the applicant."""
    return factories.application(applicant)


@pytest.fixture
def browser():
    return Client()
