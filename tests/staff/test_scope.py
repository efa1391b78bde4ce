"""The admin is a door, not a back door: scope holds in pages, search, autocomplete, filters and writes."""

import pytest
from django.contrib import admin
from django.urls import reverse

from bases.models import Base
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.staff.admin import ScopedAdmin
from tests import personas

pytestmark = pytest.mark.django_db
OURS = [(model, desk) for model, desk in admin.site._registry.items()]
NAMES = [model._meta.label_lower for model, desk in OURS]


@pytest.fixture
def two_bases(reference):
    there = Subdistrict.objects.get(name="流亭街道")
    return personas.base(), personas.base(slug="liuting", name="流亭新力量空间", subdistrict=there)


def page(base, kind="change"):
    return reverse(f"admin:bases_base_{kind}", args=[base.pk])


@pytest.mark.parametrize(("model", "desk"), OURS, ids=NAMES)
def test_every_list_stands_on_the_scoped_admin(model, desk):
    assert isinstance(desk, ScopedAdmin)
    assert desk.section


@pytest.mark.parametrize(("model", "desk"), OURS, ids=NAMES)
def test_no_list_deletes_or_edits_in_bulk(model, desk, rf, district):
    request = rf.get("/")
    request.user = district
    assert not desk.has_delete_permission(request)
    assert not desk.get_actions(request)
    assert not desk.list_editable


@pytest.mark.parametrize(("model", "desk"), OURS, ids=NAMES)
def test_every_list_is_served_to_the_district(client_of, district, model, desk):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert client_of(district).get(url).status_code in (200, 404)


def test_a_list_shows_what_is_in_reach_only(client_of, two_bases, xiazhuang):
    shown = client_of(xiazhuang).get(reverse("admin:bases_base_changelist")).content.decode()
    assert "夏新连心驿站" in shown
    assert "流亭新力量空间" not in shown


def test_a_row_out_of_reach_is_404(client_of, two_bases, xiazhuang):
    assert client_of(xiazhuang).get(page(two_bases[1])).status_code == 404


def test_search_does_not_reach_further(client_of, two_bases, xiazhuang):
    shown = client_of(xiazhuang).get(reverse("admin:bases_base_changelist"), {"q": "流亭"}).content.decode()
    assert "流亭新力量空间" not in shown


def test_a_filter_does_not_reach_further(client_of, two_bases, xiazhuang):
    there = two_bases[1].subdistrict_id
    url = reverse("admin:bases_base_changelist")
    shown = client_of(xiazhuang).get(url, {"subdistrict__id__exact": there}).content.decode()
    assert "流亭新力量空间" not in shown


@pytest.mark.parametrize(
    "query",
    ["posts__person__name__startswith=单", "name__startswith=新", "name__regex=(", "slug__unaccent=x", "level__in=a,b"],
)
def test_a_filter_that_is_not_offered_is_refused(client_of, two_bases, xiazhuang, query):
    assert client_of(xiazhuang).get(f"{reverse('admin:bases_base_changelist')}?{query}").status_code == 400


def test_a_hash_is_not_read_letter_by_letter(client_of, sysadmin):
    assert client_of(sysadmin).get("/manage/accounts/user/?password__startswith=md5").status_code == 400


def test_djangos_own_error_page_is_never_shown(client_of, two_bases, district):
    url = reverse("admin:bases_base_changelist")
    assert client_of(district).get(f"{url}?e=1&level__exact=x")["Location"] == url


def test_autocomplete_does_not_reach_further(client_of, xiazhuang, reference):
    there = Subdistrict.objects.get(name="流亭街道")
    personas.person("夏庄人")
    personas.person("流亭人", subdistrict=there)
    query = {"app_label": "bases", "model_name": "post", "field_name": "person", "term": "人"}
    found = client_of(xiazhuang).get(reverse("admin:autocomplete"), query).json()["results"]
    assert [hit["text"] for hit in found] == ["夏庄人"]


def test_a_verb_on_a_row_out_of_reach_is_404(client_of, two_bases, xiazhuang):
    url = reverse("admin:bases_base_do", args=[two_bases[1].pk, "close"])
    assert client_of(xiazhuang).post(url).status_code == 404
    assert Base.objects.get(pk=two_bases[1].pk).state == "operating"


def test_a_verb_that_is_not_theirs_is_403(client_of, two_bases, xiazhuang):
    assert client_of(xiazhuang).post(reverse("admin:bases_base_do", args=[two_bases[0].pk, "close"])).status_code == 403


def test_a_verb_by_get_is_405(client_of, two_bases, district):
    assert client_of(district).get(reverse("admin:bases_base_do", args=[two_bases[0].pk, "close"])).status_code == 405


def test_a_verb_calls_the_action(client_of, two_bases, district):
    client_of(district).post(reverse("admin:bases_base_do", args=[two_bases[0].pk, "close"]))
    assert Base.objects.get(pk=two_bases[0].pk).state == "closed"


def test_what_is_typed_in_goes_through_the_action(client_of, two_bases, xiazhuang):
    data = {"place": "", "address": "", "hours": "周末不休", "summary": "", "contact": ""}
    assert client_of(xiazhuang).post(page(two_bases[0]), data).status_code == 302
    assert Base.objects.get(pk=two_bases[0].pk).hours == "周末不休"


def test_too_long_a_text_is_shown_again_with_what_was_typed(client_of, two_bases, xiazhuang):
    answer = client_of(xiazhuang).post(page(two_bases[0]), {"hours": "长" * 81})
    assert answer.status_code == 400
    assert "长" * 81 in answer.content.decode()


def test_a_list_without_an_action_writes_nothing(client_of, two_bases, district):
    assert client_of(district).post(reverse("admin:services_request_add"), {"title": "x"}).status_code == 403


@pytest.mark.parametrize("object_id", ["0", "99999999999999999999", "x", "1;drop", "１", "_0A"])
def test_an_id_that_cannot_be_is_404(client_of, district, object_id):
    assert client_of(district).get(f"/manage/bases/base/{object_id}/change/").status_code == 404


@pytest.mark.parametrize("path", ["history/", "delete/"])
def test_there_is_no_history_and_no_deletion(client_of, two_bases, district, path):
    assert client_of(district).get(f"/manage/bases/base/{two_bases[0].pk}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("p=999", 0),
        ("p=x", 0),
        ("o=99", 0),
        ("o=%00", 0),
        ("level__exact=moon", 0),
        ("subdistrict__id__exact=x", 0),
        ("q=%00", 0),
    ],
)
def test_a_malformed_query_of_a_list_is_answered(client_of, two_bases, district, query, status):
    answer = client_of(district).get(f"{reverse('admin:bases_base_changelist')}?{query}")
    assert answer.status_code == status


@pytest.mark.parametrize("name", ["editor", "auditor", "sysadmin", "secadmin", "secretary", "leader"])
def test_a_list_that_does_not_concern_an_officer_is_404(client_of, two_bases, name):
    assert client_of(personas.make(name)).get(reverse("admin:bases_base_changelist")).status_code == 404
