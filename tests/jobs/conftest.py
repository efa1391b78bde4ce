import pytest

from chengyang import clock
from chengyang.platform.jobs import actions, runner
from chengyang.platform.web import hints
from chengyang.platform.workdays.models import WorkdayException
from tests import personas

from . import kinds


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """The kinds of the tests; and no message to a broker, so that each test says itself when a worker works."""
    kinds.declare(monkeypatch)
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


@pytest.fixture
def start(reference):
    """Return a function that starts a job which enters `days` days, for the persona `name`."""

    def begin(days=3, *, name="district", kind="test-count", **arguments):
        return actions.start(
            kind, actor=personas.make(name), title="数日子", arguments={"days": days, **arguments}, total=days
        )

    return begin


@pytest.fixture
def later(settings):
    """Return a function that moves the clock."""

    def move(by):
        settings.PORTAL_CLOCK = clock.now() + by

    return move


def days():
    """Return the names of the days that steps have entered, in order."""
    return list(WorkdayException.objects.filter(date__gte=kinds.FIRST).order_by("date").values_list("name", flat=True))


def finish(job):
    """Let workers work until `job` has ended or nothing can be claimed; return it read again."""
    while runner.work():
        pass
    job.refresh_from_db()
    return job
