"""Two officers who decide on the same rows at the same moment, and a worker that is killed, on real connections."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chengyang.platform.audit.models import Entry
from chengyang.platform.jobs import runner
from chengyang.platform.jobs.models import Job
from chengyang.platform.staff import bulk_actions
from chengyang.platform.staff.list_exports import admin_of, rows_of
from chengyang.platform.web import hints
from tests import personas
from tests.activities import factories
from tests.jobs.test_races import worker

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = "activities.Signup"


@pytest.fixture(autouse=True)
def quiet(settings, monkeypatch):
    settings.PORTAL_CLOCK = factories.NINE
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


def prepared(officer, code="approve"):
    found = admin_of(LABEL)
    verb = next(verb for verb in found.bulk_verbs if verb.code == code)
    rows = rows_of(found, officer, "").select_related(*verb.locks, *verb.related)
    return bulk_actions.choose_rows(LABEL, rows, verb=verb, actor=officer)


def test_two_officers_who_decide_on_the_same_rows_decide_each_row_once(reference):
    rows = []
    for n, capacity in enumerate((4, 40)):
        activity = factories.published(capacity=capacity, by_review=True, title=f"活动{n}")
        rows += [factories.signed_up(activity, 100 * n + k) for k in range(1, 13)]
    first, second = personas.make("district"), personas.make("district_2")
    approving, declining = prepared(first), prepared(second, "decline")
    started = [
        bulk_actions.start_run(approving, actor=first),
        bulk_actions.start_run(declining, reason="满", actor=second),
    ]
    gate = threading.Barrier(2)

    def work(job):
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            while runner.work_on(job, 30).is_open:
                Job.objects.filter(pk=job.pk).update(not_before=factories.NINE)  # tries again at once
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, started))
    states = [run.rows.filter(state="done").count() for run in (approving, declining)]
    assert sum(states) == len(rows)
    assert approving.rows.filter(state="failed").count() == states[1]
    assert Entry.objects.filter(verb__in=["signup.confirmed", "signup.declined"]).count() == len(rows)
    for row in {row.activity_id: row for row in rows}.values():
        taken, counted = factories.counted(row.activity)
        assert taken == counted <= row.activity.capacity


def test_a_worker_that_is_killed_in_the_middle_of_a_step_leaves_each_row_done_once(reference):
    """Ten rows in a step: the worker is killed after the fifteenth row, which its step has not stored yet."""
    activity = factories.published(capacity=100, by_review=True)
    rows = factories.queue(activity, 25)
    officer = personas.make("district")
    run = prepared(officer)
    job = bulk_actions.start_run(run, actor=officer)
    with worker(14, bulk=True) as process:
        assert process.stdout.readline() == "in step 14\n"
        process.send_signal(signal.SIGKILL)
    assert run.rows.filter(state="done").count() == 10
    assert activity.signups.filter(state="confirmed").count() == 10
    Job.objects.filter(pk=job.pk).update(claimed_until=factories.NINE - factories.HOUR, not_before=factories.NINE)
    while runner.work():
        pass
    assert run.rows.filter(state="done").count() == len(rows)
    assert Entry.objects.filter(verb="signup.confirmed").count() == len(rows)
