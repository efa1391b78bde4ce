"""Path: two officers on one item, a base from its creation to its public page, and a list with its way back."""

import io

import pikepdf
import pytest
from playwright.sync_api import expect

from activities.actions import sign_up
from bases.models import Base
from services import actions
from services.models import Outcome
from tests import personas

from . import browser_data
from .pages import PICTURES, agree, both_sizes, check, heading, press, sees

pytestmark = pytest.mark.browser


@both_sizes
def test_two_officers_on_one_item(browse, size):
    member = personas.make("member")
    personas.make("leader")  # without a leader, the office would answer in the team's place
    asked = actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")
    url = f"/manage/decide/request/{asked.public_id}/"
    slower = browse(personas.make("district_2"), size=size)
    slower.goto(url)
    slower.get_by_label("答复", exact=True).check()
    slower.locator("#id_reason").fill("写了很久的答复")
    faster = browse(personas.make("district"), size=size)
    faster.goto(url)
    faster.get_by_label("转办", exact=True).check()
    check(faster, "hand-over", axe=True)
    faster.get_by_label("转给").select_option(label=personas.team().name)
    press(faster, "转办")
    slower.locator(".decide button[type=submit]").click()
    sees(slower, "你打开以后，这一件有了变化，你的决定没有办理。")
    expect(slower.locator("#id_typed")).to_have_value("写了很久的答复")
    expect(slower.locator(".decide__moved li")).to_contain_text("分派诉求")
    check(slower, "decision-moved", axe=True)


@both_sizes
def test_a_base_is_created_and_published_by_staff(browse, size):
    page = browse(personas.make("xiazhuang"), size=size)
    page.goto("/manage/bases/base/")
    page.get_by_role("link", name="添加实践创新基地").click()
    page.get_by_label("名称").fill("葡萄园实践创新基地")
    page.get_by_label("级别").select_option(label="社区基地")
    page.get_by_label("所在").fill("葡萄园")
    check(page, "base-add", axe=True)
    press(page, "保存")
    heading(page, "葡萄园实践创新基地")
    page.locator(".verbs summary", has_text="更多").click()
    page.get_by_role("button", name="公开", exact=True).click()
    agree(page)
    sees(page, "已公开。")
    check(page, "base-new", axe=True)
    visitor = browse(size=size)
    visitor.goto(Base.objects.get(name="葡萄园实践创新基地").get_absolute_url())
    heading(visitor, "葡萄园实践创新基地")
    sees(visitor, "还没有在这里评定")
    expect(visitor.get_by_text("按公开报道录入")).to_have_count(0)  # an officer entered it
    check(visitor, "base-new-public", axe=True)


def test_what_is_saved_again_after_going_back_is_there_once(browse):
    page = browse(personas.make("leader"))
    page.goto("/manage/services/outcome/add/")
    page.locator("[name=title]").fill("一家新店")
    page.locator("[name=kind]").select_option("firm")
    page.locator("[name=happened_on]").fill("2026-09-01")
    page.locator("[name=quantity]").fill("3")
    press(page, "保存")
    heading(page, "一家新店")
    page.go_back()
    expect(page.locator("[name=title]")).to_have_value("一家新店")
    press(page, "保存")
    heading(page, "一家新店")
    assert Outcome.objects.count() == 1


def test_the_field_that_looks_people_up_has_a_name_and_tells_namesakes_apart(browse):
    browser_data.person(91, "陈桂兰")
    browser_data.person(92, "陈桂兰", unit="青岛另一家公司")
    personas.organization()
    page = browse(personas.make("district"))
    page.goto("/manage/organizations/post/add/")
    page.get_by_role("combobox", name="人士").click()
    page.locator(".select2-search__field").fill("陈桂兰")
    expect(page.locator(".select2-results__option")).to_have_count(2)
    expect(page.locator(".select2-results__option", has_text="青岛另一家公司")).to_have_count(1)
    page.keyboard.press("Escape")
    check(page, "post-add", axe=True)


def test_the_field_that_looks_people_up_has_a_name_however_late_it_is_replaced(browse):
    personas.organization()
    page = browse(personas.make("district"))
    page.route("**/vendor/jquery/jquery*.js", delayed)
    page.goto("/manage/organizations/post/add/")
    assert page.locator(".select2").count() == 0
    page.evaluate("django.jQuery.holdReady(false)")
    expect(page.locator(".select2 [role=combobox]")).to_have_accessible_name("人士")


def delayed(route):
    """Answer jQuery, which runs nothing that waits for the document until the test allows it."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text() + "\njQuery.holdReady(true);")


# ---- paper ----------------------------------------------------------------------------------------------------------
def sheets(page, **options):
    """Return the number of A4 sheets that the page takes in print."""
    return len(pikepdf.open(io.BytesIO(page.pdf(format="A4", **options))).pages)


def test_a_list_on_paper_has_the_whole_width_and_nothing_to_press(browse):
    for number in range(100, 140):
        browser_data.person(number, f"周予{'安宁平和乐'[number % 5]}", unit="青岛澄海文化传媒有限公司")
    page = browse(personas.make("xiazhuang"))
    page.goto("/manage/members/person/?rows=200")
    assert (sheets(page, landscape=True) <= 3, sheets(page) <= 3) == (True, True)
    page.emulate_media(media="print")
    for width in (1047, 680):  # A4 across and upright, without margins
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator("table.listing").bounding_box()["width"] >= width - 40
        assert page.locator("a.btn:visible, button:visible, input:visible, .staff__nav:visible").count() == 0


def test_the_list_at_the_entrance_on_paper_has_lines_for_signatures(browse):
    activity = browser_data.activity(capacity=60)
    for number in range(100, 146):
        sign_up(activity, actor=browser_data.person(number, f"周予{'安宁平和乐'[number % 5]}").user)
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/checkin/{activity.public_id}/")
    expect(page.locator(".checkin__person")).to_have_count(46)
    assert sheets(page) <= 3
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    page.screenshot(path=PICTURES / "checkin-paper.png", full_page=True)
    assert page.locator(".checkin__person").first.bounding_box()["height"] >= 30  # px, 8 mm
    assert page.locator("button:visible, input:visible").count() == 0
