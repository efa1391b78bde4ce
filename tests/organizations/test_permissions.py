"""Permissions in an organization for every persona, and the transitions of its states."""

import itertools

import pytest

from chengyang.platform.accounts.permissions import is_responsible
from organizations import permissions
from organizations.models import Membership, Organization
from organizations.states import (
    MEMBERSHIP_TRANSITIONS,
    ORGANIZATION_TRANSITIONS,
    MembershipState,
    OrganizationState,
)
from tests import personas

pytestmark = pytest.mark.django_db
EVERYBODY = (*personas.NAMES, "visitor", "newcomer")
STAFF = {"district", "district_2", "xiazhuang"}


def who_may(check, obj):
    return {
        name for name in EVERYBODY if check(personas.visitor() if name == "visitor" else personas.user_of(name), obj)
    }


@pytest.fixture(autouse=True)
def users(newcomer, monkeypatch):
    """Create all personas once, the newcomer among them."""
    made = {name: personas.make(name) for name in personas.NAMES} | {"newcomer": newcomer}
    monkeypatch.setattr(personas, "user_of", made.__getitem__, raising=False)
    return made


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (permissions.can_manage_organization, {*STAFF, "secretary"}),
        (permissions.can_prepare_step, {*STAFF, "secretary"}),
        (permissions.can_keep_charter, {*STAFF, "secretary"}),
        (permissions.can_keep_lists, {"district", "district_2"}),
        (permissions.can_appoint, STAFF),
    ],
)
def test_on_an_organization(organization, check, allowed):
    assert who_may(check, organization) == allowed


@pytest.mark.parametrize(
    "check", [permissions.can_manage_organization, permissions.can_prepare_step, permissions.can_appoint]
)
def test_an_organization_of_the_district_is_the_districts(users, check):
    assert who_may(check, Organization(pk=0, level="district")) == {"district", "district_2"}


@pytest.mark.parametrize(
    ("kind", "agree", "withdraw"),
    [
        ("found", {"district", "district_2"}, STAFF),
        ("suspend", {"district", "district_2"}, STAFF),
        ("resume", {"district", "district_2"}, STAFF),
        ("dissolve", {"district", "district_2"}, {"district", "district_2"}),
    ],
)
def test_on_a_step_in_the_life_of_an_organization(organization, users, kind, agree, withdraw):
    step = organization.life_steps.create(kind=kind, prepared_by=users["secretary"], submitted_by=users["xiazhuang"])
    assert (who_may(permissions.can_agree_to_step, step), who_may(permissions.can_withdraw_step, step)) == (
        agree,
        withdraw,
    )


def test_nobody_agrees_who_holds_a_post_in_the_organization(organization, users):
    step = organization.life_steps.create(kind="suspend")
    personas.person("甲", account=users["district"], phone="+8615400008009")
    organization.posts.create(person=users["district"].person, kind="director", starts=personas.STARTED)
    assert who_may(permissions.can_agree_to_step, step) == {"district_2", "xiazhuang"}


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (permissions.can_decide_membership, {*STAFF, "secretary"}),
        (permissions.can_end_membership, {"newcomer"}),
    ],
)
def test_on_a_membership(organization, newcomer, check, allowed):
    assert who_may(check, Membership(organization=organization, person=newcomer.person)) == allowed


def test_secretary_may_not_decide_on_own_application(organization, users):
    own = Membership(organization=organization, person=users["secretary"].person)
    assert who_may(permissions.can_decide_membership, own) == STAFF


def test_one_applies_for_oneself(newcomer):
    assert who_may(permissions.can_apply_for_membership, newcomer.person) == {"newcomer"}


def test_staff_create_where_they_are_responsible(organization):
    assert who_may(is_responsible, organization.subdistrict_id) == STAFF
    assert who_may(is_responsible, None) == {"district", "district_2"}


# ---- states ----------------------------------------------------------------------------------------------------------
ALLOWED = {
    OrganizationState: {
        *(("preparing", "founded"), ("preparing", "dissolved"), ("founded", "suspended"), ("founded", "dissolved")),
        *(("suspended", "founded"), ("suspended", "dissolved")),
    },
    MembershipState: {
        *(("applied", "active"), ("applied", "declined"), ("applied", "withdrawn"), ("active", "left")),
        *(("active", "applied"), ("declined", "applied")),  # the decision is undone
    },
}
TABLES = {OrganizationState: ORGANIZATION_TRANSITIONS, MembershipState: MEMBERSHIP_TRANSITIONS}


@pytest.mark.parametrize(
    ("states", "old", "new"), [(s, o, n) for s in TABLES for o, n in itertools.product(s.values, repeat=2)]
)
def test_a_step_is_allowed_or_not(states, old, new):
    assert (new in TABLES[states][old]) == ((old, new) in ALLOWED[states])
