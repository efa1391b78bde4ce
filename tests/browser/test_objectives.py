"""年度目标 in the browser: drafted by the secretary, published by an officer, counted from records, amber when time goes on."""

import datetime as dt

import pytest

from activities.models import Activity
from chengyang import clock
from chengyang.platform.objectives.models import Figure, Objective, Plan
from tests import personas

from . import steps
from .pages import check, heading, press, sees

pytestmark = pytest.mark.browser


def took_place(organization, count):
    """Create activities of the organization that took place in March."""
    for number in range(count):
        starts = clock.at(dt.date(2026, 3, 2 + number), dt.time(9))
        Activity.objects.create(
            title=f"新媒体公益课第 {number + 1} 课",
            organization=organization,
            subdistrict=organization.subdistrict,
            place="夏新连心驿站",
            summary="一起学。",
            contact="秘书处",
            starts=starts,
            ends=starts + dt.timedelta(hours=1),
            state="published",
            published_at=starts - dt.timedelta(days=9),
        )


def write_objective(page, plan, **fields):
    """Add an objective to the draft on the staff site."""
    page.goto(f"/manage/objectives/plan/{plan.pk}/change/")
    page.locator(".verbs").get_by_role("link", name="加一项目标").click()
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(page, "保存")


def draft(page, organization):
    """Begin the plan from the page of the organization, write two objectives, and submit it."""
    page.goto(f"/manage/objectives/plan/add/?organization={organization.pk}")
    press(page, "保存")
    plan = Plan.objects.get()
    write_objective(page, plan, what="办新媒体公益课", metric="activities_completed", target="10")
    write_objective(page, plan, what="走访会员", unit="人次", target="120", every="quarter")
    page.goto(f"/manage/objectives/plan/{plan.pk}/change/")
    check(page, "objectives-draft", axe=True)
    press(page, "请同事复核")
    sees(page, "已提交，在同事的“今日待办”里。")
    return plan


def test_an_objective_counted_from_records_turns_amber_when_time_goes_on(browse, settings):
    organization, secretary, officer = personas.organization(), personas.make("secretary"), personas.make("xiazhuang")
    took_place(organization, 8)
    draft(browse(secretary), organization)
    second = browse(officer)
    second.goto("/manage/")
    second.locator("main").get_by_role("link", name="2026 年度目标").first.click()
    check(second, "objectives-decision", axe=True)
    steps.decide(second, "2026 年度目标", "发布")
    sees(second, "已发布，今天起算进度。")
    # On 16 September 71 % of the year are over, and 8 of 10 activities have taken place; on 21 October it is 80.3 %.
    for day, word in ((dt.date(2026, 9, 16), "跟上"), (dt.date(2026, 10, 21), "慢了")):
        settings.PORTAL_CLOCK = clock.at(day, dt.time(9))
        visitor = browse()
        visitor.goto(organization.get_absolute_url())
        goal = visitor.locator(".goals > li", has_text="办新媒体公益课")
        assert word in goal.inner_text()
        assert ("is-soon" in goal.locator(".badge").get_attribute("class")) == (word == "慢了")
        check(visitor, f"objectives-{day}", axe=True)
    visitor.get_by_role("link", name="办新媒体公益课").click()
    heading(visitor, "办新媒体公益课")
    sees(visitor, "新媒体公益课第 1 课", "完成的比例比时间过去的比例少")
    check(visitor, "objective", axe=True)


def test_a_figure_is_entered_checked_and_reversed(browse, settings):
    from chengyang.platform.objectives import actions

    organization, secretary, officer = personas.organization(), personas.make("secretary"), personas.make("xiazhuang")
    plan = actions.draft_plan(organization, year=2026, actor=secretary)
    actions.add_objective(plan, actor=secretary, what="走访会员", unit="人次", target=120, every="quarter")
    actions.publish_plan(actions.submit_plan(plan, actor=secretary), actor=officer)
    page = browse(secretary)
    page.goto("/me/objectives/")
    check(page, "objectives-own", axe=True)
    page.get_by_role("link", name="去填").first.click()
    page.locator("[name=amount]").fill("30")
    page.locator("[name=on]").fill("2026-06-30")
    page.locator("[name=note]").fill("第二季度入户走访")
    check(page, "objectives-figure", axe=True)
    press(page, "填报")
    sees(page, "已填报，第二个人核对以后计入。")
    figure = Figure.objects.get()
    second = browse(officer)
    steps.decide(second, "走访会员", "核对无误，计入")
    sees(second, "已计入进度。")
    assert Objective.objects.with_checked().get().checked == 30
    page = browse(secretary)
    page.goto(f"/manage/objectives/figure/{figure.pk}/change/")
    check(page, "objectives-figure-record", axe=True)
