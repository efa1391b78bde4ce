"""The second factor (requirements S05): setting it up, signing in with it, removing it."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from chengyang.platform.accounts import actions, second_factor
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.personas import stepped_up

from .conftest import PHONE, last_code, page_after

pytestmark = pytest.mark.django_db
PASSWORD = "Xk7#vTq9!mWz"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AUTHENTICATE, ACTIVATE = "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_MFA = True


@pytest.fixture
def officer(district):
    district.set_password(PASSWORD)
    district.save()
    return district


@pytest.fixture
def guarded(officer, rf):
    from allauth.core import context

    with context.request_context(rf.get("/")):
        TOTP.activate(officer, SECRET)
    return officer


def code(secret=SECRET):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def enter(browser):
    return browser.post("/accounts/login/", {"login": "district@demo.invalid", "password": PASSWORD})


def answer_with(browser, typed):
    return page_after(browser, browser.post(AUTHENTICATE, {"code": typed}))


def verbs(user):
    return list(Entry.objects.filter(user=user.public_id).order_by("id").values_list("verb", flat=True))


# ---- signing in -----------------------------------------------------------------------------------------------------
def test_a_password_alone_does_not_sign_in(browser, guarded):
    assert enter(browser)["Location"] == AUTHENTICATE
    assert "_auth_user_id" not in browser.session


def test_password_and_code_sign_in_and_go_on(browser, guarded):
    browser.post("/accounts/login/", {"login": guarded.email, "password": PASSWORD, "next": "/manage/"})
    assert browser.post(AUTHENTICATE, {"code": code()})["Location"] == "/manage/"
    assert browser.session["_auth_user_id"] == str(guarded.pk)


def test_a_phone_code_alone_does_not_sign_in_either(browser, guarded):
    guarded.phone = PHONE
    guarded.save()
    browser.post("/accounts/phone/", {"do": "send", "phone": PHONE})
    answer = browser.post("/accounts/phone/", {"do": "check", "code": last_code()})
    assert answer["Location"] == AUTHENTICATE
    assert "_auth_user_id" not in browser.session


def test_a_wrong_code_is_refused_and_recorded(browser, guarded):
    enter(browser)
    answer = answer_with(browser, "000000")
    assert answer.context["form"].errors["code"] == ["验证码不对，请看验证器上现在的 6 位数字。"]
    assert verbs(guarded) == ["second_factor.failed"]


def test_a_code_signs_in_once(browser, guarded):
    now = code()
    enter(browser)
    browser.post(AUTHENTICATE, {"code": now})
    again = Client()
    enter(again)
    assert answer_with(again, now).context["form"].errors


def test_codes_can_be_guessed_five_times(browser, guarded):
    enter(browser)
    for _ in range(5):
        browser.post(AUTHENTICATE, {"code": "000000"})
    assert answer_with(browser, code()).context["form"].errors["code"] == ["试的次数太多，请过 15 分钟再试。"]


def test_reloading_after_a_wrong_code_costs_no_try(browser, guarded):
    enter(browser)
    answer = browser.post(AUTHENTICATE, {"code": "000000"})
    assert (answer.status_code, answer["Location"]) == (302, AUTHENTICATE)
    for _ in range(6):
        browser.get(answer["Location"])
    assert browser.post(AUTHENTICATE, {"code": code()})["Location"] == "/manage/"


def test_the_second_step_needs_the_first(browser, guarded):
    assert browser.post(AUTHENTICATE, {"code": code()})["Location"] == "/accounts/login/"


def test_the_user_can_cancel_the_second_step(browser, guarded):
    enter(browser)
    browser.post("/accounts/logout/", {"next": "/accounts/login/"})
    assert browser.get("/accounts/login/").status_code == 200


# ---- officers must have one -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["district", "xiazhuang", "secretary", "sysadmin"])
def test_the_staff_site_redirects_an_officer_without_one_to_set_it_up(request, client_of, name):
    answer = client_of(request.getfixturevalue(name)).get("/manage/?kind=x")
    assert answer["Location"] == f"{ACTIVATE}?next=%2Fmanage%2F%3Fkind%3Dx"


def test_the_rest_of_the_portal_is_open_without_one(client_of, secretary):
    assert client_of(secretary).get("/accounts/").status_code == 200


def test_the_staff_site_is_open_with_one(client_of, guarded):
    assert client_of(guarded).get("/manage/").status_code == 200


def test_the_staff_site_is_open_when_the_setting_is_off(client_of, officer, settings):
    settings.STAFF_MFA = False
    assert client_of(officer).get("/manage/").status_code == 200


def test_the_staff_site_is_404_for_other_users(client_of, member):
    assert client_of(member).get("/manage/").status_code == 404


def test_a_program_gets_403_with_the_missing_step(client_of, officer):
    answer = client_of(officer).get("/manage/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_activate_totp")


def test_an_htmx_request_redirects_the_whole_page(client_of, officer):
    answer = client_of(officer).get("/manage/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(ACTIVATE)


# ---- setting it up --------------------------------------------------------------------------------------------------
def set_up(browser):
    page = stepped_up(browser).get(ACTIVATE).content.decode()
    secret = re.search(r"secret=(\w+)", page)[1]
    return browser.post(ACTIVATE, {"code": code(secret)})


def test_it_is_set_up_with_a_code_and_gets_recovery_codes(browser, officer):
    enter(browser)
    assert set_up(browser)["Location"] == reverse("mfa_view_recovery_codes")
    assert second_factor.has(officer)
    assert second_factor.codes_left(officer) == 10


def test_a_wrong_first_code_sets_nothing_up(browser, officer):
    enter(browser)
    page = stepped_up(browser).get(ACTIVATE)
    secret = page.context["form"].secret
    page = page_after(browser, browser.post(ACTIVATE, {"code": "000000"}))
    assert page.context["form"].errors["code"]
    assert not second_factor.has(officer)
    assert page.context["form"].secret == secret  # it is in the app already
    assert browser.post(ACTIVATE, {"code": code(secret)}).status_code == 302
    assert second_factor.has(officer)


def test_an_account_without_a_password_can_set_it_up(client_of):
    owner = User.objects.create(phone=PHONE)
    owner.set_unusable_password()
    owner.save()
    assert set_up(client_of(owner)).status_code == 302
    assert second_factor.has(owner)


@pytest.mark.django_db(transaction=True)
def test_setting_it_up_is_recorded_and_notified(browser, officer):
    enter(browser)
    set_up(browser)
    assert "second_factor.added" in verbs(officer)
    assert Notice.objects.filter(user=officer, title="两步验证已开启").count() == 1


def test_no_secret_is_stored_in_the_clear(browser, guarded):
    assert SECRET not in str(Authenticator.objects.values().get())


# ---- recovery and removal -------------------------------------------------------------------------------------------
def test_a_recovery_code_signs_in_once(browser, officer):
    enter(browser)
    set_up(browser)
    spare = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    outcomes = []
    for _ in range(2):
        other = Client()
        enter(other)
        outcomes.append(answer_with(other, spare).status_code)
    assert outcomes == [302, 200]


def test_the_security_administrator_removes_it(client_of, guarded, secadmin):
    browser = client_of(guarded)
    change = actions.ask_for_change(guarded, "remove_factor", actor=secadmin)
    actions.agree_to_change(change, actor=personas.make("sysadmin"))
    assert browser.get("/manage/")["Location"].startswith(ACTIVATE)
    assert verbs(guarded)[-1] == "second_factor.removed"


def test_the_user_can_remove_it_and_the_staff_site_closes(browser, officer):
    enter(browser)
    set_up(browser)
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert browser.get("/manage/")["Location"].startswith(ACTIVATE)
