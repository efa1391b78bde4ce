"""Pages of organizations: the list, one organization, applying, own memberships, and the staff site."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengyang import extensions
from organizations import actions
from organizations.models import Membership, Organization
from tests import personas
from tests.staff_pages import decide

pytestmark = pytest.mark.django_db
LIST, MINE = "/organizations/", "/me/organizations/"
PAGE, APPLY = "/organizations/xiazhuang/", "/organizations/xiazhuang/apply/"


def text(answer):
    return answer.content.decode().replace("<wbr>", "")  # headings say where they may break


@pytest.fixture
def several(organization):
    personas.organization(slug="qu", name="城阳区自由职业人员联谊会", level="district", subdistrict=None)
    personas.organization(slug="hidden", name="筹备中的联谊会", is_published=False)
    return organization


# ---- the list --------------------------------------------------------------------------------------------------------
def test_the_list_is_public_and_shows_what_is_published(several, client):
    page = text(client.get(LIST))
    assert "城阳区自由职业人员联谊会" in page
    assert "筹备中的联谊会" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?level=district", {"城阳区自由职业人员联谊会"}),
        ("?level=subdistrict", {"夏庄街道新的社会阶层代表人士联谊会"}),
        ("?subdistrict=370214002", {"夏庄街道新的社会阶层代表人士联谊会"}),
        ("?subdistrict=370214003", set()),
        ("?category=new_media", set()),
    ],
)
def test_filters_are_read_from_the_query(several, client, query, shown):
    page = text(client.get(LIST + query))
    assert {row.name for row in Organization.objects.all() if f'<h2 class="h3">{row.name}' in page} == shown


def test_levels_say_how_many_one_can_see(several, client):
    page = text(client.get(LIST))
    assert "区级 1" in page
    assert "街道级 1" in page


@pytest.mark.parametrize("query", ["?page=0", "?page=9", "?page=x", "?level=%00"])
def test_invalid_filter_is_refused(several, client, query):
    assert client.get(LIST + query).status_code in (400, 404)


@pytest.mark.parametrize("query", ["?level=x", "?subdistrict=1", "?category=%F0%9F%98%80"])
def test_an_odd_filter_shows_the_list_and_one_sentence(client, reference, query):
    page = client.get(LIST + query)
    assert (page.status_code, "已经略过" in page.content.decode()) == (200, True)


def test_the_list_costs_the_same_for_one_and_for_three(organization, client):
    costs = []
    for n in range(3):
        personas.organization(slug=f"o{n}", name=f"联谊会{n}")
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        costs.append(len(queries))
    assert costs[0] == costs[2] <= 13


# ---- one organization ------------------------------------------------------------------------------------------------
def test_detail_page_shows_recorded_data(organization, client):
    Organization.objects.update(by_record=True, founding_members=85, founded_text="2017-11-16")
    page = text(client.get(PAGE))
    for words in ("按公开报道录入", "未评定", "成立时会员 85 人", "2017年11月16日", "申请加入"):
        assert words in page


def test_detail_page_shows_five_goods(organization, client, assessed):
    assessed(organization)
    page = text(client.get(PAGE))
    assert "五好，达到 5 项" in page
    assert page.count('class="is-lit"') == 5


def test_the_icon_of_a_card_is_green_for_reached_and_grey_for_not_yet(organization, client, assessed):
    not_yet = '<p class="honour"><svg class="icon" aria-hidden="true"><use href="/static/img/icons.svg#i-clock"/>'
    assert not_yet in text(client.get(LIST))
    assessed(organization)
    assert '<p class="honour"><svg class="icon is-reached"' in text(client.get(LIST))


@pytest.mark.parametrize("public", [True, False])
def test_names_are_shown_by_consent(organization, secretary, client, public):
    organization.posts.update(is_public=public)
    assert ("曾国藩" in text(client.get(PAGE))) is public


def test_few_members_are_not_counted_in_public(organization, member, client):
    assert "会员</dt>" not in text(client.get(PAGE))


def test_five_members_are_counted_in_public(organization, client):
    for n in range(5):
        person = personas.person(f"周{n}")
        Membership.objects.create(organization=organization, person=person, state="active", joined_on=personas.STARTED)
    assert "5 人" in text(client.get(PAGE))


@pytest.mark.parametrize(
    ("name", "status"), [("visitor", 404), ("stranger", 404), ("secretary", 200), ("xiazhuang", 200)]
)
def test_an_unpublished_page_is_for_its_own(organization, client_of, name, status):
    user = personas.visitor() if name == "visitor" else personas.make(name)
    Organization.objects.update(is_published=False)
    assert client_of(user).get(PAGE).status_code == status


@pytest.mark.parametrize("page", [LIST, PAGE])
def test_public_pages_are_only_read(organization, client, page):
    assert client.post(page).status_code == 405


# ---- applying --------------------------------------------------------------------------------------------------------
def test_apply_page_shows_what_the_secretary_will_see(organization, newcomer, client_of):
    page = text(client_of(newcomer).get(APPLY))
    assert "秘书长会看到" in page
    assert newcomer.person.unit in page


def test_one_button_asks(organization, newcomer, client_of):
    assert client_of(newcomer).post(APPLY)["Location"] == MINE
    assert Membership.objects.get().person == newcomer.person


def test_unregistered_account_is_redirected_to_join(organization, stranger, client_of):
    assert client_of(stranger).get(APPLY)["Location"] == "/join/"
    assert not Membership.objects.exists()


def test_member_is_redirected_to_own_memberships(member, client_of):
    assert client_of(member).get(APPLY)["Location"] == MINE


def test_applying_to_closed_organization_changes_nothing(organization, newcomer, client_of):
    Organization.objects.update(state="preparing")
    client_of(newcomer).post(APPLY)
    assert not Membership.objects.exists()


def test_visitors_are_asked_to_sign_in(organization, client):
    page = text(client.get(APPLY))
    assert "夏庄街道新的社会阶层代表人士联谊会" in page
    assert "5 个工作日内答复" in page
    assert f'href="/accounts/phone/?next={quote(APPLY, safe="")}"' in page
    assert "登录以后接着办：<b>申请加入夏庄街道新的社会阶层代表人士联谊会</b>" in text(
        client.get(f"/accounts/phone/?next={APPLY}")
    )
    assert client.post(APPLY)["Location"].startswith("/accounts/")


# ---- own memberships -------------------------------------------------------------------------------------------------
def test_mine_shows_memberships_and_posts(member, secretary, client_of):
    assert "会员，" in text(client_of(member).get(MINE))
    assert "秘书长" in text(client_of(secretary).get(MINE))


def test_leaving_is_one_button(member, client_of):
    row = member.person.memberships.get()
    client_of(member).post(f"{MINE}{row.public_id}/leave/")
    row.refresh_from_db()
    assert row.state == "left"


def test_leave_button_withdraws_an_application(organization, newcomer, client_of):
    row = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    client_of(newcomer).post(f"{MINE}{row.public_id}/leave/")
    row.refresh_from_db()
    assert row.state == "withdrawn"


@pytest.mark.parametrize("name", ["stranger", "secretary", "district"])
def test_membership_of_another_is_404(member, client_of, name):
    row = member.person.memberships.get()
    assert client_of(personas.make(name)).post(f"{MINE}{row.public_id}/leave/").status_code == 404


def test_leaving_twice_shows_a_message(member, client_of):
    row = member.person.memberships.get()
    browser = client_of(member)
    browser.post(f"{MINE}{row.public_id}/leave/")
    assert "不能这样做" in text(browser.post(f"{MINE}{row.public_id}/leave/", follow=True))


def test_reason_is_shown_to_the_applicant(organization, newcomer, secretary, client_of):
    row = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    actions.decline_membership(row, actor=secretary, reason="面向的类别不同。")
    assert "面向的类别不同。" in text(client_of(newcomer).get(MINE))


# ---- staff site ------------------------------------------------------------------------------------------------------
def test_secretary_decides_on_the_staff_site(organization, newcomer, secretary, client_of):
    row = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    page = extensions.todo_kind("membership").url(row)
    browser = client_of(secretary)
    assert "154****6000" in text(browser.get(page))
    decide(browser, page, {"choice": "accept"})
    row.refresh_from_db()
    assert row.state == "active"


def test_secretary_does_not_see_full_number_of_applicant(organization, newcomer, secretary, client_of):
    row = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    page = text(client_of(secretary).get(extensions.todo_kind("membership").url(row)))
    assert "看全号" not in page


@pytest.mark.parametrize("lists", ["organization", "membership", "post", "assessment"])
@pytest.mark.parametrize(
    ("name", "status"), [("district", 200), ("xiazhuang", 200), ("secretary", 200), ("leader", 404), ("editor", 404)]
)
def test_staff_site_lists(organization, client_of, lists, name, status):
    assert client_of(personas.make(name)).get(f"/manage/organizations/{lists}/").status_code == status


@pytest.mark.parametrize("lists", ["organization", "membership", "post"])
def test_rows_of_another_subdistrict_are_404(member, secretary, liuting, client_of, lists):
    rows = {
        "organization": personas.organization().pk,
        "membership": member.person.memberships.get().pk,
        "post": secretary.person.organizations_posts.get().pk,
    }
    assert client_of(liuting).get(f"/manage/organizations/{lists}/{rows[lists]}/change/").status_code == 404


def test_post_is_appointed_on_the_staff_site(organization, newcomer, xiazhuang, client_of):
    data = {"organization": organization.pk, "person": newcomer.person.pk, "kind": "chair", "starts": "2026-11-23"}
    client_of(xiazhuang).post("/manage/organizations/post/add/", data)
    assert organization.posts.get().person == newcomer.person


def test_membership_is_found_by_name_on_the_staff_site(member, xiazhuang, client_of):
    browser = client_of(xiazhuang)
    assert "林知夏" in text(browser.get("/manage/organizations/membership/", {"q": "lzx"}))
    assert "林知夏" not in text(browser.get("/manage/organizations/membership/", {"q": "zgf"}))
