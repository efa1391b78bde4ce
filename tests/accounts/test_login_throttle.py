"""Failed sign-ins lock an account for a while (requirements S03)."""

import datetime as dt
import threading
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse

from chengyang.errors import ActionError
from chengyang.platform.accounts import limits, login_throttle
from chengyang.platform.accounts.models import Attempt
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.web import counted_forms
from tests import personas

from .conftest import page_after

pytestmark = pytest.mark.django_db
PASSWORD = "Xk7#vTq9!mWz"
MORNING = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
LOGIN = "/accounts/login/"


@pytest.fixture
def officer(district):
    district.set_password(PASSWORD)
    district.save()
    return district


def enter(browser, email="district@demo.invalid", password=PASSWORD, **data):
    return page_after(browser, browser.post(LOGIN, {"login": email, "password": password, **data}))


def fail(browser, times, email="district@demo.invalid"):
    return [enter(browser, email, "not the password") for _ in range(times)][-1]


def sentences(answer):
    return [str(error) for error in answer.context["form"].non_field_errors()]


# ---- signing in -----------------------------------------------------------------------------------------------------
def test_an_officer_signs_in_by_email_and_password(browser, officer):
    assert enter(browser)["Location"] == "/manage/"
    assert browser.session["_auth_user_id"] == str(officer.pk)


def test_capitals_in_the_address_do_not_matter(browser, officer):
    assert enter(browser, "District@DEMO.invalid").status_code == 302


def test_four_failures_do_not_lock(browser, officer):
    fail(browser, 4)
    assert enter(browser).status_code == 302


def test_five_failures_lock_also_with_the_right_password(browser, officer):
    fail(browser, 5)
    answer = enter(browser)
    assert sentences(answer) == ["失败次数太多，请过 15 分钟再试。"]
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize(("minutes", "status"), [(14.9, 200), (15, 302)])
def test_the_lock_ends_after_fifteen_minutes(browser, officer, time_machine, minutes, status):
    time_machine.move_to(MORNING, tick=False)
    fail(browser, 5)
    time_machine.shift(dt.timedelta(minutes=minutes))
    assert enter(browser).status_code == status


def test_attempts_during_the_lock_do_not_extend_it(browser, officer, time_machine):
    time_machine.move_to(MORNING, tick=False)
    fail(browser, 5)
    time_machine.shift(dt.timedelta(minutes=14))
    fail(browser, 3)
    time_machine.shift(dt.timedelta(minutes=1))
    assert enter(browser).status_code == 302


def test_failures_over_more_than_fifteen_minutes_do_not_lock(browser, officer, time_machine):
    time_machine.move_to(MORNING, tick=False)
    for _ in range(5):
        fail(browser, 1)
        time_machine.shift(dt.timedelta(minutes=4))
    assert enter(browser).status_code == 302


def test_a_right_password_in_between_does_not_reset_the_count(browser, officer):
    fail(browser, 4)
    enter(browser)
    browser.logout()
    fail(browser, 1)
    assert login_throttle.is_locked("district@demo.invalid")


def test_the_lock_holds_from_every_address(browser, officer):
    fail(browser, 5)
    answer = browser.post(LOGIN, {"login": officer.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    assert sentences(page_after(browser, answer)) == ["失败次数太多，请过 15 分钟再试。"]


def test_another_account_is_not_locked(browser, officer, district_2):
    fail(browser, 5, "district_2@demo.invalid")
    assert enter(browser).status_code == 302


# ---- reloading ------------------------------------------------------------------------------------------------------
def test_reloading_after_a_refusal_sends_nothing_and_costs_no_try(browser, officer):
    answer = browser.post(LOGIN, {"login": officer.email, "password": "wrong", "next": "/me/"})
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=%2Fme%2F")
    page = browser.get(answer["Location"])
    assert sentences(page) == ["邮箱或密码不对，请检查后再试。"]
    assert f'value="{officer.email}"' in page.content.decode()
    assert not browser.get(answer["Location"]).context["form"].errors
    assert Attempt.objects.count() == 2  # one for the account, one for the network


def test_what_the_browser_keeps_of_a_refusal_has_no_password_and_is_for_that_page_only(browser, officer):
    browser.post(LOGIN, {"login": officer.email, "password": "a wrong password"})
    kept = counted_forms.find(SimpleNamespace(COOKIES={"refused": browser.cookies["refused"].value}), LOGIN)
    assert "password" not in kept["data"]
    assert not browser.get(reverse("services:query")).context["form"].errors


# ---- known and unknown accounts -------------------------------------------------------------------------------------
@pytest.mark.parametrize("failures", [1, 5, 6])
def test_known_and_unknown_accounts_are_answered_alike(browser, officer, failures):
    known, unknown = fail(browser, failures), fail(browser, failures, "nobody@demo.invalid")
    assert sentences(known) == sentences(unknown) != []
    assert known.status_code == unknown.status_code


def test_a_disabled_account_with_a_wrong_password_is_answered_alike(browser, officer):
    officer.is_active = False
    officer.save()
    assert sentences(fail(browser, 1)) == ["邮箱或密码不对，请检查后再试。"]


def test_the_typed_email_is_stored_as_a_hash_only(browser):
    fail(browser, 1, "nobody@demo.invalid")
    assert Attempt.objects.exists()
    assert "nobody" not in str(list(Attempt.objects.values()))


# ---- audit entries --------------------------------------------------------------------------------------------------
def test_failures_and_the_lock_are_recorded_for_the_account(browser, officer):
    fail(browser, 6)
    entries = Entry.objects.filter(user=officer.public_id).order_by("id").values_list("verb", flat=True)
    assert list(entries) == ["session.failed"] * 5 + ["session.locked"]


def test_a_locked_account_is_an_alarm_once_a_day(browser, officer, secadmin):
    fail(browser, 7)
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_locked").count() == 1


def test_a_failure_for_an_unknown_account_is_recorded_without_the_email(browser):
    fail(browser, 1, "nobody@demo.invalid")
    entry = Entry.objects.filter(verb="session.failed").values().get()
    assert (entry["user"], entry["subject"], entry["result"]) == ("", "accounts.User", "failed")
    assert "nobody" not in str(entry)


# ---- the form -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("email", ["", "not an address", "a\x00b@demo.invalid", "x" * 400 + "@demo.invalid"])
def test_an_invalid_email_is_reported_at_the_field(browser, email):
    answer = enter(browser, email)
    assert answer.status_code == 200
    assert answer.context["form"].errors["login"]


def test_a_very_long_or_binary_password_is_treated_as_wrong(browser, officer):
    assert enter(browser, password="\x00" * 50).context["form"].errors
    assert enter(browser, password="长" * 5000).context["form"].errors


def test_the_page_supports_password_managers(browser):
    page = browser.get(LOGIN).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_next_must_be_a_page_of_this_site(browser, officer):
    assert enter(browser, next="https://evil.example/")["Location"] == "/manage/"


def test_the_session_key_is_another_one_after_signing_in(browser, officer):
    browser.get(LOGIN)
    browser.session.save()
    before = browser.session.session_key
    enter(browser)
    assert browser.session.session_key != before


def test_a_password_signs_in_until_the_browser_closes(browser, officer):
    enter(browser)
    assert browser.session.get_expire_at_browser_close()


def test_signing_out_needs_a_post(client_of, officer):
    browser = client_of(officer)
    browser.get(reverse("accounts:logout"))
    assert "_auth_user_id" in browser.session
    browser.post(reverse("accounts:logout"))
    assert "_auth_user_id" not in browser.session


def test_djangos_own_form_signs_nobody_in(officer):
    from django.contrib.auth import authenticate

    assert authenticate(None, username=officer.email, password=PASSWORD) is None
    assert authenticate(None, email=officer.email, password=PASSWORD) == officer


# ---- concurrency ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_thirty_concurrent_guesses_are_five_attempts():
    start, counted = threading.Barrier(30), []

    def guess():
        start.wait()
        try:
            counted.append(login_throttle.count_attempt("district@demo.invalid", address=None))
        except ActionError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == 5
    assert login_throttle.is_locked("district@demo.invalid")


@pytest.mark.django_db(transaction=True)
def test_a_limit_holds_for_attempts_at_the_same_moment():
    limit = limits.Limit("test", 3, limits.HOUR)
    start, outcomes = threading.Barrier(12), []

    def attempt():
        start.wait()
        try:
            outcomes.append(limits.take(limit, "somebody").pk and "taken")
        except ActionError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["slow"] * 9 + ["taken"] * 3
    assert Attempt.objects.count() == 3


def test_an_account_without_address_is_not_locked_by_an_empty_one(reference):
    personas.user("somebody")
    login_throttle.count_attempt("", address=None)
    assert not login_throttle.is_locked("somebody@demo.invalid")
