"""A request from the list of a team to its second answer, and one that an officer takes by telephone."""

import pytest
from playwright.sync_api import expect

from services.models import Offer, Post, Request, Team
from tests import personas

from . import browser_data, steps
from .pages import PHONE, check, heading, press, sees

pytestmark = pytest.mark.browser


@pytest.fixture
def law(portal):
    """The law team with one offer and its leader."""
    team = Team.objects.get(slug="falv")
    Offer.objects.get_or_create(team=team, name="合同审阅", defaults={"for_whom": "给签合同没把握的人：先看一遍。"})
    leader = personas.user("lawyer")
    holder = personas.person(name="高晗", account=leader)
    Post.objects.create(person=holder, team=team, kind="leader", starts=personas.STARTED)
    return leader


@pytest.fixture
def counsel(law):
    """A volunteer of another team who may be asked by name."""
    tax = Team.objects.get(slug="caishui")
    holder = browser_data.person(92, "钟离迟")
    described = {"skills": "劳务报酬个税", "times": "周四下午", "by_name": True}
    Post.objects.create(person=holder, team=tax, kind="volunteer", starts=personas.STARTED, **described)
    return holder.user


def opened(page, summary):
    """Open the part of the page with this heading and return it."""
    part = page.locator("details", has=page.locator("summary", has_text=summary))
    part.locator("summary").first.click()
    return part


def test_a_citizen_orders_from_the_list_and_two_sides_work_on_it_to_the_end(browse, law, counsel):
    page, team, expert = browse(size=PHONE), browse(law), browse(counsel, size=PHONE)

    page.goto("/services/teams/falv/")
    page.get_by_role("link", name="点这一单：合同审阅").click()
    heading(page, "合同审阅")
    check(page, "request-before", axe=True)
    page.get_by_role("link", name="登录，接着写").click()
    steps.request_code(page)
    steps.enter_code(page, yes="登录")
    page.locator("[name=title]").fill("劳务合同范本审阅")
    page.locator("[name=text]").fill("要和六位兼职剪辑师签合同，劳务报酬的个税谁扣？请看范本。")
    page.locator("[name=category]").select_option("law")
    check(page, "request-new-order", axe=True)
    press(page, "提交")
    sees(page, "已收到，编号")
    url = page.url

    team.goto("/services/board/")
    heading(team, "诉求办理")
    check(team, "request-board", axe=True)
    phone = browse(law, size=PHONE)
    phone.goto("/services/board/")
    expect(phone.get_by_role("link", name="劳务合同范本审阅")).to_be_visible()
    check(phone, "request-board", axe=True)
    team.get_by_role("link", name="劳务合同范本审阅").click()
    team.get_by_label("接下").check()
    press(team, "回话")
    sees(team, "接下了", "可以点名请 钟离迟：劳务报酬个税", "队里有人会“劳务报酬个税”")
    check(team, "request-suggestions-team", axe=True)
    team.get_by_role("button", name="请 钟离迟 协办").click()
    sees(team, "已请，对方会收到通知。")

    expert.goto("/services/board/")
    expert.get_by_role("link", name="劳务合同范本审阅").click()
    expert.get_by_label("接下").check()
    check(expert, "request-expert", axe=True)
    press(expert, "回话")
    expert.locator("[name=opinion-text]").fill("由公司代扣。")
    press(expert, "交意见")
    sees(expert, "由公司代扣。", "财税服务队")

    team.goto(team.url)
    asking = opened(team, "回问")
    asking.locator("[name=ask-text]").fill("按条结算，还是按月？")
    asking.locator("[name=ask-pauses]").check()
    asking.locator("[name=ask-reason]").fill("要先弄清结算方式")
    asking.get_by_role("button", name="发问").click()
    sees(team, "已发问")
    check(team, "request-staff", axe=True)

    page.goto(url)
    sees(page, "等补充", "计时停在这里")
    check(page, "request-paused", axe=True)
    page.locator("[name=text]").fill("按条结算。")
    press(page, "交上去，计时继续")
    sees(page, "计时继续")
    page.get_by_role("link", name="改一改，或撤回").click()
    check(page, "request-correct", axe=True)
    page.locator("[name=text]").fill("按条结算，一条 300 元。")
    press(page, "保存")
    sees(page, "按条结算，一条 300 元。", "改过", "原来写的")

    team.goto(url)
    meeting = opened(team, "约见面")
    meeting.locator("[name=meet-starts]").fill("2026-09-18 10:00")
    meeting.locator("[name=meet-ends]").fill("2026-09-18 10:30")
    meeting.locator("[name=meet-place]").fill("嗨创天地一楼会客室")
    meeting.get_by_role("button", name="约", exact=True).click()
    sees(team, "约好了")
    team.locator("[name=answer]").fill("改四处就能签。")
    team.get_by_role("button", name="答复", exact=True).click()
    sees(team, "已答复")

    page.goto(url)
    sees(page, "嗨创天地一楼会客室", "改四处就能签。")
    check(page, "request-answered", axe=True)
    page.get_by_label("没解决", exact=True).check()
    page.get_by_label("有些用").check()
    press(page, "评价并办结")
    sees(page, "谢谢，评价已记下。")
    again = opened(page, "没解决，请再办")
    again.locator("[name=reason]").fill("对方不同意第 6 条")
    again.get_by_role("button", name="请再办").click()
    sees(page, "已退回承办单位再办。", "改四处就能签。", "对方不同意第 6 条")
    page.locator("summary", has_text="怎么算的").click()
    check(page, "request-reopened", axe=True)


def test_an_officer_assigns_with_the_reasons_that_are_shown(browse, law):
    citizen, officer = browser_data.person(91, "周予安").user, personas.make("district")
    page, staff = browse(citizen), browse(officer)
    page.goto("/services/requests/new/")
    page.locator("[name=title]").fill("劳务合同审阅")
    page.locator("[name=text]").fill("请看范本。")
    page.locator("[name=category]").select_option("law")
    press(page, "提交")
    staff.goto(page.url)
    sees(staff, "领域对得上：法律", "清单里有“合同审阅”")
    check(staff, "request-suggestions", axe=True)
    staff.get_by_role("button", name="交给它主办：法律服务队").click()
    sees(staff, "已转办。")
    assert Request.objects.get().team.slug == "falv"


def test_an_officer_takes_a_request_by_telephone(browse, law):
    staff = browse(personas.make("district"))
    staff.goto("/services/board/")
    press(staff, "接电话，记一件")
    sees(staff, "您同意吗")
    check(staff, "request-by-phone", axe=True)
    staff.locator("[name=phone]").fill(browser_data.typed(77))
    staff.locator("[name=title]").fill("路灯不亮")
    staff.locator("[name=text]").fill("小区门口三盏灯不亮。")
    press(staff, "记下，发短信")
    expect(staff.locator("[name=text]")).to_have_value("小区门口三盏灯不亮。")
    staff.get_by_label("上面的话念过了").check()
    press(staff, "记下，发短信")
    row = Request.objects.get()
    sees(staff, f"编号 {row.number}，查询码 {row.query_code}")
