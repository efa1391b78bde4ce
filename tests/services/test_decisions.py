"""The decision page of a request: answering and handing over are one decision."""

import pytest
from django.urls import reverse

from chengyang.platform.notices.models import Notice
from services import actions
from tests import personas
from tests.staff_pages import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(member):
    return actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")


def url_of(row):
    return reverse("admin:staff_decide", args=["request", row.public_id])


def test_handing_over_stays_on_the_staff_site_and_the_next_item_follows(client_of, asked, member, district):
    after = actions.submit_request(actor=member, title="下一件", text="…")
    data = {"choice": "route", "handler": f"team:{personas.team().pk}"}
    answer = decide(client_of(district), url_of(asked), data)
    asked.refresh_from_db()
    assert (asked.team, answer["Location"]) == (personas.team(), url_of(after))


def test_handing_over_asks_where_to(client_of, asked, district):
    answer = decide(client_of(district), url_of(asked), {"choice": "route", "reason": "写了一半"})
    asked.refresh_from_db()
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["handler"])
    assert (asked.state, answer.context["form"]["reason"].value()) == ("submitted", "写了一半")
    assert not Notice.objects.filter(kind="services/request_routed").exists()


@pytest.mark.parametrize("handler", ["office", "team:0", "subdistrict:999", "x"])
def test_only_another_handler_is_accepted(client_of, asked, district, handler):
    answer = decide(client_of(district), url_of(asked), {"choice": "route", "handler": handler})
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["handler"])


def test_an_answer_needs_no_handler(client_of, asked, district):
    assert decide(client_of(district), url_of(asked), {"choice": "answer", "reason": "好"}).status_code == 302


@pytest.mark.parametrize(("length", "status"), [(2000, 302), (2001, 409)])
def test_an_answer_may_be_as_long_as_on_the_page_of_the_request(client_of, asked, district, length, status):
    assert 'maxlength="2000"' in client_of(district).get(url_of(asked)).content.decode()
    answer = decide(client_of(district), url_of(asked), {"choice": "answer", "reason": "长" * length})
    asked.refresh_from_db()
    assert (answer.status_code, len(asked.answer)) == (status, length if status == 302 else 0)


def test_the_office_opens_what_it_handed_over(client_of, asked, district, leader):
    decide(client_of(district), url_of(asked), {"choice": "route", "handler": f"team:{personas.team().pk}"})
    page = client_of(district).get(url_of(asked))
    assert (page.status_code, page.context["options"]) == (200, [])
    assert "“夏新连心”美丽乡村建设服务队" in page.content.decode()
    row = reverse("admin:services_request_change", args=[asked.pk])
    assert client_of(district).get(row).status_code == 200


def test_the_public_page_asks_where_to_as_well(client_of, asked, district):
    url = reverse("services:request-route", args=[asked.public_id])
    assert client_of(district).post(url, {"handler": ""}).status_code == 400
    asked.refresh_from_db()
    assert asked.state == "submitted"
