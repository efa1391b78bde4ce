"""An organization is founded along 五好 in the browser: drafted, sent back, agreed by a second officer, public at midnight."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from chengyang import clock
from chengyang.demo.organizations import pdf
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.standards.models import Standard
from organizations.models import Organization
from tests import personas

from . import browser_data, steps
from .pages import PHONE, agree, check, heading, press, sees
from .test_term_change import choose_person

pytestmark = pytest.mark.browser
MIDNIGHT = dt.date(2026, 10, 1)
NAME = "夏庄街道果农联谊会"


@pytest.fixture
def people(portal):
    """The chair and the secretary to be; the chair agreed to be named in public and to be on the roll."""
    personas.organization()
    chair, secretary = browser_data.person(51, "蓝一舟"), browser_data.person(52, "成竹")
    for code in ("registration", "publication", "roll"):
        privacy.give(chair.user, code, actor=chair.user)
    return chair, secretary


def wizard(page, organization):
    page.goto(f"/manage/organizations/organization/{organization.pk}/founding/")
    heading(page, "筹建")


def enter(page, organization, verb, person=None, **fields):
    """Follow the link of a missing item of the page, fill in its form and save it; ends on the page again."""
    wizard(page, organization)
    page.locator(".goods").get_by_role("link", name=verb, exact=True).click()
    if person is not None:
        choose_person(page, person.name)
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    press(page, "保存")
    wizard(page, organization)


def fill_papers(page, **fields):
    for name, value in fields.items():
        page.locator(f"#step [name={name}]").fill(value)


def begin(page):
    """Enter the organization as one in preparation; return it."""
    page.goto("/manage/organizations/organization/add/")
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=level]").select_option("subdistrict")
    page.locator("[name=subdistrict]").select_option(label="夏庄街道")
    page.locator("[name=kind]").select_option(label="联谊会")
    press(page, "保存")
    return Organization.objects.get(name=NAME)


def equip(page, organization, chair, secretary):
    """Enter what the page says is missing."""
    enter(page, organization, "登记会长", chair, starts="2026-09-01")
    enter(page, organization, "登记秘书长", secretary, starts="2026-09-01")
    enter(page, organization, "登记会员", chair)
    wizard(page, organization)
    page.locator(".goods").get_by_role("link", name="上传章程").click()
    for name, value in (("adopted_on", "2026-09-12"), ("adopted_by", "第一次会员大会"), ("starts", "2026-09-12")):
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=upload]").set_input_files(
        {"name": "章程.pdf", "mimeType": "application/pdf", "buffer": pdf("charter")}
    )
    press(page, "保存")
    enter(page, organization, "写活动场所", place="夏新连心驿站二楼", purpose="联系果农，把好果子卖出去。")


def assess(organization):
    """The “五好” assessment, which has pages and tests of its own, has been passed."""
    version = Standard.objects.get(code="five_goods").current()
    findings = {row.code: {"result": "met", "note": "见材料", "file": ""} for row in version.criteria.all()}
    organization.assessments.create(version=version, state="passed", findings=findings, assessed_on=clock.today())


def test_an_organization_is_founded_along_the_five_goods_by_two_officers(browse, people, settings):
    chair, secretary = people
    officer = browse(personas.make("xiazhuang"))
    organization = begin(officer)
    wizard(officer, organization)
    sees(officer, "5 项里齐了 0 项", "选准一个好带头人")
    check(officer, "founding-empty", axe=True)
    equip(officer, organization, chair, secretary)
    sees(officer, "蓝一舟", "第 1 版", "夏新连心驿站二楼")

    # the secretary begins the draft, and an officer of the district goes on with it
    own = browse(secretary.user, size=PHONE)
    wizard(own, organization)
    press(own, "开始写成立材料")
    fill_papers(own, resolution="会员大会，应到 20 人，实到 18 人，一致通过", plan="办四场果园直播\n年底开一次果品会")
    press(own, "存草稿")
    sees(own, "草稿已存。")
    check(own, "founding-draft", axe=True)
    district = browse(personas.make("district"))
    wizard(district, organization)
    expect(district.locator("[name=resolution]")).to_have_value("会员大会，应到 20 人，实到 18 人，一致通过")
    fill_papers(district, on="2026-10-01", resolved_on="2026-09-12", approval="区委统战部，同意")
    press(district, "提交，请第二人确认")
    sees(district, "请写这一项。")
    fill_papers(district, approved_on="2026-09-14")
    press(district, "提交，请第二人确认")
    sees(district, "要先通过“五好”评定，才能成立。")
    assess(organization)
    press(district, "提交，请第二人确认")
    sees(district, "已提交，等第二位工作人员确认。")

    # sent back with a reason, submitted again, agreed
    title = f"{NAME} 成立"
    officer.goto("/manage/")
    officer.locator("main").get_by_role("link", name=title).first.click()
    check(officer, "founding-decision", axe=True)
    steps.decide(officer, title, "退回改", reason="批复的日期请核对。")
    wizard(district, organization)
    sees(district, "批复的日期请核对。")
    press(district, "提交，请第二人确认")
    steps.decide(officer, title, "材料属实，同意")
    sees(officer, "已确认，到那天零点自己生效")
    officer.goto(f"/manage/organizations/organization/{organization.pk}/change/")
    officer.locator(".verbs summary", has_text="更多").click()
    officer.locator(".verbs").get_by_role("button", name="公开", exact=True).click()
    agree(officer)
    sees(officer, "已公开。")

    # nobody does anything at midnight
    url = f"/organizations/{organization.slug}/"
    for moment, words in (
        (clock.at(MIDNIGHT) - dt.timedelta(seconds=1), "正在筹建"),
        (clock.at(MIDNIGHT), "已成立"),
    ):
        settings.PORTAL_CLOCK = moment
        visitor = browse()
        visitor.goto(url)
        sees(visitor, words)
    sees(visitor, "蓝一舟", "下载现行章程（第 1 版，PDF）", "联系果农", "申请加入")
    check(visitor, "founded-public", axe=True)
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="下载现行章程（第 1 版，PDF）").click()
    assert download.value.suggested_filename == "章程.pdf"
    member = browse(chair.user, size=PHONE)
    member.goto(f"/me/organizations/{organization.slug}/")
    sees(member, "会员名单", "在名单里")
    check(member, "members-page", axe=True)
