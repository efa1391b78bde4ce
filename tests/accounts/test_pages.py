"""Changing and resetting passwords, audit entries of sign-ins, the look of the pages of allauth, the periodic task."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from chengyang.platform.accounts import tasks
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices import gateways
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.personas import stepped_up

from .conftest import PHONE, page_after

pytestmark = pytest.mark.django_db
OLD, NEW = "Xk7#vTq9!mWz", "Hb4&rNw8?pYc"
CHANGE, RESET = "/accounts/password/change/", "/accounts/password/reset/"


@pytest.fixture
def officer(district):
    district.set_password(OLD)
    district.save()
    return district


def enter(browser, password=OLD, email="district@demo.invalid"):
    return browser.post("/accounts/login/", {"login": email, "password": password})


def change(browser, old=OLD, new=NEW, again=None, **data):
    typed = {"oldpassword": old, "password1": new, "password2": again or new, **data}
    return page_after(browser, browser.post(CHANGE, typed))


def verbs(user):
    return list(Entry.objects.filter(user=user.public_id).order_by("id").values_list("verb", flat=True))


# ---- changing the password ------------------------------------------------------------------------------------------
def test_a_password_is_changed_and_the_sign_in_goes_on(browser, officer):
    enter(browser)
    assert change(browser)["Location"] == "/accounts/"
    assert browser.get("/accounts/").status_code == 200
    assert verbs(officer) == ["session.started", "password.changed"]


def test_changing_the_password_ends_other_sessions(browser, officer):
    there = Client()
    enter(there)
    key = there.session.session_key
    enter(browser)
    change(browser)
    assert there.get("/accounts/").status_code == 302
    assert not browser.session.exists(key)


def test_after_changing_a_one_time_password_the_requested_page_follows(browser, officer):
    officer.must_change_password = True
    officer.save()
    enter(browser)
    way = browser.get("/manage/")["Location"]
    assert change(browser, next=re.search("next=(.+)", way)[1].replace("%2F", "/"))["Location"] == "/manage/"
    assert browser.get("/manage/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "wrong"}, "oldpassword"),
        ({"new": "Qwer1234"}, "password1"),
        ({"new": "Qwer1234!@"}, "password1"),
        ({"new": OLD}, "password1"),
        ({"new": "Xk7#District!9"}, "password1"),
        ({"again": "another one"}, "password2"),
    ],
)
def test_errors_are_shown_at_the_field(browser, officer, typed, field):
    enter(browser)
    answer = change(browser, **typed)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.get(pk=officer.pk).check_password(OLD)


def test_no_sentence_of_the_form_is_english(browser, officer):
    enter(browser)
    wrong = [change(browser, "wrong", "password", "drowssap"), change(browser, "", "", "")]
    texts = " ".join(str(answer.context["form"].errors.as_text()) for answer in wrong)
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"oldpassword|password[12]", "", texts))


def test_without_a_password_there_is_nothing_to_change(client_of):
    owner = User.objects.create(phone=PHONE)
    owner.set_unusable_password()
    owner.save()
    assert client_of(owner).get(CHANGE, follow=True).redirect_chain[-1][0] == "/accounts/"


# ---- resetting the password by e-mail -------------------------------------------------------------------------------
def ask(browser, email="district@demo.invalid"):
    return browser.post(RESET, {"email": email})


def link():
    return re.search(r"https?://\S+?(/accounts/\S+)", gateways.last_mails(1)[0]["text"])[1]


def test_a_link_is_mailed_and_sets_another_password(browser, officer):
    ask(browser)
    form = browser.get(link())["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=officer.pk).check_password(NEW)
    assert verbs(officer) == ["password.reset"]


def test_the_mail_is_in_chinese_and_names_the_site(browser, officer):
    ask(browser)
    mail = gateways.last_mails(1)[0]
    assert (mail["to"], mail["subject"]) == (officer.email, "设置城阳新阶层的新密码")
    assert mail["text"].startswith("有人（应该是你）")


def test_setting_it_signs_nobody_in(browser, officer):
    ask(browser)
    form = browser.get(link())["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})
    assert "_auth_user_id" not in browser.session


def test_the_link_works_once(browser, officer):
    ask(browser)
    way = link()
    form = browser.get(way)["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})
    assert Client().get(way).context["token_fail"]


def test_the_link_lasts_an_hour(browser, officer, time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z", tick=False)
    ask(browser)
    time_machine.shift(3601)
    assert browser.get(link()).context["token_fail"]


@pytest.mark.parametrize("key", ["1-abc-def", "zzzzzzzzzz-abc-def", "1-set-password"])
def test_a_made_up_link_says_so(browser, key):
    assert browser.get(f"/accounts/password/reset/key/{key}/").context["token_fail"]


def test_known_and_unknown_addresses_are_answered_alike(browser, officer):
    answers = [ask(browser, email) for email in ("district@demo.invalid", "nobody@demo.invalid")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/password/reset/done/")}
    assert len(gateways.last_mails(9)) == 1


def test_a_disabled_account_gets_no_link(browser, officer):
    User.objects.update(is_active=False)
    ask(browser)
    assert gateways.last_mails(9) == []


def test_links_are_limited_for_an_address(browser, officer):
    statuses = [ask(browser).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 200]
    assert "操作太频繁" in ask(browser).content.decode()


def test_the_message_to_the_worker_is_only_an_account_id(browser, officer, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.mail_password_reset, "apply_async", lambda args, **options: sent.append(args))
    ask(browser)
    ask(browser, "nobody@demo.invalid")
    assert sent == [[officer.pk], [0]]


def test_allauth_stores_no_email_addresses(browser, officer):
    ask(browser)
    enter(browser)
    change(browser)
    assert not EmailAddress.objects.exists()


# ---- audit entries and warnings -------------------------------------------------------------------------------------
def test_signing_in_and_out_is_recorded(browser, officer):
    enter(browser)
    browser.post("/accounts/logout/")
    assert verbs(officer) == ["session.started", "session.ended"]


def test_an_officer_with_another_session_is_warned(browser, officer):
    enter(Client())
    enter(browser)
    assert "这个账号还在另外 1 处登录着" in browser.get("/accounts/").content.decode()


def test_the_owner_is_notified_of_a_second_sign_in(browser, officer):
    enter(Client())
    assert not Notice.objects.filter(user=officer).exists()
    enter(browser)
    assert Notice.objects.get(user=officer).kind == "accounts/signed_in_again"


def test_messages_are_kept_in_the_session_and_not_in_a_cookie(browser, officer):
    enter(Client())
    answer = enter(browser)
    assert "messages" not in answer.cookies


@pytest.mark.parametrize(("hour", "alarms"), [(22, 0), (23, 1), (5, 1), (6, 0)])
def test_an_officer_who_signs_in_at_night_is_an_alarm_once_a_day(officer, secadmin, time_machine, hour, alarms):
    time_machine.move_to(dt.datetime(2026, 11, 24, hour, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False)
    for _ in range(2):
        enter(Client())
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_night").count() == alarms


def test_the_first_sign_in_warns_of_nothing(browser, officer):
    enter(browser)
    assert "还在另外" not in browser.get("/accounts/").content.decode()


# ---- the look -------------------------------------------------------------------------------------------------------
PAGES = [
    "accounts:phone",
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "accounts:security",
    "accounts:change_phone",
    "accounts:sessions",
    "account_logout",
    "accounts:step_up",
    "accounts:phone_changed",
    "account_change_password",
    "mfa_activate_totp",
]
WITH_FACTOR = [
    "accounts:security",
    "accounts:step_up",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
]


def offences(page):
    """Return what no page may contain: inline styles and scripts, other hosts, English sentences."""
    text = re.sub(
        r"<script[^>]*src=[^>]*></script>|<svg.*?</svg>|otpauth://[^\"]*|<code>.*?</code>", "", page, flags=re.S
    )
    found = re.findall(r"<style|style=|<script|\son\w+=|javascript:|https?://(?!testserver)\S+", text)
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*?</head>", "", text, flags=re.S))
    known = r"district(@demo\.invalid)?|Microsoft Authenticator|FreeOTP|testserver"
    return found + re.findall(r"[A-Za-z]{4,}", re.sub(known, "", words))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_the_look_and_language_of_the_portal(browser, officer, name):
    if name not in PAGES[:6]:
        enter(browser)
        stepped_up(browser)
    answer = browser.get(reverse(name))
    page = answer.content.decode()
    assert (answer.status_code, offences(page)) == (200, [])
    assert "site__brand" in page


@pytest.mark.parametrize("name", WITH_FACTOR)
def test_second_factor_pages_have_the_look_and_language_of_the_portal(browser, officer, name):
    enter(browser)
    _set_up(browser)
    answer = browser.get(reverse(name))
    assert (answer.status_code, offences(answer.content.decode())) == (200, [])


def _set_up(browser):
    from .test_second_factor import set_up

    set_up(browser)


def test_the_page_that_asks_for_the_second_factor_has_the_look_of_the_portal(browser, officer):
    enter(browser)
    _set_up(browser)
    other = Client()
    answer = other.get(enter(other)["Location"])
    assert (answer.status_code, offences(answer.content.decode())) == (200, [])


def test_the_list_of_recovery_codes_is_plain_text_in_chinese(browser, officer):
    enter(browser)
    _set_up(browser)
    answer = browser.get(reverse("mfa_download_recovery_codes"))
    assert answer["Content-Type"].startswith("text/plain")
    assert len(re.findall(r"^\d{8}$", answer.content.decode(), flags=re.M)) == 10


def test_the_page_with_the_qr_code_has_the_content_security_policy(browser, officer):
    enter(browser)
    answer = stepped_up(browser).get(reverse("mfa_activate_totp"))
    assert "style-src 'self'" in answer["Content-Security-Policy"]
    assert 'class="qr"' in answer.content.decode()


# ---- the periodic task ----------------------------------------------------------------------------------------------
def test_run_periodic_deletes_codes_and_attempts_after_a_day(time_machine):
    from chengyang.platform.accounts import login_throttle, phone_verification
    from chengyang.platform.accounts.models import Attempt, PhoneProof

    time_machine.move_to("2026-11-23T09:00:00Z", tick=False)
    login_throttle.count_attempt("a@demo.invalid", address=None)
    phone_verification.send_code(PHONE, address=None, session_key="s1")
    time_machine.shift(86_401)
    login_throttle.count_attempt("b@demo.invalid", address=None)
    tasks.run_periodic()
    assert (Attempt.objects.count(), PhoneProof.objects.count()) == (1, 0)


def test_run_periodic_deletes_expired_sessions(browser, officer):
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session

    enter(browser)
    Session.objects.all().delete()
    enter(Client())
    tasks.run_periodic()
    assert UserSession.objects.count() == 1


def test_run_periodic_may_run_twice(reference):
    personas.user("somebody")
    tasks.run_periodic()
    tasks.run_periodic()
    assert User.objects.count() == 1
