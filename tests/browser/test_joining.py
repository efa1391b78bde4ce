"""Path 2, first half: joining in three steps on a phone, and two reviews by two officers."""

import pytest
from playwright.sync_api import expect

from chengyang.platform.privacy.models import Consent
from members.models import Application
from tests import personas

from . import browser_data, steps
from .pages import PHONE, check, heading, press, sees, status

pytestmark = pytest.mark.browser
REASON = "单位请写营业执照上的全称。"


# ---- three steps -----------------------------------------------------------------------------------------------------
def test_person_does_not_get_on_without_consent_and_keeps_what_was_typed(browse):
    page = browse(size=PHONE)
    page.goto("/join/")
    sees(page, "先看清：我们存什么，为什么", "身份证、照片、住址、家庭和信仰，一概不问")
    check(page, "join-1", axe=True)
    page.locator("[name=phone]").fill("154 0000 0001")
    press(page, "获取验证码")
    sees(page, "要入册，请先看说明，再勾选这一项。")
    expect(page.locator("[name=phone]")).to_have_value("154 0000 0001")
    check(page, "join-1-refused", axe=True)
    assert browser_data.texts() == []
    page.get_by_label("我已满 18 周岁").check()
    press(page, "获取验证码")
    heading(page, "填写验证码")
    check(page, "join-1-code", axe=True)


def test_person_says_who_they_are_and_a_reload_keeps_it(browse):
    page = browse(size=PHONE)
    steps.consent_and_verify(page)
    check(page, "join-2", axe=True)
    steps.fill_in_details(page)
    expect(page.locator("[data-saved-at]")).to_be_visible()
    page.reload()
    expect(page.locator("[name=unit]")).to_have_value("青岛澄海文化传媒有限公司")
    expect(page.get_by_label("新媒体从业人员")).to_be_checked()
    check(page, "join-2-kept", axe=True)


def test_a_stale_tab_reads_why_nothing_was_saved_and_where_to_go(browse):
    page = browse(size=PHONE)
    steps.consent_and_verify(page)
    steps.fill_in_details(page)
    expect(page.locator("[data-saved-at]")).to_be_visible()
    row = Application.objects.get()
    now = browser_data.NOW
    Application.objects.update(state="submitted", submitted_at=now, due_on=now.date())
    page.locator("[name=job]").fill("编剧")
    note = page.locator("[data-saved-at]")
    expect(note).to_contain_text("正在审核")
    assert "检查网络" not in note.inner_text()
    page.errors.clear()  # the browser reports the refused request
    note.get_by_role("link").click()  # without a question: nothing here can be saved any more
    page.wait_for_url(f"**{row.get_absolute_url()}")


def test_form_error_is_shown_at_the_field(browse):
    page = browse(size=PHONE)
    steps.consent_and_verify(page)
    page.locator("[name=unit]").fill("某公司")
    press(page, "保存，去第 3 步")
    sees(page, "“某公司”不是全称")
    expect(page.locator("[name=unit]")).to_have_value("某公司")
    check(page, "join-2-wrong", axe=True)


def test_person_ticks_one_optional_purpose_and_submits(browse):
    page = browse(size=PHONE)
    steps.consent_and_verify(page)
    steps.fill_in_details(page)
    press(page, "保存，去第 3 步")
    heading(page, "看一遍，再提交")
    boxes = page.locator("main [type=checkbox]")
    assert [box.is_checked() for box in boxes.all()] == [False] * boxes.count()
    boxes.first.check()
    check(page, "join-3", axe=True)
    press(page, "提交申请")
    heading(page, "申请已收到，等初审")
    sees(page, "夏庄街道", "提交")
    check(page, "join-status", axe=True)
    assert Consent.objects.filter(given=True).count() == 2  # the necessary one, and the optional one that was ticked


# ---- two reviews -----------------------------------------------------------------------------------------------------
def test_person_is_returned_corrects_and_is_registered_by_two_officers(browse):
    page, first, second = browse(size=PHONE), browse(personas.make("xiazhuang")), browse(personas.make("district"))
    steps.apply_to_be_registered(page)
    steps.decide(first, "周予安", "退回修改", reason=REASON)
    page.reload()
    heading(page, "申请要改一改")
    sees(page, REASON)
    check(page, "join-returned", axe=True)
    page.locator("main").get_by_role("link", name="修改", exact=True).click()
    page.locator("[name=unit]").fill("青岛澄海文化传媒有限公司城阳分公司")
    press(page, "保存，去第 3 步")
    press(page, "改好了，再次提交")
    heading(page, "申请已收到，等初审")
    steps.decide(first, "周予安", "初审通过")
    steps.decide(second, "周予安", "通过，入册")
    page.goto("/me/notices/")
    page.get_by_role("link", name="入册").first.click()
    check(page, "notice", axe=True)
    page.goto("/me/")
    sees(page, "我的组织")
    check(page, "me-new", axe=True)
    assert "入册" in browser_data.texts()[0]["text"]


def test_officer_who_made_the_first_review_is_refused_the_second(browse):
    application, officer = browser_data.application(), browse(personas.make("district"))
    officer.goto(f"/manage/decide/application-first/{application.public_id}/")
    officer.get_by_label("初审通过").check()
    officer.locator(".decide button[type=submit]").click()
    officer.goto(f"/manage/decide/application-second/{application.public_id}/")
    sees(officer, "这一件现在不等你决定")
    expect(officer.locator("form.decide")).to_have_count(0)
    check(officer, "decision-not-mine", axe=True)


def test_officer_who_applies_reviews_others_but_not_themself(browse):
    officer = browser_data.citizen(7, name="曲文静", email="district_2@demo.invalid")
    page = browse(personas.make("district_2"))
    page.goto("/join/")
    page.get_by_label("我已满 18 周岁").check()
    press(page, "同意，去第 2 步")
    steps.fill_in_details(page, "曲文静")
    press(page, "保存，去第 3 步")
    press(page, "提交申请")
    heading(page, "申请已收到，等初审")
    application = Application.objects.get(user=officer)
    page.goto(f"/manage/decide/application-first/{application.public_id}/")
    sees(page, "这一件现在不等你决定")
    page.goto("/manage/")
    expect(page.locator("main").get_by_role("link", name="曲文静")).to_have_count(0)


def test_subdistrict_officer_of_another_place_finds_no_such_application(browse):
    application, page = browser_data.application(), browse(personas.make("liuting"))
    assert status(page, f"/manage/decide/application-first/{application.public_id}/") == 404
