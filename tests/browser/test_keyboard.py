"""Joining, signing up and a review by keyboard alone (docs/ui.md, "Accepted when")."""

import pytest
from playwright.sync_api import expect

from members.models import Application
from tests import personas

from . import browser_data
from .pages import heading, sees, tab_to, write

pytestmark = pytest.mark.browser


def enter(page, selector):
    """Move the focus to a button or link by Tab and press it."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def choose(page, selector):
    """Move the focus to a checkbox or the first radio button by Tab and choose it."""
    tab_to(page, selector)
    page.keyboard.press("Space")


def test_person_joins_by_keyboard_alone(browse):
    page = browse()
    page.goto("/")
    enter(page, "a[href='/join/'].btn")
    write(page, "[name=phone]", browser_data.typed())
    choose(page, "[name=consent]")
    enter(page, "button[value=send]")
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type(browser_data.code())
    page.keyboard.press("Enter")
    heading(page, "说说你自己")
    write(page, "[name=name]", "周予安")
    choose(page, "[name=category]")
    write(page, "[name=unit]", "青岛澄海文化传媒有限公司")
    choose(page, "[name=subdistrict]")
    page.keyboard.press("ArrowRight")
    enter(page, "main form .btn--main")
    heading(page, "看一遍，再提交")
    enter(page, "main form .btn--main")
    heading(page, "申请已收到，等初审")
    assert Application.objects.get().subdistrict.name == "夏庄街道"


def test_visitor_signs_up_by_keyboard_alone(browse):
    browser_data.activity(capacity=5)
    page = browse()
    page.goto("/calendar/")
    for key in ("t", "ArrowRight", "ArrowRight", "ArrowRight", "Enter", "Enter"):
        page.keyboard.press(key)
    heading(page, "夏庄葡萄采摘帮扶")
    enter(page, ".actionbar .btn--main")
    write(page, "[name=guest_name]", "慕容雪村")
    write(page, "[name=phone]", browser_data.typed())
    page.keyboard.press("Enter")
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type(browser_data.code())
    page.keyboard.press("Enter")
    sees(page, "报名成功，这是你的票。")
    enter(page, "form[data-confirm] button")
    expect(page.locator("dialog .btn:not(.btn--main)")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    sees(page, "已取消报名")


def test_officer_reviews_by_keyboard_alone(browse):
    browser_data.application()
    page = browse(personas.make("xiazhuang"))
    page.goto("/manage/")
    enter(page, "main a[href*='/decide/']")
    heading(page, "周予安")
    choose(page, "[name=choice]")
    enter(page, ".decide button[type=submit]")
    heading(page, "今日待办")
    assert Application.objects.get().state == "first_reviewed"
