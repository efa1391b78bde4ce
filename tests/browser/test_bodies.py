"""Path 4: organizations, bases and services with a page each, a request asked and answered, pages that are not there."""

import pytest
from playwright.sync_api import expect

from tests import personas

from . import browser_data, steps
from .pages import PHONE, at, heading, look, press, sees, status

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("url", "title", "link", "there"),
    [
        ("/organizations/", "联谊组织", "城阳区新的社会阶层代表人士联合会", "organization"),
        ("/bases/", "实践创新基地", "新心向阳", "base"),
        ("/services/", "点单服务", "“五彩云”创业导师服务队", "team"),
        ("/standards/", "标准", "“五好”", "standard"),
    ],
)
def test_visitor_goes_from_a_list_to_a_page(browse, url, title, link, there):
    page = browse(size=PHONE)
    page.goto(url)
    heading(page, title)
    look(page, f"{there}-list", axe=True)
    page.locator("main").get_by_role("link", name=link).first.click()
    heading(page, link.strip("“”"))
    look(page, there, axe=True)


def test_visitor_narrows_the_organizations(browse):
    page = browse(size=PHONE)
    page.goto("/organizations/")
    page.locator("main").get_by_role("link", name="街道").first.click()
    expect(page).to_have_url(at("?level=subdistrict"))
    page.locator("summary", has_text="街道").click()
    page.locator(".pick__list").get_by_role("link", name="河套街道").click()
    sees(page, "河套街道新的社会阶层代表人士联谊会")
    expect(page.locator("a.card")).to_have_count(1)


def test_body_shows_what_takes_place_there(browse):
    base = personas.Base.objects.get(slug="xiaxin-lianxin")
    browser_data.activity(base=base)
    page = browse(size=PHONE)
    page.goto("/bases/xiaxin-lianxin/")
    sees(page, "这里的活动", "夏庄葡萄采摘帮扶")
    look(page, "base-with-activity", axe=True)
    press(page, "在日历里看")
    expect(page).to_have_url(at("/calendar/?view=list&base=xiaxin-lianxin"))


def test_person_asks_a_team_and_reads_its_answer(browse):
    leader, asking = personas.make("leader"), browser_data.person(91, "周予安")
    page, team = browse(asking.user, size=PHONE), browse(leader)
    page.goto("/services/teams/xiaxin-lianxin/")
    page.get_by_role("link", name="采摘帮扶").click()
    page.locator("[name=title]").fill("请帮忙摘葡萄")
    page.locator("[name=text]").fill("家里老人住院，三亩葡萄没人摘。")
    look(page, "request-new", axe=True)
    press(page, "提交")
    sees(page, "已收到，编号 SQ20260916-001。", "采摘帮扶")
    look(page, "request", axe=True)
    steps.decide(team, "请帮忙摘葡萄", "答复", reason="周六上午八点半，二十个人过来。")
    page.reload()
    sees(page, "周六上午八点半，二十个人过来。")
    look(page, "request-answered", axe=True)
    page.get_by_label("5 很好").check()
    press(page, "评价并办结")
    sees(page, "谢谢，评价已记下。")


def test_visitor_looks_a_request_up_and_is_told_kindly_that_there_is_none(browse):
    page = browse(size=PHONE)
    page.goto("/services/query/")
    page.locator("[name=number]").fill("SQ20260916-009")
    page.locator("[name=code]").fill("123456")
    press(page, "查一查")
    expect(page.locator("[name=number]")).to_have_value("SQ20260916-009")
    look(page, "request-query", axe=True)


# ---- pages that are not there ----------------------------------------------------------------------------------------
@pytest.mark.urls("tests.browser.error_urls")
@pytest.mark.parametrize(("url", "code"), [("/nowhere/", 404), ("/withdrawn/", 410), ("/broken/", 500)])
def test_visitor_who_is_lost_is_led_back(browse, url, code):
    page = browse(size=PHONE)
    assert status(page, url) == code
    look(page, str(code), axe=True)
    press(page, "回首页")
    heading(page, "向阳而聚")
    page.complaints = [one for one in page.complaints if not one.startswith("500 ")]


def test_person_where_they_may_not_go_is_told_so(browse):
    row, stranger = browser_data.activity(audience="public"), personas.make("stranger")
    page = browse(stranger, size=PHONE)
    assert status(page, f"/checkin/{row.public_id}/") == 403
    look(page, "403", axe=True)
    assert status(page, "/manage/") == 404


# ---- for old eyes ----------------------------------------------------------------------------------------------------
def test_elder_sees_four_doors_and_goes_through_one(browse):
    browser_data.activity()
    page = browse(size=PHONE)
    page.goto("/")
    press(page, "长者模式")
    look(page, "elder-home", axe=True)
    page.locator(".bigs a").first.click()
    sees(page, "夏庄葡萄采摘帮扶")
    look(page, "elder-calendar", axe=True)
