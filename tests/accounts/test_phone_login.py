"""Proving a number on several pages and in several browsers, going back, and reloading."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from chengyang import clock
from chengyang.platform.accounts.models import PhoneProof, User

from .conftest import PHONE, last_code, messages, wrong_code
from .test_views import PAGE, ask, enter, signed_in

pytestmark = pytest.mark.django_db


def proof_of(answer):
    return parse_qs(urlsplit(answer["Location"]).query)["proof"][0]


def test_each_page_keeps_its_own_code(browser):
    first = proof_of(ask(browser))
    code = last_code()
    ask(browser, "15400008001")
    browser.post(PAGE, {"do": "check", "proof": first, "code": code})
    assert signed_in(browser) == str(User.objects.by_phone(PHONE).get().pk)


def test_a_refused_code_is_answered_with_a_redirect_and_reloading_costs_no_try(browser):
    ask(browser)
    answer = browser.post(PAGE, {"do": "check", "code": wrong_code()})
    assert answer.status_code == 302
    assert "还可以试 4 次" in browser.get(answer["Location"]).content.decode()
    browser.get(answer["Location"])
    assert PhoneProof.objects.get().tries == 1


def test_wrong_digits_do_not_stay_in_the_field(browser):
    ask(browser)
    wrong = wrong_code()
    page = browser.post(PAGE, {"do": "check", "code": wrong}, follow=True).content.decode()
    assert f'value="{wrong}"' not in page


def test_a_refused_number_stays_as_it_was_typed(browser):
    page = browser.post(PAGE, {"do": "send", "phone": "138"}, follow=True).content.decode()
    assert 'value="138"' in page


def test_a_dead_code_says_so_and_has_no_field(browser):
    ask(browser)
    for _ in range(5):
        answer = browser.post(PAGE, {"do": "check", "code": wrong_code()})
    page = browser.get(answer["Location"]).content.decode()
    assert "这个验证码作废了" in page
    assert ('name="code"' in page, "以前有效" in page) == (False, False)
    assert re.search(r'btn--main" name="do" value="resend"', page)


def test_a_code_that_has_just_been_sent_is_offered_on_the_page_of_the_number(browser):
    ask(browser)
    browser.post(PAGE, {"do": "change"})
    page = browser.get(PAGE)
    assert "去填那个验证码" in page.content.decode()
    assert browser.get(page.context["sent_url"]).context["proof"]


def test_another_browser_may_type_in_the_code_that_was_just_sent(browser):
    ask(browser)
    other = Client()
    answer = ask(other)
    assert len(messages()) == 1
    other.post(PAGE, {"do": "check", "proof": proof_of(answer), "code": last_code()})
    assert signed_in(other)
    browser.post(PAGE, {"do": "check", "code": last_code()})
    assert not signed_in(browser)  # a code is used once


def test_a_third_browser_has_to_wait(browser):
    for other in (browser, Client()):
        ask(other)
    assert "proof=" not in ask(Client())["Location"]
    assert PhoneProof.objects.count() == 2


def test_guesses_in_the_second_browser_leave_the_first_one_its_tries(browser):
    ask(browser)
    other = Client()
    ask(other)
    for _ in range(5):
        other.post(PAGE, {"do": "check", "code": wrong_code()})
    browser.post(PAGE, {"do": "check", "code": last_code()})
    assert signed_in(browser)


def test_a_known_browser_gets_a_code_after_others_used_up_those_of_the_number(browser, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    enter(browser)
    browser.post("/accounts/logout/")
    time_machine.shift(dt.timedelta(days=2))
    PhoneProof.objects.bulk_create(
        PhoneProof(phone=PHONE, network=f"192.0.2.{number}", sent_at=clock.now() - dt.timedelta(minutes=2))
        for number in range(30)
    )
    assert "proof=" not in ask(Client())["Location"]
    assert "proof=" in ask(browser)["Location"]
