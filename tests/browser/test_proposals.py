"""A proposal with a co-signer, from the draft to the answer of a department by its link, and to the public page."""

import re

import pytest
from playwright.sync_api import expect

from services.models import Department, Promise, Proposal, ProposalEdition
from tests import personas

from . import browser_data
from .pages import PHONE, check, heading, press, sees

pytestmark = pytest.mark.browser


@pytest.fixture
def unit(portal):
    """A department with the number of its contact."""
    return Department.objects.create(name="区交通运输部门", contact_name="岑以宁", phone=browser_data.phone(88))


def decide(page, option, **fields):
    """Choose `option` on the decision page that is open, fill in `fields`, and send it."""
    page.get_by_label(option, exact=True).check()
    for name, text in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(label=text)
        else:
            field.fill(text)
    with page.expect_navigation():
        page.locator(".decide button[type=submit]").click()


def test_from_a_draft_with_a_co_signer_to_the_public_page(browse, unit):
    author, friend = browser_data.person(71, "林知夏").user, browser_data.person(72, "祝云帆").user
    page, other = browse(author, size=PHONE), browse(friend, size=PHONE)
    officer, second = browse(personas.make("district")), browse(personas.make("district_2"))
    visitor = browse()

    # The author writes, and gives the link to somebody.
    page.goto("/proposals/new/")
    heading(page, "写一条建言")
    page.locator("[name=title]").fill("夜间公交多停一站")
    page.locator("[name=topic]").select_option("traffic")
    page.locator("[name=situation]").fill("末班车 20:30，多数公司 21:00 下班。")
    page.locator("textarea[name=wish]").fill("一、周一到周五延到 22:00。")
    page.get_by_label("公开，写我的名字").check()
    check(page, "proposal-new", axe=True)
    press(page, "存下，下一步约人一起提")
    sees(page, "已存下，只有你看得到")
    url, link = page.url, page.locator("#invitation").input_value()
    check(page, "proposal-draft", axe=True)

    # The other one confirms, and once more after a change.
    other.goto(re.sub(r"^https?://[^/]+", "", link))
    sees(other, "末班车 20:30")
    check(other, "proposal-join", axe=True)
    other.get_by_label("公开时写我的名字").check()
    press(other, "我看过了，附议")
    sees(other, "已附议")
    page.goto(url)
    page.get_by_role("link", name="接着改").click()
    page.locator("textarea[name=wish]").fill("一、周一到周五延到 22:00；二、先试一个月。")
    press(page, "存下，下一步约人一起提")
    sees(page, "等再确认")
    other.goto(url)
    press(other, "我确认")
    sees(other, "已确认")
    page.goto(url)
    press(page, "看过一遍，提交")
    sees(page, "已提出，编号 JY2026-0001")

    # The office reviews and forwards.
    row = Proposal.objects.get()
    officer.goto(url)
    officer.get_by_role("link", name="审核", exact=True).click()
    check(officer, "proposal-review", axe=True)
    decide(officer, "审核通过")
    officer.goto(url)
    officer.get_by_role("link", name="转给单位", exact=True).click()
    decide(officer, "转给单位", department="区交通运输部门", note="请看试行的可能")
    officer.goto(url)
    address, code = officer.locator("#unit-link").input_value(), officer.locator(".number").inner_text()
    officer.locator("summary", has_text="期限怎么算的").click()
    check(officer, "proposal-office", axe=True)

    # The department answers without an account.
    path = re.sub(r"^https?://[^/]+", "", address)
    visitor.goto(path)
    check(visitor, "proposal-unit-code", axe=True)
    visitor.locator("[name=code]").fill(code)
    press(visitor, "打开")
    sees(visitor, "末班车 20:30", "请看试行的可能")
    visitor.get_by_label("采用", exact=True).check()
    visitor.locator("[name=answer]").fill("可以先试一个月，试后再定。")
    visitor.locator("summary", has_text="答应做的事").click()
    visitor.locator("[name=what_1]").fill("末班车试行到 22:00")
    visitor.locator("[name=due_1]").fill("2026-10-08")
    check(visitor, "proposal-unit", axe=True)
    visitor.locator("button", has_text="送出答复").click()
    if (dialog := visitor.locator("dialog[open]")).count():
        dialog.get_by_role("button").first.click()
    sees(visitor, "已送到")
    assert visitor.goto(path).status == 410
    check(visitor, "proposal-unit-ended", axe=True)

    # The author rates; two officers publish.
    page.goto(url)
    sees(page, "可以先试一个月", "末班车试行到 22:00")
    page.get_by_label("满意", exact=True).check()
    page.locator("[name=words]").fill("有着落，还写了日子。")
    page.get_by_role("button", name="评价", exact=True).click()
    sees(page, "谢谢，评价已记下。")
    check(page, "proposal-answered", axe=True)
    officer.goto(url)
    officer.get_by_role("link", name="去掉个人信息", exact=True).click()
    check(officer, "proposal-clean", axe=True)
    decide(officer, "个人信息去掉了，交另一个人核")
    second.goto(url)
    second.get_by_role("link", name="复核公开稿", exact=True).click()
    check(second, "proposal-check", axe=True)
    decide(second, "核过了，公开")

    edition = ProposalEdition.objects.get()
    visitor.goto("/proposals/")
    visitor.get_by_role("link", name="夜间公交多停一站").click()
    sees(visitor, "林知夏", "祝云帆", "可以先试一个月", "作者评价：满意")
    check(visitor, "proposal-public", axe=True)
    visitor.goto("/proposals/?q=公交")
    check(visitor, "proposals", axe=True)

    # What was promised is kept, who follows reads it, and a withdrawn consent takes the page down.
    other.goto(edition.get_absolute_url())
    press(other, "关注，有进展告诉我")
    sees(other, "已关注")
    promise = Promise.objects.get()
    officer.goto(f"/manage/decide/proposal-promise/{promise.public_id}/")
    decide(officer, "做到了", reason="10月8日 起试行")
    other.goto("/me/notices/")
    sees(other, "建言里答应的事有进展")  # who signs and follows is notified once
    row.refresh_from_db()
    assert row.state == "closed"
    officer.goto("/services/proposals/figures/")
    check(officer, "proposal-figures", axe=True)
    page.goto(url)
    page.locator("summary", has_text="改主意").click()
    page.get_by_label("不公开，只给承办单位看").check()
    press(page, "就这样定")
    sees(page, "马上生效")
    assert visitor.goto(edition.get_absolute_url()).status == 404
    visitor.goto("/proposals/")
    expect(visitor.get_by_role("link", name="夜间公交多停一站")).to_have_count(0)
