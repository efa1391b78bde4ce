"""Permissions in the registry for every persona (domain.md rules 1, 2, 12)."""

import pytest

from members import permissions
from members.models import Person, Representative
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
EVERYBODY = (*personas.NAMES, "visitor", "self")


def actor(name, own):
    return personas.visitor() if name == "visitor" else own if name == "self" else personas.make(name)


def who_may(check, obj, own):
    return {name for name in EVERYBODY if check(actor(name, own), obj)}


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (permissions.can_write_application, {"self"}),
        (permissions.can_review_first, {"district", "district_2", "xiazhuang"}),
        (permissions.can_review_second, {"district", "district_2"}),
        (permissions.can_turn_down, {"district", "district_2", "xiazhuang"}),
        (permissions.can_read_number, {"district", "district_2", "xiazhuang"}),
    ],
)
def test_on_a_submitted_application(applicant, check, allowed):
    row = factories.in_state(applicant, "submitted")
    assert who_may(check, row, applicant) == allowed


def test_the_first_reviewer_may_not_do_the_second(applicant, district):
    row = factories.in_state(applicant, "first_reviewed", first=district)
    assert who_may(permissions.can_review_second, row, applicant) == {"district_2"}
    assert who_may(permissions.can_turn_down, row, applicant) == {"district_2"}


@pytest.mark.parametrize("check", [permissions.can_review_first, permissions.can_review_second])
def test_nobody_reviews_themself(rules, district, check):
    row = factories.in_state(district, "submitted")
    assert who_may(check, row, district) == {"district_2"} | (
        {"xiazhuang"} if check is permissions.can_review_first else set()
    )


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (permissions.can_edit_own_details, {"member", "self"}),
        (permissions.can_correct_person, {"district", "district_2", "xiazhuang"}),
        (permissions.can_leave, {"member", "self"}),
        (permissions.can_read_number, {"district", "district_2", "xiazhuang", "secretary"}),
        (permissions.can_nominate, {"district", "district_2", "xiazhuang"}),
        (permissions.can_choose_person, {"district", "district_2", "xiazhuang", "liuting"}),
    ],
)
def test_on_a_person(member, check, allowed):
    assert who_may(check, member.person, member) == allowed


def test_staff_may_remove_person_without_account(reference):
    person = personas.person("单雄信")
    assert who_may(permissions.can_leave, person, personas.user("stranger")) == {"district", "district_2", "xiazhuang"}


def test_record_is_confirmed_by_account_with_its_number(rules):
    own = factories.applicant()
    person = personas.person(phone=factories.PHONE, state="unconfirmed", confirm_by=factories.clock.today())
    assert who_may(permissions.can_confirm_person, person, own) == {"self"}


def test_a_record_is_entered_by_staff_of_the_subdistrict(reference):
    area = factories.area().pk
    found = {name for name in EVERYBODY if permissions.can_enter_person(actor(name, personas.user("stranger")), area)}
    assert found == {"district", "district_2", "xiazhuang"}


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (permissions.can_first_review_representative, {"district", "district_2", "xiazhuang"}),
        (permissions.can_name_representative, {"district_2"}),
        (permissions.can_decline_representative, {"district_2"}),
    ],
)
def test_on_a_representative_after_the_first_review(member, district, check, allowed):
    row = Representative(person=member.person, state="first_reviewed", first_reviewer=district)
    assert who_may(check, row, member) == allowed


def test_an_officer_is_not_nominated_or_named_by_themself(district, district_2):
    person = personas.person("于海宁", account=district)
    row = Representative(person=person, state="nominated")
    assert "district" not in who_may(permissions.can_nominate, person, district)
    assert "district" not in who_may(permissions.can_name_representative, row, district)


def test_a_locked_account_may_do_nothing(member):
    member.is_active = False
    assert not permissions.can_leave(member, Person.objects.get(user=member))
