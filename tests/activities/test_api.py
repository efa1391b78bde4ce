"""/api/v1/activities/: the same rows, filters and actions as the pages."""

import json

import pytest
from django.test import Client

from activities import actions
from activities.models import Signup
from tests import personas

from . import factories
from .factories import moment

LIST = "/api/v1/activities/"


def one(activity, step=""):
    return f"{LIST}{activity.public_id}/{step}"


def post(client, path, data=None):
    return client.post(path, data=json.dumps(data or {}), content_type="application/json")


def titles(answer):
    return [row["title"] for row in answer.json()["results"]]


# ---- reading --------------------------------------------------------------------------------------------------------
def test_everybody_reads_the_list(client, activity):
    (row,) = client.get(LIST).json()["results"]
    assert (row["id"], row["places_left"], row["signup_status"]) == (
        activity.public_id, 2, {"code": "few", "text": "仅余 2"},
    )  # fmt: skip


def test_one_activity_reads_like_its_row(client, activity):
    assert client.get(one(activity)).json() == client.get(LIST).json()["results"][0]


def test_the_list_begins_today_by_default(client, reference):
    factories.published(title="去年", starts=moment(1), ends=moment(1, 10))
    factories.published(title="今天")
    assert titles(client.get(LIST)) == ["今天"]
    assert titles(client.get(f"{LIST}?since=2026-09-01")) == ["去年", "今天"]
    assert titles(client.get(f"{LIST}?since=2026-09-01&until=2026-09-01")) == ["去年"]


def test_the_list_has_the_filters_of_the_page(client, reference):
    factories.published(title="力", programme=factories.programme())
    factories.published(title="心", programme=factories.programme("xin", "新心汇"))
    assert titles(client.get(f"{LIST}?programme=li")) == ["力"]
    assert client.get(f"{LIST}?programme=x").status_code == 404


@pytest.mark.parametrize("query", ["since=x", "until=2026-13-01", "since=9999-99-99"])
def test_bad_days_are_400_and_named(client, db, query):
    answer = client.get(f"{LIST}?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("cursor", ["x", "cD0yMDI2", "%F0%9F%8D%87", "cD0AAA=="])
def test_an_invalid_cursor_is_refused(client, activity, cursor):
    assert client.get(f"{LIST}?cursor={cursor}").status_code in (400, 404)


def test_pages_follow_each_other(client, reference):
    for number in range(30):
        factories.published(title=f"第{number}场")
    first = client.get(LIST).json()
    second = client.get(first["next"]).json()
    assert [len(first["results"]), len(second["results"]), second["next"]] == [25, 5, None]


def test_hidden_activities_do_not_leak(client, client_of, stranger, reference):
    factories.draft(title="草稿")
    hidden = factories.published(title="会员", audience="members")
    for browser in (client, client_of(stranger)):
        assert titles(browser.get(LIST)) == []
        assert browser.get(one(hidden)).status_code == 404


def test_the_url_of_an_online_meeting_is_not_shown(client, reference):
    activity = factories.published(mode="online", online_url="https://meeting.example.invalid/secret")
    assert "secret" not in client.get(one(activity)).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_list_do_not_grow(client, reference, rows, django_assert_num_queries):
    for _ in range(rows):
        factories.published(programme=factories.programme(), base=personas.base(), team=personas.team())
    with django_assert_num_queries(1):
        client.get(LIST)


# ---- signing up -----------------------------------------------------------------------------------------------------
def test_signing_up(client_of, activity, member):
    answer = post(client_of(member), one(activity, "signup/"))
    signup = Signup.objects.get()
    assert (answer.status_code, answer.json()["id"], answer.json()["state"]) == (201, signup.public_id, "confirmed")
    assert signup.person == member.person


def test_a_guest_gives_a_name(client_of, activity):
    post(client_of(factories.guest()), one(activity, "signup/"), {"guest_name": "王小明"})
    assert Signup.objects.get().guest_name == "王小明"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" 王\n小明 ", "王小明"),
        ("王\u200b小明", "王小明"),
        ("艾合买提•买买提", "艾合买提·买买提"),
        ("Ａnna  Li", "Anna Li"),
    ],
)
def test_a_guests_name_is_stored_as_the_form_stores_it(client_of, activity, typed, stored):
    post(client_of(factories.guest()), one(activity, "signup/"), {"guest_name": typed})
    assert Signup.objects.get().guest_name == stored


@pytest.mark.parametrize("name", ["名" * 51, "\ue000小明", "\u200b"])
def test_an_invalid_name_is_refused_at_its_field(client_of, activity, name):
    answer = post(client_of(factories.guest()), one(activity, "signup/"), {"guest_name": name})
    assert (answer.status_code, list(answer.json())) == (400, ["guest_name"])


def test_a_refusal_is_409_with_a_code(client_of, activity, member, settings):
    settings.PORTAL_CLOCK = activity.starts
    answer = post(client_of(member), one(activity, "signup/"))
    assert (answer.status_code, answer.json()) == (409, {"code": "closed", "detail": "活动已经开始，不能再报名。"})


def test_risks_are_acknowledged_first(client_of, member, reference):
    activity = factories.published(hazards="剪刀划伤", insurance="意外险")
    assert list(post(client_of(member), one(activity, "signup/")).json()) == ["acknowledged"]
    assert post(client_of(member), one(activity, "signup/"), {"acknowledged": True}).status_code == 201


@pytest.mark.parametrize(
    "data", [{"guest_name": "名" * 51}, {"guest_name": "a\x00b"}, {"guest_name": []}, {"acknowledged": "maybe"}]
)
def test_bad_input_is_400_and_changes_nothing(client_of, activity, data):
    answer = post(client_of(factories.guest()), one(activity, "signup/"), data)
    assert (answer.status_code, Signup.objects.count()) == (400, 0)


def test_invalid_json_is_400(client_of, activity, member):
    answer = client_of(member).post(one(activity, "signup/"), data="{", content_type="application/json")
    assert (answer.status_code, Signup.objects.count()) == (400, 0)


@pytest.mark.parametrize("step", ["signup/", "cancel/"])
def test_a_visitor_is_refused(client, activity, step):
    assert post(client, one(activity, step)).status_code == 403


@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("district", 403), ("member", 201)])
def test_only_the_audience_signs_up(client_of, organization, name, status):
    activity = factories.published(audience="organization", organization=organization)
    assert post(client_of(personas.make(name)), one(activity, "signup/")).status_code == status


def test_without_a_token_nothing_is_written(activity, member):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member, backend="chengyang.platform.accounts.backends.PortalBackend")
    assert post(browser, one(activity, "signup/")).status_code == 403
    assert not Signup.objects.exists()


@pytest.mark.parametrize("method", ["post", "delete"])
def test_cancelling(client_of, activity, member, method):
    actions.sign_up(activity, actor=member)
    answer = getattr(client_of(member), method)(one(activity, "cancel/"))
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


def test_cancelling_another_signup_is_404(client_of, activity, member, xiazhuang):
    actions.sign_up(activity, actor=member)
    assert post(client_of(xiazhuang), one(activity, "cancel/")).status_code == 404
    assert Signup.objects.get().state == "confirmed"


@pytest.mark.parametrize(
    ("path", "methods"),
    [("", ["post", "put", "patch", "delete"]), ("signup/", ["get", "put", "delete"]), ("cancel/", ["get", "put"])],
)
def test_other_methods_are_405(client_of, activity, member, path, methods):
    browser = client_of(member)
    assert [getattr(browser, method)(one(activity, path)).status_code for method in methods] == [405] * len(methods)


# ---- the schema -----------------------------------------------------------------------------------------------------
def test_the_schema_has_every_operation(client, db):
    schema = client.get("/api/v1/schema/?format=json").json()
    assert {(method, path) for path, methods in schema["paths"].items() for method in methods} == {
        ("get", "/api/v1/activities/"),
        ("get", "/api/v1/activities/{public_id}/"),
        ("post", "/api/v1/activities/{public_id}/signup/"),
        ("post", "/api/v1/activities/{public_id}/cancel/"),
        ("delete", "/api/v1/activities/{public_id}/cancel/"),
        ("get", "/api/v1/objectives/"),
        ("get", "/api/v1/objectives/{public_id}/"),
        ("get", "/api/v1/proposals/"),
        ("get", "/api/v1/proposals/{public_id}/"),
    }


def test_the_schema_describes_the_signup_status(client, db):
    schemas = client.get("/api/v1/schema/?format=json").json()["components"]["schemas"]
    assert set(schemas["SignupStatus"]["properties"]) == {"code", "text"}
    assert "signup_status" in schemas["Activity"]["properties"]


def test_the_documentation_page_needs_no_script(client, db):
    page = client.get("/api/v1/").content.decode()
    assert "报名，或排候补" in page
    assert "<script>" not in page
