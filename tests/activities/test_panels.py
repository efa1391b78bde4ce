"""Panels on pages of other apps, leaving the registry, the periodic task, and notices."""

import datetime as dt
import re
from threading import Thread

import pytest
from django.db import connection, transaction
from django.template.loader import get_template

from activities import actions, tasks
from activities.models import CheckIn, ServiceRecord, Signup
from chengyang.platform.notices.models import Notice
from members import erasure
from tests import personas

from . import factories
from .factories import HOUR, moment

DAY = dt.timedelta(days=1)


def text(answer):
    return answer.content.decode().replace("<wbr>", "")  # headings say where they may break


@pytest.mark.parametrize(
    ("name", "make"), [("organization", personas.organization), ("base", personas.base), ("team", personas.team)]
)
def test_an_organizer_shows_upcoming_activities(client, reference, name, make):
    organizer = make()
    factories.published(title="要来的", **{name: organizer})
    factories.published(title="别处的")
    factories.draft(title="草稿", **{name: organizer})
    page = text(client.get(organizer.get_absolute_url()))
    assert [title in page for title in ("要来的", "别处的", "草稿")] == [True, False, False]
    factories.published(
        title="下个月的", starts=moment(30) + 20 * DAY, ends=moment(30, 10) + 20 * DAY, **{name: organizer}
    )
    calendar = f"/calendar/?{name}={organizer.slug}"
    assert f'href="{calendar}"' in page
    found = text(client.get(calendar))
    assert [title in found for title in ("要来的", "别处的", "下个月的")] == [True, False, True]


def test_the_home_page_shows_the_next_seven_days(client, activity):
    factories.published(title="下个月", starts=moment(30), ends=moment(30, 10))
    page = text(client.get("/"))
    assert [title in page for title in (activity.title, "下个月")] == [True, False]
    assert ("未来 7 天" in page, "这一周" in page) == (True, False)  # the calendar's week is another one


def test_the_home_page_shows_what_can_be_joined_and_links_to_the_rest(client, activity, settings):
    settings.PORTAL_CLOCK = moment(29)
    factories.published(title="截止了", starts=moment(29, 12), ends=moment(29, 13), signup_closes=moment(28))
    factories.published(title="办完了", starts=moment(29, 7), ends=moment(29, 8))
    factories.published(title="十月的", starts=moment(30) + 2 * DAY, ends=moment(30, 10) + 2 * DAY)
    page = text(client.get("/"))
    assert [title in page for title in ("十月的", "截止了", "办完了")] == [True, False, False]
    assert "这几天还有 1 场" in page
    link = re.search(r'href="(/calendar/\?view=coming[^"]+)"', page)[1].replace("&amp;", "&")
    found = text(client.get(link))
    assert [title in found for title in ("十月的", "截止了", "办完了")] == [True, True, False]


def test_me_begins_with_the_next_ticket(client_of, member, activity):
    signup = actions.sign_up(activity, actor=member)
    page = text(client_of(member).get("/me/"))
    assert signup.code in page
    assert 'aria-label="签到二维码"' in page


def test_me_shows_offered_places(client_of, activity):
    signups = factories.queue(activity, 3)
    actions.cancel_signup(signups[0], actor=signups[0].person.user)
    page = text(client_of(signups[2].person.user).get("/me/"))
    assert f"“{activity.title}”空出一个名额" in page
    assert f"/tickets/{signups[2].public_id}/confirm/" in page


def test_me_shows_the_hours_of_the_year(client_of, member, reference):
    past = factories.published(kind="volunteer", starts=moment(2), ends=moment(2, 12))
    signup = Signup.objects.create(activity=past, person=member.person, position=1)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=past.starts, checked_out_at=past.ends)
    ServiceRecord.objects.create(checkin=checkin, hours="2.5")
    page = text(client_of(member).get("/me/"))
    assert "2.5<small>小时" in page
    assert "8月 0、9月 2.5" in page


# ---- leaving the registry -------------------------------------------------------------------------------------------
def test_leaving_cancels_signups(activity, member):
    actions.sign_up(activity, actor=member)
    factories.queue(activity, 2)
    erasure.leave(member.person, member)
    assert factories.states(activity) == ["cancelled", "confirmed", "offered"]


def test_leaving_keeps_signups_of_started_activities(activity, member, settings):
    actions.sign_up(activity, actor=member)
    settings.PORTAL_CLOCK = activity.starts
    erasure.leave(member.person, member)
    assert factories.states(activity) == ["confirmed"]


def test_erasing_keeps_the_hours_and_deletes_the_reasons(service, member, xiazhuang, settings):
    signup = actions.sign_up(service, actor=member)
    settings.PORTAL_CLOCK = moment(19, 12)
    checkin = actions.check_out(actions.check_in(signup, reason="签到表", actor=xiazhuang), actor=xiazhuang)
    actions.correct_hours(checkin.service, hours=2, reason="陪家人早走", actor=xiazhuang)
    erasure.erase(member.person)
    record = ServiceRecord.objects.get()
    assert (record.hours, record.reason, record.history.count(), signup.history.count()) == (2, "", 0, 0)


def test_erasing_anonymises_guest_signups(activity):
    account = factories.guest()
    signup = actions.sign_up(activity, guest_name="王小明", actor=account)
    erasure.erase(personas.person("王小明", account=account))
    signup.refresh_from_db()
    assert (signup.guest_name, signup.user, signup.history.count()) == ("", None, 0)


# ---- the periodic task ----------------------------------------------------------------------------------------------
def test_the_periodic_task_expires_offers(activity, settings):
    signups = factories.queue(activity, 3)
    actions.cancel_signup(signups[0], actor=signups[0].person.user)
    settings.PORTAL_CLOCK = factories.NINE + 5 * HOUR
    tasks.run_periodic()
    tasks.run_periodic()
    assert factories.states(activity) == ["cancelled", "confirmed", "expired"]


@pytest.mark.django_db(transaction=True)
def test_a_second_run_at_the_same_time_does_nothing(transactional_db, settings):
    personas.reference()
    activity = factories.published(capacity=1)
    first, _second = factories.queue(activity, 2)
    actions.cancel_signup(first, actor=first.person.user)
    settings.PORTAL_CLOCK = factories.NINE + 5 * HOUR
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [tasks.PERIODIC_LOCK])
        other = Thread(target=lambda: (tasks.run_periodic(), connection.close()))
        other.start()
        other.join()
    assert factories.states(activity) == ["cancelled", "offered"]


# ---- notices --------------------------------------------------------------------------------------------------------
KINDS = ["signed_up", "waitlisted", "pending", "offered", "expired", "declined", "called_off", "changed", "returned", "approved", "hours", "hours_corrected"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_notice_has_a_template(kind):
    assert get_template(f"notices/activities/{kind}.txt")


def test_a_notice_says_what_where_and_when(activity):
    signup = factories.signed_up(activity)
    notice = Notice.objects.get()
    assert notice.url == signup.get_absolute_url()  # where it can be cancelled
    assert notice.title == f"报名成功：{activity.title}"
    assert notice.body.startswith("9月19日 周六 08:30–11:30，编号 ")
    assert "地点：夏新连心驿站。" in notice.body


def test_an_offer_says_until_when(activity):
    signups = factories.queue(activity, 3)
    actions.cancel_signup(signups[0], actor=signups[0].person.user)
    assert "请在 9月16日 周三 13:00 前确认" in Notice.objects.latest("pk").body


# ---- elder mode -----------------------------------------------------------------------------------------------------
def test_elder_mode_shows_three_activities_that_can_be_joined(client, activity):
    factories.published(title="满了", capacity=1, taken=1)
    factories.published(title="取消了", state="cancelled", cancelled_at=moment(2), reason="雨")
    for number in (17, 18, 21, 22):
        factories.published(title=f"第{number}日", starts=moment(number), ends=moment(number, 11))
    client.cookies["elder"] = "24"
    page = text(client.get("/"))
    assert page.count("我要报名") == 3
    assert [title in page for title in ("满了", "取消了", "第17日", "第18日", activity.title, "第21日")] == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
    assert "<b>明天，9月17日 周四</b><br>09:00–11:00<br>夏新连心驿站，不限名额" in page
