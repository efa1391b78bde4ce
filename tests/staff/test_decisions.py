"""What an officer decides is what was on the page, whoever else was faster."""

import re

import pytest
from django.urls import reverse

from activities.models import Signup
from chengyang import extensions
from chengyang.platform.staff.decisions import DecisionPage
from members import actions as registry
from members.models import Application
from services import actions
from services.models import Request
from tests import personas
from tests.activities import factories as activities
from tests.members import factories as members
from tests.staff_pages import version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def overdue(stranger):
    """An application that the district may review, too, because its first review is overdue."""
    row = members.in_state(stranger, "submitted")
    Application.objects.update(due_on="2020-01-01")
    return row


@pytest.fixture
def asked(member):
    return actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")


def url_of(kind, row):
    return reverse("admin:staff_decide", args=[kind, row.public_id])


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def answered_by_two(client_of, asked, district, district_2):
    """Both officers open the page; the first one answers; return the answer to the second one."""
    slower, url = client_of(district_2), url_of("request", asked)
    version = version_of(slower, url)
    actions.answer_request(asked, actor=district, answer="已经答复")
    return slower.post(url, {"version": version, "choice": "answer", "reason": "我也来答复"})


def test_the_slower_officer_is_refused(client_of, asked, district, district_2):
    assert answered_by_two(client_of, asked, district, district_2).status_code == 409
    asked.refresh_from_db()
    assert asked.answer == "已经答复"


def test_the_slower_officer_reads_who_did_what(client_of, asked, district, district_2):
    page = text_of(answered_by_two(client_of, asked, district, district_2))
    assert re.search(r'<span class="as-is">district</span> .{8,24}：答复诉求（状态、答复', page)


def test_the_text_of_the_slower_officer_stays(client_of, asked, district, district_2):
    assert "readonly>我也来答复</textarea>" in text_of(answered_by_two(client_of, asked, district, district_2))


def test_a_choice_that_is_still_open_stays_chosen(client_of, asked, district):
    browser, url = client_of(district), url_of("request", asked)
    version = version_of(browser, url)
    Request.objects.update(text="还有一份补充协议")
    page = text_of(browser.post(url, {"version": version, "choice": "answer", "reason": "写了很久的答复"}))
    assert 'value="answer" data-reason="yes" checked' in page
    assert ">写了很久的答复</textarea>" in page


def test_the_refused_decision_can_be_made_again_on_the_new_page(client_of, asked, district):
    browser, url = client_of(district), url_of("request", asked)
    version = version_of(browser, url)
    Request.objects.update(text="还有一份补充协议")
    refused = browser.post(url, {"version": version, "choice": "answer", "reason": "答复"})
    again = {"version": refused.context["page"].version, "choice": "answer", "reason": "答复"}
    assert browser.post(url, again).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "W10:1:2"])
def test_a_decision_without_a_true_version_is_refused(client_of, asked, district, version):
    answer = client_of(district).post(
        url_of("request", asked), {"version": version, "choice": "answer", "reason": "好"}
    )
    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (409, "submitted")


def test_the_version_of_another_officer_is_refused(client_of, asked, district, district_2):
    url = url_of("request", asked)
    version = version_of(client_of(district_2), url)
    answer = client_of(district).post(url, {"version": version, "choice": "answer", "reason": "好"})
    assert answer.status_code == 409


def test_text_that_changed_in_the_meantime_is_not_approved(client_of, district):
    draft = activities.draft(state="submitted")
    browser, url = client_of(district), url_of("activity", draft)
    version = version_of(browser, url)
    type(draft).objects.filter(pk=draft.pk).update(summary="换成了别的内容")
    answer = browser.post(url, {"version": version, "choice": "approve"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (409, "submitted")


def test_the_second_review_that_now_waits_is_linked(client_of, overdue, xiazhuang, district):
    browser, url = client_of(district), url_of("application-first", overdue)
    version = version_of(browser, url)
    registry.review_first(overdue, actor=xiazhuang)
    page = text_of(browser.post(url, {"version": version, "choice": "return", "reason": "请写全称"}))
    assert f'href="{url_of("application-second", overdue)}">去办“入册复审”' in page
    assert ">请写全称</textarea>" in page


def test_places_taken_in_the_meantime_do_not_change_the_version(reference, district):
    activity = activities.published(by_review=True, capacity=5)
    row = activity.signups.create(guest_name="来宾", user=personas.user("guest"), state="pending", position=1)
    kind = extensions.todo_kind("signup")
    before = DecisionPage(kind, Signup.objects.get(pk=row.pk), district).version
    type(activity).objects.update(taken=2)
    assert DecisionPage(kind, Signup.objects.get(pk=row.pk), district).moved_since(before) is None


def test_a_row_that_was_deleted_is_404(client_of, asked, district):
    browser, url = client_of(district), url_of("request", asked)
    version = version_of(browser, url)
    type(asked).objects.all().delete()
    assert browser.post(url, {"version": version, "choice": "answer", "reason": "好"}).status_code == 404


# ---- the buttons on the page of a row --------------------------------------------------------------------------------
def pressed(browser, row, verb, **data):
    """Open the page of `row`; return a function that then presses its button `verb`."""
    page = reverse("admin:activities_activity_change", args=[row.pk])
    version = browser.get(page).context["version"]
    url = reverse("admin:activities_activity_do", args=[row.pk, verb])
    return lambda: browser.post(url, {"version": version, **data}, follow=True).content.decode()


def test_a_button_on_an_outdated_page_does_nothing_and_the_typed_reason_stays(client_of, district):
    row = activities.draft(state="submitted")
    press = pressed(client_of(district), row, "return", reason="请写明集合的地方")
    type(row).objects.filter(pk=row.pk).update(place="换成了别处")
    page = press()
    row.refresh_from_db()
    assert (row.state, "有了变化" in page, "请写明集合的地方" in page) == ("submitted", True, True)


def test_a_button_on_a_page_that_is_still_true_is_carried_out(client_of, district):
    row = activities.draft(state="submitted")
    pressed(client_of(district), row, "return", reason="请写明集合的地方")()
    row.refresh_from_db()
    assert row.state == "returned"
