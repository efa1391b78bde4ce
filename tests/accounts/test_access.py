"""AccessScope: what roles and posts of today amount to."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.accounts.access import NOBODY, AccessScope, access_scope, clear_access_scope
from chengyang.platform.accounts.models import Role
from organizations.models import Post
from tests import personas


def test_reach_of_a_visitor_is_nothing(visitor):
    assert access_scope(visitor) == NOBODY


def test_district_staff_reach_the_district(district):
    assert access_scope(district).district
    assert access_scope(district).covers(None)


def test_subdistrict_staff_reach_their_subdistrict_only(xiazhuang, liuting):
    area = personas.reference()
    assert access_scope(xiazhuang).covers(area.pk)
    assert not access_scope(liuting).covers(area.pk)


@pytest.mark.parametrize(
    ("name", "subject"), [("secretary", "organization"), ("base_manager", "base"), ("leader", "team")]
)
def test_a_post_of_today_is_in_the_scope(reference, name, subject):
    assert len(access_scope(personas.make(name)).managed(subject)) == 1


@pytest.mark.parametrize("shift", [-1, 0])
def test_a_post_that_ended_by_today_is_not(secretary, shift):
    Post.objects.update(ends=clock.today() + dt.timedelta(days=shift))
    assert not access_scope(secretary).managed("organization")


def test_an_administrator_reaches_no_member_data_whatever_else_they_hold(secretary):
    Role.objects.create(user=secretary, kind=Role.Kind.SYSTEM)
    assert access_scope(secretary) == AccessScope(user_id=secretary.pk, administrator="system")


def test_a_locked_account_reaches_nothing(district):
    district.is_active = False
    clear_access_scope(district)
    assert access_scope(district) == NOBODY


@pytest.mark.parametrize("name", personas.NAMES)
def test_officers_are_those_with_a_role_or_post(reference, name):
    assert personas.make(name).is_officer == (name not in ("member", "stranger"))
