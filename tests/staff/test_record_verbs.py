"""The verbs on the page of a record: filled-in forms, the way back, the next step with its reason, buttons."""

import datetime as dt

import pytest
from django.urls import reverse

from bases.models import Assessment as BaseAssessment
from chengyang import clock
from chengyang.platform.standards.models import Standard, Version
from members.models import Assessment, Representative
from organizations.models import Membership, Post
from services.models import Outcome
from services.models import Post as TeamPost
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
TODAY = clock.today
AHEAD = {
    "starts": clock.now() + dt.timedelta(days=3),
    "ends": clock.now() + dt.timedelta(days=3, hours=2),
}


def page_of(browser, row, **query):
    return browser.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]), query)


def link(answer, code):
    return next(one.url for one in answer.context["record"].links if one.code == code)


def codes(answer):
    return [one.code for one in answer.context["record"].links]


@pytest.fixture
def person(reference):
    personas.organization(), personas.base()
    team = personas.team()
    team.subdistrict = reference
    team.save()
    return personas.person("林知夏")


def version(subject, code):
    row = Version.objects.create(standard=Standard.objects.create(code=code, name=code, subject=subject), number=1)
    Version.objects.filter(pk=row.pk).update(published_on=dt.date(2020, 1, 1))
    return row


# ---- who is offered what ---------------------------------------------------------------------------------------------
ORGANIZATION = [
    *("add-member", "assess", "charter", "dissolve", "draft", "duty", "message", "objectives", "pictures"),
    *("report", "room", "suspend", "term-change"),
]
BASE = ["add-room", "assess", "draft", "exception", "objectives", "pictures", "report"]
PERSON = ["nominate", "join", "appoint-organization", "appoint-base", "appoint-team", "assess"]


@pytest.mark.parametrize(
    ("name", "expected"), [("district", PERSON), ("xiazhuang", PERSON), ("secretary", []), ("leader", [])]
)
def test_a_person_is_offered_to_whom_it_is_for(person, client_of, name, expected):
    user = personas.make(name)
    person.memberships.create(organization=personas.organization(), state="active", joined_on=TODAY())
    person.services_posts.create(team=personas.team(), kind="volunteer", starts=dt.date(2026, 1, 1))
    assert sorted(codes(page_of(client_of(user), person))) == sorted(expected)


@pytest.mark.parametrize(
    ("make", "name", "expected"),
    [
        (personas.organization, "xiazhuang", [*ORGANIZATION, "appoint", "child"]),
        (personas.organization, "secretary", ORGANIZATION),
        (personas.base, "district", [*BASE, "appoint", "honour"]),
        (personas.base, "base_manager", BASE),
        (personas.team, "leader", ["appoint", "draft", "objectives", "report", "room"]),
    ],
)
def test_an_organizer_is_offered_to_whom_it_is_for(person, client_of, make, name, expected):
    user = personas.make(name)
    assert sorted(codes(page_of(client_of(user), make()))) == sorted(expected)


def test_nobody_is_offered_a_verb_about_themself(client_of, reference):
    officer = personas.make("xiazhuang")
    own = personas.person("于海宁", account=officer)
    assert codes(page_of(client_of(officer), own)) == []


# ---- filled in, and back ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "name", "data", "table", "tab"),
    [
        ("join", "xiazhuang", {"organization": "organization", "joined_on": ""}, Membership, "memberships"),
        ("nominate", "xiazhuang", {"starts": "2026-12-01", "ends": "2029-12-01"}, Representative, "terms"),
        (
            "appoint-organization",
            "xiazhuang",
            {"organization": "organization", "kind": "director", "starts": "2026-01-01"},
            Post,
            "posts",
        ),
        ("appoint-team", "district", {"team": "team", "kind": "volunteer", "starts": "2026-01-01"}, TeamPost, "posts"),
        ("assess", "xiazhuang", {}, Assessment, "assessments"),
    ],
)
def test_a_form_is_filled_in_with_the_person_and_leads_back_to_the_tab(person, client_of, code, name, data, table, tab):
    version("person", "four_haves")
    browser = client_of(personas.make(name))
    url = link(page_of(browser, person), code)
    form = browser.get(url)
    back = reverse("admin:members_person_change", args=[person.pk])
    assert f'<option value="{person.pk}" selected' in form.content.decode()
    assert form.content.decode().count(f'href="{back}?tab={tab}"') == 2  # above the form, and beside 保存
    own = {"organization": personas.organization(), "team": personas.team()}
    typed = {key: own[value].pk if value in own else value for key, value in data.items()}
    done = browser.post(url, {"person": person.pk, **typed})
    assert (done.status_code, done.url) == (302, f"{back}?tab={tab}")
    assert table.objects.get().person == person


def test_a_form_is_filled_in_with_the_organizer(person, client_of, district):
    browser, team = client_of(district), personas.team()
    url = link(page_of(browser, team), "report")
    data = {"kind": "money", "title": "助学款", "happened_on": "2026-01-01", "amount": "300"}
    assert browser.post(url, {"team": team.pk, **data}).url.endswith("?tab=outcomes")
    assert Outcome.objects.get().team == team
    drafted = browser.get(link(page_of(browser, team), "draft")).context["form"]
    assert (str(drafted.initial["team"]), drafted.initial["kind"]) == (str(team.pk), "volunteer")


@pytest.mark.parametrize(
    "origin", ["//evil.example", "x", "members_person.0", "members_person.1.<b>", "a_b.1", "members_person." + "9" * 30]
)
def test_a_form_leads_back_to_a_record_only(person, client_of, xiazhuang, origin):
    data = {"organization": personas.organization().pk, "person": person.pk}
    done = client_of(xiazhuang).post(f"/manage/organizations/membership/add/?from={origin}", data)
    row = Membership.objects.get()
    assert done.url == reverse("admin:organizations_membership_change", args=[row.pk])


@pytest.mark.parametrize("value", ["x", "9" * 30, "-1", "1.5", "王"])
def test_a_key_that_no_row_has_fills_in_nothing(client_of, district, reference, value):
    answer = client_of(district).get("/manage/members/representative/add/", {"person": value})
    assert answer.status_code == 200
    assert "selected" not in answer.content.decode()


# ---- the next step ---------------------------------------------------------------------------------------------------
def main_of(answer):
    return answer.context["verbs"].main, str(answer.context["verbs"].why)


def test_a_passed_assessment_makes_the_nomination_the_next_step(person, client_of, xiazhuang):
    found = page_of(client_of(xiazhuang), person)
    assert main_of(found) == (None, "")
    day = dt.date(2026, 1, 5)
    person.assessments.create(version=version("person", "four_haves"), state="passed", assessed_on=day)
    answer = page_of(client_of(xiazhuang), person)
    assert (main_of(answer)[0].code, main_of(answer)[1]) == ("nominate", "“四有”2026年1月5日评定通过，可以提名。")
    assert answer.content.decode().count("btn--main") == 1


def test_a_representative_is_not_nominated_again(person, client_of, xiazhuang):
    person.assessments.create(version=version("person", "four_haves"), state="passed", assessed_on=dt.date(2026, 1, 5))
    person.representations.create(starts=TODAY(), ends=TODAY() + dt.timedelta(days=900), state="nominated")
    assert "nominate" not in codes(page_of(client_of(xiazhuang), person))


def test_an_organization_that_is_prepared_is_led_to_its_founding(client_of, xiazhuang, reference):
    row = personas.organization(slug="new", name="筹建联谊会", state="preparing", founded_on=None)
    browser = client_of(xiazhuang)
    page = page_of(browser, row)
    main, why = main_of(page)
    assert (main.code, why) == ("founding", "还在筹建，按“五好”看还缺什么，齐了就提交成立。")
    assert "assess" in codes(page)


def test_a_base_is_assessed_again_when_its_assessment_ends_soon(client_of, district, reference):
    base, edition = personas.base(), version("base", "six_haves")
    row = BaseAssessment.objects.create(
        base=base,
        version=edition,
        state="passed",
        assessed_on=TODAY() - dt.timedelta(days=340),
        expires_on=TODAY() + dt.timedelta(days=25),
    )
    assert main_of(page_of(client_of(district), base))[0].code == "assess"
    BaseAssessment.objects.filter(pk=row.pk).update(expires_on=TODAY() + dt.timedelta(days=300))
    assert main_of(page_of(client_of(district), base)) == (None, "")


def test_every_button_that_is_the_next_step_says_why(client_of, district, reference):
    draft = factories.draft(**AHEAD)
    main, why = main_of(page_of(client_of(district), draft))
    assert (main.verb, bool(why)) == ("publish", True)
    assert why in page_of(client_of(district), draft).content.decode()


# ---- calls on the telephone ------------------------------------------------------------------------------------------
def test_a_sign_up_is_cancelled_from_the_page_of_the_person(person, client_of, xiazhuang):
    activity = factories.published(taken=1, **AHEAD)
    signup = activity.signups.create(person=person, position=1, state="confirmed")
    browser = client_of(xiazhuang)
    tables = page_of(browser, person, tab="activities").context["tables"]
    row = browser.get(tables[0].rows[0][0].url)
    assert "cancel" in [button.verb for button in row.context["buttons"]]
    browser.post(f"/manage/activities/signup/{signup.pk}/do/cancel/", {"reason": "来电说不来了"})
    again = page_of(browser, person, tab="activities").context["tables"][0].rows[0]
    assert [str(cell.text) for cell in again][2] == "已取消"


def test_the_notices_of_an_activity_are_a_tab_of_it(person, client_of, xiazhuang, member):
    activity = factories.published(taken=1, **AHEAD)
    signup = activity.signups.create(person=member.person, position=1, state="confirmed")
    browser = client_of(xiazhuang)
    browser.post(f"/manage/activities/signup/{signup.pk}/do/cancel/", {"reason": "来电说不来了"})
    answer = page_of(browser, activity, tab="messages")
    assert [line[1].text for line in answer.context["tables"][0].rows] == [member.person.staff_label]
    assert answer.context["record"].open_tab.total_text == "1"
