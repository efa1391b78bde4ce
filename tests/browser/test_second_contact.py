"""The second contact: a correction, leaving and coming back, declined and objected, and a form after the session ended."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from members.models import Application, Correction, Person
from services.models import Request
from tests import personas

from . import browser_data, steps
from .pages import at, both_sizes, check, heading, press, sees

pytestmark = pytest.mark.browser


# ---- a correction ----------------------------------------------------------------------------------------------------
PUBLIC = "/organizations/xiazhuang/"
OLD_NAME, NEW_NAME, WHY = "林知夏", "林之夏", "户口本上改了名字"


@pytest.fixture
def chair(member):
    """The member as the chair of an organization, whose name is public."""
    post = {"person": member, "kind": "chair", "starts": personas.STARTED, "is_public": True}
    personas.organization().posts.create(**post)
    return member


def ask_for_the_new_name(page):
    page.goto("/me/data/edit/")
    page.locator("[name=name]").fill(NEW_NAME)
    press(page, "改好了")


def public_names(visitor):
    """Return whether the public page shows (the old name, the new name)."""
    visitor.goto(PUBLIC)
    heading(visitor, "夏庄街道新的社会阶层代表人士联谊会")
    return tuple(visitor.get_by_text(name, exact=True).count() > 0 for name in (OLD_NAME, NEW_NAME))


@both_sizes
def test_the_name_on_a_published_post_changes_when_an_officer_accepts(browse, chair, size):
    page, visitor = browse(chair.user, size=size), browse(size=size)
    officer = browse(personas.make("xiazhuang"), size=size)
    ask_for_the_new_name(page)
    sees(page, "姓名、类别要核对，请写一句为什么改。")
    expect(page.locator("[name=name]")).to_have_value(NEW_NAME)
    check(page, "correction-without-reason", axe=True)
    page.locator("[name=reason]").fill(WHY)
    press(page, "改好了")
    sees(page, "已收到更正申请", "等街道核对")
    check(page, "correction-waiting", axe=True)
    assert public_names(visitor) == (True, False)
    check(visitor, "correction-public", axe=True)
    officer.goto("/manage/")
    officer.locator("main").get_by_role("link", name=OLD_NAME).first.click()
    sees(officer, OLD_NAME, NEW_NAME, WHY)
    check(officer, "correction-decide", axe=True)
    officer.get_by_label("同意，改过来").check()
    officer.locator(".decide button[type=submit]").click()
    heading(officer, "今日待办")
    assert public_names(visitor) == (False, True)
    page.reload()
    heading(page, "我的数据")
    expect(page.get_by_text("等街道核对")).to_have_count(0)


@both_sizes
def test_a_refused_correction_says_why_and_the_old_name_stays(browse, chair, size):
    page, visitor = browse(chair.user, size=size), browse(size=size)
    officer = browse(personas.make("xiazhuang"), size=size)
    ask_for_the_new_name(page)
    page.locator("[name=reason]").fill(WHY)
    press(page, "改好了")
    sees(page, "已收到更正申请")
    steps.decide(officer, OLD_NAME, "不同意", reason="请附户口本的照片。")
    heading(officer, "今日待办")
    page.reload()
    sees(page, "没有同意，理由：请附户口本的照片。")
    check(page, "correction-refused", axe=True)
    assert public_names(visitor) == (True, False)
    assert Correction.objects.get().state == "refused"


# ---- leaving and coming back -----------------------------------------------------------------------------------------
def leave(page):
    page.goto("/me/data/")
    press(page, "退出名册")
    check(page, "step-up", axe=True)
    steps.confirm_identity(page, 21)
    sees(page, "退出不需要任何人批准")
    check(page, "leave", axe=True)
    press(page, "林知夏，确定退出")
    sees(page, "你已退出。")


@both_sizes
def test_member_leaves_without_approval_and_comes_back_with_one_button(browse, member, settings, size):
    page = browse(member.user, size=size)
    leave(page)
    check(page, "my-data-left", axe=True)
    assert Person.objects.get(pk=member.pk).state == "left"
    settings.PORTAL_CLOCK = browser_data.NOW + 29 * browser_data.DAY
    page = browse(member.user, size=size)
    page.goto("/me/")
    check(page, "me-left", axe=True)
    press(page, "恢复登记")
    heading(page, "恢复登记")
    check(page, "come-back", axe=True)
    press(page, "同意为入册处理这些信息，恢复登记")
    page.wait_for_url(at("/me/"))
    check(page, "me-back", axe=True)
    assert Person.objects.get(pk=member.pk).state == "active"
    assert not Application.objects.exists()  # nobody reviews again


@both_sizes
def test_who_left_more_than_30_days_ago_applies_anew(browse, member, settings, size):
    leave(browse(member.user, size=size))
    settings.PORTAL_CLOCK = browser_data.NOW + 30 * browser_data.DAY
    page = browse(member.user, size=size)
    page.goto("/join/return/")
    sees(page, "先看清：我们存什么，为什么")


# ---- declined, and an objection --------------------------------------------------------------------------------------
REASON, OBJECTION = "单位不在城阳区。", "分公司就在夏庄街道，附了执照。"
TITLE = "周予安"


def decline(browse, size):
    """Let two officers decline an application; return the application and the page of the second officer."""
    row = browser_data.application()
    first, second = browse(personas.make("xiazhuang"), size=size), browse(personas.make("district"), size=size)
    steps.decide(first, TITLE, "提出不予通过，由另一人复核", reason=REASON)
    heading(first, "今日待办")
    return row, second


def object_to(page):
    page.locator("[name=objection]").fill(OBJECTION)
    press(page, "申请复核")
    heading(page, "已申请复核，等答复")


@both_sizes
def test_two_officers_decline_and_another_one_accepts_the_objection(browse, portal, size):
    row, second = decline(browse, size)
    page, third = browse(row.user, size=size), browse(personas.make("district_2"), size=size)
    page.goto(row.get_absolute_url())
    heading(page, "还在审核，等另一位工作人员复核")
    check(page, "decline-proposed", axe=True)
    second.goto("/manage/")
    second.locator("main").get_by_role("link", name=TITLE).first.click()
    check(second, "decline-confirm", axe=True)
    second.get_by_label("同意不予通过").check()
    second.locator(".decide button[type=submit]").click()
    heading(second, "今日待办")
    page.reload()
    heading(page, "申请没有通过")
    sees(page, REASON, "由没有参与过的工作人员")
    check(page, "declined", axe=True)
    object_to(page)
    check(page, "objected", axe=True)
    for officer in (second, browse(personas.make("xiazhuang"), size=size)):  # whoever took part does not decide
        officer.goto("/manage/")
        expect(officer.locator("main").get_by_role("link", name=TITLE)).to_have_count(0)
    third.goto("/manage/")
    third.locator("main").get_by_role("link", name=TITLE).first.click()
    sees(third, REASON, OBJECTION)
    check(third, "objection-decide", axe=True)
    third.get_by_label("撤销，重新审核").check()
    third.locator(".decide button[type=submit]").click()
    heading(third, "今日待办")
    page.reload()
    heading(page, "申请已收到，等初审")
    check(page, "objection-accepted", axe=True)


@both_sizes
def test_a_decline_that_is_upheld_says_why(browse, portal, size):
    row, second = decline(browse, size)
    steps.decide(second, TITLE, "同意不予通过")
    heading(second, "今日待办")
    page, third = browse(row.user, size=size), browse(personas.make("district_2"), size=size)
    page.goto("/me/")
    check(page, "me-declined", axe=True)
    press(page, "看详情，或申请复核")
    object_to(page)
    steps.decide(third, TITLE, "维持不予通过", reason="执照上的地址在即墨区。")
    heading(third, "今日待办")
    page.reload()
    heading(page, "申请没有通过")
    sees(page, "执照上的地址在即墨区。")
    check(page, "decline-upheld", axe=True)
    expect(page.locator("[name=objection]")).to_have_count(0)


# ---- a form after the session has ended ------------------------------------------------------------------------------
TEXT = "村里的草莓卖不动，\n想请人看看怎么直播。"


@both_sizes
def test_a_form_sent_after_the_session_ended_keeps_what_was_typed(browse, member, size):
    page = browse(member.user, size=size)
    page.goto("/services/requests/new/")
    page.locator("[name=title]").fill("草莓滞销")
    page.locator("[name=text]").fill(TEXT)
    Session.objects.all().delete()
    press(page, "提交")
    page.locator("[name=phone]").wait_for()
    sees(page, "提交刚才填的内容，都还在")
    check(page, "sign-in-with-kept-form", axe=True)
    steps.request_code(page, 21)
    steps.enter_code(page, 21, yes="登录")
    heading(page, "刚才填的还在")
    expect(page.locator("main textarea")).to_have_value(TEXT)
    expect(page.locator("main [name=title]")).to_have_value("草莓滞销")
    check(page, "kept-form", axe=True)
    press(page, "接着提交")
    sees(page, "草莓滞销")
    assert [(row.title, row.text.replace("\r\n", "\n")) for row in Request.objects.all()] == [("草莓滞销", TEXT)]


@both_sizes
def test_an_officer_who_was_away_too_long_finds_the_reason_again(browse, portal, settings, size):
    row, officer = browser_data.application(), personas.make("xiazhuang")
    officer.set_password("Qingdao-2026-xiazhuang")
    officer.save()
    page = browse(officer, size=size)
    page.goto(f"/manage/decide/application-first/{row.public_id}/")
    page.get_by_label("退回修改").check()
    page.locator("#id_reason").fill(REASON)
    settings.PORTAL_CLOCK = browser_data.NOW + dt.timedelta(minutes=31)
    page.locator(".decide button[type=submit]").click()
    sees(page, "提交刚才填的内容，都还在")
    page.get_by_label("邮箱").fill("xiazhuang@demo.invalid")
    page.get_by_label("密码").fill("Qingdao-2026-xiazhuang")
    page.keyboard.press("Enter")
    heading(page, "刚才填的还在")
    expect(page.locator("main textarea, main input:not([type=hidden])")).to_have_count(1)  # no code of the page
    check(page, "kept-form-officer", axe=True)
    press(page, "接着提交")
    heading(page, "今日待办")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("returned", REASON)
