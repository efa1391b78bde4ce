"""Path: a day at the staff site: an absent colleague's item is decided and undone, and a list is exported."""

import io

import openpyxl
import pytest

from activities.actions import decline_signup
from chengyang import clock
from chengyang.platform.jobs import runner
from chengyang.platform.mailings.actions import send_due
from chengyang.platform.mailings.models import Mailing
from tests import personas
from tests.activities import factories

from .pages import both_sizes, check, heading, press, sees

pytestmark = pytest.mark.browser


def pending():
    """A sign-up that waits for review, for an activity in ten days."""
    starts = clock.now().replace(hour=9, minute=0) + factories.HOUR * 240
    activity = factories.published(
        title="夜校第三课",
        starts=starts,
        ends=starts + factories.HOUR,
        capacity=5,
        by_review=True,
        published_at=clock.now(),
    )
    return factories.signed_up(activity, 71, "安一诺")


@both_sizes
def test_an_item_of_an_absent_colleague_is_decided_and_undone(browse, size):
    signup = pending()
    first, second = personas.make("district"), personas.make("district_2")
    page = browse(first, size=size)
    page.goto(f"/manage/decide/signup/{signup.public_id}/")
    press(page, "我来办")
    sees(page, "已接办，同事会看到。", "你接办了这一件")
    check(page, "item-taken", axe=True)
    page.goto("/manage/")
    page.get_by_role("link", name="不在岗和替班").click()
    today = clock.today().isoformat()
    page.get_by_label("第一天").fill(today)
    page.get_by_label("最后一天").fill(today)
    page.get_by_label("谁替班").select_option(label=str(second))
    check(page, "absence", axe=True)
    page.get_by_role("button", name="登记", exact=True).click()
    sees(page, "已登记", "回岗")
    check(page, "absence-entered", axe=True)
    substitute = browse(second, size=size)
    substitute.goto("/manage/")
    check(substitute, "todo-of-the-substitute", axe=True)
    substitute.get_by_role("link", name="安一诺").click()
    substitute.get_by_label("同意", exact=True).check()
    substitute.locator(".decide button[type=submit]").click()
    sees(substitute, "已同意，本人会收到通知。")
    substitute.goto("/manage/?view=done")
    sees(substitute, "安一诺", "今天")
    check(substitute, "todo-done", axe=True)
    substitute.locator("main").get_by_role("button", name="撤销").first.click()
    heading(substitute, "安一诺")
    sees(substitute, "已撤销，可以重新决定。")
    signup.refresh_from_db()
    assert signup.state == "pending"


@both_sizes
def test_an_item_is_handed_to_a_colleague(browse, size):
    signup = pending()
    page = browse(personas.make("district"), size=size)
    colleague = personas.make("district_2")
    page.goto(f"/manage/decide/signup/{signup.public_id}/")
    press(page, "转交同事")
    page.get_by_role("button", name="转交", exact=True).click()
    heading(page, "转交给同事")
    check(page, "hand-over-refused", axe=True)
    page.get_by_label(str(colleague)).check()
    page.get_by_label("留言").fill("请核对单位")
    page.get_by_role("button", name="转交", exact=True).click()
    sees(page, "对方会收到通知。")
    other = browse(colleague, size=size)
    other.goto("/manage/")
    other.get_by_role("link", name="安一诺").click()
    sees(other, "请核对单位")


@both_sizes
def test_a_list_is_exported_and_read(browse, size):
    factories.person(72, "安二诺")
    page = browse(personas.make("xiazhuang"), size=size)
    page.goto("/manage/members/person/")
    press(page, "导出")
    check(page, "export", axe=True)
    page.get_by_label("核对资料").check()
    with page.expect_download() as started:  # a short list is written at once
        page.locator("main").get_by_role("button", name="导出").click()
    book = openpyxl.load_workbook(io.BytesIO(started.value.path().read_bytes()))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "安二诺" in cells
    assert not {cell for cell in cells if cell.startswith("154")}


@both_sizes
def test_eight_sign_ups_are_approved_at_once_and_taken_back(browse, size):
    starts = clock.now().replace(hour=9, minute=0) + factories.HOUR * 240
    activity = factories.published(
        title="夜校第三课",
        starts=starts,
        ends=starts + factories.HOUR,
        capacity=20,
        by_review=True,
        published_at=clock.now(),
    )
    rows = factories.queue(activity, 9)
    first = personas.make("district")
    page = browse(first, size=size)
    page.goto("/manage/activities/signup/?state__exact=pending")
    ticks = page.locator("input[name=row]")
    for n in range(8):
        ticks.nth(n).check()
    sees(page, "选了 8 条")
    check(page, "list-chosen", axe=True)
    decline_signup(rows[-1], reason="名额留给还没参加过的人", actor=personas.make("district_2"))
    page.locator("#many").get_by_role("button", name="同意", exact=True).click()
    heading(page, "同意 7 人")
    sees(page, "余 20 个名额", "1 人不能办，因为", "现在是")
    check(page, "bulk-summary", axe=True)
    page.get_by_role("button", name="同意 7 人").click()
    sees(page, "逐条结果", "办好 7")
    check(page, "bulk-result", axe=True)
    assert activity.signups.filter(state="confirmed").count() == 7
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    sees(page, "撤销的是")
    runner.work()
    page.reload()
    sees(page, "撤销 7")
    assert activity.signups.filter(state="confirmed").count() == 0
    assert activity.signups.filter(state="pending").count() == 8


@both_sizes
def test_a_list_shows_the_columns_that_one_wants_and_keeps_them_as_a_view(browse, size):
    for name in ("陈桂兰", "李雷"):
        personas.person(name, job="会计")
    page = browse(personas.make("district"), size=size)
    page.goto("/manage/members/person/")
    page.get_by_text("列", exact=True).click()
    page.get_by_label("做什么工作").check()
    check(page, "list-columns", axe=True)
    page.get_by_role("button", name="用这些列").click()
    sees(page, "会计")
    page.locator(".listing__bar details", has_text="工作所在街道").locator("summary").click()
    page.get_by_role("link", name="夏庄街道").first.click()
    page.get_by_role("link", name="存成视图").click()
    page.get_by_label("名称").fill("夏庄的人")
    page.get_by_label("条数放到我的今日待办").check()
    check(page, "view", axe=True)
    page.get_by_role("button", name="存成视图").click()
    sees(page, "已存成视图“夏庄的人”。")
    check(page, "list-view", axe=True)
    page.goto("/manage/")
    sees(page, "我的视图")
    check(page, "todo-with-views", axe=True)
    page.get_by_role("link", name="夏庄的人").click()
    heading(page, "人士")
    sees(page, "会计")


# The focus stays in a dialog that was closed until the next frame is drawn.
KEY_BEFORE_THE_NEXT_FRAME = """() => {
  const keys = document.getElementById("keys");
  keys.showModal();
  keys.close();
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true}));
}"""


def test_a_list_is_walked_by_keys(browse):
    people = [personas.person(name) for name in ("陈桂兰", "李雷", "周予安")]
    page = browse(personas.make("district"))
    page.goto("/manage/members/person/")
    page.keyboard.press("?")
    sees(page, "键盘用法")
    check(page, "list-keys", axe=True)
    page.keyboard.press("Escape")
    page.locator("#keys").wait_for(state="hidden")
    page.evaluate(KEY_BEFORE_THE_NEXT_FRAME)
    page.keyboard.press("k")  # the first row stays the first
    for key in ("x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    sees(page, "选了 3 条")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    heading(page, people[1].name)
    page.keyboard.press("j")
    heading(page, people[2].name)
    page.keyboard.press("k")
    heading(page, people[1].name)
    page.go_back()
    page.goto("/manage/members/person/")
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    assert page.locator("main input[name=q]").input_value() == "jx?"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_label("在这台电脑上关掉单键").check()
    page.get_by_role("button", name="知道了").click()
    page.keyboard.press("x")
    page.keyboard.press("j")
    assert not page.locator("tr:focus-within").count()


@both_sizes
def test_the_participants_of_an_activity_get_a_message(browse, size, settings):
    starts = clock.now().replace(hour=9, minute=0) + factories.HOUR * 240
    activity = factories.published(
        title="夜校第三课", starts=starts, ends=starts + factories.HOUR, capacity=20, published_at=clock.now()
    )
    rows = factories.queue(activity, 2)
    page = browse(personas.make("district"), size=size)
    page.goto(f"/manage/activities/activity/{activity.pk}/change/?tab=signups")
    page.get_by_role("link", name="给报名的人发消息").first.click()
    heading(page, "发消息：报名")
    sees(page, "2 人")
    page.get_by_label("所报活动的安排").check()
    page.get_by_label("标题").fill("改到二楼")
    page.get_by_label("正文").fill("夜校第三课改到二楼会议室，时间不变。")
    page.get_by_label("回复找谁").fill("夏庄街道办事处 0532-12345678")
    page.get_by_label("也发短信").check()
    check(page, "message", axe=True)
    page.get_by_role("button", name="存成草稿，看发给谁").click()
    heading(page, "改到二楼")
    sees(page, "2 人，共 2 条（每人 1 条）")
    check(page, "message-draft", axe=True)
    page.get_by_text("更多", exact=True).click()
    press(page, "先发给自己")
    sees(page, "已发给你自己")
    page.get_by_role("button", name="放进发件箱").first.click()
    sees(page, "已放进发件箱", "在发件箱")
    settings.PORTAL_CLOCK = Mailing.objects.get().send_at
    send_due()
    while runner.work():
        pass
    page.goto(f"/manage/mailings/mailing/{Mailing.objects.get().pk}/change/?tab=recipients")
    sees(page, rows[0].person.name, "站内未读", "短信")
    check(page, "message-sent", axe=True)
