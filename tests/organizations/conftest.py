"""Fixtures of the tests of organizations: the “五好” standard, a person without membership, an outbox for each test."""

import datetime as dt
import uuid

import pytest

from chengyang import clock
from chengyang.celery import app
from chengyang.platform.standards.models import Criterion, Standard, Version
from tests import personas


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Isolate each test: own outbox folder, own cache keys, and Celery tasks run synchronously."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield
    app.conf.task_always_eager = before


@pytest.fixture
def organization(reference):
    return personas.organization()


@pytest.fixture
def newcomer(reference):
    """A registered person who is in no organization."""
    account = personas.user("newcomer")
    return personas.person("周予安", account=account, phone="+8615400006000").user


@pytest.fixture
def five_goods(reference):
    """The published version of “五好”."""
    standard = Standard.objects.create(code="five_goods", name="“五好”筹建组织标准", subject="organization")
    version = Version.objects.create(standard=standard, number=1)
    for n, name in enumerate(["好带头人", "好班子", "好队伍", "好机制", "好思路"]):
        Criterion.objects.create(version=version, code=f"c{n}", name=name, order=n)
    version.published_on = dt.date(2017, 1, 1)
    version.save()
    return version


@pytest.fixture
def assessed(five_goods):
    """Return a function that creates an assessment of an organization."""

    def assess(organization, *, met=5, state="passed", **fields):
        findings = {
            f"c{n}": {"result": "met" if n < met else "not_yet", "note": "章程和名单", "file": ""} for n in range(5)
        }
        day = clock.today()
        return organization.assessments.create(
            version=five_goods, state=state, findings=findings, assessed_on=day, **fields
        )

    return assess


@pytest.fixture
def successor(reference):
    return personas.person("蓝一舟", account=personas.user("successor"), phone="+8615400008001")


@pytest.fixture
def chair(organization):
    """杜春和, the chair of the old term."""
    person = personas.person("杜春和", account=personas.user("chair"), phone="+8615400008002")
    organization.posts.create(person=person, kind="chair", starts=dt.date(2023, 10, 1))
    return person


@pytest.fixture
def vice(organization):
    """侯立冬, a vice-chair of the old term whom nobody follows."""
    person = personas.person("侯立冬", account=personas.user("vice"), phone="+8615400008003")
    organization.posts.create(person=person, kind="vice_chair", starts=dt.date(2023, 10, 1))
    return person
