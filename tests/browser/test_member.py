"""Path 2, second half: a member's organization, activities and data, up to leaving."""

import re

import pytest
from playwright.sync_api import expect

from activities.models import CheckIn, ServiceRecord
from chengyang.platform.privacy import actions as privacy
from tests import personas
from tests.activities import factories

from . import browser_data, steps
from .pages import PHONE, PICTURES, agree, at, check, cut_on, heading, on_paper, press, sees

pytestmark = pytest.mark.browser


def test_member_is_accepted_into_an_organization_by_its_secretary(browse, member):
    page, secretary = browse(member.user, size=PHONE), browse(personas.make("secretary"))
    page.goto("/organizations/xiazhuang/")
    press(page, "申请加入")
    sees(page, "秘书长会看到", "154****0021")
    check(page, "organization-apply", axe=True)
    press(page, "申请加入")
    sees(page, "已申请，秘书长会在 5 个工作日内答复。")
    check(page, "my-organizations", axe=True)
    steps.decide(secretary, "林知夏", "接纳")
    page.goto("/me/")
    sees(page, "夏庄街道新的社会阶层代表人士联谊会", "会员，2026年9月 起")
    assert "夏庄街道" in browser_data.texts(21)[0]["text"]


def test_member_signs_up_with_one_click_and_finds_it_under_my_activities(browse, member):
    page = browse(member.user, size=PHONE)
    activity = browser_data.activity(capacity=20, hazards="日晒、蚊虫", insurance="主办方统一投保")
    page.goto(activity.get_absolute_url())
    check(page, "activity-risks", axe=True)
    press(page, "报名")
    page.get_by_label("我看过可能的风险和保险安排").check()
    check(page, "signup-member", axe=True)
    press(page, "确认报名")
    sees(page, "报名成功，这是你的票。", "林知夏")
    page.goto("/me/")
    sees(page, "夏庄葡萄采摘帮扶", "到场出示，或报编号")
    check(page, "me", axe=True)
    press(page, "我的全部报名")
    sees(page, "要去的", "夏庄葡萄采摘帮扶")
    check(page, "my-activities", axe=True)


def test_member_reads_all_stored_data_and_who_read_it(browse, member):
    page, officer = browse(member.user, size=PHONE), browse(personas.make("xiazhuang"))
    officer.goto(f"/manage/members/person/{member.pk}/change/")
    officer.get_by_text("看全号（要选理由）").click()
    officer.get_by_label("为什么要看").select_option(index=1)
    press(officer, "看全号")
    sees(officer, "154 0000 0021")
    page.goto("/me/")
    page.get_by_role("link", name="看全部").last.click()
    heading(page, "我的数据")
    sees(page, "存着的每一项", "林知夏", "青岛澄海文化传媒有限公司", "谁看过", "夏庄街道")
    check(page, "my-data", axe=True)


def test_all_stored_data_is_on_paper_whole(browse, member):
    """The sections that are folded on the screen are open in print, nothing is cut, and there is nothing to press."""
    page = browse(member.user, size=PHONE)
    page.goto("/me/data/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})  # A4 upright, without margins
    page.screenshot(path=PICTURES / "my-data-paper.png", full_page=True)
    cut = page.evaluate("""() => [...document.querySelectorAll(".table--data :is(th, td, caption)")].filter((cell) =>
        !cell.closest(".vh") && (!cell.offsetHeight || cell.scrollWidth > cell.clientWidth + 1)).map((cell) => cell.textContent)
    """)
    assert (page.locator(".table--data").count() > 5, cut) == (True, [])
    assert page.locator("main :is(button, a.btn, summary.chip):visible").count() == 0


def test_member_downloads_all_stored_data(browse, member):
    page = browse(member.user)
    page.goto("/me/data/download/")
    steps.confirm_identity(page, 21)
    heading(page, "我的数据")
    with page.expect_download() as download:
        press(page, "下载")
    assert "青岛澄海文化传媒有限公司" in download.value.path().read_text()


def test_member_withdraws_a_consent_in_three_clicks(browse, member):
    page = browse(member.user, size=PHONE)
    page.goto("/me/")
    page.get_by_role("link", name="撤回同意或退出").click()
    page.get_by_role("button", name=re.compile("撤回 ?公开姓名和职务")).click()
    sees(page, "已撤回，从现在起不再这样用。")
    assert not privacy.holds(member.user, "publication")


def test_member_corrects_what_is_wrong(browse, member):
    page = browse(member.user, size=PHONE)
    page.goto("/me/data/edit/")
    page.locator("[name=unit]").fill("青岛海月律师事务所")
    press(page, "改好了")
    sees(page, "已改好。", "青岛海月律师事务所")


def test_member_leaves_an_organization(browse, portal):
    page = browse(personas.make("member"), size=PHONE)
    page.goto("/me/organizations/")
    press(page, "退会")
    agree(page)
    sees(page, "你已退出“夏庄街道新的社会阶层代表人士联谊会”。")


def test_member_sees_the_hours_of_a_service(browse, member):
    service = browser_data.activity(days=-2, kind="volunteer")
    signup = service.signups.create(person=member, state="confirmed", position=1, at=browser_data.NOW)
    came = CheckIn.objects.create(signup=signup, checked_in_at=service.starts, checked_out_at=service.ends)
    ServiceRecord.objects.create(checkin=came, hours=2)
    page = browse(member.user, size=PHONE)
    page.goto("/me/activities/")
    sees(page, "2 小时")
    page.goto("/me/")
    expect(page.get_by_role("heading", name="服务时长")).to_be_visible()
    check(page, "me-hours", axe=True)
    assert at("/me/").search(page.url)


def test_member_leaves_a_team_without_approval(browse, member):
    page = browse(member.user, size=PHONE)
    team = personas.team()
    team.posts.create(person=member, kind="volunteer", starts=personas.STARTED)
    page.goto("/me/")
    sees(page, str(team), "队员，2020年1月 起")
    check(page, "my-team", axe=True)
    press(page, "退队")
    agree(page)
    sees(page, "你已退出")
    assert not team.posts.own(member.user).exists()


def test_ones_contribution_record_is_on_paper_whole(browse, member):
    """What one did is printed line by line; what is chosen or pressed on the screen is not."""
    starts = factories.moment(5, 8)
    activity = factories.published(title="敬老服务" * 7, kind="volunteer", starts=starts, ends=starts + factories.HOUR)
    signup = activity.signups.create(person=member, state="confirmed", position=1)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=starts, checked_out_at=activity.ends)
    ServiceRecord.objects.create(checkin=checkin, hours=1)
    page = browse(member.user, size=PHONE)
    page.goto("/me/contribution/")
    on_paper(page, "contribution-paper")
    sees(page, "林知夏", "1 场", "1 小时", "敬老服务" * 7, "2026年9月5日", "数据截至")
    assert page.locator(":is(button, a.btn, a.chip, .nav, .foot):visible").count() == 0
    assert cut_on(page, "main :is(h1, h2, p, li)") == []
