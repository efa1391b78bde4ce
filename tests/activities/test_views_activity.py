"""The page of an activity."""

import pytest

from activities import actions
from activities.models import Activity, CheckIn
from tests import personas

from . import factories
from .factories import moment


def text(answer):
    return answer.content.decode()


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
    with django_assert_num_queries(3):
        get(client, activity)
