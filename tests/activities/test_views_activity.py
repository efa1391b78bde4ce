"""The page of an activity."""

import datetime as dt
import re

import pytest
from icalendar import Calendar

from activities import actions
from activities.models import Activity, CheckIn
from chengyang.platform.accounts.models import Subdistrict
from tests import personas

from . import factories
from .factories import moment


def text(answer):
    return answer.content.decode().replace("<wbr>", "")  # headings say where they may break


def get(client, activity, query=""):
    return client.get(f"{activity.get_absolute_url()}{query}")


@pytest.mark.parametrize("page", ["", "share/"])
def test_everybody_reads_a_published_activity(client, activity, page):
    answer = client.get(activity.get_absolute_url() + page)
    assert answer.status_code == 200
    assert activity.title in text(answer)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved"])
@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("liuting", 404), ("secretary", 200), ("xiazhuang", 200), ("district", 200)])  # fmt: skip
def test_an_unpublished_activity_is_for_its_managers(client_of, organization, state, name, status):
    activity = factories.draft(state=state, organization=organization)
    assert get(client_of(personas.make(name)), activity).status_code == status


@pytest.mark.parametrize("audience", ["members", "organization"])
@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("member", 200), ("editor", 404)])
def test_a_restricted_activity_is_404_for_others(client_of, organization, audience, name, status):
    activity = factories.published(audience=audience, organization=organization)
    assert get(client_of(personas.make(name)), activity).status_code == status


@pytest.mark.parametrize(
    "path", ["/activities/0000000000/", "/activities/ilou000000/", "/activities/1/", "/activities/%F0%9F%8D%87/"]
)
def test_an_unknown_activity_is_404(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("page", ["", "share/", "activity.ics"])
def test_a_page_is_only_read(client, activity, page):
    assert client.post(activity.get_absolute_url() + page).status_code == 405


@pytest.mark.parametrize(
    ("fields", "text_shown", "button"),
    [
        ({"capacity": 40, "taken": 28}, "余 12", ">报名</a>"),
        ({"capacity": 2, "taken": 2}, "已满，可候补", ">排候补</a>"),
        ({}, "不限名额", ">报名</a>"),
        ({"signup_closes": moment(16)}, "报名截止", ""),
        ({"signup_opens": moment(17)}, "未开始报名", ""),
        ({"starts": moment(15), "ends": moment(15, 10)}, "已结束", ""),
        ({"state": "cancelled", "cancelled_at": moment(2), "reason": "连日大雨"}, "连日大雨", ""),
    ],
)
def test_the_page_shows_status_and_button(client, reference, fields, text_shown, button):
    page = text(get(client, factories.published(**fields)))
    assert text_shown in page
    assert ('class="btn btn--main' in page) == bool(button)
    assert button in page


def test_a_cancelled_activity_links_to_the_next_one(client, reference):
    programme = factories.programme()
    factories.published(title="改到这场", programme=programme)
    gone = factories.published(programme=programme, state="cancelled", cancelled_at=moment(2), reason="雨")
    page = text(get(client, gone))
    assert f"<del>{gone.title}</del>" in page
    assert "改到这场" in page


@pytest.mark.parametrize(
    ("people", "text_shown"), [(0, "，报名的人都已通知"), (4, "，报名的人都已通知"), (5, "，已通知报名的 5 人")]
)
def test_fewer_than_five_who_signed_up_are_not_counted(client, reference, people, text_shown):
    gone = factories.published()
    factories.queue(gone, people)
    actions.cancel_activity(gone, reason="雨", actor=personas.make("district"))
    page = text(get(client, gone))
    assert (text_shown in page, "已通知报名的" in page) == (True, people == 5)


def test_risks_are_shown_before_the_signup(client, reference):
    page = text(get(client, factories.published(hazards="剪刀划伤", insurance="意外险")))
    assert page.index("剪刀划伤") < page.index('aria-label="报名"')


def test_the_attendance_is_shown_afterwards(client, reference):
    activity = factories.published(starts=moment(15), ends=moment(15, 10), headcount=46)
    assert "46<small>人" in text(get(client, activity))


def test_an_attendance_of_fewer_than_five_is_not_shown(client, reference):
    activity = factories.published(starts=moment(15), ends=moment(15, 10))
    CheckIn.objects.create(signup=factories.person().signups.create(activity=activity, position=1))
    assert "到场" not in text(get(client, activity))


def test_the_page_links_to_the_own_ticket(client_of, activity, member):
    signup = actions.sign_up(activity, actor=member)
    page = text(get(client_of(member), activity))
    assert signup.get_absolute_url() in page
    assert ">报名</a>" not in page


def test_staff_outside_the_audience_have_no_signup_button(client_of, district, organization):
    page = text(get(client_of(district), factories.published(audience="organization", organization=organization)))
    assert "不面向你的账号" in page


def test_managers_have_a_link_to_check_in(client_of, activity, xiazhuang, stranger):
    link = f"/checkin/{activity.public_id}/"
    assert link in text(get(client_of(xiazhuang), activity))
    assert link not in text(get(client_of(stranger), activity))


def test_the_agenda_is_a_timeline(client, reference):
    page = text(get(client, factories.published(agenda="08:15 签到\n9：00　采摘\n自愿合影")))
    assert [
        part in page for part in ("<b>08:15</b><p>签到</p>", "<b>9:00</b><p>采摘</p>", "<b></b><p>自愿合影</p>")
    ] == [True] * 3


def test_typed_markup_is_escaped(client, reference):
    page = text(get(client, factories.published(title="<b>粗</b>", summary="<script>x</script>", place="<i>")))
    assert [mark for mark in ("<b>粗", "<script>x", "<i>") if mark in page] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_page_do_not_grow(client, reference, rows, django_assert_num_queries):
    activity = factories.published(capacity=1, base=personas.base(), team=personas.team())
    factories.queue(activity, rows)
    activity = Activity.objects.get()
    with django_assert_num_queries(4):
        get(client, activity)


# ---- calendar files -------------------------------------------------------------------------------------------------
def test_a_single_event_has_no_name_of_a_calendar(client, activity):
    """Outlook makes a new calendar of a file that has one (MS-OXCICAL)."""
    one = text(client.get(f"{activity.get_absolute_url()}activity.ics"))
    feed = text(client.get("/calendar.ics"))
    names = ("X-WR-CALNAME", "X-WR-TIMEZONE", "REFRESH-INTERVAL", "X-PUBLISHED-TTL")
    assert [name for name in names if name in one] == []
    assert [name for name in names if name not in feed] == []


@pytest.mark.parametrize(("agent", "has_hint"), [("Mozilla/5.0 MicroMessenger/8.0", True), ("Mozilla/5.0", False)])
@pytest.mark.parametrize("fields", [{}, {"signup_opens": moment(17)}])
def test_wechat_has_hint_to_open_the_file_elsewhere(client, reference, agent, has_hint, fields):
    page = client.get(factories.published(**fields).get_absolute_url(), headers={"User-Agent": agent})
    assert ("在浏览器打开" in text(page)) == has_hint


def test_the_ticket_tells_wechat_too(client_of, member, activity):
    signup = actions.sign_up(activity, actor=member)
    page = client_of(member).get(signup.get_absolute_url(), headers={"User-Agent": "MicroMessenger"})
    assert "在浏览器打开" in text(page)


def test_who_waits_for_the_signup_gets_a_reminder(client, reference):
    activity = factories.published(signup_opens=moment(17, 9))
    url = f"{activity.get_absolute_url()}signup.ics"
    assert f'href="{url}"' in text(client.get(activity.get_absolute_url()))
    event = Calendar.from_ical(client.get(url).content).events[0]
    assert (event.start, event["summary"]) == (moment(17, 9), f"开始报名：{activity.title}")
    assert event.walk("VALARM")[0]["trigger"].dt == dt.timedelta(0)


@pytest.mark.parametrize(
    "fields", [{}, {"state": "draft", "published_at": None}, {"audience": "members", "signup_opens": moment(17)}]
)
def test_there_is_no_reminder_of_a_signup_that_is_open_or_not_for_you(client, reference, fields):
    activity = factories.published(**fields)
    assert client.get(f"{activity.get_absolute_url()}signup.ics").status_code == 404


# ---- place and contact ----------------------------------------------------------------------------------------------
def test_the_place_has_its_own_subdistrict_and_the_organizer_another(client, organization):
    liuting = Subdistrict.objects.get(name="流亭街道")
    activity = factories.published(organization=organization, place="流亭新力量空间", place_subdistrict=liuting)
    place, organizer = re.findall(
        r"<dt>(?:地点|主办)</dt><dd>(.*?)</dd>", text(client.get(activity.get_absolute_url()))
    )
    assert ("流亭街道" in place, "夏庄街道" in place, "夏庄街道" in organizer) == (True, False, True)


def test_the_contact_can_be_called(client, reference):
    activity = factories.published(contact="王老师 0532-87866010，a@example.invalid")
    page = text(client.get(activity.get_absolute_url()))
    assert 'href="tel:053287866010"' in page
    assert 'href="mailto:a@example.invalid"' in page
