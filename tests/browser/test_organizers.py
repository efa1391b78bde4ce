"""Path 4: pages of organizations, bases and services, a request with its answer, and error pages."""

import pytest
from playwright.sync_api import expect

from tests import personas

from . import browser_data, steps
from .pages import PHONE, at, check, heading, press, sees, status

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
    check(page, f"{there}-list", axe=True)
    page.locator("main").get_by_role("link", name=link).first.click()
    heading(page, link.strip("“”"))
    check(page, there, axe=True)


def test_visitor_narrows_the_organizations(browse):
    page = browse(size=PHONE)
    page.goto("/organizations/")
    page.locator("main").get_by_role("link", name="街道").first.click()
    expect(page).to_have_url(at("?level=subdistrict"))
    page.locator("summary", has_text="街道").click()
    page.locator(".pick__list").get_by_role("link", name="河套街道").click()
    sees(page, "河套街道新的社会阶层代表人士联谊会")
    expect(page.locator("a.card")).to_have_count(1)


def test_base_shows_its_activities(browse):
    base = personas.Base.objects.get(slug="xiaxin-lianxin")
    browser_data.activity(base=base)
    page = browse(size=PHONE)
    page.goto("/bases/xiaxin-lianxin/")
    sees(page, "这里的活动", "夏庄葡萄采摘帮扶")
    check(page, "base-with-activity", axe=True)
    press(page, "在日历里看")
    expect(page).to_have_url(at("/calendar/?base=xiaxin-lianxin"))


def test_person_asks_a_team_and_reads_its_answer(browse):
    leader, asking = personas.make("leader"), browser_data.person(91, "周予安")
    page, team = browse(asking.user, size=PHONE), browse(leader)
    page.goto("/services/teams/xiaxin-lianxin/")
    page.get_by_role("link", name="采摘帮扶").click()
    page.locator("[name=title]").fill("请帮忙摘葡萄")
    page.locator("[name=text]").fill("家里老人住院，三亩葡萄没人摘。")
    check(page, "request-new", axe=True)
    press(page, "提交")
    sees(page, "已收到，编号 SQ20260916-001。", "采摘帮扶")
    check(page, "request", axe=True)
    steps.decide(team, "请帮忙摘葡萄", "答复", reason="周六上午八点半，二十个人过来。")
    page.reload()
    sees(page, "周六上午八点半，二十个人过来。")
    check(page, "request-answered", axe=True)
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("很有用").check()
    press(page, "评价并办结")
    sees(page, "谢谢，评价已记下。")


def test_reloading_with_a_typed_request_asks_first(browse):
    page, asked = browse(browser_data.person(91, "周予安").user, size=PHONE), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto("/services/requests/new/")
    page.locator("[name=text]").click()
    page.keyboard.type("家里老人住院")
    page.evaluate("setTimeout(() => location.reload())")
    page.wait_for_timeout(1000)
    assert asked == ["beforeunload"]
    expect(page.locator("[name=text]")).to_have_value("家里老人住院")


def test_visitor_looks_up_a_request_that_does_not_exist(browse):
    page = browse(size=PHONE)
    page.goto("/services/query/")
    page.locator("[name=number]").fill("SQ20260916-009")
    page.locator("[name=code]").fill("123456")
    press(page, "查一查")
    expect(page.locator("[name=number]")).to_have_value("SQ20260916-009")
    check(page, "request-query", axe=True)


# ---- error pages -----------------------------------------------------------------------------------------------------
@pytest.mark.urls("tests.browser.error_urls")
@pytest.mark.parametrize(("url", "code"), [("/nowhere/", 404), ("/withdrawn/", 410), ("/broken/", 500)])
def test_error_page_leads_back_to_the_home_page(browse, url, code):
    page = browse(size=PHONE)
    assert status(page, url) == code
    check(page, str(code), axe=True)
    press(page, "回首页")
    heading(page, "向阳而聚")
    page.errors = [one for one in page.errors if not one.startswith("500 ")]


def test_person_gets_an_error_page_where_access_is_denied(browse):
    row, stranger = browser_data.activity(audience="public"), personas.make("stranger")
    page = browse(stranger, size=PHONE)
    assert status(page, f"/checkin/{row.public_id}/") == 403
    check(page, "403", axe=True)
    assert status(page, "/manage/") == 404


# ---- elder mode ------------------------------------------------------------------------------------------------------
def test_elder_home_page_has_large_links(browse):
    browser_data.activity()
    page = browse(size=PHONE)
    page.goto("/")
    press(page, "长者模式")
    check(page, "elder-home", axe=True)
    page.locator(".bigs a").first.click()
    sees(page, "夏庄葡萄采摘帮扶")
    check(page, "elder-calendar", axe=True)
