"""Jobs: steps, what a killed worker leaves, limits, cancelling, retrying, taking back (docs/architecture.md, "Long work")."""

import datetime as dt

import pytest
from django.db import IntegrityError

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import Role
from chengyang.platform.audit.models import Entry
from chengyang.platform.jobs import actions, expiry, results, runner
from chengyang.platform.jobs.models import MOST_AT_ONCE, Job, JobPart
from chengyang.platform.jobs.states import JOB_ENDED, JOB_OPEN, JOB_TRANSITIONS, JobState
from chengyang.platform.notices.models import Delivery, Notice
from tests import personas

from .conftest import days, finish

pytestmark = pytest.mark.django_db


def text_of(job):
    return b"".join(results.result(job)).decode()


def test_a_job_is_done_in_steps(start):
    job = finish(start(3))
    assert (job.state, job.done, job.total, job.message) == ("done", 3, 3, "都登记了。")
    assert (days(), text_of(job)) == (["第0天", "第1天", "第2天"], "0\n1\n2\n")


def test_a_worker_keeps_a_job_for_some_seconds_only(start):
    first, second = start(5), start(5, **{"from": 10})
    for _ in range(2):
        runner.work(seconds=-1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.done, second.done] == [1, 1]


def test_a_job_that_no_worker_has_is_claimed_once(start):
    start()
    assert (runner.claim() is None, runner.claim()) == (False, None)


def test_the_job_of_a_worker_that_died_goes_on_where_it_was(start, later):
    job = start(3)
    runner.step(runner.claim())  # and the worker dies
    assert runner.claim() is None
    later(runner.LEASE + dt.timedelta(seconds=1))
    assert (finish(job).state, days()) == ("done", ["第0天", "第1天", "第2天"])


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(start, later):
    start(3)
    slow = runner.claim()
    later(runner.LEASE + dt.timedelta(seconds=1))
    quick = runner.claim()
    assert (runner.step(slow), days()) == (False, [])
    assert (runner.step(quick), days()) == (True, ["第0天"])


def test_a_cancelled_job_stops_in_the_middle_of_a_step(start, district):
    job = start(3)
    claimed = runner.claim()
    assert runner.step(claimed)
    actions.cancel(job, actor=district)
    assert (runner.step(claimed), days()) == (False, ["第0天"])
    job.refresh_from_db()
    assert (job.state, job.slot, job.message) == ("cancelled", None, "已取消，取消以前办完的留着。")


def test_an_error_rolls_the_step_back_and_is_tried_again(start, later, caplog):
    job = start(3, breaks_at=1)
    for _ in range(1 + runner.MOST_TRIES):  # the first of them does a step before it fails
        runner.work()
        later(runner.BACKOFF * (runner.MOST_TRIES + 1))
    job.refresh_from_db()
    assert (job.state, job.done, job.tries, days()) == ("running", 1, runner.MOST_TRIES, ["第0天"])
    assert finish(job).state == "failed"
    assert job.public_id in job.message
    assert "a fault of the program" in caplog.text


def test_a_refusal_ends_the_job_with_its_words(start):
    job = finish(start(3, refused_at=2))
    assert (job.state, job.message, days()) == ("failed", "第三天不行。", ["第0天", "第1天"])


def test_a_failed_job_goes_on_where_it_stopped(start, district):
    job = finish(start(3, refused_at=2))
    Job.objects.filter(pk=job.pk).update(arguments={"days": 3})
    actions.retry(job, actor=district)
    assert (finish(job).state, text_of(job)) == ("done", "0\n1\n2\n")


def test_what_a_job_did_is_taken_back_once(start, district):
    job = finish(start(2))
    undoing = finish(actions.undo(job, actor=district))
    assert (undoing.state, days()) == ("done", [])
    with pytest.raises(ActionError) as error:
        actions.undo(job, actor=district)
    assert error.value.code == "undo"


def test_taking_back_ends_after_its_time(start, district, later):
    job = finish(start(2))
    later(job.declared.undo_within)
    with pytest.raises(ActionError):
        actions.undo(job, actor=district)


def test_a_job_that_must_not_stop_half_way_is_not_cancelled(start, district):
    with pytest.raises(ActionError) as error:
        actions.cancel(start(kind="test-whole"), actor=district)
    assert error.value.code == "whole"


def test_a_job_ends_when_its_owner_is_no_officer_any_more(start, later):
    job = start(3, name="xiazhuang")
    runner.step(runner.claim())
    Role.objects.filter(user=job.owner).update(ends=clock.today())
    later(runner.LEASE * 2)
    assert finish(job).state == "failed"
    assert days() == ["第0天"]


def test_a_job_of_a_kind_that_is_gone_fails(start):
    job = start()
    Job.objects.update(kind="gone")
    assert finish(job).state == "failed"


# ---- limits ---------------------------------------------------------------------------------------------------------
def test_three_jobs_of_an_officer_run_at_once(start):
    for _ in range(MOST_AT_ONCE + 1):
        start()
    other = start(name="xiazhuang")
    claimed = [runner.claim() for _ in range(MOST_AT_ONCE + 1)]
    assert [job.owner_id == other.owner_id for job in claimed] == [False, False, False, True]
    assert runner.claim() is None


def test_the_database_refuses_a_fourth_running_job(start, district):
    job = start()
    with pytest.raises(IntegrityError, match="job_has_slot_while_running"):
        Job.objects.filter(pk=job.pk).update(state="running", slot=MOST_AT_ONCE + 1)


def test_a_slot_is_taken_once(start):
    jobs = [start(), start()]
    with pytest.raises(IntegrityError, match="job_slot_once"):
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(state="running", slot=1)


def test_an_officer_has_a_bounded_number_of_open_jobs(start):
    for _ in range(actions.MOST_OPEN):
        start()
    with pytest.raises(ActionError) as error:
        start()
    assert error.value.code == "queue"


def test_the_fourth_job_waits_and_says_for_how_many(start):
    jobs = [start() for _ in range(4)]
    assert jobs[3].ahead == 3


# ---- permissions ----------------------------------------------------------------------------------------------------
OFFICERS = {*personas.ROLES, "secretary", "base_manager", "leader"}


@pytest.mark.parametrize("name", personas.NAMES)
def test_officers_start_jobs(reference, start, name):
    if name in OFFICERS:
        assert start(name=name).owner == personas.make(name)
    else:
        with pytest.raises(NotAllowed):
            start(name=name)


@pytest.mark.parametrize("verb", ["cancel", "retry", "undo", "delete_result"])
@pytest.mark.parametrize("name", personas.NAMES)
def test_only_its_owner_steers_a_job(start, name, verb):
    job, actor = start(name="district_2"), personas.make(name)
    if name == "district_2":
        assert Job.objects.visible_to(actor).get() == job
        return
    with pytest.raises(NotAllowed):
        getattr(actions, verb)(job, actor=actor)
    assert not Job.objects.visible_to(actor).exists()


def test_the_table_of_states():
    assert {state: {new for new in JobState if new in JOB_TRANSITIONS[state]} for state in JobState} == JOB_TRANSITIONS
    assert set(JOB_OPEN) | set(JOB_ENDED) == set(JobState)


# ---- results --------------------------------------------------------------------------------------------------------
def test_a_result_is_deleted_after_seven_days(start, later):
    job = finish(start(2))
    later(runner.KEPT - dt.timedelta(minutes=1))
    assert expiry.delete_expired() == 0
    later(dt.timedelta(minutes=2))
    assert (expiry.delete_expired(), JobPart.objects.count()) == (1, 0)
    job.refresh_from_db()
    assert (job.has_result, job.arguments, job.is_expired) == (False, {}, True)


def test_the_line_of_a_job_is_deleted_after_ninety_days(start, later):
    finish(start(2))
    later(expiry.FORGOTTEN_AFTER + dt.timedelta(minutes=1))
    expiry.delete_expired()
    assert not Job.objects.exists()


def test_a_result_is_encrypted_and_bound_to_its_place(start):
    job = finish(start(2))
    part = JobPart.objects.get()
    assert b"0\n1\n" not in bytes(part.data)
    JobPart.objects.filter(pk=part.pk).update(number=7)
    with pytest.raises(Exception, match="sealed elsewhere"):
        text_of(job)


def test_a_large_result_is_stored_in_even_parts(start):
    job = start()
    chunks = [b"x" * 300_000] * 5
    results.finish(job, chunks, name="大.bin", content_type="application/octet-stream")
    assert [len(part) for part in results.result(job)] == [results.PART_SIZE, results.PART_SIZE, 451_424]
    assert job.result_size == 1_500_000


def test_an_owner_deletes_the_result_at_once(start, district):
    job = finish(start(2))
    actions.delete_result(job, actor=district)
    assert not JobPart.objects.exists()


def test_closing_an_account_deletes_its_jobs(start, district):
    finish(start(2))
    actions.delete_jobs_of(district, district)
    assert not Job.objects.exists()


# ---- notices and audit ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("seconds", "notices", "deliveries"), [(5, 0, 0), (30, 1, 0), (90, 1, 1)])
def test_a_finished_job_is_a_notice_unless_its_owner_was_there(start, later, seconds, notices, deliveries):
    job = start(2)
    later(dt.timedelta(seconds=seconds))
    finish(job)
    assert Notice.objects.filter(user=job.owner, kind="jobs/ready", url=job.get_absolute_url()).count() == notices
    assert Delivery.objects.count() == deliveries


def test_a_failed_job_is_a_notice(start, later):
    job = start(3, refused_at=1)
    later(dt.timedelta(seconds=30))
    finish(job)
    assert "第三天不行。" in Notice.objects.get(kind="jobs/failed").body


def test_the_life_of_a_job_is_in_the_audit(start, district):
    job = finish(start(1))
    actions.undo(job, actor=district)
    verbs = Entry.objects.filter(subject="jobs.Job", subject_id=job.public_id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["job.started", "job.begun", "job.finished", "job.undone"]


# ---- what its owner reads -------------------------------------------------------------------------------------------
def test_the_time_left_follows_from_the_speed_so_far(start, later):
    job = start(10)
    claimed = runner.claim()
    later(dt.timedelta(seconds=30))
    runner.step(claimed)
    job.refresh_from_db()
    assert job.seconds_left == 270
