"""The life of sessions, and pages that require a sign-in (requirements S04)."""

import datetime as dt

import pytest
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from chengyang.platform.accounts import sessions
from chengyang.platform.accounts.middleware import StaffNetworkMiddleware
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


# ---- life of a session ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("idle", "still"), [(29 * MINUTE, True), (30 * MINUTE, False)])
@pytest.mark.parametrize("name", ["district", "xiazhuang", "editor", "secretary", "base_manager", "leader"])
def test_an_idle_officer_is_signed_out_after_half_an_hour(request, client_of, clock, name, idle, still):
    browser = client_of(request.getfixturevalue(name))
    clock.shift(idle)
    assert is_in(browser) == still


@pytest.mark.parametrize(("idle", "still"), [(14 * MINUTE, True), (15 * MINUTE, False)])
@pytest.mark.parametrize("name", ["sysadmin", "secadmin", "auditor"])
def test_an_idle_administrator_is_signed_out_after_a_quarter_of_an_hour(request, client_of, clock, name, idle, still):
    browser = client_of(request.getfixturevalue(name))
    clock.shift(idle)
    assert is_in(browser) == still


@pytest.mark.parametrize(("hours", "still"), [(7.9, True), (8, False)])
def test_an_active_officer_is_signed_out_after_eight_hours(client_of, district, clock, hours, still):
    browser, left = client_of(district), dt.timedelta(hours=hours)
    while left > 20 * MINUTE:
        clock.shift(20 * MINUTE)
        left -= 20 * MINUTE
        browser.get(PAGE)
    clock.shift(left)
    assert is_in(browser) == still


@pytest.mark.parametrize(("after", "still"), [(13 * DAY, True), (14 * DAY, False)])
def test_other_users_stay_signed_in_for_fourteen_days(client_of, member, clock, after, still):
    browser = client_of(member)
    clock.shift(after)
    assert is_in(browser) == still


def test_each_request_restarts_the_idle_time(client_of, district, clock):
    browser = client_of(district)
    for _ in range(4):
        clock.shift(25 * MINUTE)
        assert is_in(browser)


def test_an_expired_session_is_deleted_on_the_server(client_of, district, clock):
    browser = client_of(district)
    key = browser.session.session_key
    clock.shift(HOUR)
    browser.get(PAGE)
    assert not browser.session.exists(key)
    assert Entry.objects.filter(user=district.public_id, verb="session.ended").count() == 1


def test_an_expired_session_leads_to_sign_in_with_the_reason(client_of, district, clock):
    browser = client_of(district)
    clock.shift(HOUR)
    answer = browser.get(PAGE, follow=True)
    assert answer.redirect_chain[0][0] == "/accounts/phone/?next=%2Faccounts%2F"
    assert "30 分钟没有操作，已退出登录。" in answer.content.decode()


def test_a_role_granted_during_a_long_session_ends_it(client_of, member, clock):
    browser = client_of(member)
    clock.shift(9 * HOUR)
    Role.objects.create(user=member, kind=Role.Kind.EDITOR)
    assert not is_in(browser)


def test_the_life_of_a_session_without_a_start_begins_now(client_of, district, clock):
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


def test_viewing_a_page_creates_no_session(browser):
    browser.get("/accounts/phone/")
    assert configured.SESSION_COOKIE_NAME not in browser.cookies


# ---- pages that require a sign-in -----------------------------------------------------------------------------------
def test_a_visitor_is_sent_to_sign_in_by_phone_and_back(browser):
    assert (
        browser.get("/accounts/sessions/?a=1")["Location"] == "/accounts/phone/?next=%2Faccounts%2Fsessions%2F%3Fa%3D1"
    )


def test_a_visitor_of_the_staff_site_is_sent_to_sign_in_by_email(browser):
    assert browser.get("/manage/")["Location"] == "/accounts/login/?next=%2Fmanage%2F"


def test_a_post_by_a_visitor_leads_back_to_its_page(browser):
    answer = browser.post("/accounts/sessions/end-others/", headers={"Referer": "http://testserver/calendar/"})
    assert answer["Location"] == "/accounts/phone/?next=%2Fcalendar%2F"


def test_a_post_from_another_site_leads_to_the_home_page(browser):
    answer = browser.post("/accounts/sessions/end-others/", headers={"Referer": "https://evil.example/x"})
    assert answer["Location"] == "/accounts/phone/?next=%2F"


def test_a_program_gets_a_401(browser):
    answer = browser.get(PAGE, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "401")


def test_an_htmx_request_redirects_the_whole_page_to_sign_in(browser):
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
def test_pages_for_changing_the_password_stay_open(client_of, newcomer, page):
    assert client_of(newcomer).get(page).status_code == 200


def test_an_old_password_is_changed_first_too(client_of, district):
    district.set_password("Xk7#vTq9!mWz")
    district.password_set_at -= 91 * DAY
    district.save()
    assert client_of(district).get("/manage/")["Location"].startswith("/accounts/password/change/")


def test_a_program_with_a_one_time_password_gets_a_403(client_of, newcomer):
    answer = client_of(newcomer).get("/me/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_change_password")


# ---- public pages ---------------------------------------------------------------------------------------------------
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
def test_sign_in_pages_are_public(browser, page):
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
def test_unused_pages_of_allauth_do_not_exist(browser, page):
    assert browser.get(f"/accounts/{page}").status_code == 404


def test_the_cookie_is_hidden_from_scripts_and_other_sites():
    assert configured.SESSION_COOKIE_HTTPONLY
    assert configured.SESSION_COOKIE_SAMESITE == "Lax"


def test_url_names_of_the_app_and_of_allauth_have_the_same_path():
    pairs = {"accounts:login": "account_login", "accounts:logout": "account_logout"}
    assert {reverse(ours) == reverse(theirs) for ours, theirs in pairs.items()} == {True}


# ---- the networks of the staff site ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        ([], "203.0.113.9", 200),
        (["192.0.2.0/24"], "192.0.2.9", 200),
        (["192.0.2.0/24"], "203.0.113.9", 404),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::7", 200),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", 200),
    ],
)
def test_the_staff_site_is_there_from_the_configured_networks_only(
    client_of, district, settings, allowed, address, status
):
    settings.STAFF_NETWORKS = allowed
    assert client_of(district).get("/manage/", REMOTE_ADDR=address).status_code == status


@pytest.mark.parametrize("path", ["/manage/", "/manage/numbers/person/abcdefghjk/", "/manage/nothing/"])
def test_from_elsewhere_every_page_of_it_is_missing_also_for_visitors(client, db, settings, path):
    settings.STAFF_NETWORKS = ["192.0.2.0/24"]
    assert client.get(path, REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_a_wrong_network_stops_the_start(settings):
    settings.STAFF_NETWORKS = ["192.0.2.0/99"]
    with pytest.raises(ImproperlyConfigured, match="STAFF_NETWORKS"):
        StaffNetworkMiddleware(None)
