"""The pages for signing in by phone and for one's own account."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from chengyang.platform.accounts.models import PhoneProof, User
from tests import personas
from tests.personas import stepped_up

from .conftest import PHONE, last_code, messages, wrong_code

pytestmark = pytest.mark.django_db
PAGE = "/accounts/phone/"
TYPED = "154 0000 8000"


def ask(browser, phone=TYPED, **data):
    return browser.post(PAGE, {"do": "send", "phone": phone, **data})


def enter(browser, **data):
    ask(browser, **data)
    return browser.post(PAGE, {"do": "check", "code": last_code(), **data})


def signed_in(browser):
    return browser.session.get("_auth_user_id")


# ---- number and code ------------------------------------------------------------------------------------------------
def test_a_new_number_creates_an_account_and_signs_in(browser):
    answer = enter(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert signed_in(browser) == str(User.objects.by_phone(PHONE).get().pk)


def test_the_account_of_a_new_number_has_no_password(browser):
    enter(browser)
    assert not User.objects.by_phone(PHONE).get().has_usable_password()


def test_a_known_number_signs_in_to_its_account(browser):
    owner = User.objects.create(phone=PHONE)
    enter(browser)
    assert signed_in(browser) == str(owner.pk)
    assert User.objects.count() == 1


def test_known_and_unknown_numbers_see_the_same_page(browser):
    User.objects.create(phone=PHONE)
    pages = []
    for phone in (TYPED, "15400008001"):
        visitor = Client()
        ask(visitor, phone)
        pages.append(visitor.get(PAGE).content.decode())
    known, unknown = (re.sub(r'name="(csrfmiddlewaretoken|proof)" value="\w+"', "", page) for page in pages)
    assert known.replace("154 0000 8000", "154 0000 8001") == unknown


@pytest.mark.parametrize("phone", ["", "138", "0532-87654321", "1380013800a", "13800138000" * 9, "138\u202e00138000"])
def test_an_invalid_number_is_reported_at_the_field(browser, phone):
    answer = browser.post(PAGE, {"do": "send", "phone": phone}, follow=True)
    assert answer.context["form"].errors["phone"]
    assert not messages()


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "１２３４5", "12\x0034"])
def test_a_malformed_code_is_no_try(browser, code):
    ask(browser)
    answer = browser.post(PAGE, {"do": "check", "code": code}, follow=True)
    assert answer.context["form"].errors["code"]
    assert PhoneProof.objects.get().tries == 0


def test_a_wrong_code_is_answered_with_the_tries_left(browser):
    ask(browser)
    answer = browser.post(PAGE, {"do": "check", "code": wrong_code()}, follow=True)
    assert answer.context["form"].errors["code"] == ["验证码不对，还可以试 4 次。"]
    assert not signed_in(browser)


def test_full_width_digits_and_spaces_are_a_code_too(browser):
    ask(browser)
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in last_code())
    assert browser.post(PAGE, {"do": "check", "code": typed}).status_code == 302


def test_the_code_field_asks_for_a_number_pad_and_autofill(browser):
    ask(browser)
    page = browser.get(PAGE).content.decode()
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page


def test_another_number_can_be_typed(browser):
    ask(browser)
    browser.post(PAGE, {"do": "change"})
    assert "phone" in browser.get(PAGE).context["form"].fields


def test_another_code_is_sent_after_a_minute(browser, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    ask(browser)
    time_machine.shift(60)
    browser.post(PAGE, {"do": "resend"})
    assert [message["to"] for message in messages()] == [PHONE, PHONE]


def test_another_code_too_soon_is_refused_with_a_message(browser):
    ask(browser)
    answer = browser.post(PAGE, {"do": "resend"}, follow=True)
    assert "秒后再要" in answer.content.decode()
    assert len(messages()) == 1


def test_asking_twice_for_one_number_sends_one_code(browser):
    ask(browser)
    browser.post(PAGE, {"do": "change"})
    assert browser.post(PAGE, {"do": "send", "phone": TYPED}, follow=True).context["proof"]
    assert len(messages()) == 1


def test_asking_again_from_the_page_before_goes_on_with_the_code_that_was_sent(browser):
    ask(browser)
    assert ask(browser).status_code == 302
    assert len(messages()) == 1


def test_asking_for_another_number_from_the_page_before_sends_a_code_there(browser):
    ask(browser)
    ask(browser, "15400008001")
    assert [message["to"] for message in messages()] == [PHONE, "+8615400008001"]


def test_an_expired_code_can_be_replaced_on_the_same_page(browser, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    ask(browser)
    time_machine.shift(301)
    assert browser.post(PAGE, {"do": "check", "code": last_code()}, follow=True).context["is_dead"]
    browser.post(PAGE, {"do": "resend"})
    assert browser.post(PAGE, {"do": "check", "code": last_code()}).status_code == 302


def test_a_code_of_long_ago_leads_back_to_the_number(browser, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    ask(browser)
    time_machine.shift(dt.timedelta(minutes=31))
    answer = browser.post(PAGE, {"do": "check", "code": last_code()}, follow=True)
    assert "phone" in answer.context["form"].fields


# ---- the session ----------------------------------------------------------------------------------------------------
def test_a_code_is_invalid_in_another_browser(browser):
    ask(browser)
    thief = Client()
    ask(thief, "15400008001")
    thief.post(PAGE, {"do": "check", "code": messages()[0]["code"]})
    assert not signed_in(thief)


def test_the_session_key_is_another_one_after_signing_in(browser):
    ask(browser)
    before = browser.session.session_key
    browser.post(PAGE, {"do": "check", "code": last_code()})
    assert browser.session.session_key != before
    assert not browser.session.exists(before)


def test_the_form_without_its_token_is_refused():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(PAGE, {"do": "send", "phone": TYPED}).status_code == 403
    assert not messages()


def test_no_cache_may_keep_the_page(browser):
    assert "no-store" in browser.get(PAGE)["Cache-Control"]


# ---- the page after signing in --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/calendar/?month=2026-11", "/calendar/?month=2026-11"),
        ("https://evil.example/", "/me/"),
        ("//evil.example/", "/me/"),
        ("https:evil.example", "/me/"),
        ("javascript:alert(1)", "/me/"),
        ("/\\evil.example", "/me/"),
        ("/me/\r\nSet-Cookie: a=b", "/me/"),
    ],
)
def test_next_must_be_a_page_of_this_site(browser, wanted, to):
    assert enter(browser, next=wanted)["Location"] == to


def test_next_address_survives_both_steps(browser):
    page = browser.get(f"{PAGE}?next=/calendar/").content.decode()
    assert 'name="next" value="/calendar/"' in page
    answer = ask(browser, next="/calendar/")
    assert answer["Location"].startswith(f"{PAGE}?next=%2Fcalendar%2F&proof=")


def test_a_signed_in_user_is_redirected_to_next(client_of, member):
    assert client_of(member).get(f"{PAGE}?next=/calendar/")["Location"] == "/calendar/"


def test_a_disabled_account_sees_a_message_and_is_not_signed_in(browser):
    User.objects.create(phone=PHONE, is_active=False)
    assert enter(browser)["Location"] == reverse("account_inactive")
    assert not signed_in(browser)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(browser, method):
    assert getattr(browser, method)(PAGE).status_code == 405


# ---- one's own account ----------------------------------------------------------------------------------------------
def test_the_overview_shows_the_number_masked(client_of):
    owner = User.objects.create(phone=PHONE)
    page = client_of(owner).get(reverse("accounts:security")).content.decode()
    assert "154****8000" in page
    assert "15400008000" not in page


def test_a_number_is_changed_by_proving_the_new_one(client_of):
    owner = User.objects.create(phone="+8615400008001")
    browser, page = stepped_up(client_of(owner)), reverse("accounts:change_phone")
    browser.post(page, {"do": "send", "phone": TYPED})
    browser.post(page, {"do": "check", "code": last_code()})
    assert User.objects.get().phone == PHONE


def test_a_number_of_another_account_is_refused_after_the_proof(client_of):
    User.objects.create(phone=PHONE)
    owner = User.objects.create(phone="+8615400008001")
    browser, page = stepped_up(client_of(owner)), reverse("accounts:change_phone")
    browser.post(page, {"do": "send", "phone": TYPED})
    browser.post(page, {"do": "check", "code": last_code()})
    owner.refresh_from_db()
    assert owner.phone == "+8615400008001"


def test_a_code_for_signing_in_changes_no_number(client_of):
    owner = User.objects.create(phone="+8615400008001")
    browser = stepped_up(client_of(owner))
    browser.post(reverse("accounts:change_phone"), {"do": "send", "phone": TYPED})
    PhoneProof.objects.update(purpose="sign_in")
    browser.post(reverse("accounts:change_phone"), {"do": "check", "code": last_code()})
    owner.refresh_from_db()
    assert owner.phone == "+8615400008001"


def test_sessions_are_listed_and_ended_one_by_one(client_of):
    here, there = Client(), Client()
    enter(here)
    PhoneProof.objects.all().delete()
    enter(there)
    rows = there.get(reverse("accounts:sessions")).context["rows"]
    other = next(row for row, device, this in rows if not this)
    there.post(reverse("accounts:session-end", args=[other.pk]))
    assert here.get("/accounts/").status_code == 302
    assert there.get("/accounts/").status_code == 200


def test_all_other_sessions_end_at_once(client_of):
    here, there = Client(), Client()
    enter(here)
    PhoneProof.objects.all().delete()
    enter(there)
    there.post(reverse("accounts:sessions-end_others"))
    assert here.get("/accounts/").status_code == 302
    assert there.get("/accounts/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(client_of):
    owner = Client()
    enter(owner)
    row = owner.get(reverse("accounts:sessions")).context["rows"][0][0]
    thief = client_of(personas.user("thief"))
    assert thief.post(reverse("accounts:session-end", args=[row.pk])).status_code == 404
    assert owner.get("/accounts/").status_code == 200
