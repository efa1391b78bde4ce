"""Actions on accounts and roles, and their permissions."""

import datetime as dt
import threading

import pytest
from django.core import management
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts import actions, login_throttle, passwords
from chengyang.platform.accounts import permissions as may
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Role, Subdistrict, User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas

from .conftest import PHONE

pytestmark = pytest.mark.django_db
Kind = Role.Kind
VISITOR = "visitor"


def somebody(name):
    return personas.visitor() if name == VISITOR else personas.make(name)


def verbs(**about):
    return list(Entry.objects.filter(**about).order_by("id").values_list("verb", flat=True))


# ---- permissions ----------------------------------------------------------------------------------------------------
ALLOWED = {
    may.can_create_officer: {"sysadmin"},
    may.can_disable_user: {"sysadmin"},
    may.can_reset_password: {"sysadmin"},
    may.can_grant_role: {"secadmin"},
    may.can_unlock_account: {"secadmin"},
    may.can_remove_second_factor: {"secadmin"},
    may.can_change_phone: set(),
}


@pytest.mark.parametrize("name", [*personas.NAMES, VISITOR])
@pytest.mark.parametrize("check", ALLOWED, ids=lambda check: check.__name__)
def test_permissions_on_another_account(reference, check, name):
    assert check(somebody(name), personas.user("target")) == (name in ALLOWED[check])


@pytest.mark.parametrize("name", [*personas.NAMES, VISITOR])
def test_permission_to_end_a_role(reference, name):
    role = Role.objects.create(user=personas.user("target"), kind=Kind.EDITOR)
    assert may.can_end_role(somebody(name), role) == (name == "secadmin")


@pytest.mark.parametrize("check", [check for check, who in ALLOWED.items() if who and check != may.can_create_officer])
def test_no_permission_on_ones_own_account(sysadmin, secadmin, check):
    assert not check(sysadmin, sysadmin)
    assert not check(secadmin, secadmin)


def test_only_the_owner_may_change_the_number(member, stranger):
    assert may.can_change_phone(member, member)
    assert not may.can_change_phone(stranger, member)


def test_an_account_without_address_gets_no_password(sysadmin):
    assert not may.can_reset_password(sysadmin, User.objects.create(phone=PHONE))


# ---- creating accounts ----------------------------------------------------------------------------------------------
def test_an_officers_account_starts_with_a_one_time_password(sysadmin):
    user = actions.create_officer(email=" New.Officer@Demo.invalid ", name="单 一", actor=None)
    stored = User.objects.get(pk=user.pk)
    assert stored.email == "new.officer@demo.invalid"
    assert stored.check_password(user.one_time_password)
    assert passwords.must_change(stored)


def test_an_officers_account_has_no_rights_yet(sysadmin):
    assert not actions.create_officer(email="a@demo.invalid", name="单一", actor=sysadmin).is_officer


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "SYSADMIN@demo.invalid"}, "email_taken"),
        ({"phone": PHONE}, "phone_taken"),
        ({"name": " "}, "name"),
    ],
)
def test_invalid_data_of_a_new_account_is_refused(sysadmin, wrong, code):
    User.objects.create(phone=PHONE)
    with pytest.raises(ActionError) as caught:
        actions.create_officer(**{"email": "a@demo.invalid", "name": "单一", **wrong}, actor=sysadmin)
    assert caught.value.code == code


def test_an_action_refuses_an_actor_without_permission(secadmin):
    with pytest.raises(NotAllowed):
        actions.create_officer(email="a@demo.invalid", name="单一", actor=secadmin)
    assert not User.objects.filter(email="a@demo.invalid").exists()


@pytest.mark.django_db(transaction=True)
def test_a_number_proved_twice_at_once_gets_one_account():
    start, made = threading.Barrier(6), []

    def enter():
        start.wait()
        made.append(actions.account_of(PHONE).pk)
        connection.close()

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [User.objects.get().pk] * 6


# ---- stopping, unlocking, resetting ---------------------------------------------------------------------------------
def test_disabling_an_account_ends_its_sessions_at_once(client_of, member, sysadmin):
    browser = client_of(member)
    actions.disable_user(member, actor=sysadmin)
    assert browser.get("/accounts/").status_code == 302
    assert verbs(user=member.public_id)[-1] == "user.disabled"


def test_disabling_twice_is_recorded_once(member, sysadmin):
    for _ in range(2):
        actions.disable_user(member, actor=sysadmin)
    assert verbs(user=member.public_id) == ["user.disabled"]


def test_an_account_is_enabled_again(member, sysadmin):
    actions.enable_user(actions.disable_user(member, actor=sysadmin), actor=sysadmin)
    assert User.objects.get(pk=member.pk).is_active


def test_the_security_administrator_ends_a_lock(district, secadmin):
    for _ in range(5):
        login_throttle.count_attempt(district.email, address=None)
    actions.unlock_account(district, actor=secadmin)
    assert not login_throttle.is_locked(district.email)
    assert verbs(user=district.public_id) == ["session.unlocked"]


def test_a_reset_password_works_once_and_has_to_be_changed(district, sysadmin):
    user = actions.reset_password(district, actor=None)
    stored = User.objects.get(pk=district.pk)
    assert stored.check_password(user.one_time_password)
    assert stored.must_change_password
    assert verbs(user=district.public_id) == ["password.reset"]


def test_a_password_of_ones_own_ends_the_one_time_state(district):
    district.must_change_password = True
    actions.set_password(district, "Xk7#vTq9!mWz", actor=district)
    assert not User.objects.get(pk=district.pk).must_change_password


def test_a_changed_password_ends_the_other_sessions(client_of, district):
    there = client_of(district)
    actions.set_password(district, "Xk7#vTq9!mWz", actor=district)
    assert there.get("/accounts/").status_code == 302


def test_a_changed_password_is_notified(district):
    actions.set_password(district, "Xk7#vTq9!mWz", actor=district)
    assert Notice.objects.get(user=district).title == "你的登录密码已修改"


# ---- numbers --------------------------------------------------------------------------------------------------------
def test_a_changed_number_is_notified_to_the_old_number():
    owner = User.objects.create(phone="+8615400008001")
    actions.change_phone(owner, PHONE, actor=owner)
    assert Notice.objects.get().address == "+8615400008001"
    assert "154****8000" in Notice.objects.get().body


def test_the_same_number_changes_nothing():
    owner = User.objects.create(phone=PHONE)
    actions.change_phone(owner, PHONE, actor=owner)
    assert verbs() == []


def test_nobody_changes_the_number_of_somebody_else(member, sysadmin):
    with pytest.raises(NotAllowed):
        actions.change_phone(member, PHONE, actor=sysadmin)


# ---- roles ----------------------------------------------------------------------------------------------------------
def grant(user, kind, actor, subdistrict=None, **days):
    """Ask for a role as `actor`, let another administrator agree, and return it."""
    change = actions.ask_for_change(user, "grant_role", role=kind, subdistrict=subdistrict, actor=actor, **days)
    actions.agree_to_change(change, actor=personas.make("auditor"))
    return Role.objects.filter(user=user, kind=kind).latest("pk")


def code_of(*args, **options):
    try:
        grant(*args, **options)
    except ActionError as error:
        return error.code
    return "granted"


def test_a_role_holds_from_today(stranger, secadmin):
    grant(stranger, Kind.DISTRICT, secadmin)
    assert access_scope(User.objects.get(pk=stranger.pk)).district
    assert verbs(user=stranger.public_id)[-1] == "role.granted"


ADMINISTRATORS = [Kind.SYSTEM, Kind.SECURITY, Kind.AUDIT]


@pytest.mark.parametrize("first", Kind)
@pytest.mark.parametrize("second", Kind)
def test_administrators_hold_no_other_role(reference, secadmin, first, second):
    areas = {Kind.SUBDISTRICT: reference}
    user = personas.user("target")
    Role.objects.create(user=user, kind=first, subdistrict=areas.get(first))
    excluded = first in ADMINISTRATORS or second in ADMINISTRATORS
    outcome = "held" if first == second and not excluded else "administrator" if excluded else "granted"
    assert code_of(user, second, secadmin, areas.get(second)) == outcome


def test_an_administrator_of_last_year_may_be_another_one_today(stranger, secadmin):
    today = clock.today()
    Role.objects.create(user=stranger, kind=Kind.AUDIT, starts=today - dt.timedelta(days=9), ends=today)
    assert code_of(stranger, Kind.SYSTEM, secadmin) == "granted"


@pytest.mark.parametrize(
    ("kind", "named", "code"),
    [
        (Kind.SUBDISTRICT, False, "subdistrict"),
        (Kind.DISTRICT, True, "subdistrict"),
        (Kind.SUBDISTRICT, True, "granted"),
    ],
)
def test_a_subdistrict_is_named_for_its_staff_only(reference, secadmin, kind, named, code):
    assert code_of(personas.user("target"), kind, secadmin, reference if named else None) == code


def test_a_role_of_two_subdistricts_is_two_roles(reference, secadmin):
    user, areas = personas.user("target"), Subdistrict.objects.all()
    for area in areas:
        grant(user, Kind.SUBDISTRICT, secadmin, area)
    assert access_scope(User.objects.get(pk=user.pk)).subdistricts == {area.pk for area in areas}


def test_a_role_cannot_end_before_it_starts(stranger, secadmin):
    assert code_of(stranger, Kind.EDITOR, secadmin, ends=clock.today() - dt.timedelta(days=1)) == "dates"


def test_an_unknown_role_is_refused(stranger, secadmin):
    assert code_of(stranger, "king", secadmin) == "invalid_choice"


def test_a_role_ends_at_once_also_on_its_first_day(stranger, secadmin):
    role = grant(stranger, Kind.DISTRICT, secadmin)
    actions.end_role(role, actor=secadmin)
    assert not access_scope(User.objects.get(pk=stranger.pk)).officer
    assert verbs(user=stranger.public_id)[-2:] == ["role.granted", "role.ended"]


def test_a_role_that_ended_is_not_ended_later(stranger, secadmin):
    role = actions.end_role(grant(stranger, Kind.DISTRICT, secadmin), actor=secadmin)
    actions.end_role(role, actor=secadmin, on=clock.today() + dt.timedelta(days=30))
    role.refresh_from_db()
    assert role.ends == clock.today()


def test_database_constraints_keep_administrators_apart(sysadmin):
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(user=sysadmin, kind=Kind.EDITOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(user=sysadmin, kind=Kind.AUDIT)


@pytest.mark.django_db(transaction=True)
def test_excluding_roles_granted_concurrently_are_not_both_stored(reference):
    user, actor = personas.user("target"), personas.make("secadmin")
    kinds, start, outcomes = [Kind.SYSTEM, Kind.AUDIT, Kind.DISTRICT, Kind.SECURITY], threading.Barrier(4), []

    def give(kind):
        start.wait()
        outcomes.append(code_of(user, kind, actor))
        connection.close()

    threads = [threading.Thread(target=give, args=[kind]) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["administrator"] * 3 + ["granted"]


# ---- the first officer ----------------------------------------------------------------------------------------------
def test_the_command_creates_the_first_officer(reference, capsys):
    management.call_command("createofficer", email="first@demo.invalid", name="首任")
    user = User.objects.get(email="first@demo.invalid")
    password = capsys.readouterr().out.split("one-time password: ")[1].split()[0]
    assert user.check_password(password)
    assert access_scope(user).district


def test_the_command_creates_staff_of_a_subdistrict(reference, capsys):
    options = {"role": "subdistrict_staff", "subdistrict": "夏庄"}
    management.call_command("createofficer", email="first@demo.invalid", name="首任", **options)
    assert access_scope(User.objects.get(email="first@demo.invalid")).subdistricts == {reference.pk}


@pytest.mark.parametrize(
    "options",
    [{"role": "subdistrict_staff"}, {"role": "subdistrict_staff", "subdistrict": "没有"}, {"email": "no address"}],
)
def test_the_command_reports_errors_and_stores_nothing(reference, options):
    with pytest.raises(CommandError):
        management.call_command("createofficer", **{"email": "first@demo.invalid", "name": "首任", **options})
    assert not User.objects.exists()
