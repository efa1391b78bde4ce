"""The staff site: 今日待办, the decision page and the search."""

import datetime as dt

import pytest
from django.urls import reverse

from bases.models import Assessment
from chengyang import clock, extensions
from chengyang.platform.staff import todo_queue
from chengyang.platform.standards.models import Standard, Version
from services import actions
from services.models import Request
from tests import personas
from tests.staff_pages import decide as decide_on

pytestmark = pytest.mark.django_db
OFFICERS = (
    "district",
    "district_2",
    "xiazhuang",
    "liuting",
    "editor",
    "secretary",
    "base_manager",
    "leader",
    "sysadmin",
    "secadmin",
    "auditor",
)


@pytest.fixture
def request_row(member):
    return actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")


def decide(request_row):
    return reverse("admin:staff_decide", args=["request", request_row.public_id])


@pytest.mark.parametrize("name", personas.NAMES)
def test_the_staff_site_is_for_officers_and_404_for_others(client_of, reference, name):
    assert client_of(personas.make(name)).get(reverse("admin:index")).status_code == (200 if name in OFFICERS else 404)


def test_a_visitor_has_to_sign_in(client):
    answer = client.get(reverse("admin:index"))
    assert answer.url.startswith(reverse("accounts:login"))


def test_own_waiting_items_are_on_the_first_page(client_of, request_row, district):
    assert "劳务合同范本审阅" in client_of(district).get(reverse("admin:index")).content.decode()


def test_waiting_items_of_others_are_not_shown(client_of, request_row, liuting):
    assert "劳务合同范本审阅" not in client_of(liuting).get(reverse("admin:index")).content.decode()


def test_the_nearest_due_date_comes_first(request_row, member, district):
    sooner = actions.submit_request(actor=member, title="先到期的", text="…")
    Request.objects.filter(pk=sooner.pk).update(due_on=request_row.due_on - dt.timedelta(days=3))
    assert [key.public_id for key in todo_queue.keys(district)] == [sooner.public_id, request_row.public_id]


@pytest.mark.parametrize(("days", "group"), [(-1, "late"), (0, "today"), (1, "soon"), (30, "later"), (None, "undated")])
def test_items_are_grouped_by_due_date(days, group):
    monday = dt.date(2026, 11, 23)
    due_on = None if days is None else monday + dt.timedelta(days=days)
    assert todo_queue.group_of(due_on, monday) == group


def test_a_decision_is_carried_out_and_the_next_item_follows(client_of, request_row, member, district):
    after = actions.submit_request(actor=member, title="下一件", text="…")
    answer = decide_on(client_of(district), decide(request_row), {"choice": "answer", "reason": "看过了"})
    request_row.refresh_from_db()
    assert (request_row.answer, answer.url) == ("看过了", decide(after))


def test_a_decision_without_its_reason_is_shown_again(client_of, request_row, district):
    answer = decide_on(client_of(district), decide(request_row), {"choice": "answer", "reason": "  "})
    request_row.refresh_from_db()
    assert (answer.status_code, request_row.state) == (409, "submitted")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"choice": "burn", "reason": "x"},
        {"choice": "answer", "reason": "a\x00b"},
        {"choice": "answer", "reason": "长" * 2001},
    ],
)
def test_bad_input_decides_nothing(client_of, request_row, district, data):
    assert decide_on(client_of(district), decide(request_row), data).status_code == 409
    request_row.refresh_from_db()
    assert request_row.state == "submitted"


def test_an_item_out_of_scope_is_404(client_of, request_row, liuting):
    assert client_of(liuting).get(decide(request_row)).status_code == 404


def test_an_item_without_a_decision_to_make_is_403(client_of, request_row, member, district):
    actions.answer_request(request_row, actor=district, answer="看过了")
    assert (
        decide_on(client_of(district), decide(request_row), {"choice": "answer", "reason": "再说"}).status_code == 403
    )


@pytest.mark.parametrize("code", ["nothing", "request"])
def test_an_unknown_item_is_404(client_of, district, code):
    assert client_of(district).get(reverse("admin:staff_decide", args=[code, "0000000000"])).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_items(client_of, member, district, django_assert_max_num_queries):
    for n in range(3):
        actions.submit_request(actor=member, title=f"第{n}件", text="…")
    browser = client_of(district)
    with django_assert_max_num_queries(60):
        browser.get(reverse("admin:index"))


def test_every_todo_kind_has_what_its_page_needs():
    for kind in extensions.todo_kinds():
        assert kind.label
        assert kind.model._meta.get_field("public_id")
        assert hasattr(kind.model.objects.all(), "visible_to")


def test_the_next_item_is_of_the_chosen_kind(client_of, request_row, member, district):
    other = actions.submit_request(actor=member, title="另一件", text="…")
    answer = decide_on(client_of(district), f"{decide(request_row)}?kind=request", {"choice": "answer", "reason": "好"})
    assert answer["Location"] == f"{decide(other)}?kind=request"


def test_the_groups_count_all_items_and_not_only_those_of_the_page(client_of, member, district):
    for number in range(30):
        actions.submit_request(actor=member, title=f"第{number}件", text="…")
    sizes = [size for _label, size, _items in client_of(district).get(reverse("admin:index")).context["groups"]]
    assert sum(sizes) == 30


def test_the_reason_of_a_request_is_called_an_answer(client_of, request_row, district):
    answer = decide_on(client_of(district), decide(request_row), {"choice": "answer", "reason": ""})
    assert "请写答复内容，本人会看到原文。" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?page=0", "?page=x", "?page=999", "?kind=%00", "?kind=nothing"])
def test_malformed_urls_of_the_todo_list_are_answered(client_of, district, query):
    assert client_of(district).get(reverse("admin:index") + query).status_code in (200, 400, 404)


@pytest.mark.parametrize("text", ["夏新", "%00", "曾", "a" * 500, "'\"&|!:*", "😀"])
def test_the_search_accepts_any_text(client_of, district, text):
    personas.team()
    assert client_of(district).get(reverse("admin:staff_search"), {"q": text}).status_code in (200, 400)


def test_upcoming_dates_show_which_six_haves_expire_soon(reference, district, liuting):
    today = clock.today()
    version = Version.objects.create(standard=Standard.objects.create(code="six_haves", name="六有", subject="base"))
    ends = today + dt.timedelta(days=30)
    Assessment.objects.create(base=personas.base(), version=version, state="passed", assessed_on=today, expires_on=ends)
    titles = {
        user: [
            day.title
            for day in extensions.upcoming_dates(user, today, today + dt.timedelta(days=60))
            if "六有" in day.title
        ]
        for user in (district, liuting)
    }
    assert titles == {district: ["夏新连心驿站“六有”到期"], liuting: []}
