"""Work on many rows of a list: the summary, the same actions, a result for each row, taking back (docs/architecture.md, "Many at once")."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib import admin
from django.urls import reverse

from activities import actions
from activities.models import Activity, CheckIn, ServiceRecord, Signup
from activities.states import SignupState
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry, Reading
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.jobs import runner
from chengyang.platform.jobs.models import Job
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import bulk_actions
from chengyang.platform.staff.models import BulkRow, BulkRun, Settled
from chengyang.platform.web import hints
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
SIGNUPS = "/manage/activities/signup/"
State = BulkRow.State


@pytest.fixture(autouse=True)
def stopped(settings, monkeypatch):
    settings.PORTAL_CLOCK = factories.NINE
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


@pytest.fixture
def activity(reference):
    return factories.published(capacity=3, by_review=True)


@pytest.fixture
def pending(activity):
    """Five sign-ups that wait, in the order in which they came."""
    return [factories.signed_up(activity, number, f"报名{number}") for number in range(1, 6)]


def choose(browser, rows, verb="approve", url=SIGNUPS, **more):
    """Tick `rows` on the list at `url` and choose `verb`; return the page that follows."""
    return browser.post(f"{url}bulk/", {"verb": verb, "row": [row.pk for row in rows], **more}, follow=True)


def do(browser, rows, verb="approve", url=SIGNUPS, **answers):
    """Choose, agree to the summary, and return the run."""
    page = choose(browser, rows, verb, url)
    run = page.context["run"]
    browser.post(run.get_absolute_url(), answers, follow=True)
    return BulkRun.objects.get(pk=run.pk)


def results(run):
    return list(run.rows.order_by("place").values_list("state", flat=True))


def states(rows):
    by_key = dict(Signup.objects.in_bulk([row.pk for row in rows]))
    return [by_key[row.pk].state for row in rows]


def finish():
    while runner.work():
        pass


# ---- the summary ----------------------------------------------------------------------------------------------------
def test_the_summary_says_how_many_and_why_not_the_others_before_anything_is_done(client_of, district, pending):
    actions.decline_signup(pending[4], reason="满", actor=district)
    page = choose(client_of(district), pending)
    text = page.content.decode()
    assert "同意 4 人" in text
    assert "只余 3 个名额，1 人排进候补" in text
    assert "1 人不能办，因为" in text
    assert "现在是“未通过”" in text or "现在是“" in text
    assert pending[4].display_name in text
    assert states(pending)[:4] == [SignupState.PENDING] * 4
    assert Job.objects.count() == 0


def test_nothing_ticked_says_so_and_leads_back_to_the_filtered_list(client_of, district, pending):
    answer = client_of(district).post(f"{SIGNUPS}bulk/?state__exact=pending", {"verb": "approve"}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("?state__exact=pending")
    assert "请先选几条" in answer.content.decode()
    assert BulkRun.objects.count() == 0


@pytest.mark.parametrize("keys", [["x"], ["-1"], ["9" * 30], ["0", "\0"]])
def test_keys_that_no_row_can_have_choose_nothing(client_of, district, pending, keys):
    answer = client_of(district).post(f"{SIGNUPS}bulk/", {"verb": "approve", "row": keys}, follow=True)
    assert "请先选几条" in answer.content.decode()


def test_an_unknown_verb_is_404(client_of, district, pending):
    assert client_of(district).post(f"{SIGNUPS}bulk/", {"verb": "delete", "row": [pending[0].pk]}).status_code == 404


def test_more_rows_than_the_limit_are_refused(client_of, district, pending, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MOST", 3)
    answer = client_of(district).post(f"{SIGNUPS}bulk/", {"verb": "approve", "all": "1"}, follow=True)
    assert "一次最多办 3 条" in answer.content.decode()


def test_all_that_match_are_those_of_the_filter(client_of, district, pending):
    actions.decline_signup(pending[0], reason="满", actor=district)
    page = choose(client_of(district), [], url=SIGNUPS, all="1")
    assert len(page.context["run"].rows.all()) == 5
    page = client_of(district).post(
        f"{SIGNUPS}bulk/?state__exact=pending", {"verb": "approve", "all": "1"}, follow=True
    )
    assert page.context["run"].rows.count() == 4


def test_the_readers_of_the_summary_are_recorded(client_of, district, pending):
    Reading.objects.all().delete()
    choose(client_of(district), pending[:2])
    assert Reading.objects.filter(actor_id=district.pk, verb="list.read").count() == 2


# ---- doing ----------------------------------------------------------------------------------------------------------
def test_each_row_is_done_by_its_action_with_audit_notice_and_result(client_of, district, pending):
    run = do(client_of(district), pending)
    assert results(run) == [State.DONE] * 5
    assert states(pending) == [SignupState.CONFIRMED] * 3 + [SignupState.WAITLISTED] * 2
    assert Entry.objects.filter(verb="signup.confirmed", actor=district.public_id).count() == 5
    assert Notice.objects.filter(user=pending[0].user or pending[0].person.user).exists()
    assert Settled.objects.filter(officer=district).count() == 5
    assert run.job.state == "done"
    assert "办好 5" in run.job.message


def test_what_somebody_did_after_the_summary_is_left_alone(client_of, district, xiazhuang, pending):
    browser = client_of(district)
    run = choose(browser, pending[:2]).context["run"]
    actions.decline_signup(pending[0], reason="满", actor=xiazhuang)
    browser.post(run.get_absolute_url(), follow=True)
    assert results(run) == [State.FAILED, State.DONE]
    assert run.rows.first().message == "你看过以后有了变化，没有办"
    assert states(pending[:2]) == [SignupState.DECLINED, SignupState.CONFIRMED]


def test_a_reason_is_asked_for_and_kept_and_reaches_everybody(client_of, district, pending):
    browser = client_of(district)
    run = choose(browser, pending[:2], "decline").context["run"]
    page = browser.post(run.get_absolute_url(), {"reason": ""})
    assert "请写理由，本人会看到原文。" in page.content.decode()
    assert states(pending[:2]) == [SignupState.PENDING] * 2
    browser.post(run.get_absolute_url(), {"reason": "名额留给还没参加过的人"})
    assert {row.reason for row in Signup.objects.filter(state=SignupState.DECLINED)} == {"名额留给还没参加过的人"}


def test_a_run_is_started_once_however_often_its_form_is_sent(client_of, district, pending):
    browser = client_of(district)
    run = choose(browser, pending[:2]).context["run"]
    for _time in range(2):
        assert browser.post(run.get_absolute_url()).status_code == 302
    assert Job.objects.filter(kind="bulk").count() == 1
    with pytest.raises(ActionError) as refusal:
        bulk_actions.start_run(run, actor=district)
    assert refusal.value.code == "started"


def test_many_rows_are_left_to_the_worker_and_go_on_where_a_worker_stopped(client_of, district, pending, monkeypatch):
    monkeypatch.setattr(bulk_actions, "BATCH", 2)
    monkeypatch.setattr("chengyang.platform.staff.bulk_admin.AT_ONCE", 1)
    run = do(client_of(district), pending)
    assert results(run) == [State.READY] * 5
    claimed = runner.claim(run.job.pk)
    runner.step(claimed)
    assert results(run) == [State.DONE] * 2 + [State.READY] * 3
    Job.objects.filter(pk=run.job.pk).update(claimed_until=clock.now() - dt.timedelta(seconds=1))  # the worker is dead
    finish()
    assert results(run) == [State.DONE] * 5
    assert Entry.objects.filter(verb="signup.confirmed").count() == 5


def test_a_row_that_the_officer_may_not_see_any_more_is_left_alone(client_of, xiazhuang, pending, monkeypatch):
    monkeypatch.setattr("chengyang.platform.staff.bulk_admin.AT_ONCE", 0)
    run = do(client_of(xiazhuang), pending[:1])
    liuting = personas.Subdistrict.objects.get(name="流亭街道")
    type(pending[0].activity).objects.update(subdistrict=liuting)
    finish()
    assert results(run) == [State.FAILED]
    assert "不归你管" in run.rows.first().message
    assert states(pending[:1]) == [SignupState.PENDING]


def test_a_role_that_ended_ends_the_job(client_of, xiazhuang, pending, monkeypatch):
    monkeypatch.setattr("chengyang.platform.staff.bulk_admin.AT_ONCE", 0)
    run = do(client_of(xiazhuang), pending[:1])
    xiazhuang.roles.update(ends=clock.today())
    finish()
    run.job.refresh_from_db()
    assert run.job.state == "failed"
    assert states(pending[:1]) == [SignupState.PENDING]


# ---- taking back ----------------------------------------------------------------------------------------------------
def test_a_whole_run_is_taken_back_within_ten_minutes(client_of, district, pending):
    run = do(client_of(district), pending)
    assert run.job.can_be_undone
    jobs.undo(run.job, actor=district)
    finish()
    assert results(run) == [State.UNDONE] * 5
    assert states(pending) == [SignupState.PENDING] * 5
    assert not Settled.objects.filter(undone_at=None).exists()
    run.job.refresh_from_db()
    assert not BulkRun.objects.get(pk=run.pk).job.can_be_undone


def test_rows_on_which_somebody_acted_stay_as_they_are(client_of, district, xiazhuang, pending):
    run = do(client_of(district), pending[:2])
    actions.cancel_signup_for(pending[0], reason="来电不去了", actor=xiazhuang)
    jobs.undo(run.job, actor=district)
    finish()
    assert results(run) == [State.DONE, State.UNDONE]
    assert run.rows.first().message == "有人接着办了，不能撤销"
    assert states(pending[:2]) == [SignupState.CANCELLED, SignupState.PENDING]


def test_after_ten_minutes_there_is_no_way_back(client_of, district, pending, settings):
    run = do(client_of(district), pending[:1])
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=11)
    assert not Job.objects.get(pk=run.job_id).can_be_undone


def test_a_verb_without_an_opposite_is_not_taken_back(client_of, district, pending):
    run = do(client_of(district), pending[:1], "cancel", reason="来电不去了")
    assert states(pending[:1]) == [SignupState.CANCELLED]
    assert not Job.objects.get(pk=run.job_id).can_be_undone


def serve(number):
    """Return the recorded hours of `number` people of one volunteer service, three hours each."""
    activity = factories.published(kind=Activity.Kind.VOLUNTEER)
    rows = factories.queue(activity, number)
    made = [
        CheckIn.objects.create(signup=row, checked_in_at=activity.starts, checked_out_at=activity.ends, method="staff")
        for row in rows
    ]
    return [ServiceRecord.objects.create(checkin=checkin, hours=3) for checkin in made]


# ---- hours ----------------------------------------------------------------------------------------------------------
def test_hours_of_many_are_corrected_and_restored(client_of, district, reference):
    served = serve(2)
    before = [record.hours for record in served]
    run = do(
        client_of(district), served, "correct", "/manage/activities/servicerecord/", hours="1.5", reason="早退一小时"
    )
    assert results(run) == [State.DONE] * 2
    assert set(ServiceRecord.objects.values_list("hours", flat=True)) == {Decimal("1.5")}
    jobs.undo(run.job, actor=district)
    finish()
    assert [record.hours for record in ServiceRecord.objects.order_by("pk")] == before


def test_an_impossible_value_is_refused_at_its_field(client_of, district, reference):
    [served] = serve(1)
    page = choose(client_of(district), [served], "correct", "/manage/activities/servicerecord/")
    answer = client_of(district).post(page.context["run"].get_absolute_url(), {"hours": "x", "reason": "早退"})
    assert answer.status_code == 409 or "hours" in answer.context["form"].errors


# ---- whose it is ----------------------------------------------------------------------------------------------------
def test_a_run_belongs_to_who_chose(client_of, district, district_2, pending):
    run = choose(client_of(district), pending[:1]).context["run"]
    assert client_of(district_2).get(run.get_absolute_url()).status_code == 404
    with pytest.raises(NotAllowed):
        bulk_actions.start_run(run, actor=district_2)


def test_rows_outside_ones_scope_cannot_be_chosen(client_of, liuting, pending):
    answer = client_of(liuting).post(f"{SIGNUPS}bulk/", {"verb": "approve", "row": [pending[0].pk]}, follow=True)
    assert "请先选几条" in answer.content.decode()


def test_ones_own_sign_up_is_not_among_those_that_one_decides(client_of, district, activity):
    own = actions.sign_up(activity, person=personas.person("本人", account=district), actor=district)
    page = choose(client_of(district), [own])
    assert page.context["ready"] == 0


# ---- every list -----------------------------------------------------------------------------------------------------
def verbs():
    return [(found, verb) for found in admin.site._registry.values() for verb in found.bulk_verbs]


def test_the_lists_with_work_on_many_rows_are_these():
    found = {f"{found.opts.label} {verb.code}" for found, verb in verbs()}
    assert found == {
        *(
            "activities.Signup approve",
            "activities.Signup decline",
            "activities.Signup confirm",
            "activities.Signup cancel",
        ),
        "activities.ServiceRecord correct",
        *("organizations.Membership accept", "organizations.Membership decline", "organizations.Membership end"),
        *("members.UnconfirmedPerson resend", "members.UnconfirmedPerson cancel"),
        *("services.Outcome check", "services.Outcome refuse"),
        *("services.TeamApplication accept", "services.TeamApplication decline"),
        *("bases.RoomBooking confirm", "bases.RoomBooking decline"),
        *(
            "objectives.Plan publish",
            "objectives.Figure check",
            "objectives.Figure refuse",
            "objectives.Revision agree",
        ),
    }


def test_every_verb_is_an_action_that_takes_the_actor():
    for _found, verb in verbs():
        assert callable(verb.act)
        assert callable(verb.why_not)
        assert verb.unit


def test_chosen_rows_are_shown_and_exported_alone(client_of, district, pending):
    browser = client_of(district)
    page = choose(browser, pending[:2], "export")
    assert page.redirect_chain[-1][0].startswith(f"{SIGNUPS}export/?chosen=")
    assert page.context["total"] == "2"
    assert "选中的 2 条" in page.content.decode()
    query = page.redirect_chain[-1][0].partition("?")[2]
    listed = browser.get(f"{SIGNUPS}?{query}").context["cl"].result_list
    assert {row.pk for row in listed} == {row.pk for row in pending[:2]}
    assert client_of(personas.make("district_2")).get(f"{SIGNUPS}?{query}").status_code == 302


def test_old_runs_are_deleted_and_what_they_did_stays(client_of, district, pending, settings):
    do(client_of(district), pending[:1])
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=8)
    bulk_actions.delete_old_runs()
    assert not BulkRun.objects.exists()
    assert states(pending[:1]) == [SignupState.CONFIRMED]


def test_the_page_of_a_job_leads_to_the_result_of_each_row(client_of, district, pending):
    run = do(client_of(district), pending[:1])
    page = client_of(district).get(reverse("admin:jobs_job_change", args=[run.job.pk]))
    assert run.get_absolute_url() in page.content.decode()
