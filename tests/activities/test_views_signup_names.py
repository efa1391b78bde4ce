"""What the form for signing up says about somebody else with the number, and about activities at the same time."""

import json

import pytest
from django.urls import reverse

from activities import actions
from activities.models import Signup
from chengyang.platform.accounts.models import User
from tests import personas

from . import factories
from .factories import moment

PHONE = "15400000077"


def text(answer):
    return answer.content.decode()


def url(activity):
    return reverse("activities:signup", args=[activity.public_id])


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path
    return tmp_path


def code(outbox):
    return json.loads((outbox / "sms.jsonl").read_text().splitlines()[-1])["code"]


def begin(client, activity, name="李秀兰"):
    return client.post(url(activity), {"guest_name": name, "phone": PHONE, "do": "send"})


# ---- a second name --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("registered", [False, True])
def test_a_second_name_on_a_number_learns_that(client, activity, outbox, registered):
    account = User.objects.create(phone=f"+86{PHONE}")
    if registered:
        personas.person("王建国", account=account)
    actions.sign_up(activity, guest_name="王建国", actor=account)
    begin(client, activity)
    page = text(client.post(url(activity), {"code": code(outbox), "do": "check"}, follow=True))
    assert ("这个号码已经替“王建国”报了名" in page, "报名成功" in page) == (True, False)
    assert Signup.objects.count() == 1


def test_a_second_name_on_the_number_of_a_registered_person_learns_that(client, activity, outbox):
    personas.person("王建国", account=User.objects.create(phone=f"+86{PHONE}"))
    begin(client, activity)
    page = text(client.post(url(activity), {"code": code(outbox), "do": "check"}, follow=True))
    assert ("这个号码是“王建国”的" in page, Signup.objects.exists()) == (True, False)


def test_a_second_name_from_an_open_form_learns_that(client_of, activity):
    guest = factories.guest()
    actions.sign_up(activity, guest_name="王建国", actor=guest)
    answer = client_of(guest).post(url(activity), {"guest_name": "李秀兰"})
    assert (answer.status_code, "guest_name" in answer.context["form"].errors) == (409, True)


def test_the_same_name_written_otherwise_is_the_same(client_of, activity):
    guest = factories.guest()
    signup = actions.sign_up(activity, guest_name="王建国", actor=guest)
    answer = client_of(guest).post(url(activity), {"guest_name": "王 建國"})
    assert answer["Location"] == f"{signup.get_absolute_url()}?new"


# ---- activities at the same time ------------------------------------------------------------------------------------
def overlapping(first, second):
    """Return two activities of 19 September with these hours."""
    return [factories.published(title=f"第{hours[0]}点", starts=moment(19, hours[0]), ends=moment(19, hours[1]))
            for hours in (first, second)]  # fmt: skip


@pytest.mark.parametrize(("second", "named"), [((10, 12), True), ((11, 13), False), ((7, 9), False), ((8, 12), True)])
def test_an_activity_at_the_same_time_is_named_before_the_button(client_of, member, reference, second, named):
    first, other = overlapping((9, 11), second)
    actions.sign_up(first, actor=member)
    page = text(client_of(member).get(url(other)))
    assert ("你这个时间已报名" in page and first.title in page and "09:00–11:00" in page) == named
    assert client_of(member).post(url(other)).status_code == 302  # it can be done on purpose
    assert Signup.objects.count() == 2


def test_a_cancelled_activity_at_the_same_time_is_not_named(client_of, member, xiazhuang, reference):
    first, other = overlapping((9, 11), (10, 12))
    actions.sign_up(first, actor=member)
    actions.cancel_activity(first, reason="台风", actor=xiazhuang)
    assert "你这个时间已报名" not in text(client_of(member).get(url(other)))


def test_a_visitor_with_another_activity_at_the_time_is_asked_before_the_sign_up(client, outbox, reference):
    first, other = overlapping((9, 11), (10, 12))
    actions.sign_up(first, guest_name="王小明", actor=User.objects.create(phone=f"+86{PHONE}"))
    begin(client, other, "王小明")
    page = text(client.post(url(other), {"code": code(outbox), "do": "check"}))
    assert ("你这个时间已报名" in page, 'value="王小明"' in page, Signup.objects.count()) == (True, True, 1)
    client.post(url(other), {"guest_name": "王小明"})
    assert Signup.objects.count() == 2


def test_an_offer_names_what_is_at_the_same_time(client_of, member, reference):
    first, other = overlapping((9, 11), (10, 12))
    actions.sign_up(first, actor=member)
    offered = actions.sign_up(other, actor=member)
    Signup.objects.filter(pk=offered.pk).update(state="offered", offer_expires_at=moment(18))
    assert first.title in text(client_of(member).get(offered.get_absolute_url()))
