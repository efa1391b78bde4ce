"""The page of the members and its roll: opt-in, gone at once, by name, never a number, and its readers are recorded."""

import datetime as dt
import re

import pytest

from chengyang.platform.audit.models import Reading
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from members import actions as members
from organizations import actions
from organizations.models import Membership, Organization
from organizations.roll import PER_PAGE, roll_of
from tests import personas

from . import life

pytestmark = pytest.mark.django_db
URL = "/me/organizations/xiazhuang/"


@pytest.fixture(autouse=True)
def rules(reference, settings):
    settings.SITE = {**settings.SITE, "contact": "0532-00000000"}
    for order, code in enumerate(("registration", "publication", "roll")):
        Purpose.objects.create(code=code, name=code, order=order)
    PolicyVersion.objects.create(version=1, text="规则")


def join(number, name, *, consent=True, organization=None):
    """Return a new member; with `consent` they agreed to be on the roll."""
    account = personas.user(f"m{number}")
    person = personas.person(name, account=account, phone=f"+86154000{70000 + number}")
    organization = organization or personas.organization()
    organization.memberships.create(person=person, state="active", joined_on=dt.date(2026, 1, 1))
    if consent:
        privacy.give(account, "roll", actor=account)
    return person


def names(organization, text=""):
    return [row.person.name for row in roll_of(organization, text)]


def test_only_those_who_agreed_are_on_it_by_name(organization):
    for number, (name, consent) in enumerate((("周予安", True), ("单雄信", True), ("安宁", True), ("不愿意", False))):
        join(number, name, consent=consent)
    assert names(organization) == ["安宁", "单雄信", "周予安"]


def test_a_withdrawn_consent_counts_from_the_next_request(organization, member, client_of):
    other = join(1, "蓝一舟")
    browser = client_of(member)
    assert "蓝一舟" in browser.get(URL).text
    privacy.withdraw(other.user, "roll", actor=other.user)
    assert "蓝一舟" not in browser.get(URL).text


@pytest.mark.parametrize("how", ["left", "gone", "applied", "dissolved"])
def test_who_is_no_member_any_more_is_not_on_it(organization, how, settings):
    person = join(1, "蓝一舟")
    row = person.memberships.get()
    if how == "left":
        actions.leave_organization(row, actor=person.user)
    elif how == "gone":
        members.leave_registry(person, actor=person.user)
    elif how == "applied":
        Membership.objects.update(state="applied", joined_on=None)
    else:
        life.stop(organization, "dissolved", dt.date(2026, 1, 2))
    assert names(organization) == []


def test_the_consent_to_be_named_in_public_is_another_one(organization):
    person = join(1, "蓝一舟", consent=False)
    privacy.give(person.user, "publication", actor=person.user)
    assert names(organization) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("蓝", ["蓝一舟"]),
        ("lan", ["蓝一舟"]),
        ("lyz", ["蓝一舟"]),
        ("0001", []),
        ("15400070001", []),
        ("澄海", []),
        ("!!", []),
    ],
)
def test_it_is_searched_by_name_and_by_nothing_else(organization, text, found):
    join(1, "蓝一舟")
    assert names(organization, text) == found


def test_no_number_is_ever_on_the_page(organization, member, client_of):
    person = join(1, "蓝一舟")
    shown = client_of(member).get(URL).text
    assert "蓝一舟" in shown
    assert person.phone_last4 not in re.sub(r"<[^>]*>", " ", shown)


def test_the_post_is_beside_the_name(organization, member, client_of):
    person = join(1, "蓝一舟")
    organization.posts.create(person=person, kind="vice_chair", starts=dt.date(2026, 1, 1))
    assert "副会长，民营企业" in client_of(member).get(URL).text


def test_its_readers_are_recorded_for_those_on_the_page(organization, member, client_of):
    shown, hidden = join(1, "蓝一舟"), join(2, "不愿意", consent=False)
    browser = client_of(member)
    browser.get(URL)
    browser.get(URL)
    rows = Reading.objects.filter(person__in=[shown.public_id, hidden.public_id])
    assert list(rows.values_list("person", "count", "actor_id")) == [(shown.public_id, 2, member.pk)]


def test_it_has_pages(organization, member, client_of):
    for number in range(PER_PAGE + 1):
        join(number, f"周{'一二三四五六七八九十'[number % 10]}{'甲乙丙丁'[number // 10]}")
    browser = client_of(member)
    found = [len(re.findall('<b class="as-is">', browser.get(URL, {"page": page}).text)) for page in (1, 2)]
    assert found == [PER_PAGE, 1]
    assert browser.get(URL, {"page": 3}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("visitor", 302),
        ("stranger", 404),
        ("member", 200),
        ("newcomer", 404),
        ("xiazhuang", 404),
        ("district", 404),
        ("secretary", 404),
    ],
)
def test_it_is_for_members_only(organization, newcomer, client_of, who, status):
    account = personas.visitor() if who == "visitor" else newcomer if who == "newcomer" else personas.make(who)
    assert client_of(account).get(URL).status_code == status


def test_a_member_goes_on_and_off_the_roll_on_the_page(organization, member, client_of):
    browser = client_of(member)
    browser.post(URL, {"do": "give"})
    assert names(organization) == ["林知夏"]
    browser.post(URL, {"do": "withdraw"})
    assert names(organization) == []


def test_it_is_on_own_data(organization, member, client_of):
    privacy.give(member, "roll", actor=member)
    assert "data/consents/roll/" in client_of(member).get("/me/data/").text


def test_a_suspended_organization_says_so_to_its_members(organization, member, client_of):
    life.stop(organization, "suspended", dt.date(2026, 9, 1))
    assert "起暂停活动" in client_of(member).get(URL).text


def test_of_a_dissolved_one_there_is_no_page(organization, member, client_of):
    life.stop(organization, "dissolved", dt.date(2026, 9, 1))
    assert client_of(member).get(URL).status_code == 404


def test_what_is_not_public_is_not_seen_by_its_members_either(organization, member, client_of):
    Organization.objects.update(is_published=False)
    assert client_of(member).get(URL).status_code == 404


def test_news_come_from_records(organization, member, secretary, client_of, settings):
    settings.PORTAL_CLOCK = life.NOW
    life.charter(organization, secretary)
    assert "章程第 1 版施行" in client_of(member).get(URL).text
