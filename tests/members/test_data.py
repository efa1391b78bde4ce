"""我的数据 as a page: reading, exporting, correcting, consents, leaving (requirements P06, P10–P12, X12, X13)."""

import json

import pytest
from django.utils.html import escape

from chengyang.platform.audit.models import Entry
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import PolicyVersion
from members.models import Person
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
DATA, DOWNLOAD, EDIT, NUMBER, LEAVE = (
    "/me/data/",
    "/me/data/download/",
    "/me/data/edit/",
    "/me/data/number/",
    "/me/data/leave/",
)
PUBLICATION = "/me/data/consents/publication/"
RULES = "/me/data/rules/"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def mine(rules, member, client_of):
    factories.consent(member)
    return personas.stepped_up(client_of(member))


def test_data_page_shows_stored_data(mine, member):
    page = text(mine.get(DATA))
    assert member.person.unit in page
    assert "夏庄街道新的社会阶层代表人士联谊会" in page


def test_typed_text_is_escaped(mine, member):
    Person.objects.filter(user=member).update(unit="<script>x</script>")
    page = text(mine.get(DATA))
    assert "<script>x" not in page
    assert escape("<script>x</script>") in page


def test_account_without_person_sees_its_data(rules, stranger, client_of):
    page = text(client_of(stranger).get(DATA))
    assert "stranger@demo.invalid" in page
    assert LEAVE not in page


def test_export_is_a_file_and_recorded(mine, member):
    answer = mine.get(DOWNLOAD)
    assert json.loads(answer.content)["sections"][0]["label"] == "members.Person"
    assert "attachment" in answer["Content-Disposition"]
    assert Entry.objects.get(verb="data.exported").user == member.public_id


def test_every_row_is_on_the_page_and_printed(mine, member):
    for n in range(25):
        factories.consent(member, "publication", given=n % 2 == 0)
    page = text(mine.get(DATA))
    assert page.count("<caption><b>公开姓名和职务") == 25
    assert page.count("data-print-open") == page.count('<details class="data-section"')


def test_only_the_first_section_is_open(mine, member):
    page = text(mine.get(DATA))
    assert page.count('<details class="data-section" open') == 1
    assert page.count('<details class="data-section"') > 1


# ---- correcting ------------------------------------------------------------------------------------------------------
def test_correction_is_effective_at_once(mine, member):
    typed = {**factories.TYPED, "name": member.person.name, "category": "enterprise"}
    assert mine.post(EDIT, typed)["Location"] == DATA
    expected = factories.details(name=member.person.name, category=member.person.category)
    assert Person.objects.get(user=member).registration_details() == expected


def test_invalid_correction_changes_nothing_and_keeps_the_form_data(mine, member):
    answer = mine.post(EDIT, {**factories.TYPED, "name": "", "job": "剪辑师"})
    assert answer.status_code == 400
    assert 'value="剪辑师"' in text(answer)
    assert Person.objects.get(user=member).job == ""


@pytest.mark.parametrize("page", [EDIT, LEAVE])
def test_unregistered_account_gets_404_for_edit_and_leave(rules, stranger, client_of, page):
    assert personas.stepped_up(client_of(stranger)).get(page).status_code == 404


def test_contact_number_is_replaced_by_sign_in_number(rules, client_of):
    user = factories.applicant()
    personas.person(account=user, phone="+8615400000009")
    client_of(user).post(NUMBER)
    assert Person.objects.get(user=user).phone == factories.PHONE


# ---- consents --------------------------------------------------------------------------------------------------------
def test_consent_is_given_and_withdrawn_on_the_page(mine, member):
    mine.post(PUBLICATION, {"do": "give"})
    assert privacy.holds(member, "publication")
    mine.post(PUBLICATION, {"do": "withdraw"})
    assert not privacy.holds(member, "publication")


def test_withdrawing_is_two_clicks_from_me(mine, member):
    factories.consent(member, "publication")
    assert f'href="{DATA}"' in text(mine.get("/me/"))
    assert f'action="{PUBLICATION}"' in text(mine.get(DATA))


@pytest.fixture
def new_rules(mine, member):
    """The member agreed to version 1; version 2 stores data for longer."""
    text = PolicyVersion.objects.current().text
    return privacy.publish_policy(text + "\n## 新的一条\n保存六十天\n", actor=None)


def test_new_rules_wait_on_the_first_page_until_they_are_answered(mine, member, new_rules):
    assert f'href="{RULES}"' in text(mine.get("/me/"))
    mine.post("/me/data/consents/registration/", {"do": "give"})
    assert f'href="{RULES}"' not in text(mine.get("/me/"))


def test_rules_page_shows_the_changes(mine, new_rules):
    page = text(mine.get(RULES))
    assert "<ins>保存六十天</ins>" in page
    assert "第 2 版" in page


def test_refusing_new_rules_leads_to_leaving(mine, member, new_rules):
    assert mine.post("/me/data/consents/registration/", {"do": "withdraw"})["Location"] == LEAVE


def test_rules_page_redirects_without_new_rules(mine):
    assert mine.get(RULES)["Location"] == DATA


@pytest.mark.parametrize("code", ["account", "nothing", "security"])
def test_only_consents_are_decided_there(mine, code):
    assert mine.post(f"/me/data/consents/{code}/", {"do": "withdraw"}).status_code == 404


def test_registered_person_withdraws_necessary_consent_by_leaving(mine, member):
    assert mine.post("/me/data/consents/registration/", {"do": "withdraw"})["Location"] == LEAVE
    assert Person.objects.get(user=member).state == "active"


def test_necessary_consent_is_given_by_joining_only(rules, stranger, client_of):
    assert client_of(stranger).post("/me/data/consents/registration/", {"do": "give"}).status_code == 404


# ---- leaving ---------------------------------------------------------------------------------------------------------
def test_leave_page_names_the_consequences(mine, member):
    page = text(mine.get(LEAVE))
    for words in ("不需要任何人批准", "会员身份立即结束", "职务立即结束", "30 天"):
        assert words in page
    assert Person.objects.get(user=member).state == "active"


def test_leaving_is_one_button(mine, member):
    assert mine.post(LEAVE)["Location"] == DATA
    assert Person.objects.get(user=member).state == "left"


def test_person_who_left_sees_stored_data_and_may_return(mine, member):
    mine.post(LEAVE)
    page = text(mine.get(DATA))
    assert "恢复登记" in page
    assert member.person.unit in page


# ---- methods, cache, queries -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("page", "method"), [(DATA, "post"), (DOWNLOAD, "post"), (NUMBER, "get"), (PUBLICATION, "get"), (EDIT, "delete")]
)
def test_wrong_methods(mine, page, method):
    assert getattr(mine, method)(page).status_code == 405


def test_data_page_is_not_cached(mine):
    assert "no-store" in mine.get(DATA)["Cache-Control"]


@pytest.mark.parametrize("memberships", [1, 3])
def test_the_page_costs_the_same_for_few_and_many_rows(mine, member, memberships, django_assert_max_num_queries):
    for n in range(memberships):
        organization = personas.organization(slug=f"o{n}", name=f"联谊会{n}")
        personas.Membership.objects.create(person=member.person, organization=organization)
    with django_assert_max_num_queries(85):
        mine.get(DATA)
