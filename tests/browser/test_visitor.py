"""Path 1: a visitor finds an activity, signs up with name and phone, gets a ticket, and cancels."""

import pytest
from playwright.sync_api import expect

from activities.actions import cancel_signup, sign_up
from tests import personas

from . import browser_data, steps
from .pages import DESKTOP, PHONE, agree, at, check, heading, press, sees

pytestmark = pytest.mark.browser


@pytest.fixture
def fair(portal):
    """Four activities: one in 夏庄 (returned), one online, one of three days in 流亭, one in the past."""
    picking = browser_data.activity(capacity=20)
    browser_data.activity("红岛渔歌线上听", days=5, area="红岛街道", programme="qu", mode="both")
    browser_data.activity("新媒体短视频训练营", days=8, lasts=50, area="流亭街道", programme="zhi", capacity=2)
    browser_data.activity("已经办过的读书会", days=-6, programme="xin")
    return picking


def test_visitor_comes_from_the_home_page_to_an_activity(browse, fair):
    page = browse(size=PHONE)
    page.goto("/")
    check(page, "home", axe=True)
    press(page, "看9月日历")
    expect(page).to_have_url(at("/calendar/"))
    page.get_by_role("link", name="夏庄葡萄采摘帮扶").click()
    heading(page, "夏庄葡萄采摘帮扶")
    sees(page, "9月19日 周六 14:00–16:00", "共 20 个名额")
    check(page, "activity", axe=True)


@pytest.mark.parametrize(
    ("size", "entries"),
    [(PHONE, ["首页", "日历", "服务", "我的", "更多"]), (DESKTOP, ["日历", "基地", "组织", "服务", "标准", "成果"])],
    ids=["phone", "wide"],
)
def test_the_menu_shows_what_fits_the_screen(browse, fair, size, entries):
    page = browse(size=size)
    page.goto("/")
    shown = page.locator(".nav li").filter(visible=True)
    assert [text.strip() for text in shown.all_inner_texts()] == entries


def test_visitor_turns_the_calendar(browse, fair):
    page = browse()
    page.goto("/calendar/")
    heading(page, "2026年9月")
    check(page, "calendar-month", axe=True)
    page.locator(".cal__turn [rel~=next]").click()
    heading(page, "2026年10月")
    press(page, "今天")
    expect(page).to_have_url(at("/calendar/?month=2026-09#d16"))
    page.locator(".cal__turn [rel~=prev]").click()
    expect(page).to_have_url(at("/calendar/?month=2026-08"))


@pytest.mark.parametrize(("label", "view", "title"), [("周", "week", "9月14日"), ("列表", "list", "2026年9月")])
def test_visitor_sees_the_calendar_by_week_and_as_a_list(browse, fair, label, view, title):
    page = browse()
    page.goto("/calendar/")
    page.locator(".cal__view").get_by_role("link", name=label, exact=True).click()
    expect(page).to_have_url(at(f"/calendar/?view={view}*"))
    heading(page, title)
    sees(page, "夏庄葡萄采摘帮扶")
    check(page, f"calendar-{view}", axe=True)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_visitor_narrows_the_calendar_and_the_address_keeps_it(browse, fair, size):
    page = browse(size=size)
    page.goto("/calendar/")
    page.locator(".filters__set").get_by_role("link", name="新趣汇").click()
    expect(page).to_have_url(at("/calendar/?programme=qu"))
    if size == PHONE:
        page.get_by_text("筛选", exact=True).click()
    page.get_by_text("街道", exact=True).click()
    press(page, "红岛")
    expect(page).to_have_url(at("/calendar/?programme=qu&subdistrict=*"))
    if size == PHONE:
        page.get_by_text("筛选", exact=True).click()
    page.locator(".filters__more").get_by_role("link", name="线上").click()
    expect(page).to_have_url(at("&online=1"))
    page.reload()
    sees(page, "红岛渔歌线上听", "接下来 1 场")
    check(page, "calendar-narrowed")
    press(page, "清除筛选")
    sees(page, "夏庄葡萄采摘帮扶")


def test_search_without_results_says_so(browse, fair):
    page = browse(size=PHONE)
    page.goto("/calendar/")
    page.get_by_role("searchbox").fill("龙舟")
    page.keyboard.press("Enter")
    expect(page).to_have_url(at("?q=*"))
    sees(page, "接下来没有符合筛选的活动。")
    check(page, "calendar-nothing", axe=True)


def test_visitor_moves_through_the_calendar_by_keys(browse, fair):
    page = browse()
    page.goto("/calendar/")
    for key in ("t", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#d19 a").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("t")
    expect(page.locator("#d16")).to_be_focused()


# ---- signing up ------------------------------------------------------------------------------------------------------
def test_visitor_signs_up_with_name_and_code_and_gives_the_place_back(browse, fair):
    page = browse(size=PHONE)
    page.goto(fair.get_absolute_url())
    press(page, "报名")
    check(page, "signup-number", axe=True)
    steps.request_code(page, guest_name="慕容雪村")
    check(page, "signup-code", axe=True)
    steps.enter_code(page, yes="验证并报名")
    sees(page, "报名成功，这是你的票。", "慕容雪村")
    expect(page.locator(".ticket svg.qr")).to_be_visible()
    check(page, "ticket", axe=True)
    press(page, "去不了，取消报名")
    agree(page)
    sees(page, "已取消报名，名额给下一位。")
    check(page, "ticket-cancelled")


def test_wrong_number_and_code_leave_the_form_filled_in(browse, fair):
    page = browse(size=PHONE)
    page.goto(fair.get_absolute_url() + "signup/")
    page.get_by_label("姓名").fill("慕容雪村")
    page.get_by_label("手机号").fill("12345")
    press(page, "获取验证码")
    expect(page.get_by_label("姓名")).to_have_value("慕容雪村")
    expect(page.get_by_label("手机号")).to_have_value("12345")
    check(page, "signup-wrong", axe=True)
    page.get_by_label("手机号").fill(browser_data.typed())
    press(page, "获取验证码")
    page.get_by_label("验证码").fill("000000" if browser_data.code() != "000000" else "111111")
    press(page, "验证并报名")
    sees(page, "验证码不对，还可以试 4 次。")


def test_visitor_of_the_demonstration_reads_the_code_on_its_telephone(browse, fair):
    personas.user("member", is_demo=True)
    page, telephone = browse(size=PHONE), browse(size=PHONE)
    page.goto("/accounts/phone/")
    check(page, "phone", axe=True)
    steps.request_code(page)
    telephone.goto("/demo/phone/")
    check(telephone, "demo-phone", axe=True)
    page.locator("[name=code]").fill(telephone.locator(".bubble__code b").inner_text())
    press(page, "登录")
    heading(page, "早上好")
    check(page, "me-guest", axe=True)


def test_visitor_waits_for_a_place_and_takes_it_when_it_is_offered(browse, fair):
    camp = fair.__class__.objects.get(title="新媒体短视频训练营")
    first, *_rest = [sign_up(camp, person=one, actor=one.user) for one in map(browser_data.person, (11, 12))]
    page = browse(size=PHONE)
    page.goto(camp.get_absolute_url())
    sees(page, "名额已满，现在报名排候补第一位。")
    check(page, "activity-full", axe=True)
    press(page, "排候补")
    steps.request_code(page, guest_name="慕容雪村")
    steps.enter_code(page, yes="验证并排候补")
    sees(page, "第 1 位", "候补，空出名额会通知你")
    check(page, "ticket-waiting")
    cancel_signup(first, actor=first.person.user)
    page.goto("/me/")
    sees(page, "空出一个名额，要不要去")
    check(page, "me-offered", axe=True)
    press(page, "要去")
    sees(page, "名额是你的了，这是你的票。")
    assert "新媒体短视频训练营" in browser_data.texts()[0]["text"]


@pytest.mark.parametrize(
    "changes", [{"state": "cancelled", "cancelled_at": browser_data.NOW, "reason": "台风"}, {"days": -3}]
)
def test_closed_activity_offers_no_sign_up(browse, changes):
    page = browse(size=PHONE)
    row = browser_data.activity(**changes)
    page.goto(row.get_absolute_url())
    sees(page, "已取消" if "state" in changes else "已结束")
    expect(page.get_by_role("link", name="报名")).to_have_count(0)
    check(page, f"activity-{changes.get('state', 'past')}", axe=True)
