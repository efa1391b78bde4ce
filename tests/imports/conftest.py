"""Fixtures of the tests of imports: no broker, and organizations with people."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengyang.platform.imports import actions, preview
from chengyang.platform.imports.models import Import
from chengyang.platform.jobs import runner
from chengyang.platform.web import hints
from tests import personas

NAMES = ["陈桂兰", "李雷", "周予安", "韩梅梅"]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


@pytest.fixture
def people(reference):
    """Four persons of 夏庄 with numbers, and an organization of 夏庄 with the first of them as its member."""
    organization = personas.organization(name="夏庄联谊会")
    made = [personas.person(name, phone=f"+861540000710{n}") for n, name in enumerate(NAMES)]
    personas.organization(
        name="流亭联谊会",
        slug="liuting",
        subdistrict=personas.Subdistrict.objects.get(name="流亭街道"),
        level="subdistrict",
    )
    return made, organization


def work():
    """Let workers work until nothing is left."""
    while runner.work():
        pass


def upload(kind, data, *, actor, name="会员.xlsx"):
    """Upload `data` and let it be read; return the import."""
    owner = actions.start_import(kind, SimpleUploadedFile(name, data), actor=actor)
    work()
    return Import.objects.get(pk=owner.pk)


def write(owner, *, actor, whole=False, note="核对"):
    actions.write_import(owner, whole=whole, note=note, actor=actor)
    work()
    return Import.objects.get(pk=owner.pk)


def rows_of(owner, outcome):
    """Return number → row of the preview with `outcome`."""
    return {row.number: row for row in preview.rows_of(owner, outcome, 0, 1000)}
