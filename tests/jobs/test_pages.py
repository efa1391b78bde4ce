"""我的任务: the list, the page of a job, its progress and its result, for its owner alone."""

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.platform.audit.models import Entry
from chengyang.platform.jobs import runner
from chengyang.platform.jobs.models import Job
from tests import personas

from .conftest import finish

pytestmark = pytest.mark.django_db
LIST = "/manage/jobs/job/"


def pages_of(job):
    names = ("progress", "result")
    return [job.get_absolute_url(), *(reverse(f"admin:jobs_job_{name}", args=[job.public_id]) for name in names)]


@pytest.mark.parametrize("name", personas.NAMES)
def test_nobody_but_its_owner_sees_a_job(client_of, start, name):
    job = finish(start(2, name="district_2"))
    expected = 200 if name == "district_2" else 404
    browser = client_of(personas.make(name))
    assert [browser.get(url).status_code for url in pages_of(job)] == [expected] * 3


def test_the_list_shows_own_jobs(client_of, start, district):
    own, other = start(), start(name="xiazhuang")
    assert list(client_of(district).get(LIST).context["cl"].result_list) == [own]
    assert other.pk != own.pk


def test_an_open_job_shows_its_bar_and_asks_again(client_of, start, district):
    job = start(4)
    runner.step(runner.claim())
    page = client_of(district).get(pages_of(job)[1]).content.decode()
    assert 'max="4" value="1"' in page
    assert "1 / 4 天" in page
    assert 'hx-trigger="every 2s"' in page


def test_an_ended_job_asks_no_more_and_offers_its_result(client_of, start, district):
    job = finish(start(2))
    page = client_of(district).get(pages_of(job)[1]).content.decode()
    assert "hx-trigger" not in page
    assert pages_of(job)[2] in page


def test_the_result_is_sent_and_recorded(client_of, start, district):
    job = finish(start(2))
    answer = client_of(district).get(pages_of(job)[2])
    assert (b"".join(answer.streaming_content), answer["Content-Length"]) == (b"0\n1\n", "4")
    assert "no-store" in answer["Cache-Control"]
    assert Entry.objects.filter(verb="job.fetched", actor=district.public_id).count() == 1


def test_there_is_no_result_after_its_time(client_of, start, later, district):
    job = finish(start(2))
    later(runner.KEPT)
    job.refresh_from_db()
    assert client_of(district).get(pages_of(job)[2]).status_code in (302, 404)
    assert not job.has_result


def test_the_buttons_beside_the_bar_do_what_they_say(client_of, start, district):
    job = start(4)
    client_of(district).post(reverse("admin:jobs_job_do", args=[job.pk, "cancel"]))
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_open_jobs_stand_beside_the_todo_list(client_of, start, district):
    job = start(4)
    assert f"job-{job.public_id}" in client_of(district).get("/manage/").content.decode()
    finish(job)
    assert f"job-{job.public_id}" not in client_of(district).get("/manage/").content.decode()


def test_what_a_page_fetches_by_itself_does_not_keep_a_session_alive(client_of, start, district, settings):
    job, browser = start(4), client_of(district)
    browser.get(LIST)
    settings.PORTAL_CLOCK = clock.now() + settings.STAFF_SESSION_IDLE / 2
    browser.get(pages_of(job)[1], headers={"X-Portal-Polls": "1"})
    settings.PORTAL_CLOCK = clock.now() + settings.STAFF_SESSION_IDLE * 0.6
    assert browser.get(LIST).status_code == 302


def test_an_empty_result_is_deleted_by_its_button(client_of, start, district):
    job = finish(start(2))
    client_of(district).post(reverse("admin:jobs_job_do", args=[job.pk, "empty"]))
    assert not Job.objects.get().has_result
