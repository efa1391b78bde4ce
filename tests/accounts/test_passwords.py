"""The password rule and password expiry (requirements S01, S02)."""

import datetime as dt

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from chengyang import clock
from chengyang import settings as configured
from chengyang.platform.accounts import actions, passwords
from chengyang.platform.accounts.models import FormerPassword, User

GOOD = "Xk7#vTq9!mWz"


def codes(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


@pytest.mark.parametrize("password", [GOOD, "渔火 Jiang7feng", "hH7-kkQ2-9zzP-aLw3", "r8T!Correct horse", "Gu#4tmPz1x"])
def test_a_good_password_is_accepted(password):
    assert codes(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Xk7#vTq9!", "too_short"),
        ("xkvtqmwzpr7", "too_plain"),
        ("XKVTQMWZPRAB", "too_plain"),
        ("xkvtqmwzpr##", "too_plain"),
        ("Qwer1234", "too_short"),
        ("Qwer1234!@", "guessable"),
        ("Abc@2026", "too_short"),
        ("Abc@2026!!", "guessable"),
        ("Zhangwei@1990", "guessable"),
        ("Chengyang2026", "guessable"),
        ("QingdaoChengyang@2026", "guessable"),
        ("P@ssw0rd2026", "guessable"),
        ("Admin@12345", "guessable"),
        ("1qaz@WSX3edc", "guessable"),
        ("Aaaa1111!!!!", "guessable"),
        ("Woaini@2026!", "guessable"),
        ("20261123Wang!", "guessable"),
    ],
)
def test_a_guessable_password_is_refused(password, code):
    assert code in codes(password)


@pytest.mark.parametrize(
    ("password", "personal"),
    [("Xk7#15400008000", True), ("Xk7#Wang.Li!9q", True), ("Xk7#王立vTq9!mW", True), ("Xk7#vTq9!mWz", False)],
)
def test_ones_own_number_address_and_name_are_refused(password, personal):
    user = User(name="王立", email="wang.li@demo.invalid", phone="+8615400008000")
    assert ("personal" in codes(password, user)) == personal


def test_all_errors_are_reported_at_once():
    assert codes("xkvtq", None) == {"too_short", "too_plain"}


# ---- former passwords -----------------------------------------------------------------------------------------------
def nth(number):
    return f"{GOOD}-{number}"


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "refused"), [(0, True), (4, True), (5, False)])
def test_the_last_five_passwords_are_refused(stranger, ago, refused):
    for number in range(6):
        actions.set_password(stranger, nth(number), actor=stranger)
    assert ("used_before" in codes(nth(5 - ago), stranger)) == refused


@pytest.mark.django_db
def test_no_more_than_five_hashes_are_stored(stranger):
    for number in range(7):
        actions.set_password(stranger, nth(number), actor=stranger)
    assert FormerPassword.objects.filter(user=stranger).count() == 5


@pytest.mark.django_db
def test_the_passwords_of_others_do_not_matter(stranger, member):
    actions.set_password(member, GOOD, actor=member)
    assert codes(GOOD, stranger) == set()


# ---- expiry ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(("days", "must"), [(89, False), (91, True)])
def test_an_officer_changes_it_every_ninety_days(district, days, must):
    district.set_password(GOOD)
    district.password_set_at = clock.now() - dt.timedelta(days=days)
    assert passwords.must_change(district) == must


@pytest.mark.django_db
def test_passwords_of_other_users_do_not_expire(member):
    member.set_password(GOOD)
    member.password_set_at -= dt.timedelta(days=400)
    assert not passwords.must_change(member)


@pytest.mark.django_db
def test_an_officer_without_a_password_has_none_to_change(secretary):
    secretary.set_unusable_password()
    assert not passwords.must_change(secretary)


@pytest.mark.django_db
def test_a_one_time_password_must_be_changed_by_anybody(member):
    member.must_change_password = True
    assert passwords.must_change(member)


# ---- one-time passwords and hashing ---------------------------------------------------------------------------------
def test_one_time_passwords_meet_the_rule_and_differ():
    made = {passwords.one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert not any(codes(password) for password in made)


def test_a_password_is_hashed_with_argon2(settings):
    settings.PASSWORD_HASHERS = configured.PASSWORD_HASHERS
    user = User()
    user.set_password(GOOD)
    assert user.password.startswith("argon2$argon2id$")
