"""The access scope that follows from the roles and posts of today."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.accounts.access import NOBODY, AccessScope, access_scope, clear_access_scope
from chengyang.platform.accounts.models import Role
from organizations.models import Post
from tests import personas


def test_scope_of_a_visitor_is_empty(visitor):
    assert access_scope(visitor) == NOBODY


def test_scope_of_district_staff_covers_the_district(district):
    assert access_scope(district).district
    assert access_scope(district).covers(None)


def test_scope_of_subdistrict_staff_covers_their_subdistrict_only(xiazhuang, liuting):
    area = personas.reference()
    assert access_scope(xiazhuang).covers(area.pk)
    assert not access_scope(liuting).covers(area.pk)


@pytest.mark.parametrize(
    ("name", "subject"), [("secretary", "organization"), ("base_manager", "base"), ("leader", "team")]
)
def test_a_post_of_today_is_in_the_scope(reference, name, subject):
    assert len(access_scope(personas.make(name)).managed(subject)) == 1


@pytest.mark.parametrize("shift", [-1, 0])
def test_a_post_that_ended_by_today_is_not_in_the_scope(secretary, shift):
    Post.objects.update(ends=clock.today() + dt.timedelta(days=shift))
    assert not access_scope(secretary).managed("organization")


def test_scope_of_an_administrator_ignores_other_roles_and_posts(secretary):
    Role.objects.create(user=secretary, kind=Role.Kind.SYSTEM)
    assert access_scope(secretary) == AccessScope(user_id=secretary.pk, administrator="system")


def test_scope_of_a_disabled_account_is_empty(district):
    district.is_active = False
    clear_access_scope(district)
    assert access_scope(district) == NOBODY


@pytest.mark.parametrize("name", personas.NAMES)
def test_officers_are_those_with_a_role_or_post(reference, name):
    assert personas.make(name).is_officer == (name not in ("member", "stranger"))
