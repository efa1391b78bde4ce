"""今日待办, the decision page and the search of the desk."""

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
def asked(member):
    return actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")


def decide(asked):
    return reverse("admin:staff_decide", args=["request", asked.public_id])


@pytest.mark.parametrize("name", personas.NAMES)
def test_the_desk_is_for_officers_and_404_for_others(client_of, reference, name):
    assert client_of(personas.make(name)).get(reverse("admin:index")).status_code == (200 if name in OFFICERS else 404)


def test_a_visitor_is_asked_to_sign_in(client):
    answer = client.get(reverse("admin:index"))
    assert answer.url.startswith(reverse("accounts:login"))


def test_what_waits_for_me_is_on_the_first_page(client_of, asked, district):
    assert "劳务合同范本审阅" in client_of(district).get(reverse("admin:index")).content.decode()


def test_what_waits_for_others_is_not(client_of, asked, liuting):
    assert "劳务合同范本审阅" not in client_of(liuting).get(reverse("admin:index")).content.decode()


def test_the_nearest_due_date_comes_first(asked, member, district):
    sooner = actions.submit_request(actor=member, title="先到期的", text="…")
    Request.objects.filter(pk=sooner.pk).update(due_on=asked.due_on - dt.timedelta(days=3))
    assert [key.public_id for key in todo_queue.keys(district)] == [sooner.public_id, asked.public_id]


@pytest.mark.parametrize(("days", "group"), [(-1, "late"), (0, "today"), (1, "soon"), (30, "later"), (None, "later")])
def test_items_are_grouped_by_how_near_they_are(days, group):
    monday = dt.date(2026, 11, 23)
    due_on = None if days is None else monday + dt.timedelta(days=days)
    assert todo_queue.group_of(due_on, monday) == group


def test_a_decision_is_carried_out_and_the_next_item_follows(client_of, asked, member, district):
    after = actions.submit_request(actor=member, title="下一件", text="…")
    answer = client_of(district).post(decide(asked), {"choice": "answer", "reason": "看过了"})
    asked.refresh_from_db()
    assert (asked.answer, answer.url) == ("看过了", decide(after))


def test_a_decision_without_its_reason_is_shown_again(client_of, asked, district):
    answer = client_of(district).post(decide(asked), {"choice": "answer", "reason": "  "})
    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (409, "submitted")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"choice": "burn", "reason": "x"},
        {"choice": "answer", "reason": "a\x00b"},
        {"choice": "answer", "reason": "长" * 501},
    ],
)
def test_bad_input_decides_nothing(client_of, asked, district, data):
    assert client_of(district).post(decide(asked), data).status_code == 409
    asked.refresh_from_db()
    assert asked.state == "submitted"


def test_a_decision_of_somebody_elses_desk_is_404(client_of, asked, liuting):
    assert client_of(liuting).get(decide(asked)).status_code == 404


def test_what_may_be_seen_but_not_decided_is_403(client_of, asked, member, district):
    actions.answer_request(asked, actor=district, answer="看过了")
    assert client_of(district).post(decide(asked), {"choice": "answer", "reason": "再说"}).status_code == 403


@pytest.mark.parametrize("code", ["nothing", "request"])
def test_an_item_that_is_not_there_is_404(client_of, district, code):
    assert client_of(district).get(reverse("admin:staff_decide", args=[code, "0000000000"])).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_items(client_of, member, district, django_assert_max_num_queries):
    for n in range(3):
        actions.submit_request(actor=member, title=f"第{n}件", text="…")
    browser = client_of(district)
    with django_assert_max_num_queries(60):
        browser.get(reverse("admin:index"))


def test_every_decision_has_what_its_page_needs():
    for decision in extensions.todo_kinds():
        assert decision.label
        assert decision.model._meta.get_field("public_id")
        assert hasattr(decision.model.objects.all(), "visible_to")


def test_who_goes_through_one_kind_stays_in_it(client_of, asked, member, district):
    other = actions.submit_request(actor=member, title="另一件", text="…")
    answer = client_of(district).post(f"{decide(asked)}?kind=request", {"choice": "answer", "reason": "好"})
    assert answer["Location"] == f"{decide(other)}?kind=request"


def test_the_groups_count_all_their_items_not_those_of_the_page(client_of, member, district):
    for number in range(30):
        actions.submit_request(actor=member, title=f"第{number}件", text="…")
    sizes = [size for _label, size, _items in client_of(district).get(reverse("admin:index")).context["groups"]]
    assert sum(sizes) == 30


def test_what_a_request_needs_is_called_an_answer(client_of, asked, district):
    answer = client_of(district).post(decide(asked), {"choice": "answer", "reason": ""})
    assert "请写答复内容，本人会看到原文。" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?page=0", "?page=x", "?page=999", "?kind=%00", "?kind=nothing"])
def test_bad_addresses_of_the_desk_are_answered(client_of, district, query):
    assert client_of(district).get(reverse("admin:index") + query).status_code in (200, 400, 404)


@pytest.mark.parametrize("text", ["夏新", "%00", "曾", "a" * 500, "'\"&|!:*", "😀"])
def test_the_search_box_takes_anything(client_of, district, text):
    personas.team()
    assert client_of(district).get(reverse("admin:staff_search"), {"q": text}).status_code in (200, 400)


def test_the_margin_shows_which_six_haves_end_soon(reference, district, liuting):
    today = clock.today()
    version = Version.objects.create(standard=Standard.objects.create(code="six_haves", name="六有", subject="base"))
    ends = today + dt.timedelta(days=30)
    Assessment.objects.create(base=personas.base(), version=version, state="passed", assessed_on=today, expires_on=ends)
    seen = {
        user: [
            day.title
            for day in extensions.upcoming_dates(user, today, today + dt.timedelta(days=60))
            if "六有" in day.title
        ]
        for user in (district, liuting)
    }
    assert seen == {district: ["夏新连心驿站“六有”到期"], liuting: []}
