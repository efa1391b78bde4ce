"""The pages of the inbox, and the phone of the demonstration."""

import datetime as dt

import pytest

from chengyang import clock, extensions
from chengyang.platform.accounts.models import User
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.gateways import FileGateway
from chengyang.platform.notices.models import Notice

LIST, READ_ALL, PHONE = "/me/notices/", "/me/notices/read/", "/demo/phone/"


@pytest.fixture
def browser(client_of, zhixia):
    return client_of(zhixia)


def test_the_inbox_shows_only_own_notices(browser, zhixia, officer):
    notify(zhixia, "tests/words", word="给我的")
    notify(officer, "tests/words", word="给别人的")
    page = browser.get(LIST).content.decode()
    assert "给我的" in page
    assert "给别人的" not in page


def test_an_empty_inbox_explains_what_it_is_for(browser):
    assert "还没有通知" in browser.get(LIST).content.decode()


def test_the_inbox_has_pages(browser, zhixia):
    for number in range(27):
        notify(zhixia, "tests/words", word=f"第{number:02}条")
    Notice.objects.filter(title="第00条").update(at=clock.now() - dt.timedelta(days=9))
    first = browser.get(LIST)
    older = browser.get(LIST, {"after": first.context["page"].after})
    assert "第00条" not in first.content.decode()
    assert "第00条" in older.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_makes_the_same_number_of_queries(browser, zhixia, rows, django_assert_num_queries):
    for _ in range(rows):
        notify(zhixia, "tests/words")
    browser.get(LIST)
    with django_assert_num_queries(7):
        browser.get(LIST)


def test_opening_a_notice_marks_it_as_read(browser, zhixia):
    notice = notify(zhixia, "tests/words", url="/me/")
    page = browser.get(notice.get_absolute_url()).content.decode()
    assert "第二行" in page
    assert not Notice.objects.unread().exists()


def test_typed_text_is_escaped(browser, zhixia):
    notice = notify(zhixia, "tests/words", word="<script>x</script>")
    assert "<script>x" not in browser.get(notice.get_absolute_url()).content.decode()


def test_the_notice_of_another_account_is_404(browser, officer):
    notice = notify(officer, "tests/words")
    assert browser.get(notice.get_absolute_url()).status_code == 404
    assert Notice.objects.unread().count() == 1


def test_all_notices_can_be_marked_as_read(browser, zhixia):
    notify(zhixia, "tests/words")
    notify(zhixia, "tests/words")
    page = browser.post(READ_ALL, follow=True).content.decode()
    assert "2 条通知已标为已读" in page
    assert not Notice.objects.unread().exists()


def test_marking_all_as_read_needs_a_post(browser):
    assert browser.get(READ_ALL).status_code == 405


@pytest.mark.parametrize("path", [LIST, f"{LIST}0123456789/"])
def test_a_visitor_has_to_sign_in(client, db, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/phone/")


@pytest.mark.parametrize("path", [f"{LIST}?after=%00", f"{LIST}?after=x", f"{LIST}ILOU/"])
def test_a_malformed_address_is_refused(browser, path):
    assert browser.get(path).status_code in (400, 404)


# ---- the phone of the demonstration ---------------------------------------------------------------------------------


@pytest.fixture
def demo(db):
    """Load a row of the demonstration."""
    return User.objects.create(name="演示", email="demo@demo.invalid", is_demo=True)


def test_without_the_demonstration_there_is_no_phone(client, db):
    assert client.get(PHONE).status_code == 404


@pytest.mark.parametrize(("name", "value"), [("SMS_BACKEND", "console"), ("PRODUCTION", True)])
def test_without_the_file_gateway_there_is_no_phone(client, demo, settings, name, value):
    setattr(settings, name, value)
    assert client.get(PHONE).status_code == 404


def test_the_phone_shows_the_newest_message_first_with_its_code(client, demo):
    for number, code in enumerate(["111111", "222222"]):
        FileGateway().send(
            "+8615400000001", f"验证码 {code}", template="code", variables={"code": code}, key=f"k{number}", code=code
        )
    page = client.get(PHONE).content.decode()
    assert page.index('data-copy="222222"') < page.index('data-copy="111111"')


def test_a_malformed_line_in_the_file_breaks_nothing(client, demo, outbox):
    outbox.mkdir()
    (outbox / "sms.jsonl").write_text('[1]\n{"at": 7}\n{"to": "x", "at": "gestern"}\n\0\n')
    assert client.get(PHONE).status_code == 200


def test_the_phone_without_messages_explains_how_to_get_one(client, demo):
    assert "154" in client.get(PHONE).content.decode()


def test_the_phone_is_not_cached(client, demo):
    assert "no-store" in client.get(PHONE)["Cache-Control"]


# ---- the short address, and reading ----------------------------------------------------------------------------------
def opened(notice):
    return f"/n/{notice.public_id}/"


def test_the_short_address_leads_to_the_page_and_marks_the_notice_as_read(browser, zhixia):
    notice = notify(zhixia, "tests/words", url="/me/")
    assert browser.get(opened(notice))["Location"] == "/me/"
    assert not Notice.objects.unread().exists()


def test_the_short_address_works_without_signing_in_and_marks_nothing(client, client_of, zhixia, officer):
    notice = notify(zhixia, "tests/words", url="/me/")
    assert client.get(opened(notice))["Location"] == client_of(officer).get(opened(notice))["Location"] == "/me/"
    assert Notice.objects.unread().exists()


def test_a_notice_without_a_page_opens_itself(browser, zhixia):
    notice = notify(zhixia, "tests/words")
    assert browser.get(opened(notice))["Location"] == notice.get_absolute_url()


def test_opening_the_thing_marks_its_notice_as_read(browser, zhixia, officer):
    notify(zhixia, "tests/words", url="/me/data/")
    notify(zhixia, "tests/words", url="/me/requests/")
    other = notify(officer, "tests/words", url="/me/requests/")
    assert browser.get("/me/requests/").status_code == 200
    assert set(Notice.objects.unread().values_list("url", "user")) == {
        ("/me/data/", zhixia.pk),
        (other.url, officer.pk),
    }


def test_a_page_that_was_not_shown_marks_nothing(browser, zhixia):
    notify(zhixia, "tests/words", url="/tickets/aaaaaaaaaa/")
    assert browser.get("/tickets/aaaaaaaaaa/").status_code == 404
    assert Notice.objects.unread().exists()


# ---- channels --------------------------------------------------------------------------------------------------------
CHANNELS = "/me/notices/channels/"


def test_everything_is_ticked_at_first(browser):
    assert browser.get(CHANNELS).content.decode().count("checked") == 2 * len(extensions.notice_kinds())


def test_a_channel_that_is_switched_off_gets_nothing_of_its_kind(browser, zhixia, reference):
    kinds = {kind: ["email"] if kind == "members" else ["sms", "email"] for kind in extensions.notice_kinds()}
    assert browser.post(CHANNELS, kinds)["Location"] == LIST
    left, confirmed = notify(zhixia, "members/left"), notify(zhixia, "services/request_waiting", request=None)
    assert [notice.deliveries.count() for notice in (left, confirmed)] == [0, 1]
    assert Notice.objects.visible_to(zhixia).count() == 2


def test_what_concerns_the_account_is_always_sent(browser, zhixia):
    browser.post(CHANNELS, {})
    assert notify(zhixia, "accounts/password_changed", at=clock.now()).deliveries.count() == 1
    assert notify(zhixia, "members/left").deliveries.count() == 0


def test_a_channel_can_be_switched_on_again(browser, zhixia):
    browser.post(CHANNELS, {})
    browser.post(CHANNELS, {"members": ["sms"]})
    assert notify(zhixia, "members/left").deliveries.count() == 1


def test_the_choice_is_ones_own(browser, officer):
    browser.post(CHANNELS, {})
    assert notify(officer, "members/left").deliveries.count() == 1
