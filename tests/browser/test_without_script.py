"""Joining, signing up, deciding and checking in with JavaScript switched off."""

import pytest
from playwright.sync_api import expect

from activities.actions import sign_up
from activities.models import Activity
from tests import personas

from . import browser_data, steps
from .pages import PHONE, heading, press, sees

pytestmark = pytest.mark.browser


def test_person_joins_without_a_script(browse):
    page = browse(size=PHONE, script=False)
    steps.apply_to_be_registered(page)
    heading(page, "申请已收到，等初审")


def test_person_saves_a_draft_without_a_script(browse):
    page = browse(size=PHONE, script=False)
    steps.consent_and_verify(page)
    page.locator("[name=name]").fill("周予安")
    press(page, "先保存，改天再填")
    press(page, "继续填写")
    expect(page.locator("[name=name]")).to_have_value("周予安")


def test_visitor_signs_up_and_cancels_without_a_script(browse):
    activity = browser_data.activity(capacity=5)
    page = browse(size=PHONE, script=False)
    page.goto("/calendar/")
    page.get_by_role("link", name=activity.title).click()
    press(page, "报名")
    steps.request_code(page, guest_name="慕容雪村")
    steps.enter_code(page, yes="验证并报名")
    sees(page, "报名成功，这是你的票。")
    press(page, "去不了，取消报名")
    sees(page, "已取消报名")


def test_visitor_narrows_the_calendar_without_a_script(browse):
    browser_data.activity()
    browser_data.activity("红岛渔歌线上听", programme="qu", mode="online", place="")
    page = browse(size=PHONE, script=False)
    page.goto("/calendar/")
    page.get_by_text("筛选", exact=True).click()
    page.locator(".filters__more").get_by_role("link", name="线上").click()
    sees(page, "红岛渔歌线上听")
    expect(page.get_by_role("link", name="夏庄葡萄采摘帮扶")).to_have_count(0)


def test_officer_decides_without_a_script(browse):
    browser_data.application()
    page = browse(personas.make("xiazhuang"), script=False)
    steps.decide(page, "周予安", "初审通过")
    sees(page, "初审通过：周予安")


def test_officer_checks_in_without_a_script(browse):
    person, row = browser_data.person(62, "周予安"), browser_data.activity(days=1)
    sign_up(row, person=person, actor=person.user)
    Activity.objects.filter(pk=row.pk).update(
        starts=browser_data.NOW - browser_data.HOUR, ends=browser_data.NOW + browser_data.HOUR
    )
    page = browse(personas.make("xiazhuang"), size=PHONE, script=False)
    page.goto(f"/checkin/{row.public_id}/")
    page.get_by_role("searchbox").fill("zya")
    page.keyboard.press("Enter")
    page.locator("#people").get_by_role("button", name="签到").click()
    sees(page, "09:00 签到")
