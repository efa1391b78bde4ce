"""Organizations, bases and teams are created, renamed, moved, published and closed by the responsible staff."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from bases.models import Base
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts import organizing, slugs
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.audit.models import Entry
from organizations.models import Organization
from services import actions
from services.models import Alliance, Request, Team
from tests import personas

pytestmark = pytest.mark.django_db
STAFF = {"district", "district_2", "xiazhuang"}
NEW = {
    "organizations_organization": {"name": "夏庄街道网络主播联谊会", "level": "subdistrict"},
    "bases_base": {"name": "葡萄园实践创新基地", "level": "community", "place": "葡萄园"},
    "services_team": {"name": "果园志愿服务队", "field": "rural"},
}
MODELS = {"organizations_organization": Organization, "bases_base": Base, "services_team": Team}
MAKE = {"organization": personas.organization, "base": personas.base, "team": personas.team}


@pytest.fixture
def area(reference):
    Alliance.objects.get_or_create(name="城新同行")
    return reference


def made(kind, area, **fields):
    return MAKE[kind](**{"subdistrict": area, **fields})


def add(browser, name, area, **changes):
    data = {**NEW[name], "subdistrict": area.pk, **changes}
    return browser.post(reverse(f"admin:{name}_add"), data)


def do(browser, row, verb):
    name = f"{row._meta.app_label}_{row._meta.model_name}"
    return browser.post(reverse(f"admin:{name}_do", args=[row.pk, verb]))


def verbs_of(row):
    return list(Entry.objects.filter(subject_id=row.public_id).order_by("pk").values_list("verb", flat=True))


# ---- creating ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NEW)
def test_staff_create_one_that_is_not_public_yet(client_of, xiazhuang, area, name):
    assert add(client_of(xiazhuang), name, area).status_code == 302
    row = MODELS[name].objects.get()
    assert (row.is_published, verbs_of(row)) == (False, [f"{row._meta.model_name}.created"])


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("persona", ["secretary", "base_manager", "leader"])
def test_managers_create_none(client_of, area, name, persona):
    assert add(client_of(personas.make(persona)), name, area).status_code in (403, 404)
    assert not MODELS[name].objects.filter(name=NEW[name]["name"]).exists()


@pytest.mark.parametrize("name", NEW)
def test_staff_of_another_subdistrict_create_none_there(client_of, liuting, area, name):
    answer = add(client_of(liuting), name, area)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["subdistrict"])


@pytest.mark.parametrize("persona", [*personas.NAMES])
def test_who_is_responsible_for_a_subdistrict(area, persona):
    user = personas.make(persona)
    try:
        organizing.create(Base(name="新驿站", level="park", subdistrict=area), actor=user)
    except NotAllowed:
        assert persona not in STAFF
    else:
        assert persona in STAFF


def test_a_name_that_is_taken_is_an_error_at_the_field(client_of, xiazhuang, area):
    personas.base(name=NEW["bases_base"]["name"])
    answer = add(client_of(xiazhuang), "bases_base", area)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["name"])


# ---- renaming and moving ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", MAKE)
def test_a_new_name_is_recorded_and_the_address_stays(xiazhuang, area, kind):
    row = made(kind, area)
    organizing.change(row, {"name": "改正过的名称"}, actor=xiazhuang)
    assert verbs_of(row) == [f"{kind}.renamed"]
    assert type(row).objects.get(name="改正过的名称").slug == row.slug


@pytest.mark.parametrize("kind", MAKE)
def test_the_manager_does_not_rename(area, kind):
    manager = {"organization": "secretary", "base": "base_manager", "team": "leader"}[kind]
    user = personas.make(manager)
    with pytest.raises(NotAllowed):
        organizing.change(made(kind, area), {"name": "我们的名称"}, actor=user)


@pytest.mark.parametrize("kind", MAKE)
def test_nobody_moves_one_to_where_they_are_not_responsible(xiazhuang, district, area, kind):
    row, there = made(kind, area), Subdistrict.objects.get(name="流亭街道")
    with pytest.raises(NotAllowed):
        organizing.change(row, {"subdistrict": there}, actor=xiazhuang)
    organizing.change(row, {"subdistrict": there}, actor=district)
    assert verbs_of(row)[-1] == f"{kind}.moved"


def test_the_form_of_the_manager_has_no_name(client_of, base_manager, area):
    url = reverse("admin:bases_base_change", args=[personas.base().pk])
    assert "name" not in client_of(base_manager).get(f"{url}?edit=1").context["form"].fields


def test_the_page_shows_what_was_changed_by_whom(client_of, xiazhuang, area):
    base = personas.base()
    url = reverse("admin:bases_base_change", args=[base.pk])
    data = {"name": "新的名称", "level": "park", "subdistrict": area.pk}
    assert client_of(xiazhuang).post(url, data).status_code == 302
    step = client_of(xiazhuang).get(url).context["record"].history[0]
    assert step.who == "xiazhuang"
    assert [(str(change.label), change.old, change.new) for change in step.changes] == [
        ("名称", "夏新连心驿站", "新的名称"),
        ("级别", "社区基地", "园区基地"),
    ]


# ---- publishing and addresses -----------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", MAKE)
def test_staff_publish_and_hide(client_of, client, xiazhuang, area, kind):
    row = made(kind, area, is_published=False)
    statuses = [client.get(row.get_absolute_url()).status_code]
    for verb in ("publish", "hide"):
        do(client_of(xiazhuang), row, verb)
        statuses.append(client.get(row.get_absolute_url()).status_code)
    assert statuses == [404, 200, 404]
    assert verbs_of(row) == [f"{kind}.published", f"{kind}.hidden"]


@pytest.mark.parametrize("kind", MAKE)
def test_the_manager_does_not_publish(area, kind):
    manager = {"organization": "secretary", "base": "base_manager", "team": "leader"}[kind]
    user = personas.make(manager)
    with pytest.raises(NotAllowed):
        organizing.publish(made(kind, area, is_published=False), actor=user)


@pytest.mark.parametrize("kind", MAKE)
def test_a_former_address_leads_to_the_present_one(client_of, client, xiazhuang, area, kind):
    row = made(kind, area, name="果园新家")
    former = row.get_absolute_url()
    do(client_of(xiazhuang), row, "readdress")
    row.refresh_from_db()
    answer = client.get(f"{former}?a=1")
    assert (answer.status_code, answer["Location"]) == (301, f"{row.get_absolute_url()}?a=1")
    assert "guo-yuan-xin-jia" in row.get_absolute_url()


def test_a_former_address_of_a_hidden_one_is_404(client, district, area):
    base = made("base", area, name="果园新家", is_published=False)
    former = base.get_absolute_url()
    organizing.renew_slug(base, actor=district)
    assert client.get(former).status_code == 404


def test_a_form_sent_to_a_former_address_is_handled(client_of, member, district, area):
    team = made("team", area, name="果园新家")
    url = reverse("services:team-request", args=[team.slug])
    organizing.renew_slug(team, actor=district)
    client_of(member).post(url, {"title": "要场地", "text": "二十人"})
    assert Request.objects.get().team == team


def test_a_former_address_is_not_given_to_another_one(district, area):
    base = made("base", area, name="果园新家", slug="pu-tao-yuan")
    organizing.renew_slug(base, actor=district)
    other = organizing.create(Base(name="葡萄园基地", level="park", subdistrict=area), actor=district)
    assert other.slug == "pu-tao-yuan-2"


def test_an_address_that_follows_from_the_name_is_not_renewed(district, area):
    base = organizing.create(Base(name="葡萄园基地", level="park", subdistrict=area), actor=district)
    with pytest.raises(ActionError) as refused:
        organizing.renew_slug(base, actor=district)
    assert (refused.value.code, slugs.matches_name(base)) == ("same", True)


@pytest.mark.django_db(transaction=True)
def test_names_of_one_sound_at_the_same_moment_get_two_addresses(transactional_db):
    area, actor = personas.reference(), personas.make("district")

    def create(name):
        try:
            return organizing.create(Base(name=name, level="park", subdistrict=area), actor=actor).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(create, ["时光基地", "时广基地", "拾光基地", "石光基地"]))
    assert found == ["shi-guang", "shi-guang-2", "shi-guang-3", "shi-guang-4"]


# ---- closing a team ---------------------------------------------------------------------------------------------
def test_closing_a_team_ends_its_posts_and_gives_its_requests_to_the_office(client_of, member, leader, district):
    asked = actions.submit_request(actor=member, title="要场地", text="二十人", team=personas.team())
    assert do(client_of(district), personas.team(), "close").status_code == 302
    asked.refresh_from_db()
    post = personas.team().posts.get()
    assert (asked.team, post.ends is not None, verbs_of(personas.team())) == (None, True, ["team.closed"])


@pytest.mark.parametrize("persona", ["xiazhuang", "leader", "member"])
def test_only_the_district_closes_a_team(reference, persona):
    user = personas.make(persona)
    with pytest.raises(NotAllowed):
        actions.close_team(personas.team(), actor=user)


def test_a_closed_team_takes_no_requests_and_is_not_listed(client_of, client, member, district):
    team = actions.close_team(personas.team(), actor=district)
    assert team.name not in client.get(reverse("services:home")).content.decode()
    assert client.get(team.get_absolute_url()).status_code == 200
    assert client_of(member).get(reverse("services:team-request", args=[team.slug])).status_code == 404
