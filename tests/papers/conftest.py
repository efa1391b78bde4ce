"""What the tests of papers share: an activity with people, and the files that its jobs make."""

import io
import zipfile

import docx
import pytest

from activities.models import Signup
from chengyang.platform.jobs import results, runner
from chengyang.platform.jobs.models import Job
from chengyang.platform.web import hints
from tests.activities import factories

PRINT, WORD = "/manage/papers/papertemplate/print/{}/", "/manage/papers/papertemplate/word/{}/"
PURPOSE = {"purpose": "meeting"}
NAMES = ("周予安", "丁一", "王晓明", "陈桂兰", "艾合买提·买买提")


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


@pytest.fixture(autouse=True)
def stored_files(settings, tmp_path):
    """Store uploads in a folder of the test."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}


@pytest.fixture
def activity(reference):
    """A published activity of 夏庄 with five people."""
    return with_people(factories.published(capacity=9))


def with_people(activity, names=NAMES):
    for position, name in enumerate(names, 1):
        somebody = factories.person(activity.pk * 100 + position, name)
        Signup.objects.create(activity=activity, person=somebody, position=position, state="confirmed")
    return activity


def word(browser, code, query, **form):
    """Ask for a Word file and return (name, bytes) of the result."""
    answer = browser.post(f"{WORD.format(code)}?{query}", form)
    assert answer.status_code == 302, answer.context["form"].errors
    return done(Job.objects.latest("pk"))


def done(job):
    while runner.work():
        pass
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job.result_name, b"".join(results.result(job))


def rows_of(data, table=0):
    """Return the texts of the cells of a table of a Word file."""
    found = docx.Document(io.BytesIO(data)).tables[table]
    return [[cell.text for cell in row.cells] for row in found.rows]


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
