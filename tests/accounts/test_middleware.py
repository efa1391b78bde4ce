"""How long a sign-in lasts, and who is asked to sign in (requirements S04)."""

import datetime as dt

import pytest
from django.conf import settings as configured
from django.urls import reverse

from chengyang.platform.accounts import sessions
from chengyang.platform.accounts.models import Role
from chengyang.platform.audit.models import Entry

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
PAGE = "/accounts/"


def is_in(browser):
    return browser.get(PAGE).status_code == 200


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(MORNING, tick=False)
    return time_machine


# ---- how long -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("idle", "still"), [(29 * MINUTE, True), (30 * MINUTE, False)])
@pytest.mark.parametrize("name", ["district", "xiazhuang", "editor", "secretary", "base_manager", "leader", "auditor"])
def test_an_officer_who_does_nothing_is_out_after_half_an_hour(request, client_of, clock, name, idle, still):
    browser = client_of(request.getfixturevalue(name))
    clock.shift(idle)
    assert is_in(browser) == still


@pytest.mark.parametrize(("hours", "still"), [(7.9, True), (8, False)])
def test_an_officer_is_out_after_eight_hours_however_busy(client_of, district, clock, hours, still):
    browser, left = client_of(district), dt.timedelta(hours=hours)
    while left > 20 * MINUTE:
        clock.shift(20 * MINUTE)
        left -= 20 * MINUTE
        browser.get(PAGE)
    clock.shift(left)
    assert is_in(browser) == still


@pytest.mark.parametrize(("after", "still"), [(13 * DAY, True), (14 * DAY, False)])
def test_everybody_else_stays_for_fourteen_days(client_of, member, clock, after, still):
    browser = client_of(member)
    clock.shift(after)
    assert is_in(browser) == still


def test_every_minute_of_use_counts(client_of, district, clock):
    browser = client_of(district)
    for _ in range(4):
        clock.shift(25 * MINUTE)
        assert is_in(browser)


def test_a_sign_in_that_is_over_is_gone_from_the_server(client_of, district, clock):
    browser = client_of(district)
    key = browser.session.session_key
    clock.shift(HOUR)
    browser.get(PAGE)
    assert not browser.session.exists(key)
    assert Entry.objects.filter(user=district.public_id, verb="session.ended").count() == 1


def test_who_was_signed_out_is_told_why_and_comes_back(client_of, district, clock):
    browser = client_of(district)
    clock.shift(HOUR)
    answer = browser.get(PAGE, follow=True)
    assert answer.redirect_chain[0][0] == "/accounts/phone/?next=%2Faccounts%2F"
    assert "30 分钟没有操作，已退出登录。" in answer.content.decode()


def test_a_role_given_during_a_long_sign_in_ends_it(client_of, member, clock):
    browser = client_of(member)
    clock.shift(9 * HOUR)
    Role.objects.create(user=member, kind=Role.Kind.EDITOR)
    assert not is_in(browser)


def test_a_session_of_before_the_rule_begins_now(client_of, district, clock):
    browser = client_of(district)
    session = browser.session
    del session[sessions.BEGAN], session[sessions.SEEN]
    session.save()
    assert is_in(browser)
    clock.shift(8 * HOUR)
    assert not is_in(browser)


def test_a_busy_minute_writes_the_session_once(client_of, district, clock):
    browser = client_of(district)
    clock.shift(2 * MINUTE)
    browser.get(PAGE)
    before = browser.session[sessions.SEEN]
    clock.shift(59)
    browser.get(PAGE)
    assert browser.session[sessions.SEEN] == before


def test_a_visitor_who_only_looks_gets_no_session(browser):
    browser.get("/accounts/phone/")
    assert configured.SESSION_COOKIE_NAME not in browser.cookies


# ---- who is asked ---------------------------------------------------------------------------------------------------
def test_a_visitor_is_asked_by_phone_and_comes_back(browser):
    assert (
        browser.get("/accounts/sessions/?a=1")["Location"] == "/accounts/phone/?next=%2Faccounts%2Fsessions%2F%3Fa%3D1"
    )


def test_a_visitor_at_the_desk_is_asked_by_email(browser):
    assert browser.get("/manage/")["Location"] == "/accounts/login/?next=/manage/"


def test_a_visitors_button_leads_back_to_its_page(browser):
    answer = browser.post("/accounts/sessions/end-others/", headers={"Referer": "http://testserver/calendar/"})
    assert answer["Location"] == "/accounts/phone/?next=%2Fcalendar%2F"


def test_a_button_from_elsewhere_leads_to_the_start(browser):
    answer = browser.post("/accounts/sessions/end-others/", headers={"Referer": "https://evil.example/x"})
    assert answer["Location"] == "/accounts/phone/?next=%2F"


def test_a_program_gets_a_401(browser):
    answer = browser.get(PAGE, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "401")


def test_a_partial_page_leads_the_whole_page_to_the_door(browser):
    answer = browser.get(PAGE, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/accounts/phone/")


# ---- a password that has to be changed first ------------------------------------------------------------------------
@pytest.fixture
def newcomer(district):
    district.must_change_password = True
    district.save()
    return district


@pytest.mark.parametrize("page", ["/manage/", "/me/", "/accounts/", "/accounts/phone/change/", "/accounts/sessions/"])
def test_a_one_time_password_is_changed_before_anything_else(client_of, newcomer, page):
    answer = client_of(newcomer).get(page)
    assert answer["Location"] == f"/accounts/password/change/?{'next=' + page.replace('/', '%2F')}"


@pytest.mark.parametrize("page", ["/accounts/password/change/", "/accounts/logout/", "/privacy/"])
def test_what_puts_it_right_stays_open(client_of, newcomer, page):
    assert client_of(newcomer).get(page).status_code == 200


def test_an_old_password_is_changed_first_too(client_of, district):
    district.set_password("Xk7#vTq9!mWz")
    district.password_set_at -= 91 * DAY
    district.save()
    assert client_of(district).get("/manage/")["Location"].startswith("/accounts/password/change/")


def test_a_program_with_a_one_time_password_gets_a_403(client_of, newcomer):
    answer = client_of(newcomer).get("/me/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_change_password")


# ---- what is public -------------------------------------------------------------------------------------------------
PUBLIC = {
    "/accounts/phone/",
    "/accounts/login/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-set-password/",
}


@pytest.mark.parametrize("page", sorted(PUBLIC))
def test_the_door_is_open_to_visitors(browser, page):
    assert browser.get(page).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "confirm-email/x/",
        "login/code/",
        "login/code/confirm/",
        "phone/verify/",
        "social/connections/",
        "2fa/webauthn/",
        "2fa/trust/",
        "password/reset/confirm/",
    ],
)
def test_what_allauth_offers_beside_does_not_exist(browser, page):
    assert browser.get(f"/accounts/{page}").status_code == 404


def test_the_cookie_is_hidden_from_scripts_and_other_sites():
    assert configured.SESSION_COOKIE_HTTPONLY
    assert configured.SESSION_COOKIE_SAMESITE == "Lax"


def test_names_of_both_lists_lead_to_the_same_place():
    pairs = {"accounts:login": "account_login", "accounts:logout": "account_logout"}
    assert {reverse(ours) == reverse(theirs) for ours, theirs in pairs.items()} == {True}
