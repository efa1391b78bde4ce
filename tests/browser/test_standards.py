"""A fourth standard: two officers draft and publish it, a leader assesses the own team, two officers decide on it."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from chengyang.platform.standards.models import Standard
from tests import personas

from . import browser_data
from .pages import PHONE, agree, check, heading, press, sees

pytestmark = pytest.mark.browser


def add_criterion(page, name, **fields):
    """Add a criterion to the draft whose page is open; ends on that page again."""
    press(page, "加一项")
    page.locator("[name=name]").fill(name)
    for field, value in fields.items():
        control = page.locator(f"[name={field}]")
        control.select_option(value) if field == "metric" else control.fill(value)
    press(page, "保存")
    sees(page, name)


def open_item(page, title, kind=None):
    """Open the item `title` of 今日待办."""
    page.goto(f"/manage/?kind={kind}" if kind else "/manage/")
    page.locator("main").get_by_role("link", name=title).first.click()


def decide(page, choice, reason=""):
    page.locator(".decide__what").get_by_text(choice, exact=True).click()
    if reason:
        page.locator("[name=reason]").fill(reason)
    page.locator(".decide__go .btn--main").click()
    page.wait_for_load_state()


def find(page, **results):
    """Choose the result of each criterion (code → result), with a reason and a day for what is short of met."""
    for code, result in results.items():
        page.locator(f"[name=result_{code}][value={result}]").check()
        if result != "met":
            page.locator(f"[name=reason_{code}]").fill("清单还没有写几天答复。")
            page.locator(f"[name=by_{code}]").fill(str(browser_data.TODAY + dt.timedelta(days=30)))


def test_a_standard_for_teams_is_made_and_used_without_a_developer(browse):
    district, district_2, leader = (personas.make(name) for name in ("district", "district_2", "leader"))
    first, second, own = browse(district), browse(district_2), browse(leader, size=PHONE)

    # one officer drafts, another one publishes
    first.goto("/manage/standards/standard/add/")
    first.locator("[name=name]").fill("“五优”服务队标准")
    first.locator("[name=subject]").select_option("team")
    check(first, "standard-new", axe=True)
    press(first, "保存")
    first.get_by_role("link", name="“五优”服务队标准 第 1 版").first.click()
    add_criterion(first, "清单清楚", guidance="能做什么、几天答复，写成清单公开。", evidence="公开页。")
    add_criterion(first, "队伍能干", metric="team_posts", at_least="1", months="1", weight="3")
    check(first, "standard-draft", axe=True)
    press(first, "请同事复核")
    sees(first, "已提交")
    open_item(second, "“五优”服务队标准 第 1 版")
    check(second, "standard-publish", axe=True)
    decide(second, "发布，以后不能再改")
    standard = Standard.objects.get(subject="team")
    second.goto(standard.get_absolute_url())
    sees(second, "队伍能干", "近 1 个月在队的人至少 1 人", "还没有评定记录")
    list_code, team_code = standard.current().criteria.values_list("code", flat=True)

    # the leader says how the team meets it
    own.goto("/me/assessments/")
    check(own, "own-assessments", axe=True)
    press(own, "开始自评")
    own.locator(f"[name=note_{list_code}]").fill("能做的写在公开页上。")
    own.locator(f"[name=link_{list_code}]").fill(f"{own.url.split('/me/')[0]}/services/")
    check(own, "own-assessment-form", axe=True)
    press(own, "保存")
    sees(own, "能做的写在公开页上。", "要求至少 1 人")
    check(own, "own-assessment", axe=True)
    press(own, "交上去")
    sees(own, "已交")

    # two officers decide: one finds, the other one confirms
    open_item(first, "“夏新连心”", "assessment-team")
    find(first, **{list_code: "partly", team_code: "met"})
    check(first, "assessment-find", axe=True)
    decide(first, "评好了，请人复核")
    open_item(second, "“夏新连心”", "assessment-team")
    check(second, "assessment-confirm", axe=True)
    decide(second, "同意，定为未达标并发整改单")

    # the leader puts it right, and the two officers look at it again
    own.reload()
    sees(own, "清单还没有写几天答复。", "未达标")
    press(own, "写补了什么")
    own.locator(f"[name=note_{list_code}]").fill("写上了：三个工作日答复。")
    press(own, "保存")
    press(own, "补好了，再交一次")
    open_item(second, "“夏新连心”", "assessment-team")
    sees(second, "写上了：三个工作日答复。")
    find(second, **{list_code: "met", team_code: "met"})
    decide(second, "评好了，请人复核")
    open_item(first, "“夏新连心”", "assessment-team")
    decide(first, "同意，定为达标")
    own.goto(standard.get_absolute_url())
    sees(own, "已有 1 支服务队达到")
    check(own, "standard-reached", axe=True)


def test_a_draft_is_compared_discarded_and_begun_again(browse):
    page = browse(personas.make("district"))
    standard = Standard.objects.get(code="six_haves")
    page.goto(f"/manage/standards/standard/{standard.pk}/change/")
    press(page, "拟新的一版")
    page.get_by_role("link", name=f"{standard} 第 2 版").first.click()
    page.locator("a.chip", has_text="有阵地").click()
    page.locator("[name=guidance]").fill("有固定场所，能开会。")
    press(page, "保存")
    expect(page.locator(".revision del").first).to_contain_text("有固定场所，挂牌")
    expect(page.locator(".revision ins").first).to_contain_text("有固定场所，能开会。")
    page.locator("button.chip", has_text="往后挪").first.click()
    heading(page, "第 2 版")
    check(page, "standard-compare", axe=True)
    page.locator("summary", has_text="更多").click()
    press(page, "不要这份草案")
    agree(page)
    sees(page, "已删去")
    assert standard.versions.count() == 1
