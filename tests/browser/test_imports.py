"""A sheet on its way in, in Chromium: a roll is exported, ten cells are edited, one of them was edited meanwhile."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from chengyang.platform.jobs import runner
from organizations.models import Membership
from tests import personas
from tests.imports.workbooks import book

from .pages import agree, both_sizes, check, heading, sees

pytestmark = pytest.mark.browser
DAY = dt.date(2026, 3, 5)
NAMES = ["陈桂兰", "李雷", "周予安", "韩梅梅", "王芳", "赵敏", "孙强", "吴静", "郑义", "冯涛", "蒋欣", "沈青"]
ROLL = "/manage/organizations/membership/"


@pytest.fixture
def roll(browse):
    """The members of an organization."""
    organization = personas.organization(name="夏庄联谊会")
    people = [personas.person(name) for name in NAMES]
    return [
        Membership.objects.create(person=p, organization=organization, state="active", joined_on=DAY) for p in people
    ]


def exported(page):
    """Export the roll with the keys of its rows, and return the workbook."""
    page.goto(ROLL)
    page.get_by_role("link", name="导出").click()
    page.get_by_label("带行编号和行版本").check()
    page.get_by_text("核对资料").click()
    with page.expect_download() as download:
        page.locator("form.form").get_by_role("button", name="导出").click()
    return openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))


def edited(workbook):
    """Edit ten cells of the roll offline; return the file."""
    sheet = workbook.worksheets[1]
    place = [cell.value for cell in sheet[1]].index("入会日期") + 1
    for number in range(2, 12):
        sheet.cell(number, place).value = dt.date(2025, 1, number)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def choose_file(page, data, name="会员.xlsx"):
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/x-sheet", "buffer": data})
    page.get_by_role("button", name="上传，看预览").click()
    page.wait_for_url("**/change/")
    while runner.work():
        pass
    page.reload()


@both_sizes
def test_a_roll_goes_out_is_edited_and_comes_back_with_one_conflict(browse, roll, size):
    page = browse(personas.make("district"), size=size)
    data = edited(exported(page))
    first = openpyxl.load_workbook(io.BytesIO(data)).worksheets[1].cell(2, 1).value
    Membership.objects.filter(public_id=first).update(joined_on=dt.date(2024, 7, 7))
    page.goto(ROLL)
    page.locator("main").get_by_role("link", name="导入", exact=True).click()
    check(page, "import-new", axe=True)
    choose_file(page, data)
    heading(page, "导入会员")
    sees(page, "要你定", "现在：2024-07-07", "你的表：2025-01-02")
    check(page, "import-preview", axe=True)
    page.get_by_text("用我的表").click()
    page.get_by_role("button", name="写入").click()
    sees(page, "请写为什么改，本人会看到。")  # and the decision is kept
    expect(page.get_by_label("用我的表")).to_be_checked()
    page.get_by_label("为什么改").fill("按纸质会员册核对")
    page.get_by_role("button", name="写入").click()
    page.wait_for_url("**/change/")
    while runner.work():
        pass
    page.reload()
    sees(page, "写进去了：新增 0 行，更改 10 行。")
    check(page, "import-written", axe=True)
    assert Membership.objects.filter(joined_on__year=2025).count() == 10
    page.get_by_role("button", name="撤销整个导入").click()
    agree(page)
    sees(page, "正在撤销。")
    while runner.work():
        pass
    page.goto("/manage/imports/import/")
    sees(page, "已撤销")
    assert Membership.objects.filter(joined_on__year=2025).count() == 0


def test_each_step_is_there_after_a_reload_and_on_another_device(browse, roll):
    officer = personas.make("district")
    page = browse(officer)
    page.goto("/manage/imports/import/new/memberships/")
    choose_file(page, book([["谁", "哪个会"], ["李雷", "夏庄联谊会"]]))
    sees(page, "待对列")
    other = browse(officer)
    other.goto(page.url)
    other.locator("main").get_by_role("link", name="对列").click()
    check(other, "import-columns", axe=True)
    other.get_by_label("人士").select_option("0")
    other.get_by_label("组织", exact=True).select_option("1")
    other.get_by_role("button", name="照这样读").click()
    other.wait_for_url("**/change/")
    while runner.work():
        pass
    page.reload()
    sees(page, "不变")
