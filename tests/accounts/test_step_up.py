"""Asking again who one is: an open session does not take an account away from its owner."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang.platform.accounts.models import User
from tests.personas import stepped_up

from .conftest import PHONE, last_code, messages, page_after, wrong_code

pytestmark = pytest.mark.django_db
CONFIRM = "/accounts/confirm/"
GUARDED = [
    "accounts:change_phone",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "accounts:close",
    "accounts:passkeys",
    "accounts:passkey-options",
    "members:data-download",
    "members:data-leave",
]


READ_ONLY = [("members:data-download", "post"), ("accounts:passkey-options", "post")]


@pytest.fixture
def owner(member):
    member.phone = PHONE
    member.save()
    return member


@pytest.fixture
def browser(client_of, owner):
    return client_of(owner)


def answer(browser, code=None):
    browser.post(CONFIRM, {"do": "send"})
    return browser.post(CONFIRM, {"do": "check", "code": code or last_code()})


@pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name in GUARDED for method in ("get", "post") if (name, method) not in READ_ONLY],
)
def test_an_open_session_is_not_enough(browser, name, method):
    assert getattr(browser, method)(reverse(name))["Location"].startswith(CONFIRM)


def test_a_post_without_an_answer_changes_nothing(browser, owner):
    browser.post(reverse("members:data-leave"))
    owner.person.refresh_from_db()
    assert owner.person.is_active


def test_the_code_goes_to_the_number_of_the_account_whatever_is_posted(browser):
    browser.post(CONFIRM, {"do": "send", "phone": "15400008001"})
    assert messages()[-1]["to"] == PHONE


def test_the_right_code_opens_the_page_it_was_asked_for(browser):
    page = reverse("accounts:change_phone")
    assert browser.post(f"{CONFIRM}?next={page}", {"do": "send"}).status_code == 302
    assert browser.post(f"{CONFIRM}?next={page}", {"do": "check", "code": last_code()})["Location"] == page
    assert browser.get(page).status_code == 200


def test_a_wrong_code_opens_nothing(browser):
    browser.post(CONFIRM, {"do": "send"})
    browser.post(CONFIRM, {"do": "check", "code": wrong_code()})
    assert browser.get(reverse("accounts:change_phone")).status_code == 302


def test_an_answer_counts_for_ten_minutes(browser, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    answer(browser)
    time_machine.shift(599)
    assert browser.get(reverse("accounts:change_phone")).status_code == 200
    time_machine.shift(1)
    assert browser.get(reverse("accounts:change_phone")).status_code == 302


def test_an_answer_counts_in_its_own_session_only(browser, client_of, owner):
    answer(browser)
    assert client_of(owner).get(reverse("accounts:change_phone")).status_code == 302


def test_signing_in_a_moment_ago_is_no_answer(client):
    client.post("/accounts/phone/", {"do": "send", "phone": PHONE})
    client.post("/accounts/phone/", {"do": "check", "code": last_code()})
    assert client.get(reverse("accounts:change_phone"))["Location"].startswith(CONFIRM)


def test_an_account_without_number_and_factor_types_its_password(client_of, district):
    district.set_password("Xk7#vTq9!mWz")
    district.save()
    browser = client_of(district)
    assert page_after(browser, browser.post(CONFIRM, {"password": "wrong"})).context["form"].errors
    assert browser.post(CONFIRM, {"password": "Xk7#vTq9!mWz"})["Location"] == "/accounts/"
    assert browser.get(reverse("mfa_activate_totp")).status_code == 200


def test_the_password_is_asked_for_five_times(client_of, district):
    district.set_password("Xk7#vTq9!mWz")
    district.save()
    browser = client_of(district)
    for _ in range(5):
        browser.post(CONFIRM, {"password": "wrong"})
    answer = page_after(browser, browser.post(CONFIRM, {"password": "Xk7#vTq9!mWz"}))
    assert "试得太多了" in str(answer.context["form"].errors)


def test_an_account_with_nothing_to_answer_is_sent_to_the_window(client_of):
    somebody = User(name="某人")
    somebody.set_unusable_password()
    somebody.save()
    browser = client_of(somebody)
    assert reverse("accounts:lost_number") in browser.get(CONFIRM).content.decode()


def test_the_copy_of_the_data_is_offered_on_its_page_after_the_answer(browser):
    assert "%2Fme%2Fdata%2F" in browser.get(reverse("members:data-download"))["Location"]
    assert stepped_up(browser).get(reverse("members:data-download"))["Content-Type"].startswith("application/json")
