"""Accounts and roles on the staff site: visibility and actions."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts import actions, login_throttle
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Role, StaffChange, User
from chengyang.platform.notices import gateways
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.staff_pages import decide

from .conftest import PHONE, messages

pytestmark = pytest.mark.django_db
USERS, ROLES = "/manage/accounts/user/", "/manage/accounts/role/"


@pytest.fixture
def target(reference):
    return personas.user("target", phone=PHONE)


def page_of(row):
    return reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])


def press(browser, row, verb):
    return browser.post(reverse(f"admin:accounts_{row._meta.model_name}_do", args=[row.pk, verb]))


def buttons(browser, row):
    return {button.verb for button in browser.get(page_of(row)).context["buttons"]}


@pytest.mark.parametrize("name", personas.NAMES)
def test_visibility_of_the_account_list(reference, client_of, name):
    browser = client_of(personas.make(name))
    statuses = (browser.get(USERS).status_code, browser.get(ROLES).status_code)
    expected = {"sysadmin": (200, 200), "secadmin": (200, 200), "auditor": (404, 200)}
    assert statuses == expected.get(name, (404, 404))


@pytest.mark.parametrize("query", [{}, {"q": "予安"}, {"q": "7001"}])
def test_administrators_do_not_see_accounts_of_citizens(client_of, sysadmin, query):
    User.objects.create(name="周予安", phone="+8615400007001")
    assert "周予安" not in client_of(sysadmin).get(USERS, query).content.decode()


def test_numbers_are_masked_in_the_list_and_on_the_page(client_of, sysadmin, target):
    browser = client_of(sysadmin)
    for page in (USERS, page_of(target)):
        text = browser.get(page).content.decode()
        assert "154****8000" in text
        assert "15400008000" not in text


@pytest.mark.parametrize("text", ["target", "TARGET@demo", "8000"])
def test_accounts_are_found_by_name_address_and_last_four(client_of, sysadmin, target, text):
    found = client_of(sysadmin).get(USERS, {"q": text}).context["cl"].result_list
    assert list(found) == [target]


@pytest.mark.parametrize(("kind", "names"), [("system", ["sysadmin"]), ("none", ["target"]), ("audit", [])])
def test_accounts_are_filtered_by_role(client_of, sysadmin, target, kind, names):
    found = client_of(sysadmin).get(USERS, {"kind": kind}).context["cl"].result_list
    assert [user.name for user in found] == names


def test_buttons_of_each_administrator(client_of, sysadmin, secadmin, target):
    assert buttons(client_of(sysadmin), target) == {"reset_password", "disable"}
    assert buttons(client_of(secadmin), target) == set()


def test_a_lock_shows_its_button_to_the_security_administrator(client_of, secadmin, target):
    for _ in range(5):
        login_throttle.count_attempt(target.email, address=None)
    browser = client_of(secadmin)
    assert buttons(browser, target) == {"unlock"}
    press(browser, target, "unlock")
    assert not login_throttle.is_locked(target.email)


@pytest.fixture
def at_commit(django_capture_on_commit_callbacks):
    """Run what waits for the commit, as after a request."""
    return django_capture_on_commit_callbacks(execute=True)


def test_the_password_of_a_new_account_goes_to_its_own_mail(client_of, sysadmin, at_commit):
    browser = client_of(sysadmin)
    with at_commit:
        answer = browser.post(f"{USERS}add/", {"email": "new@demo.invalid", "name": "单一", "phone": ""}, follow=True)
    user = User.objects.get(email="new@demo.invalid")
    password = re.search(r"一次性密码 ([\w-]+)，", gateways.last_mails(1)[0]["text"])[1]
    assert user.check_password(password)
    assert password not in answer.content.decode()


@pytest.mark.parametrize("field", ["email", "phone"])
def test_a_taken_address_or_number_is_reported_at_the_field(client_of, sysadmin, target, field):
    typed = {"email": "new@demo.invalid", "name": "单一", "phone": "", field: getattr(target, field)}
    answer = client_of(sysadmin).post(f"{USERS}add/", typed)
    assert answer.status_code in (400, 409)
    assert list(answer.context["form"].errors) == [field]


def test_the_security_administrator_cannot_create_accounts(client_of, secadmin):
    assert client_of(secadmin).get(f"{USERS}add/").status_code == 403


def test_a_reset_takes_effect_when_a_second_administrator_agrees(client_of, sysadmin, secadmin, target, at_commit):
    before = target.password
    press(client_of(sysadmin), target, "reset_password")
    assert User.objects.get(pk=target.pk).password == before
    change = StaffChange.objects.get()
    with at_commit:
        decide(client_of(secadmin), change.get_absolute_url(), {"choice": "agree"})
    assert messages()[-1]["to"] == PHONE
    password = messages()[-1]["variables"]["password"]
    assert User.objects.get(pk=target.pk).check_password(password)


def test_disabling_and_enabling(client_of, sysadmin, target):
    browser = client_of(sysadmin)
    press(browser, target, "disable")
    assert not User.objects.get(pk=target.pk).is_active
    press(browser, target, "enable")
    assert User.objects.get(pk=target.pk).is_active


def test_an_action_without_permission_is_refused(client_of, secadmin, target):
    assert press(client_of(secadmin), target, "disable").status_code == 403
    assert User.objects.get(pk=target.pk).is_active


EDITOR = {"kind": "editor", "subdistrict": "", "starts": "2026-01-01", "ends": ""}


def test_a_role_is_granted_when_a_second_administrator_agrees(client_of, secadmin, sysadmin, target):
    client_of(secadmin).post(f"{ROLES}add/", {"user": target.pk, **EDITOR})
    assert not access_scope(target).editor
    decide(client_of(sysadmin), StaffChange.objects.get().get_absolute_url(), {"choice": "agree"})
    assert access_scope(User.objects.get(pk=target.pk)).editor


def test_who_asked_and_who_it_is_about_do_not_agree(client_of, secadmin, sysadmin, auditor):
    change = actions.ask_for_change(sysadmin, "remove_factor", actor=secadmin)
    for user in (secadmin, sysadmin):
        assert change.get_absolute_url() not in client_of(user).get("/manage/").content.decode()
        assert decide(client_of(user), change.get_absolute_url(), {"choice": "agree"}).status_code == 403
        with pytest.raises(NotAllowed):
            actions.agree_to_change(change, actor=user)
    assert change.get_absolute_url() in client_of(auditor).get("/manage/").content.decode()


def test_the_database_refuses_one_person_for_both(secadmin, target):
    change = actions.ask_for_change(target, "remove_factor", actor=secadmin)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffChange.objects.filter(pk=change.pk).update(state="done", decided_by=secadmin, decided_at=clock.now())


@pytest.mark.parametrize("action", ["reset_password", "remove_second_factor"])
def test_no_administrator_does_it_without_a_second_person(secadmin, sysadmin, target, action):
    for actor in (secadmin, sysadmin):
        with pytest.raises(NotAllowed):
            getattr(actions, action)(target, actor=actor)
        with pytest.raises(NotAllowed):
            actions.grant_role(target, "editor", actor=actor)


def test_a_change_that_was_agreed_to_serves_for_nothing_else(secadmin, sysadmin, target, stranger):
    change = actions.agree_to_change(actions.ask_for_change(target, "remove_factor", actor=secadmin), actor=sysadmin)
    with pytest.raises(NotAllowed):
        actions.remove_second_factor(stranger, actor=sysadmin, agreed=change)
    with pytest.raises(NotAllowed):
        actions.reset_password(target, actor=sysadmin, agreed=change)


def test_a_change_is_asked_for_and_decided_once(secadmin, sysadmin, auditor, target):
    change = actions.ask_for_change(target, "remove_factor", actor=secadmin)
    with pytest.raises(ActionError, match="已经有人提出"):
        actions.ask_for_change(target, "remove_factor", actor=secadmin)
    actions.refuse_change(change, actor=sysadmin, reason="没有核实本人。")
    with pytest.raises(ActionError, match="已经有人决定"):
        actions.agree_to_change(change, actor=auditor)
    assert "没有核实本人" in Notice.objects.get(user=secadmin).body


def test_administrators_see_changes_and_nobody_else(reference, client_of, secadmin, target):
    change = actions.ask_for_change(target, "remove_factor", actor=secadmin)
    statuses = {
        name: client_of(personas.make(name)).get(change.get_absolute_url()).status_code for name in personas.NAMES
    }
    assert {name for name, status in statuses.items() if status == 200} == {"sysadmin", "secadmin", "auditor"}


def test_the_security_administrator_hears_of_every_change(secadmin, sysadmin, target):
    actions.agree_to_change(actions.ask_for_change(target, "reset_password", actor=sysadmin), actor=secadmin)
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_change").exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "king"},
        {"kind": "subdistrict_staff"},
        {"starts": "2026-11-23", "ends": "2026-11-22"},
        {"starts": "9999-99-99"},
        {"user": "0"},
        {"kind": ""},
    ],
)
def test_an_invalid_role_is_refused_with_a_message(client_of, secadmin, target, typed):
    right = {"user": target.pk, "kind": "editor", "subdistrict": "", "starts": "2026-01-01", "ends": ""}
    answer = client_of(secadmin).post(f"{ROLES}add/", {**right, **typed})
    assert answer.status_code in (400, 409)
    assert not Role.objects.filter(user=target).exists()


def test_nobody_grants_a_role_to_themselves(client_of, secadmin):
    typed = {"user": secadmin.pk, "kind": "editor", "subdistrict": "", "starts": "2026-01-01", "ends": ""}
    client_of(secadmin).post(f"{ROLES}add/", typed)
    assert Role.objects.filter(user=secadmin).count() == 1


@pytest.mark.parametrize(("name", "status"), [("sysadmin", 403), ("auditor", 403)])
def test_permission_to_grant_roles(client_of, reference, name, status):
    assert client_of(personas.make(name)).get(f"{ROLES}add/").status_code == status


def test_a_role_is_ended_on_the_staff_site(client_of, secadmin, target):
    role = Role.objects.create(user=target, kind=Role.Kind.EDITOR)
    browser = client_of(secadmin)
    assert buttons(browser, role) == {"end"}
    press(browser, role, "end")
    assert not access_scope(target).editor
