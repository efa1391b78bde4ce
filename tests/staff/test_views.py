"""Columns that an officer chooses, saved views of a list, and their numbers beside 今日待办 (docs/architecture.md, "Lists")."""

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse

from activities.actions import decline_signup
from activities.todos import ReviewSignup
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.staff import list_columns, permissions, view_actions
from chengyang.platform.staff.filters import DAY
from chengyang.platform.staff.models import ListSetting, SavedView
from chengyang.platform.staff.templatetags.staff import headers
from chengyang.platform.staff.todo_actions import take_item
from chengyang.platform.web import paging
from members.models import Person
from organizations.actions import add_membership
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
PERSONS, BASES = "/manage/members/person/", "/manage/bases/base/"
LABEL = "members.Person"


@pytest.fixture
def people(reference):
    return [personas.person(name, job="会计") for name in ("陈桂兰", "李雷", "周予安")]


def heads(page):
    return [str(head["text"]) for head in headers(page.context["cl"])]


def save(user, name="民营企业", query="category__id__exact=1", **options):
    return view_actions.save_view(LABEL, name, query=query, actor=user, **options)


# ---- columns --------------------------------------------------------------------------------------------------------
def test_an_officer_chooses_columns_and_rows_for_themself(client_of, district, district_2, people):
    browser = client_of(district)
    browser.post(f"{PERSONS}columns/?q=李", {"columns": ["job", "unit"], "per_page": "100"})
    page = browser.get(PERSONS)
    assert heads(page) == ["姓名", "工作单位", "做什么工作"]
    assert "会计" in page.content.decode()
    assert page.context["cl"].shown.per_page == 100
    assert "做什么工作" not in heads(client_of(district_2).get(PERSONS))
    browser.post(f"{PERSONS}columns/", {"columns": ["job"], "per_page": "25", "reset": "1"})
    assert heads(browser.get(PERSONS)) == heads(client_of(district_2).get(PERSONS))


def test_an_unknown_column_is_refused(client_of, district, people):
    answer = client_of(district).post(f"{PERSONS}columns/", {"columns": ["phone"], "per_page": "25"}, follow=True)
    assert "这些列这个名单里没有" in answer.content.decode()
    assert not ListSetting.objects.exists()


@pytest.mark.parametrize("rows", ["26", "0", "x", ""])
def test_a_page_has_25_or_100_rows(client_of, district, people, rows):
    client_of(district).post(f"{PERSONS}columns/", {"columns": ["job"], "per_page": rows})
    assert not ListSetting.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        ListSetting.objects.create(officer=district, list_name=LABEL, per_page=26)


def test_the_order_of_an_address_means_the_same_whatever_columns_are_shown(client_of, district, people):
    browser = client_of(district)
    before = [row.pk for row in browser.get(f"{PERSONS}?o=-1").context["cl"].result_list]
    browser.post(f"{PERSONS}columns/", {"columns": ["job"], "per_page": "25"})
    assert [row.pk for row in browser.get(f"{PERSONS}?o=-1").context["cl"].result_list] == before


def test_numbers_stay_masked_in_chosen_columns(client_of, district, reference):
    personas.person("陈桂兰", phone="+8615400007001")
    client_of(district).post(f"{PERSONS}columns/", {"columns": ["masked_phone"], "per_page": "25"})
    text = client_of(district).get(PERSONS).content.decode()
    assert "7001" in text
    assert "15400007001" not in text


def test_every_column_of_every_list_is_drawn_by_a_bounded_number_of_statements(
    client_of, district, django_assert_max_num_queries, reference, settings
):
    """With all columns: what a column follows is read with the rows, not row by row."""
    settings.PORTAL_CLOCK = factories.NINE
    factories.queue(factories.published(), 4)
    [personas.organization(name=f"组织{n}", slug=f"organization-{n}") for n in range(3)]
    browser = client_of(district)
    for model, found in admin.site._registry.items():
        request = RequestFactory().get("/")
        request.user = district
        if not found.has_view_permission(request):
            continue
        codes = [list_columns.code_of(entry) for entry in list_columns.entries_of(found)]
        view_actions.choose_columns(model._meta.label, codes, per_page=25, actor=district)
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with django_assert_max_num_queries(44):
            page = browser.get(url)
        assert len(page.context["cl"].columns) == len(codes), model


# ---- saved views ----------------------------------------------------------------------------------------------------
def test_a_view_keeps_filters_order_and_columns(client_of, district, people):
    browser = client_of(district)
    browser.post(f"{PERSONS}columns/", {"columns": ["job"], "per_page": "25"})
    answer = browser.post(f"{PERSONS}views/?subdistrict__id__exact=1&o=-1", {"name": "夏庄的人"}, follow=True)
    view = SavedView.objects.get()
    assert (view.query, view.columns, view.owner) == ("subdistrict__id__exact=1&o=-1", ["name", "job"], district)
    assert answer.redirect_chain[-1][0] == f"{PERSONS}?subdistrict__id__exact=1&o=-1&view={view.public_id}"
    browser.post(f"{PERSONS}columns/", {"columns": ["unit"], "per_page": "25"})  # outside of the view
    assert heads(browser.get(view.get_absolute_url())) == ["姓名", "做什么工作"]
    assert heads(browser.get(PERSONS)) == ["姓名", "工作单位"]
    browser.post(f"{PERSONS}columns/?view={view.public_id}", {"columns": ["category"], "per_page": "25"})
    assert heads(browser.get(view.get_absolute_url())) == ["姓名", "类别"]
    assert heads(browser.get(PERSONS)) == ["姓名", "工作单位"]
    assert [entry.verb for entry in Entry.objects.filter(subject="staff.SavedView").order_by("pk")] == [
        "view.saved",
        "view.changed",
    ]


def test_a_view_of_people_is_no_mark_on_a_person(client_of, district, people):
    page = client_of(district).get(f"{PERSONS}views/?q=陈桂兰")
    assert "搜索的文字不存" in page.content.decode()
    client_of(district).post(f"{PERSONS}views/?q=陈桂兰&category__id__exact=1&after=x", {"name": "一"})
    assert SavedView.objects.get().query == "category__id__exact=1"


def test_other_lists_keep_their_search(client_of, district, reference):
    client_of(district).post(f"{BASES}views/?q=驿站", {"name": "驿站"})
    assert SavedView.objects.get().query == "q=%E9%A9%BF%E7%AB%99"


def test_a_view_is_private_or_shared_with_the_office(client_of, district, district_2, xiazhuang, liuting, people):
    own, shared = save(district), save(district, "共享的", is_shared=True)
    area = save(xiazhuang, "夏庄的", is_shared=True)

    def seen(user):
        return {view.name for view in SavedView.objects.visible_to(user)}

    assert seen(district) == {own.name, shared.name}
    assert seen(district_2) == {shared.name}
    assert seen(xiazhuang) == {area.name}
    assert seen(liuting) == set()
    assert seen(personas.visitor()) == set()
    assert client_of(district_2).get(f"{PERSONS}views/{own.public_id}/").status_code == 404
    assert client_of(district_2).get(shared.get_absolute_url()).context["cl"].shown.view == shared
    assert client_of(liuting).get(area.get_absolute_url()).context["cl"].shown.view is None


def test_only_its_owner_changes_and_deletes_a_view(client_of, district, district_2, people):
    view = save(district, is_shared=True)
    other = client_of(district_2)
    other.post(f"{PERSONS}views/{view.public_id}/", {"name": "改名", "is_watched": "on"})
    view.refresh_from_db()
    assert view.name == "民营企业"
    assert [one.officer for one in view.watched.all()] == [district_2]
    assert other.post(f"{PERSONS}views/{view.public_id}/", {"delete": "1"}).status_code == 403
    other.post(f"{PERSONS}columns/?view={view.public_id}", {"columns": ["job"], "per_page": "25"})
    view.refresh_from_db()
    assert view.columns == []
    with pytest.raises(NotAllowed):
        view_actions.change_view(view, name="改名", is_shared=False, actor=district_2)
    client_of(district).post(f"{PERSONS}views/{view.public_id}/", {"delete": "1"})
    assert not SavedView.objects.exists()


def test_its_owner_renames_it_and_takes_over_the_conditions_of_the_list(client_of, district, people):
    view = save(district)
    url = f"{PERSONS}views/{view.public_id}/"
    page = client_of(district).get(f"{url}?view={view.public_id}&subdistrict__id__exact=1")
    assert page.context["has_update"]
    client_of(district).post(f"{url}?subdistrict__id__exact=1", {"name": "新名", "update": "1"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("新名", "subdistrict__id__exact=1")
    client_of(district).post(f"{url}?category__id__exact=2", {"name": "又改"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("又改", "subdistrict__id__exact=1")


def test_a_name_is_used_once_and_the_form_keeps_what_was_typed(client_of, district, people):
    save(district)
    answer = client_of(district).post(f"{PERSONS}views/", {"name": "民营企业"})
    assert answer.status_code == 409
    assert "你在这个名单里已经有一个同名的视图" in answer.content.decode()
    assert 'value="民营企业"' in answer.content.decode()


def test_an_officer_has_a_bounded_number_of_views(district, people, monkeypatch):
    monkeypatch.setattr(view_actions, "MOST", 1)
    save(district)
    with pytest.raises(ActionError) as refusal:
        save(district, "又一个")
    assert refusal.value.code == "many"


def test_who_has_no_office_shares_nothing(client_of, secretary):
    assert not permissions.can_share_views(secretary)
    with pytest.raises(NotAllowed):
        view_actions.save_view("organizations.Membership", "会员", is_shared=True, actor=secretary)
    page = client_of(secretary).get("/manage/organizations/membership/views/")
    assert "is_shared" not in page.context["form"].fields


def test_a_condition_that_means_nothing_any_more_does_no_harm(client_of, district, people):
    view = save(district, query="category__id__exact=x")
    browser = client_of(district)
    assert browser.get(view.get_absolute_url()).status_code == 302
    assert browser.get(f"{PERSONS}views/{view.public_id}/").status_code == 200
    view_actions.watch_view(view, True, actor=district)
    assert browser.get("/manage/").status_code == 200


@pytest.mark.parametrize("number", ["x", "0" * 40])
def test_an_unknown_view_is_the_plain_list(client_of, district, people, number):
    assert client_of(district).get(PERSONS, {"view": number}).context["cl"].shown.view is None


# ---- on 今日待办 ---------------------------------------------------------------------------------------------------
def test_the_number_of_a_watched_view_stands_beside_the_to_dos(client_of, district, district_2, people):
    save(district, "全部的人", query="", is_watched=True, is_shared=True)
    page = client_of(district).get("/manage/").content.decode()
    assert "我的视图" in page
    assert "全部的人" in page
    assert "我的视图" not in client_of(district_2).get("/manage/").content.decode()


def test_the_number_is_that_of_the_reader(client_of, xiazhuang, people):
    liuting = personas.Subdistrict.objects.get(name="流亭街道")
    personas.person("流亭人", subdistrict=liuting)
    view = save(xiazhuang, "我的街道", query="", is_watched=True)
    page = client_of(xiazhuang).get("/manage/")
    assert f'{view.get_absolute_url()}">我的街道 <span class="chip__n">3</span>' in page.content.decode()


# ---- totals ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("expected", "text"),
    [(0, "2,500 多条"), (2_600, "2,500 多条"), (76_400, "68,000 多条"), (1_000_000, "900,000 多条")],
)
def test_a_total_above_the_limit_of_counting_is_rounded_down(expected, text):
    assert paging.many_text(expected) == text


# ---- what waits -----------------------------------------------------------------------------------------------------
def test_a_list_shows_what_waits_for_the_officer_what_they_took_and_what_is_late(
    client_of, district, settings, reference
):
    settings.PORTAL_CLOCK = factories.NINE
    activity = factories.published(by_review=True, starts=factories.moment(29), ends=factories.moment(29, 11))
    late, taken, done = factories.queue(activity, 3)
    decline_signup(done, reason="满", actor=district)
    type(late).objects.filter(pk=late.pk).update(due_on=factories.DAY - DAY)
    type(late).objects.filter(pk=taken.pk).update(due_on=factories.DAY + 2 * DAY)
    take_item(ReviewSignup(), taken, actor=district)

    def found(value):
        return {
            row.pk
            for row in client_of(district).get(f"/manage/activities/signup/?waiting={value}").context["cl"].result_list
        }

    assert found("me") == {late.pk, taken.pk}
    assert found("taken") == {taken.pk}
    assert found("late") == {late.pk}
    assert found("soon") == {taken.pk}
    assert found("x") == {late.pk, taken.pk, done.pk}


# ---- filters of persons ---------------------------------------------------------------------------------------------
def test_persons_are_found_by_organization_and_by_the_day_they_were_registered(client_of, district, people, settings):
    settings.PORTAL_CLOCK = factories.NINE
    organization = personas.organization()
    add_membership(organization, person=people[0], joined_on=factories.DAY - 9 * DAY, actor=district)
    Person.objects.filter(pk=people[1].pk).update(registered_on=factories.DAY.replace(year=2024))

    def found(query):
        return {row.pk for row in client_of(district).get(f"{PERSONS}?{query}").context["cl"].result_list}

    assert found(f"organization={organization.pk}") == {people[0].pk}
    assert found("organization=x") == {row.pk for row in people}
    assert found("period=before") == {people[1].pk}
