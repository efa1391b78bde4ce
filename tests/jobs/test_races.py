"""Workers at the same moment, on real connections (docs/style.md rule 22), and a worker that is killed (`kill -9`)."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.db import connection

from chengyang.devtools.paths import ROOT
from chengyang.platform.audit.models import Reading
from chengyang.platform.jobs import actions, results, runner
from chengyang.platform.jobs.models import MOST_AT_ONCE, Job
from chengyang.platform.staff import export_actions, list_exports
from tests import personas

from .conftest import days, finish

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Call each on its own connection at the same moment; return the results."""
    gate = threading.Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_workers_claim_one_job_once(start):
    for _ in range(5):
        job = start()
        claimed = at_once(runner.claim, runner.claim, runner.claim)
        assert [found.pk for found in claimed if found] == [job.pk]
        actions.cancel(job, actor=job.owner)


def test_workers_at_the_same_moment_begin_no_fourth_job_of_an_officer(start):
    """Two of an officer run and four wait: whoever claims at the same moment, one gets the third slot."""
    for _ in range(6):
        start()
    running = [runner.claim() for _ in range(MOST_AT_ONCE - 1)]
    claimed = at_once(*[runner.claim] * 4)
    assert len(running) + len([job for job in claimed if job]) <= MOST_AT_ONCE
    while runner.claim():
        pass
    assert sorted(Job.objects.filter(state="running").values_list("slot", flat=True)) == [1, 2, 3]


def test_starts_at_the_same_moment_keep_the_limit_of_open_jobs(start, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 2)
    start()

    def begin():
        try:
            return actions.start("test-count", actor=personas.make("district"), title="数日子", arguments={"days": 1})
        except actions.ActionError as error:
            return error.code

    found = at_once(begin, begin, begin)
    assert sorted(result if result == "queue" else "started" for result in found) == ["queue", "queue", "started"]


def test_two_workers_do_the_steps_of_a_job_once(start, later):
    job = start(30)
    at_once(*[lambda: [runner.work(seconds=0.02) for _ in range(40)]] * 2)
    assert (finish(job).state, len(days())) == ("done", 30)
    assert b"".join(results.result(job)).decode() == "".join(f"{number}\n" for number in range(30))


# ---- kill -9 --------------------------------------------------------------------------------------------------------
def worker(stops_at=None, *, exports=False, bulk=False, module="tests.jobs.worker"):
    """Start a worker in a process of its own (`module`); it halts in the step `stops_at`, after that has written."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    if not database["HOST"].startswith("/"):
        url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "DJANGO_SETTINGS_MODULE": "chengyang.settings",
        "DATABASE_URL": url,
        "VAULT_KEYS": django_settings.VAULT_KEYS,
        "EXPORTS": "yes" if exports else "",
        "BULK": "yes" if bulk else "",
        "STOPS_AT": "" if stops_at is None else str(stops_at),
    }
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("stops_at", [0, 2, 4])
def test_a_worker_that_is_killed_in_a_step_leaves_nothing_half_done(start, later, stops_at):
    job = start(5)
    with worker(stops_at) as process:
        assert process.stdout.readline() == f"in step {stops_at}\n"
        process.send_signal(signal.SIGKILL)
    assert len(days()) == stops_at
    later(runner.LEASE + dt.timedelta(seconds=1))
    assert (finish(job).state, days()) == ("done", [f"第{number}天" for number in range(5)])
    assert b"".join(results.result(job)).decode() == "0\n1\n2\n3\n4\n"


def test_another_worker_process_finishes_the_job(start):
    job = start(5)
    with worker() as process:
        assert process.stdout.readline() == "nothing left\n"
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)


@pytest.mark.parametrize("stops_at", [1, 3])
def test_an_export_whose_worker_is_killed_is_written_once(start, later, monkeypatch, stops_at):
    """Six persons, two in a step: the worker is killed after it has written a part, the next one goes on there."""
    officer = personas.make("district")
    for number in range(6):
        personas.person(f"李{'一二三四五六'[number]}")
    data = {
        "columns": ["name"],
        "file_format": "csv",
        "with_keys": False,
        "purpose": "check",
        "note": "",
        "numbers_note": "",
    }
    export = export_actions.ask_for_export("members.Person", "", data, actor=officer)
    with worker(stops_at, exports=True) as process:
        assert process.stdout.readline() == f"in step {stops_at}\n"
        process.send_signal(signal.SIGKILL)
    monkeypatch.setattr(list_exports, "BATCH", 2)
    later(runner.LEASE + dt.timedelta(seconds=1))
    job = finish(export.job)
    lines = b"".join(results.result(job)).decode("utf-8-sig").split()
    assert sorted(lines) == sorted(["姓名", *(f"李{digit}" for digit in "一二三四五六")])
    assert set(Reading.objects.filter(verb="list.exported").values_list("count", flat=True)) == {1}
