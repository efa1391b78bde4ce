"""Messages to many people: whom they coverage, the outbox, the second officer, and what becomes of each copy."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities import actions as activities
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.jobs import runner
from chengyang.platform.mailings import actions, audience, permissions, sending
from chengyang.platform.mailings.models import Mailing, MailingRecipient
from chengyang.platform.mailings.states import MailingState
from chengyang.platform.notices.actions import choose_channels
from chengyang.platform.notices.models import Delivery, Notice
from chengyang.platform.web import hints
from members.models import Person
from organizations.actions import add_membership, end_membership
from tests import personas
from tests.activities import factories
from tests.staff_pages import decide

pytestmark = pytest.mark.django_db
PERSONS, SIGNUPS = "members.Person", "activities.Signup"
DATA = {
    "kind": "invitations",
    "title": "十月新心讲堂",
    "text": "10月12日 15:00 在夏新连心驿站，讲数据合规。",
    "contact": "区委统战部 0532-12345678",
    "by_sms": True,
    "send_at": None,
}


@pytest.fixture(autouse=True)
def stopped(settings, monkeypatch):
    settings.PORTAL_CLOCK = factories.NINE
    settings.SMS_PRICE = Decimal("0.05")
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


@pytest.fixture
def people(reference):
    """Three persons: with an account and a mail address, with an account, and without one but with a number."""
    first, second = factories.person(1, "陈桂兰"), factories.person(2, "李雷")
    first.user.email = "chen@demo.invalid"
    first.user.save(update_fields=["email"])
    return [first, second, personas.person("周予安", phone="+8615400000003")]


def draft(actor, list_name=PERSONS, query="", **data):
    return actions.draft_mailing(list_name, query, {**DATA, **data}, actor=actor)


def later(settings, **by):
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(**by)


def finish():
    while runner.work():
        pass


def send(mailing, actor, settings):
    """Release a message, wait until its time is over, and let a worker send it; return it read again."""
    actions.release_mailing(mailing, actor=actor)
    mailing.refresh_from_db()
    settings.PORTAL_CLOCK = mailing.send_at
    actions.send_due()
    finish()
    mailing.refresh_from_db()
    return mailing


def copies(mailing):
    return Notice.objects.about(mailing)


# ---- whom it reaches ------------------------------------------------------------------------------------------------
def test_a_draft_says_whom_it_reaches_in_which_way_and_what_it_costs(district, people):
    choose_channels([("invitations", "email")], actor=people[1].user)  # no text messages of this kind
    coverage = audience.coverage_of(draft(district))
    assert (coverage.people, coverage.inbox, coverage.sms, coverage.mail, coverage.off, coverage.nowhere) == (
        3,
        2,
        2,
        1,
        1,
        0,
    )
    assert (coverage.parts, coverage.messages, coverage.cost) == (1, 2, Decimal("0.10"))
    assert not copies(Mailing.objects.get()).exists()


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2)])
def test_a_long_text_message_counts_as_several(length, parts):
    assert audience.parts_of("字" * length) == parts


def test_without_a_price_no_cost_is_said(district, people, settings):
    settings.SMS_PRICE = None
    assert audience.coverage_of(draft(district)).cost is None


def test_without_text_messages_who_has_no_account_is_not_reached(district, people, settings):
    mailing = draft(district, by_sms=False)
    coverage = audience.coverage_of(mailing)
    assert (coverage.sms, coverage.nowhere) == (0, 1)
    send(mailing, district, settings)
    assert not Delivery.objects.filter(notice__in=copies(mailing), channel="sms").exists()
    assert [row.state for row in mailing.recipients.all()] == ["written", "written", "skipped"]


def test_somebody_with_two_rows_gets_one_copy(district, people):
    activity, other = (
        factories.published(),
        factories.published(title="另一场", starts=factories.moment(25), ends=factories.moment(25, 11)),
    )
    for one in (activity, other):
        activities.sign_up(one, person=people[0], actor=people[0].user)
    assert draft(district, SIGNUPS, kind="signup").total == 1


def test_only_people_who_still_belong_to_the_list_are_written_to(district, people):
    activity = factories.published()
    signup = activities.sign_up(activity, person=people[0], actor=people[0].user)
    activities.sign_up(activity, person=people[1], actor=people[1].user)
    activities.cancel_signup(signup, actor=people[0].user)
    assert [row.user for row in draft(district, SIGNUPS, kind="signup").recipients.all()] == [people[1].user]


def test_what_is_about_an_own_sign_up_is_sent_in_any_case_and_only_from_sign_ups(district, people, settings):
    choose_channels([], actor=people[0].user)
    activity = factories.published()
    activities.sign_up(activity, person=people[0], actor=people[0].user)
    mailing = send(draft(district, SIGNUPS, kind="signup"), district, settings)
    assert Delivery.objects.filter(notice__in=copies(mailing), channel="sms").count() == 1
    with pytest.raises(ActionError) as refusal:
        draft(district, kind="signup")
    assert (refusal.value.code, refusal.value.field) == ("kind", "kind")


def test_every_other_kind_can_be_switched_off(district, people, settings):
    choose_channels([], actor=people[0].user)
    for kind in ("invitations", "announcements"):
        mailing = send(draft(district, kind=kind), district, settings)
        assert not Delivery.objects.filter(notice__in=copies(mailing), notice__user=people[0].user).exists()
        assert copies(mailing).filter(user=people[0].user).exists()  # the inbox


def test_nobody_writes_to_people_outside_their_scope(client_of, liuting, secretary, member, people):
    with pytest.raises(ActionError) as refusal:
        draft(liuting)
    assert refusal.value.code == "none"
    with pytest.raises(NotAllowed):
        draft(member)
    assert client_of(member).get("/manage/mailings/mailing/compose/?list=members.Person").status_code == 404
    assert not permissions.can_write(member)
    assert permissions.can_write(secretary)


def test_a_secretary_writes_to_the_members_of_their_organization(secretary, district, people, settings):
    organization = personas.organization()
    add_membership(organization, person=people[0], joined_on=factories.DAY, actor=district)
    other = personas.organization(name="别的联谊会", slug="other")
    add_membership(other, person=people[1], joined_on=factories.DAY, actor=district)
    mailing = draft(secretary, "organizations.Membership")
    assert [row.user for row in mailing.recipients.all()] == [people[0].user]


@pytest.mark.parametrize("name", ["audit.Entry", "accounts.User", "services.Request"])
def test_there_are_lists_to_whose_people_nobody_writes(client_of, district, people, name):
    with pytest.raises((ActionError, NotAllowed)):
        draft(district, name)
    answer = client_of(district).get(f"/manage/mailings/mailing/compose/?list={name}")
    assert answer.status_code in (302, 404)


def test_more_people_than_the_limit_are_refused(district, people, monkeypatch):
    monkeypatch.setattr(audience, "MOST", 2)
    with pytest.raises(ActionError) as refusal:
        draft(district)
    assert refusal.value.code == "many"


# ---- the outbox -----------------------------------------------------------------------------------------------------
def test_a_released_message_is_held_ten_minutes_and_then_sent(district, people, settings):
    mailing = actions.release_mailing(draft(district), actor=district)
    assert (mailing.state, mailing.send_at) == (MailingState.HELD, factories.NINE + actions.HELD)
    later(settings, minutes=9, seconds=59)
    assert actions.send_due() == 0
    later(settings, seconds=1)
    assert actions.send_due() == 1
    assert actions.send_due() == 0
    finish()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.sent_at) == (MailingState.SENT, clock.now())
    assert copies(mailing).count() == 3
    notice = copies(mailing).get(user=people[0].user)
    assert (notice.title, notice.kind) == ("邀请：十月新心讲堂", "invitations/message")
    assert "回复请找：区委统战部 0532-12345678" in notice.body
    assert {entry.verb for entry in Entry.objects.filter(subject="mailings.Mailing")} == {
        *("mailing.drafted", "mailing.released", "mailing.begun", "mailing.sent"),
    }


def test_a_message_waits_for_its_time(district, people, settings):
    at = factories.NINE + dt.timedelta(days=2)
    mailing = actions.release_mailing(draft(district, send_at=at), actor=district)
    assert mailing.send_at == at
    later(settings, hours=24)
    assert actions.send_due() == 0


def test_a_time_in_the_past_is_refused_at_its_field(district, people):
    with pytest.raises(ActionError) as refusal:
        draft(district, send_at=factories.NINE)
    assert refusal.value.field == "send_at"


def test_a_time_that_has_passed_while_it_was_a_draft_means_ten_minutes(district, people, settings):
    mailing = draft(district, send_at=factories.NINE + dt.timedelta(minutes=1))
    later(settings, hours=1)
    assert actions.release_mailing(mailing, actor=district).send_at == clock.now() + actions.HELD


@pytest.mark.parametrize("state", ["draft", "held"])
def test_a_message_is_stopped_before_it_is_sent(district, people, settings, state):
    mailing = draft(district)
    if state == "held":
        mailing = actions.release_mailing(mailing, actor=district)
    actions.stop_mailing(mailing, actor=district)
    later(settings, hours=1)
    assert actions.send_due() == 0
    assert not copies(mailing).exists()
    with pytest.raises(ActionError):
        actions.stop_mailing(mailing, actor=district)


def test_a_message_that_is_changed_in_the_outbox_is_a_draft_again(district, people, settings):
    mailing = actions.release_mailing(draft(district), actor=district)
    mailing = actions.edit_mailing(mailing, {**DATA, "title": "改期"}, actor=district)
    assert (mailing.state, mailing.title) == (MailingState.DRAFT, "改期")
    later(settings, hours=1)
    assert actions.send_due() == 0


def test_a_message_that_is_stopped_while_it_is_sent_reaches_nobody_else(district, people, settings, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 1)
    mailing = actions.release_mailing(draft(district), actor=district)
    settings.PORTAL_CLOCK = mailing.send_at
    actions.send_due()
    mailing.refresh_from_db()
    runner.step(runner.claim(mailing.job_id))
    actions.stop_mailing(mailing, actor=district)
    type(mailing.job).objects.filter(pk=mailing.job_id).update(claimed_until=clock.now() - dt.timedelta(seconds=1))
    finish()
    assert copies(mailing).count() == 1
    mailing.job.refresh_from_db()
    assert mailing.job.state == "done"
    assert "已停下" in mailing.job.message


def test_its_job_is_cancelled_and_the_message_is_stopped(district, people, settings):
    mailing = actions.release_mailing(draft(district), actor=district)
    settings.PORTAL_CLOCK = mailing.send_at
    actions.send_due()
    mailing.refresh_from_db()
    jobs.cancel(mailing.job, actor=district)
    mailing.refresh_from_db()
    assert mailing.state == MailingState.CANCELLED


def test_a_worker_that_stops_in_the_middle_sends_each_copy_once(district, people, settings, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 1)
    mailing = actions.release_mailing(draft(district), actor=district)
    settings.PORTAL_CLOCK = mailing.send_at
    actions.send_due()
    mailing.refresh_from_db()
    runner.step(runner.claim(mailing.job_id))
    type(mailing.job).objects.filter(pk=mailing.job_id).update(claimed_until=clock.now() - dt.timedelta(seconds=1))
    finish()
    assert copies(mailing).count() == 3


def test_at_night_text_messages_wait_for_the_morning(district, people, settings):
    settings.PORTAL_CLOCK = clock.at(factories.DAY, dt.time(21, 25))
    mailing = send(draft(district), district, settings)
    rows = Delivery.objects.filter(notice__in=copies(mailing), channel="sms")
    assert rows.exists()
    assert not rows.filter(at_night=True).exists()


def test_who_does_not_match_any_more_gets_nothing(district, people, settings):
    organization = personas.organization()
    memberships = [add_membership(organization, person=one, joined_on=factories.DAY, actor=district) for one in people]
    mailing = draft(district, "organizations.Membership", f"organization__id__exact={organization.pk}")
    end_membership(memberships[1], reason="本人退会", actor=district)
    send(mailing, district, settings)
    assert [row.state for row in mailing.recipients.order_by("place")].count("skipped") == 1
    assert not copies(mailing).filter(user=people[1].user).exists()


def test_an_author_who_is_no_officer_any_more_sends_nothing(xiazhuang, people, settings):
    mailing = actions.release_mailing(draft(xiazhuang), actor=xiazhuang)
    settings.PORTAL_CLOCK = mailing.send_at
    xiazhuang.roles.update(ends=clock.today())
    actions.send_due()
    mailing.refresh_from_db()
    assert mailing.state == MailingState.CANCELLED
    assert not copies(mailing).exists()


# ---- to oneself -----------------------------------------------------------------------------------------------------
def test_a_copy_to_oneself_is_like_that_of_the_others_and_bounded(district, people):
    mailing = draft(district)
    actions.try_on_oneself(mailing, actor=district)
    assert copies(mailing).get().user == district
    for _time in range(actions.TESTS - 1):
        actions.try_on_oneself(mailing, actor=district)
    with pytest.raises(ActionError) as refusal:
        actions.try_on_oneself(mailing, actor=district)
    assert refusal.value.code == "many"


# ---- the second officer ---------------------------------------------------------------------------------------------
@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(actions, "LARGE", 2)


def test_above_two_hundred_people_a_second_officer_agrees(client_of, district, district_2, people, large, settings):
    mailing = actions.release_mailing(draft(district), actor=district)
    assert (mailing.state, mailing.due_on) == (MailingState.WAITING, factories.DAY + dt.timedelta(days=1))
    later(settings, hours=1)
    assert actions.send_due() == 0
    url = reverse("admin:staff_decide", args=["mailing", mailing.public_id])
    page = client_of(district_2).get(url).content.decode()
    assert "十月新心讲堂" in page
    assert "3 人" in page
    decide(client_of(district_2), url, {"choice": "agree"})
    mailing.refresh_from_db()
    assert (mailing.state, mailing.decided_by) == (MailingState.HELD, district_2)
    assert Notice.objects.filter(user=district, kind="staff/mailing_agreed").exists()


def test_a_returned_message_is_a_draft_with_the_reason(client_of, district, district_2, people, large):
    mailing = actions.release_mailing(draft(district), actor=district)
    actions.return_mailing(mailing, reason="请写清地点", actor=district_2)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.reason) == (MailingState.DRAFT, "请写清地点")
    assert "请写清地点" in client_of(district).get(mailing.get_absolute_url()).content.decode()
    with pytest.raises(ActionError):
        actions.return_mailing(mailing, reason="请写清地点", actor=district_2)


def test_nobody_agrees_to_their_own_message(district, xiazhuang, people, large):
    mailing = actions.release_mailing(draft(district), actor=district)
    for who in (district, xiazhuang):
        with pytest.raises(NotAllowed):
            actions.agree_to_mailing(mailing, actor=who)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mailing.objects.filter(pk=mailing.pk).update(state="held", send_at=clock.now(), decided_by=district)


# ---- pages ----------------------------------------------------------------------------------------------------------
FORM = {"kind": "invitations", "title": "十月新心讲堂", "text": "讲数据合规", "contact": "统战部", "by_sms": "on"}


def test_a_message_is_written_from_a_list_released_and_read_again(client_of, district, people, settings):
    browser = client_of(district)
    page = browser.get("/manage/members/person/?q=陈")
    url = page.context["links"][0][2]
    assert (page.context["links"][0][0], "list=members.Person" in url) == ("message", True)
    page = browser.get(url)
    assert page.context["total"] == 1
    answer = browser.post(url, {**FORM, "title": ""})
    assert answer.status_code == 400
    assert "讲数据合规" in answer.content.decode()
    page = browser.post(url, FORM, follow=True)
    mailing = Mailing.objects.get()
    text = page.content.decode()
    assert "1 人，共 1 条（每人 1 条）" in text
    assert "约 0.05 元" in text
    browser.post(reverse("admin:mailings_mailing_do", args=[mailing.pk, "release"]))
    settings.PORTAL_CLOCK = Mailing.objects.get().send_at
    actions.send_due()
    finish()
    text = browser.get(f"{mailing.get_absolute_url()}?tab=recipients").content.decode()
    assert "陈桂兰" in text
    assert "站内未读" in text
    assert "短信待发" in text


def test_the_ticked_rows_are_written_to(client_of, district, people):
    answer = client_of(district).post(
        "/manage/members/person/bulk/", {"verb": "message", "row": [people[1].pk]}, follow=True
    )
    assert answer.context["total"] == 1
    assert "选中的 1 条" in answer.content.decode()


def test_the_page_of_a_message_costs_the_same_for_few_and_many(
    client_of, district, people, django_assert_max_num_queries
):
    mailing = draft(district)
    for number in range(30):
        person = personas.person(f"人{number}")
        MailingRecipient.objects.create(mailing=mailing, place=100 + number, object_id=person.pk, person=person)
    with django_assert_max_num_queries(68):
        client_of(district).get(f"{mailing.get_absolute_url()}?tab=recipients")


def test_a_message_is_seen_by_its_author_and_its_office(client_of, district, xiazhuang, liuting, people):
    mailing = draft(xiazhuang)
    assert [client_of(who).get(mailing.get_absolute_url()).status_code for who in (district, xiazhuang, liuting)] == [
        *(200, 200, 404),
    ]


def test_recipients_are_deleted_after_ninety_days(district, people, settings):
    mailing = send(draft(district), district, settings)
    later(settings, days=89)
    actions.delete_old_recipients()
    assert mailing.recipients.exists()
    later(settings, days=2)
    actions.delete_old_recipients()
    assert not mailing.recipients.exists()
    assert copies(mailing).exists()


def test_only_the_author_changes_a_draft(district, district_2, people):
    mailing = draft(district)
    for act in (
        lambda: actions.edit_mailing(mailing, DATA, actor=district_2),
        lambda: actions.release_mailing(mailing, actor=district_2),
        lambda: actions.try_on_oneself(mailing, actor=district_2),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Person.objects.count() >= 3
