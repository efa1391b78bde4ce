"""Organizations and their posts: creating, editing, appointing, counting."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import Period
from chengyang.platform.accounts import organizing
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.notices.models import Notice
from organizations import actions
from organizations.models import Membership, Organization
from tests import personas

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def code_of(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


# ---- creating and editing --------------------------------------------------------------------------------------------
def details(**changes):
    area = Subdistrict.objects.get(name="夏庄街道")
    return {"name": "夏庄街道新媒体联谊会", "level": "subdistrict", "subdistrict": area, **changes}


def test_slug_is_in_pinyin(reference, xiazhuang):
    assert actions.create_organization(details(), actor=xiazhuang).slug == "xia-zhuang-xin-mei-ti"


def test_used_slug_gets_a_number(reference, xiazhuang):
    personas.organization(slug="xia-zhuang-xin-mei-ti", name="别的")
    assert actions.create_organization(details(), actor=xiazhuang).slug == "xia-zhuang-xin-mei-ti-2"


@pytest.mark.parametrize(
    ("change", "field"), [({"name": "夏庄街道新的社会阶层代表人士联谊会"}, "name"), ({"level": "district"}, None)]
)
def test_invalid_organization_is_refused_with_field(organization, district, change, field):
    with pytest.raises(ActionError) as caught:
        actions.create_organization(details(**change), actor=district)
    assert caught.value.field == field


def test_creating_elsewhere_is_forbidden(reference, liuting):
    with pytest.raises(NotAllowed):
        actions.create_organization(details(), actor=liuting)


def test_secretary_edits_the_summary_but_not_publication(organization, secretary):
    assert actions.edit_organization(organization, {"summary": "每月一聚"}, actor=secretary).summary == "每月一聚"
    with pytest.raises(NotAllowed):
        organizing.hide(organization, actor=secretary)


def test_other_fields_are_refused(organization, district):
    with pytest.raises(TypeError, match="slug, state cannot be edited"):
        actions.edit_organization(organization, {"state": "dissolved", "slug": "x"}, actor=district)
    organization.refresh_from_db()
    assert (organization.state, organization.slug) == ("founded", "xiazhuang")


# ---- posts -----------------------------------------------------------------------------------------------------------
def appointed(organization, user, officer, kind="secretary", starts=None, ends=None):
    starts = starts or clock.today()
    return actions.appoint(organization, person=user.person, kind=kind, starts=starts, ends=ends, actor=officer)


def test_new_secretary_manages_the_organization_from_that_day(organization, newcomer, xiazhuang):
    appointed(organization, newcomer, xiazhuang)
    assert access_scope(personas.user("newcomer")).managed("organization") == {organization.pk}


def test_the_predecessors_row_gets_its_end_and_stays(organization, secretary, newcomer, xiazhuang):
    former = organization.posts.get()
    appointed(organization, newcomer, xiazhuang)
    former.refresh_from_db()
    assert (former.person, former.ends) == (secretary.person, clock.today())


def test_two_secretaries_are_never_in_post_on_one_day(organization, secretary, newcomer, xiazhuang):
    appointed(organization, newcomer, xiazhuang, starts=clock.today() + 5 * DAY)
    for shift in (0, 4, 5, 9):
        assert organization.posts.filter(kind="secretary").on(clock.today() + shift * DAY).count() == 1


def test_a_later_secretary_is_not_overwritten(organization, secretary, newcomer, xiazhuang):
    appointed(organization, newcomer, xiazhuang, starts=clock.today() + 5 * DAY)
    assert code_of(appointed, organization, secretary, xiazhuang) == "held"


def test_organization_has_several_directors(organization, newcomer, member, xiazhuang):
    for user in (newcomer, member):
        appointed(organization, user, xiazhuang, kind="director")
    assert organization.posts.on(clock.today()).count() == 2


def test_person_is_not_appointed_twice_to_one_post(organization, newcomer, xiazhuang):
    appointed(organization, newcomer, xiazhuang, kind="chair")
    assert code_of(appointed, organization, newcomer, xiazhuang, kind="chair") == "held"


def test_dates_in_the_wrong_order(organization, newcomer, xiazhuang):
    assert code_of(appointed, organization, newcomer, xiazhuang, ends=clock.today()) == "dates"


def test_unregistered_person_is_not_appointed(organization, newcomer, xiazhuang):
    newcomer.person.state = "left"
    assert code_of(appointed, organization, newcomer, xiazhuang) == "not_registered"


def test_a_name_is_public_only_with_consent(organization, newcomer, xiazhuang):
    assert not appointed(organization, newcomer, xiazhuang, kind="chair").is_public


def test_ended_post_notifies_its_holder(organization, secretary, xiazhuang):
    post = actions.end_post(organization.posts.get(), actor=xiazhuang, reason="换届")
    assert post.ends == clock.today()
    assert Notice.objects.get(user=secretary).kind == "accounts/post_ended"


def test_a_post_does_not_end_before_it_began(organization, secretary, xiazhuang):
    post, before = organization.posts.get(), personas.STARTED - DAY
    assert code_of(actions.end_post, post, actor=xiazhuang, on=before, reason="换届") == "dates"


def test_an_end_is_not_put_off(organization, secretary, xiazhuang):
    post = actions.end_post(organization.posts.get(), actor=xiazhuang, reason="换届")
    assert code_of(actions.end_post, post, actor=xiazhuang, on=clock.today() + DAY, reason="换届") == "dates"


def test_database_requires_end_not_before_start(organization, secretary):
    with pytest.raises(IntegrityError), transaction.atomic():
        organization.posts.update(ends=personas.STARTED - DAY)


# ---- visibility and metrics ------------------------------------------------------------------------------------------
SEEN = {
    "district": {"shown", "hidden", "elsewhere"},
    "xiazhuang": {"shown", "hidden"},
    "liuting": {"shown", "elsewhere"},
    "secretary": {"shown", "hidden"},
    "leader": {"shown"},
    "editor": {"shown"},
    "stranger": {"shown"},
    "visitor": {"shown"},
}


@pytest.mark.parametrize("name", SEEN)
def test_visible_organizations(reference, name):
    area = Subdistrict.objects.get(name="流亭街道")
    rows = {
        "shown": personas.organization(slug="shown", name="公开的", level="district", subdistrict=None),
        "elsewhere": personas.organization(slug="elsewhere", name="别处的", is_published=False, subdistrict=area),
    }
    user = personas.visitor() if name == "visitor" else personas.make(name)
    Organization.objects.filter(slug="xiazhuang").update(is_published=False)
    rows["hidden"] = personas.organization(is_published=False)
    visible = Organization.objects.visible_to(user)
    assert {key for key, row in rows.items() if visible.filter(pk=row.pk).exists()} == SEEN[name]


@pytest.mark.parametrize(("year", "count"), [(2016, 0), (2017, 1), (2019, 2), (2022, 2), (2023, 1)])
def test_organizations_are_counted_at_the_end_of_a_year(reference, year, count):
    personas.organization(slug="a", name="甲", founded_on=dt.date(2017, 11, 16))
    personas.organization(
        slug="b", name="乙", founded_on=dt.date(2019, 1, 1), state="dissolved", dissolved_on=dt.date(2023, 6, 1)
    )
    personas.organization(slug="c", name="丙", state="preparing", founded_on=None)
    metric = extensions.metric("organizations")
    assert metric.of(None, Period(ends=dt.date(year + 1, 1, 1))) == count


def test_founding_is_counted_in_its_year(organization):
    metric = extensions.metric("organizations_founded")
    assert metric.of(None, Period(dt.date(2019, 1, 1), dt.date(2020, 1, 1))) == 1
    assert metric.of(None, Period(dt.date(2020, 1, 1), dt.date(2021, 1, 1))) == 0


def test_memberships_are_counted_on_a_day(member, organization):
    metric = extensions.metric("memberships")
    assert metric.of(organization) == 1
    assert metric.of(organization, Period(ends=clock.today() - 30 * DAY)) == 0


# ---- numbers of members ---------------------------------------------------------------------------------------------
def test_members_are_counted_by_organization_without_those_who_are_not_in_the_registry(reference):
    first, second = personas.organization(), personas.organization(slug="other", name="另一个联谊会")
    membership = {"state": "active", "joined_on": clock.today()}
    people = [personas.person(f"周予{n}") for n in range(4)]
    people.append(personas.person("周去", state="left", left_on=clock.today()))
    for person in people:
        Membership.objects.create(organization=first, person=person, **membership)
    Membership.objects.create(organization=second, person=people[0], **membership)
    Membership.objects.create(organization=second, person=people[1])
    assert Membership.objects.all().by_organization() == {first.pk: 4, second.pk: 1}
    assert second.memberships.all().by_organization() == {second.pk: 1}
