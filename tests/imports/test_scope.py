"""Who may read which sheet in, and that no row of another office gets in."""

import pytest

from chengyang.extensions import import_kinds
from chengyang.platform.imports.permissions import can_import
from organizations.models import Organization
from services.models import Outcome
from tests import personas

from .conftest import rows_of, upload
from .test_kinds import OUTCOME_HEAD, refusals
from .workbooks import book

pytestmark = pytest.mark.django_db
STAFF = {"district", "district_2", "xiazhuang", "liuting"}
IMPORTERS = {
    "persons": STAFF,
    "memberships": STAFF | {"secretary"},
    "organization-posts": STAFF,
    "base-posts": STAFF,
    "team-posts": STAFF | {"leader"},
    "honours": {"district", "district_2"},
    "outcomes": STAFF | {"secretary", "base_manager", "leader"},
    "past-activities": STAFF | {"secretary", "base_manager", "leader"},
    "attendance": STAFF | {"secretary", "base_manager", "leader"},
}


def test_each_kind_of_sheet_is_for_those_who_may_write_its_rows(reference):
    accounts = {name: personas.make(name) for name in personas.NAMES}
    found = {kind.code: {name for name, user in accounts.items() if can_import(user, kind)} for kind in import_kinds()}
    assert found == IMPORTERS


def test_a_secretary_reads_in_the_roll_of_the_own_organization_only(people, secretary):
    """They find others than their members by name and number, as in the form."""
    Organization.objects.filter(slug="xiazhuang").update(name="夏庄联谊会")
    rows = [
        ["姓名", "手机号", "组织"],
        ["李雷", "15400007101", "夏庄联谊会"],
        ["李雷", "15400007101", "流亭联谊会"],
        ["周予安", None, "夏庄联谊会"],
    ]
    owner = upload("memberships", book(rows), actor=secretary)
    assert list(rows_of(owner, "new")) == [2]
    assert refusals(owner) == {
        3: ["没有“流亭联谊会”这个组织，或者不归你管。"],
        4: ["名册里没有这个人，或者不归你管。"],
    }


def test_outcomes_of_another_subdistrict_are_refused(people, liuting):
    row = ["助学捐款", "捐款", "2026-03-05", 5000, None, "夏庄联谊会", None]
    owner = upload("outcomes", book([OUTCOME_HEAD, row]), actor=liuting)
    assert (refusals(owner), Outcome.objects.count()) == ({2: ["没有“夏庄联谊会”，或者不归你管。"]}, 0)


@pytest.mark.parametrize("kind", ["persons", "memberships", "organization-posts", "outcomes"])
def test_the_key_of_a_row_of_another_subdistrict_finds_nothing(people, liuting, kind):
    """Somebody who knows the key of a row learns nothing and changes nothing by it."""
    from organizations.models import Post

    persons, organization = people
    keys = {
        "persons": persons[0].public_id,
        "memberships": organization.memberships.create(
            person=persons[0], state="active", joined_on="2026-03-05"
        ).public_id,
        "organization-posts": Post.objects.create(
            organization=organization, person=persons[0], kind="chair", starts="2026-03-05"
        ).pk,
        "outcomes": organization.outcomes.create(
            kind_id="money", title="助学", happened_on="2026-03-05", amount=5
        ).public_id,
    }
    columns = {"persons": "单位", "memberships": "入会日期", "organization-posts": "起", "outcomes": "日期"}
    value = "换了单位" if kind == "persons" else "2025-01-01"
    owner = upload(kind, book([["行编号", columns[kind]], [str(keys[kind]), value]]), actor=liuting)
    assert refusals(owner) == {2: ["没有这个行编号，或者不归你管。"]}
