"""The pages for signing up, tickets and /me/activities/."""

import json

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from activities import actions
from activities.models import CheckIn, ServiceRecord, Signup
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.accounts.models import User
from tests import personas

from . import factories
from .factories import MINUTE, moment

PHONE = "15400000077"


def text(answer):
    return answer.content.decode()


def url(activity):
    return reverse("activities:signup", args=[activity.public_id])


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    """Send the messages of these tests to a folder of their own."""
    settings.OUTBOX_DIR = tmp_path
    return tmp_path


def code(outbox):
    """Return the code in the last message that was sent."""
    lines = (outbox / "sms.jsonl").read_text().splitlines()
    return json.loads(lines[-1])["code"]


# ---- members --------------------------------------------------------------------------------------------------------
def test_a_member_signs_up_with_one_click(client_of, activity, member):
    answer = client_of(member).post(url(activity))
    signup = Signup.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{signup.get_absolute_url()}?new")
    assert (signup.person, signup.state) == (member.person, "confirmed")


def test_an_open_signup_redirects_to_the_ticket(client_of, activity, member):
    signup = actions.sign_up(activity, actor=member)
    assert client_of(member).get(url(activity))["Location"] == signup.get_absolute_url()


def test_after_cancelling_the_form_is_shown_again(client_of, activity, member):
    actions.cancel_signup(actions.sign_up(activity, actor=member), actor=member)
    assert client_of(member).get(url(activity)).status_code == 200


def test_risks_are_acknowledged_first(client_of, member, reference):
    activity = factories.published(hazards="剪刀划伤", insurance="意外险")
    answer = client_of(member).post(url(activity))
    assert (answer.status_code, Signup.objects.count()) == (400, 0)
    assert "请勾选这一项" in text(answer)


def test_with_acknowledged_risks_the_signup_is_made(client_of, member, reference):
    activity = factories.published(hazards="剪刀划伤", insurance="意外险")
    client_of(member).post(url(activity), {"acknowledged": "on"})
    assert Signup.objects.count() == 1


def test_a_full_activity_shows_the_place_on_the_waiting_list(client_of, activity, member):
    factories.queue(activity, 4)
    page = text(client_of(member).get(url(activity)))
    assert "排在候补第 3 位" in page
    assert ">排候补</button>" in page


def test_a_closed_signup_keeps_the_page(client_of, activity, member, settings):
    settings.PORTAL_CLOCK = activity.starts
    answer = client_of(member).post(url(activity))
    assert answer.status_code == 409
    assert "活动已经开始" in text(answer)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("name", "status"), [("stranger", 404), ("liuting", 404), ("district", 403), ("xiazhuang", 403)]
)
def test_outside_the_audience_nobody_signs_up(client_of, organization, method, name, status):
    activity = factories.published(audience="organization", organization=organization)
    assert getattr(client_of(personas.make(name)), method)(url(activity)).status_code == status
    assert not Signup.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods(client_of, activity, member, method):
    assert getattr(client_of(member), method)(url(activity)).status_code == 405


# ---- guests with an account -----------------------------------------------------------------------------------------
def test_a_signed_in_guest_gives_a_name(client_of, activity):
    account = factories.guest(name="王")
    client_of(account).post(url(activity), {"guest_name": "王小明"})
    signup = Signup.objects.get()
    assert (signup.user, signup.guest_name) == (account, "王小明")


def test_a_name_copied_from_a_document_is_stored_with_the_usual_characters(client_of, activity):
    client_of(factories.guest()).post(url(activity), {"guest_name": "李\u2f29\u2f2d"})  # radicals
    assert Signup.objects.get().guest_name == "李小山"


@pytest.mark.parametrize("name", ["", "a\x00b", "名" * 51, "\u202e明"])
def test_an_invalid_name_keeps_the_form(client_of, activity, name):
    answer = client_of(factories.guest()).post(url(activity), {"guest_name": name})
    assert (answer.status_code, Signup.objects.count()) == (400, 0)
    assert "field__error" in text(answer)


def test_an_account_without_a_phone_is_refused(client_of, activity, stranger):
    answer = client_of(stranger).post(url(activity), {"guest_name": "陌生人"})
    assert answer.status_code == 409
    assert "请先验证手机号" in text(answer)


# ---- visitors -------------------------------------------------------------------------------------------------------
def begin(client, activity, **fields):
    return client.post(url(activity), {"guest_name": "王小明", "phone": PHONE, "do": "send", **fields})


def test_the_privacy_notice_is_above_the_form(client, activity):
    page = text(client.get(url(activity)))
    assert page.index("你的信息怎么用") < page.index('name="phone"')
    assert "90 天" in page


def test_two_activities_in_two_tabs_take_their_own_codes(client, activity, outbox):
    other = factories.published(title="第二场")
    begin(client, activity)
    first = code(outbox)
    begin(client, other, phone="15431410009")
    client.post(url(activity), {"code": first, "do": "check"}, follow=True)
    assert Signup.objects.get().activity == activity


def test_a_tab_from_before_signing_in_leads_to_the_page_again(client_of, stranger, activity):
    answer = client_of(stranger).post(url(activity), {"code": "123456", "do": "check"})
    assert answer["Location"] == url(activity)


def test_a_visitor_signs_up_with_name_phone_and_code(client, activity, outbox):
    assert begin(client, activity).status_code == 302
    answer = client.post(url(activity), {"code": code(outbox), "do": "check"}, follow=True)
    signup = Signup.objects.get()
    assert (signup.guest_name, signup.user.phone, signup.state) == ("王小明", f"+86{PHONE}", "confirmed")
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, f"{signup.get_absolute_url()}?new")


def test_a_visitor_who_is_in_the_registry_signs_up_as_that_person(client, activity, outbox):
    person = personas.person("王小明", account=User.objects.create(phone=f"+86{PHONE}"))
    begin(client, activity)
    client.post(url(activity), {"code": code(outbox), "do": "check"})
    assert Signup.objects.get().person == person


def test_the_code_form_is_on_the_same_page(client, activity):
    begin(client, activity)
    page = text(client.get(url(activity)))
    assert 'name="code"' in page
    assert activity.title in page


def test_a_wrong_code_creates_nothing(client, activity, outbox):
    begin(client, activity)
    wrong = "000000" if code(outbox) != "000000" else "000001"
    answer = client.post(url(activity), {"code": wrong, "do": "check"}, follow=True)
    assert (Signup.objects.count(), User.objects.count()) == (0, 0)
    assert "还可以试 4 次" in text(answer)


def test_an_expired_code_can_be_sent_again(client, activity, outbox, settings):
    begin(client, activity)
    settings.PORTAL_CLOCK = factories.NINE + 6 * MINUTE
    answer = client.post(url(activity), {"code": code(outbox), "do": "check"}, follow=True)
    assert "这个验证码过期了" in text(answer)
    assert 'value="resend"' in text(answer)


def test_long_after_the_code_the_first_form_is_shown_with_the_name(client, activity, outbox, settings):
    begin(client, activity)
    settings.PORTAL_CLOCK = factories.NINE + 40 * MINUTE
    page = text(client.post(url(activity), {"code": code(outbox), "do": "check"}, follow=True))
    assert "验证码过期了" in page
    assert 'value="王小明"' in page


def test_the_code_for_one_activity_is_not_valid_for_another(client, activity, outbox):
    other = factories.published()
    begin(client, activity)
    client.post(url(other), {"code": code(outbox), "do": "check"})
    assert not Signup.objects.exists()


def test_another_number_can_be_typed(client, activity):
    begin(client, activity)
    client.post(url(activity), {"do": "change"})
    page = text(client.get(url(activity)))
    assert 'name="phone"' in page
    assert 'name="guest_name" value="' in page


def test_another_code_is_sent_after_a_minute(client, activity, outbox, settings):
    begin(client, activity)
    first = code(outbox)
    settings.PORTAL_CLOCK = factories.NINE + 2 * MINUTE
    client.post(url(activity), {"do": "resend"})
    assert (outbox / "sms.jsonl").read_text().count("\n") == 2
    client.post(url(activity), {"code": code(outbox), "do": "check"})
    assert (Signup.objects.count(), len(first)) == (1, 6)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"phone": "123"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"guest_name": ""}, "guest_name"),
        ({"phone": "１２"}, "phone"),
    ],
)
def test_bad_input_sends_nothing_and_keeps_the_form(client, activity, outbox, fields, field):
    form = client.get(begin(client, activity, **fields)["Location"]).context["form"]
    assert (list(form.errors), (outbox / "sms.jsonl").exists()) == ([field], False)
    assert form["guest_name"].value() == fields.get("guest_name", "王小明")


def test_no_code_is_sent_when_signup_is_closed(client, outbox, reference):
    begin(client, factories.published(signup_closes=moment(16)))
    assert not (outbox / "sms.jsonl").exists()


@pytest.mark.parametrize("name", ["visitor", "member"])
def test_a_closed_signup_redirects_to_the_activity(client, client_of, member, name):
    activity = factories.published(signup_closes=moment(16))
    browser = client if name == "visitor" else client_of(member)
    assert browser.get(url(activity))["Location"] == activity.get_absolute_url()


def test_a_draft_is_404_for_a_visitor(client, reference):
    assert client.get(url(factories.draft())).status_code == 404


def test_the_phone_is_found_by_its_index_only(client, activity, outbox):
    begin(client, activity)
    client.post(url(activity), {"code": code(outbox), "do": "check"})
    assert User.objects.filter(phone_index=blind_index("phone", f"+86{PHONE}")).count() == 1
    assert django_settings.SESSION_COOKIE_NAME in client.cookies


# ---- tickets --------------------------------------------------------------------------------------------------------
@pytest.fixture
def ticket(activity, member):
    return actions.sign_up(activity, actor=member)


def test_a_ticket_shows_its_code_and_number(client_of, ticket, member):
    page = text(client_of(member).get(ticket.get_absolute_url()))
    assert '<svg role="img" aria-label="签到二维码"' in page
    assert ticket.code in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("member", 200), ("stranger", 404), ("liuting", 404), ("secretary", 404), ("xiazhuang", 200), ("district", 200), ("editor", 404), ("auditor", 404)],
)  # fmt: skip
def test_who_sees_a_ticket(client_of, ticket, name, status):
    assert client_of(personas.make(name)).get(ticket.get_absolute_url()).status_code == status


def test_a_visitor_is_asked_to_sign_in(client, ticket):
    assert client.get(ticket.get_absolute_url())["Location"].startswith("/accounts/phone/?next=")


def test_staff_have_no_buttons_on_a_ticket(client_of, ticket, xiazhuang):
    assert "取消报名" not in text(client_of(xiazhuang).get(ticket.get_absolute_url()))


def test_a_ticket_on_the_waiting_list_shows_its_place(client_of, activity):
    signups = factories.queue(activity, 4)
    page = text(client_of(signups[3].person.user).get(signups[3].get_absolute_url()))
    assert "第 2 位" in page
    assert 'aria-label="签到二维码"' not in page


def test_the_url_of_an_online_meeting_is_on_a_confirmed_ticket(client_of, reference):
    activity = factories.published(mode="online", online_url="https://meeting.example.invalid/1", capacity=1)
    first, second = factories.queue(activity, 2)
    assert "meeting.example.invalid" in text(client_of(first.person.user).get(first.get_absolute_url()))
    assert "meeting.example.invalid" not in text(client_of(second.person.user).get(second.get_absolute_url()))


def test_cancelling_a_ticket(client_of, ticket, member):
    answer = client_of(member).post(reverse("activities:ticket-cancel", args=[ticket.public_id]))
    ticket.refresh_from_db()
    assert (answer.status_code, ticket.state) == (302, "cancelled")


def test_confirming_an_offer(client_of, activity):
    signups = factories.queue(activity, 3)
    actions.cancel_signup(signups[0], actor=signups[0].person.user)
    client_of(signups[2].person.user).post(reverse("activities:ticket-confirm", args=[signups[2].public_id]))
    signups[2].refresh_from_db()
    assert signups[2].state == "confirmed"


@pytest.mark.parametrize("step", ["confirm", "cancel"])
@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("xiazhuang", 403)])
def test_nobody_else_answers(client_of, ticket, step, name, status):
    answer = client_of(personas.make(name)).post(reverse(f"activities:ticket-{step}", args=[ticket.public_id]))
    ticket.refresh_from_db()
    assert (answer.status_code, ticket.state) == (status, "confirmed")


@pytest.mark.parametrize("step", ["confirm", "cancel"])
def test_answers_are_posted(client_of, ticket, member, step):
    assert client_of(member).get(reverse(f"activities:ticket-{step}", args=[ticket.public_id])).status_code == 405


def test_a_refusal_is_a_message(client_of, ticket, member, settings):
    settings.PORTAL_CLOCK = ticket.activity.starts
    address = reverse("activities:ticket-cancel", args=[ticket.public_id])
    page = client_of(member).post(
        address, follow=True, headers={"Referer": f"http://testserver{ticket.get_absolute_url()}"}
    )
    assert "活动已经开始，不能再取消报名" in text(page)


# ---- 我的活动 --------------------------------------------------------------------------------------------------------
def mine(client):
    return client.get("/me/activities/")


def test_my_activities_are_coming_waiting_and_past(client_of, member, reference):
    coming, waiting, past = factories.published(title="要去"), factories.published(title="在等", capacity=1), None
    factories.signed_up(waiting, 7)
    actions.sign_up(coming, actor=member)
    actions.sign_up(waiting, actor=member)
    past = factories.published(title="去过", starts=moment(15), ends=moment(15, 12), kind="volunteer")
    signup = Signup.objects.create(activity=past, person=member.person, position=1)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=moment(15), checked_out_at=moment(15, 12))
    ServiceRecord.objects.create(checkin=checkin, hours="2.5")
    context = mine(client_of(member)).context
    names = [[row.activity.title for row in rows] for rows in (context["coming"], context["waiting"], context["page"])]
    assert (names, context["hours_year"]) == ([["要去"], ["在等"], ["去过"]], 2.5)


def test_a_cancelled_activity_of_next_week_is_not_past(client_of, member, xiazhuang, reference):
    rows = [
        actions.sign_up(factories.published(title=title), actor=member) for title in ("活动取消", "自己取消", "要去")
    ]
    actions.cancel_activity(rows[0].activity, reason="台风", actor=xiazhuang)
    actions.cancel_signup(rows[1], actor=member)
    found = client_of(member).get("/me/activities/").context
    assert {row.pk for row in found["off"]} == {rows[0].pk, rows[1].pk}
    assert ([row.pk for row in found["coming"]], list(found["page"])) == ([rows[2].pk], [])


def test_a_pending_ticket_shows_no_number_and_no_request_to_confirm(client_of, member, reference):
    signup = actions.sign_up(factories.published(by_review=True), actor=member)
    page = text(client_of(member).get(signup.get_absolute_url()))
    assert (signup.code in page, "待确认" in page, "待审核" in page) == (False, False, True)


def test_my_activities_are_only_my_own(client_of, secretary, organization):
    factories.signed_up(factories.published(title="别人的", organization=organization))
    assert "别人的" not in text(mine(client_of(secretary)))


def test_without_signups_the_page_says_how_to_begin(client_of, stranger):
    assert "在日历里报名以后" in text(mine(client_of(stranger)))


def test_my_activities_are_private_and_read_only(client, client_of, member):
    assert client.get("/me/activities/").status_code == 302
    assert client_of(member).post("/me/activities/").status_code == 405


@pytest.mark.parametrize("page", ["0", "-1", "x", "2", "999999999"])
def test_unknown_pages_are_404(client_of, member, page):
    assert client_of(member).get(f"/me/activities/?page={page}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_my_activities_do_not_grow(client_of, member, reference, rows, django_assert_num_queries):
    for _ in range(rows):
        actions.sign_up(factories.published(programme=factories.programme(), base=personas.base()), actor=member)
        past = factories.published(starts=moment(15), ends=moment(15, 12), programme=factories.programme())
        Signup.objects.create(activity=past, person=member.person, position=1)
    browser = client_of(member)
    mine(browser)
    with django_assert_num_queries(11):  # one marks notices as read
        mine(browser)


# ---- the name, and closed sign-ups -------------------------------------------------------------------------------------------
def test_a_guest_types_their_name_once(client_of, activity):
    account = factories.guest()
    actions.sign_up(activity, guest_name="王小明", actor=account)
    other = factories.published(title="另一场", starts=moment(25), ends=moment(25, 11))
    assert 'value="王小明"' in client_of(account).get(f"{other.get_absolute_url()}signup/").content.decode()


def test_the_name_of_another_guest_is_not_offered(client_of, activity):
    actions.sign_up(activity, guest_name="王小明", actor=factories.guest())
    other = factories.published(title="另一场", starts=moment(25), ends=moment(25, 11))
    assert "王小明" not in client_of(factories.guest(2)).get(f"{other.get_absolute_url()}signup/").content.decode()


@pytest.mark.parametrize("name", ["visitor", "member"])
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"signup_closes": moment(16)}, "现在不能报名：报名截止。"),
        ({"signup_opens": moment(17)}, "现在不能报名：9月17日起报名。"),
        ({"starts": moment(15), "ends": moment(15, 11)}, "现在不能报名：活动已经结束。"),
        ({"state": "cancelled", "cancelled_at": moment(2), "reason": "雨"}, "现在不能报名：活动已取消。"),
    ],
)
def test_a_signup_that_is_closed_says_why(client, client_of, reference, name, fields, reason):
    browser = client if name == "visitor" else client_of(personas.make(name))
    activity = factories.published(**fields)
    page = browser.get(f"{activity.get_absolute_url()}signup/", follow=True)
    assert page.redirect_chain == [(activity.get_absolute_url(), 302)]
    assert reason in page.content.decode()
