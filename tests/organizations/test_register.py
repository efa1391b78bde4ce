"""Kinds, parents without a cycle, codes with a check digit, former names: what is compared with other organizations."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from chengyang.lib.chinese import credit_codes
from organizations import actions
from organizations.former_names import former_names
from organizations.models import Kind, Organization, WorkField
from tests import personas

from . import life
from .test_organizations import code_of, details

pytestmark = pytest.mark.django_db
CODE = "51000000DEM000007" + credit_codes.check_digit("51000000DEM000007")


def row(slug, **fields):
    return personas.organization(slug=slug, name=f"{slug}联谊会", **fields)


@pytest.fixture
def tree(reference):
    """甲 above 乙 above 丙."""
    first = row("jia")
    second = row("yi", parent=first)
    return first, second, row("bing", parent=second)


# ---- parents ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("child", "parent"), [(0, 0), (0, 1), (0, 2), (1, 2)])
def test_nothing_is_above_itself(tree, xiazhuang, child, parent):
    with pytest.raises(ActionError) as caught:
        actions.edit_organization(tree[child], {"parent": tree[parent]}, actor=xiazhuang)
    assert (caught.value.code, caught.value.field) == ("parent", "parent")


@pytest.mark.parametrize(("child", "parent"), [(0, 1), (0, 2), (1, 2)])
def test_the_database_keeps_out_cycles_whoever_writes(tree, child, parent):
    with pytest.raises(IntegrityError, match="would be above itself"), transaction.atomic():
        Organization.objects.filter(pk=tree[child].pk).update(parent=tree[parent])


def test_it_is_moved_elsewhere_in_the_tree(tree, xiazhuang):
    moved = actions.edit_organization(tree[2], {"parent": tree[0]}, actor=xiazhuang)
    assert moved.parent == tree[0]
    assert actions.edit_organization(moved, {"parent": None}, actor=xiazhuang).parent is None


def test_a_dissolved_one_gets_nothing_below_it(tree, xiazhuang):
    life.stop(tree[0], "dissolved", dt.date(2020, 1, 1))
    assert code_of(actions.create_organization, details(parent=tree[0]), actor=xiazhuang) == "parent"


def test_the_secretary_does_not_move_it(tree, secretary):
    organization = personas.organization()
    with pytest.raises(NotAllowed):
        actions.edit_organization(organization, {"parent": tree[0]}, actor=secretary)


# ---- codes -----------------------------------------------------------------------------------------------------------
def test_a_code_is_stored_as_the_standard_writes_it(organization, xiazhuang):
    typed = f" {CODE[:8].lower()} {CODE[8:]} "
    assert actions.edit_organization(organization, {"credit_code": credit_codes.normal(typed)}, actor=xiazhuang)
    assert Organization.objects.get(pk=organization.pk).credit_code == CODE


@pytest.mark.parametrize("code", [CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), CODE[:-1], "x"])
def test_a_code_with_another_check_digit_is_refused(organization, xiazhuang, code):
    with pytest.raises(ActionError) as caught:
        actions.edit_organization(organization, {"credit_code": code}, actor=xiazhuang)
    assert caught.value.field == "credit_code"


def test_one_code_belongs_to_one_organization(organization, xiazhuang):
    row("jia", credit_code=CODE)
    with pytest.raises(ActionError, match="别的组织已经是这个统一社会信用代码"):
        actions.edit_organization(organization, {"credit_code": CODE}, actor=xiazhuang)


def test_many_have_no_code(tree):
    assert Organization.objects.filter(credit_code="").count() == 3


def test_in_preparation_there_is_no_code(reference, xiazhuang):
    assert code_of(actions.create_organization, details(credit_code=CODE), actor=xiazhuang) == "code"


def test_a_kind_that_does_not_register_has_no_code(organization, xiazhuang, district):
    branch = Kind.objects.create(code="zhuanweihui", name="专委会", may_register=False)
    change = {"kind": branch, "credit_code": CODE}
    assert code_of(actions.edit_organization, organization, change, actor=xiazhuang) == "code"
    actions.edit_organization(organization, {"credit_code": CODE}, actor=xiazhuang)
    assert code_of(actions.edit_organization, organization, {"kind": branch}, actor=xiazhuang) == "code"


def test_the_form_takes_a_code_with_spaces(organization, xiazhuang, client_of):
    url = f"/manage/organizations/organization/{organization.pk}/change/"
    data = {"name": organization.name, "level": "subdistrict", "subdistrict": organization.subdistrict_id}
    client_of(xiazhuang).post(url, {**data, "credit_code": f"{CODE[:8]} {CODE[8:].lower()}"})
    assert Organization.objects.get(pk=organization.pk).credit_code == CODE


# ---- kinds and fields of work ----------------------------------------------------------------------------------------
def test_the_district_keeps_the_lists(district, xiazhuang):
    kind = actions.add_listed(Kind(code="shanghui", name="商会"), actor=district)
    assert actions.edit_listed(kind, {"name": "行业商会", "is_offered": False}, actor=district).name == "行业商会"
    assert not Kind.objects.offered().exists()
    with pytest.raises(NotAllowed):
        actions.add_listed(WorkField(code="falv", name="法律"), actor=xiazhuang)


def test_a_name_is_in_a_list_once(district):
    actions.add_listed(WorkField(code="falv", name="法律"), actor=district)
    assert code_of(actions.add_listed, WorkField(code="falv2", name="法律"), actor=district) == "invalid"


def test_a_kind_with_registered_organizations_goes_on_to_register(organization, district):
    kind = Kind.objects.create(code="shanghui", name="商会")
    Organization.objects.update(kind=kind, credit_code=CODE)
    assert code_of(actions.edit_listed, kind, {"may_register": False}, actor=district) == "code"


def test_fields_of_work_are_set_and_recorded(organization, secretary):
    field = WorkField.objects.create(code="falv", name="法律")
    actions.edit_organization(organization, {"work_fields": [field]}, actor=secretary)
    assert list(organization.work_fields.all()) == [field]


def test_a_kind_that_is_not_offered_stays_with_what_has_it(organization, xiazhuang, client_of):
    kind = Kind.objects.create(code="shanghui", name="商会", is_offered=False)
    Organization.objects.update(kind=kind)
    url = f"/manage/organizations/organization/{organization.pk}/change/"
    data = {"name": organization.name, "level": "subdistrict", "subdistrict": organization.subdistrict_id}
    answer = client_of(xiazhuang).post(url, {**data, "kind": kind.pk, "summary": "改过"})
    row = Organization.objects.get(pk=organization.pk)
    assert (answer.status_code, row.kind, row.summary) == (302, kind, "改过")


# ---- former names ----------------------------------------------------------------------------------------------------
def renamed(organization, name, actor, settings, days):
    settings.PORTAL_CLOCK = life.NOW + dt.timedelta(days=days)
    return actions.edit_organization(organization, {"name": name}, actor=actor)


@pytest.fixture
def moved_history(monkeypatch):
    """Date the stored former versions by the clock of the test: the trigger reads that of the database."""

    def move(organization, *days):
        for pk, day in zip(organization.history.order_by("pgh_id").values_list("pk", flat=True), days, strict=True):
            at = life.NOW + dt.timedelta(days=day)
            organization.history.filter(pk=pk).update(pgh_created_at=at)
        organization.refresh_from_db()

    return move


def test_former_names_are_kept_and_found(organization, xiazhuang, moved_history):
    first = organization.name
    actions.edit_organization(organization, {"name": "夏庄同心会"}, actor=xiazhuang)
    actions.edit_organization(organization, {"name": "夏庄联谊会"}, actor=xiazhuang)
    moved_history(organization, 0, 30)
    assert [(one.name, one.until) for one in former_names(organization)] == [
        ("夏庄同心会", life.TODAY + dt.timedelta(days=30)),
        (first, life.TODAY),
    ]
    for text in (first, "同心会", "夏庄联谊会"):
        assert list(Organization.objects.search(text)) == [organization]


def test_a_slip_put_right_on_the_same_day_is_no_former_name(organization, xiazhuang, moved_history):
    first = organization.name
    actions.edit_organization(organization, {"name": "夏庄同新会"}, actor=xiazhuang)
    actions.edit_organization(organization, {"name": "夏庄同心会"}, actor=xiazhuang)
    moved_history(organization, 0, 0)
    assert [one.name for one in former_names(organization)] == [first]


def test_it_is_found_by_its_code_and_by_part_of_it(organization, xiazhuang):
    Organization.objects.update(credit_code=CODE)
    assert list(Organization.objects.search(CODE.lower())) == [organization]
    assert list(Organization.objects.search(CODE[:8])) == [organization]
    assert not Organization.objects.search("51")
