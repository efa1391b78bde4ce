"""The access scope applies to pages, search, autocomplete, filters and writes of the staff site."""

import pytest
from django.contrib import admin
from django.urls import reverse

from bases.models import Base
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.staff.admin import ScopedAdmin
from tests import personas

pytestmark = pytest.mark.django_db
ADMINS = list(admin.site._registry.items())
NAMES = [model._meta.label_lower for model, _admin in ADMINS]


@pytest.fixture
def two_bases(reference):
    there = Subdistrict.objects.get(name="流亭街道")
    return personas.base(), personas.base(slug="liuting", name="流亭新力量空间", subdistrict=there)


def page(base, kind="change"):
    return reverse(f"admin:bases_base_{kind}", args=[base.pk])


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=NAMES)
def test_every_list_is_a_scoped_admin(model, model_admin):
    assert isinstance(model_admin, ScopedAdmin)
    of_all_sections = {"jobs.job", "imports.import"}  # entries of the navigation itself
    assert model_admin.section or model_admin.opts.label_lower in of_all_sections


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=NAMES)
def test_no_list_deletes_or_edits_in_bulk(model, model_admin, rf, district):
    request = rf.get("/")
    request.user = district
    assert not model_admin.has_delete_permission(request)
    assert not model_admin.get_actions(request)
    assert not model_admin.list_editable


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=NAMES)
def test_every_list_is_served_to_the_district(client_of, district, model, model_admin):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert client_of(district).get(url).status_code in (200, 404)


def test_a_list_shows_rows_in_scope_only(client_of, two_bases, xiazhuang):
    shown = client_of(xiazhuang).get(reverse("admin:bases_base_changelist")).content.decode()
    assert "夏新连心驿站" in shown
    assert "流亭新力量空间" not in shown


def test_a_row_out_of_scope_is_404(client_of, two_bases, xiazhuang):
    assert client_of(xiazhuang).get(page(two_bases[1])).status_code == 404


def test_search_finds_rows_in_scope_only(client_of, two_bases, xiazhuang):
    shown = client_of(xiazhuang).get(reverse("admin:bases_base_changelist"), {"q": "流亭"}).content.decode()
    assert "流亭新力量空间" not in shown


def test_a_filter_finds_rows_in_scope_only(client_of, two_bases, xiazhuang):
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


def test_a_hash_cannot_be_guessed_by_a_filter(client_of, sysadmin):
    assert client_of(sysadmin).get("/manage/accounts/user/?password__startswith=md5").status_code == 400


def test_djangos_own_error_page_is_never_shown(client_of, two_bases, district):
    url = reverse("admin:bases_base_changelist")
    assert client_of(district).get(f"{url}?e=1&level__exact=x")["Location"] == url


def test_autocomplete_finds_rows_in_scope_only(client_of, xiazhuang, reference):
    there = Subdistrict.objects.get(name="流亭街道")
    personas.person("夏庄人")
    personas.person("流亭人", subdistrict=there)
    query = {"app_label": "bases", "model_name": "post", "field_name": "person", "term": "人"}
    found = client_of(xiazhuang).get(reverse("admin:autocomplete"), query).json()["results"]
    assert [hit["text"] for hit in found] == ["夏庄人（青岛澄海文化传媒有限公司，夏庄）"]


def test_a_button_on_a_row_out_of_scope_is_404(client_of, two_bases, xiazhuang):
    url = reverse("admin:bases_base_do", args=[two_bases[1].pk, "close"])
    assert client_of(xiazhuang).post(url).status_code == 404
    assert Base.objects.get(pk=two_bases[1].pk).state == "operating"


def test_a_button_without_permission_is_403(client_of, two_bases, xiazhuang):
    assert client_of(xiazhuang).post(reverse("admin:bases_base_do", args=[two_bases[0].pk, "close"])).status_code == 403


def test_a_button_by_get_is_405(client_of, two_bases, district):
    assert client_of(district).get(reverse("admin:bases_base_do", args=[two_bases[0].pk, "close"])).status_code == 405


def test_a_button_calls_the_action(client_of, two_bases, district):
    client_of(district).post(reverse("admin:bases_base_do", args=[two_bases[0].pk, "close"]))
    assert Base.objects.get(pk=two_bases[0].pk).state == "closed"


def test_a_form_calls_the_action(client_of, two_bases, xiazhuang):
    base, hours = two_bases[0], "周六、周日 09:00–17:00"
    data = {"name": base.name, "level": base.level, "subdistrict": base.subdistrict_id, "hours": hours}
    assert client_of(xiazhuang).post(page(two_bases[0]), data).status_code == 302
    assert Base.objects.get(pk=two_bases[0].pk).hours == hours


def test_a_too_long_text_is_shown_again(client_of, two_bases, xiazhuang):
    answer = client_of(xiazhuang).post(page(two_bases[0]), {"hours": "长" * 81})
    assert answer.status_code == 400
    assert "长" * 81 in answer.content.decode()


def test_a_list_without_an_action_writes_nothing(client_of, two_bases, district):
    assert client_of(district).post(reverse("admin:services_request_add"), {"title": "x"}).status_code == 403


@pytest.mark.parametrize("object_id", ["0", "99999999999999999999", "x", "1;drop", "１", "_0A"])
def test_a_malformed_id_is_404(client_of, district, object_id):
    assert client_of(district).get(f"/manage/bases/base/{object_id}/change/").status_code == 404


@pytest.mark.parametrize("path", ["history/", "delete/"])
def test_there_is_no_history_and_no_deletion(client_of, two_bases, district, path):
    assert client_of(district).get(f"/manage/bases/base/{two_bases[0].pk}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("p=999", 200),
        ("p=x", 200),
        ("o=99", 200),
        ("o=%00", 400),
        ("level__exact=moon", 200),
        ("subdistrict__id__exact=x", 302),
        ("q=%00", 400),
    ],
)
def test_a_malformed_query_of_a_list_is_answered(client_of, two_bases, district, query, status):
    answer = client_of(district).get(f"{reverse('admin:bases_base_changelist')}?{query}")
    assert answer.status_code == status


@pytest.mark.parametrize("name", ["editor", "auditor", "sysadmin", "secadmin", "secretary", "leader"])
def test_a_list_that_an_officer_does_not_have_is_404(client_of, two_bases, name):
    assert client_of(personas.make(name)).get(reverse("admin:bases_base_changelist")).status_code == 404
