"""Path: a day at the staff site: an absent colleague's item is decided and undone, and a list is exported."""

import io

import openpyxl
import pytest

from chengyang import clock
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
