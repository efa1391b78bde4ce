"""Path 3: an officer decides, finds people, publishes and checks in; another officer sees none of it."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from activities.actions import sign_up
from activities.models import Activity, ServiceRecord
from chengyang import clock
from members.models import Application, Person
from tests import personas

from . import browser_data, steps
from .pages import DESKTOP, agree, at, check, heading, press, sees, status

pytestmark = pytest.mark.browser


# ---- 今日待办 --------------------------------------------------------------------------------------------------------
def test_officer_signs_in_by_mail_and_password(browse):
    officer = personas.make("xiazhuang")
    officer.set_password("Qingdao-2026-xiazhuang")
    officer.save()
    page = browse()
    page.goto("/manage/")
    expect(page).to_have_url(at("/accounts/login/"))
    page.get_by_label("邮箱").fill("xiazhuang@demo.invalid")
    page.get_by_label("密码").fill("Qingdao-2026-xiazhuang")
    check(page, "login", axe=True)
    page.keyboard.press("Enter")
    heading(page, "今日待办")
    check(page, "todo-empty", axe=True)


def test_officer_decides_and_the_next_one_follows(browse):
    for number, (name, waited) in enumerate([("欧阳海若", 9), ("周予安", 4), ("买买提·艾山", 0)], 31):
        browser_data.application(number, name, waited=waited)
    page = browse(personas.make("xiazhuang"))
    page.goto("/manage/")
    sees(page, "已超期", "买买提·艾山")
    check(page, "todo", axe=True)
    page.locator("main").get_by_role("link", name="欧阳海若").first.click()
    check(page, "decision", axe=True)
    page.get_by_label("退回修改").check()
    page.locator(".decide button[type=submit]").click()
    sees(page, "请写理由，本人会看到原文。")
    check(page, "decision-wrong", axe=True)
    page.locator(".decide__quick button").first.click()
    expect(page.locator("#id_reason")).not_to_have_value("")
    page.locator(".decide button[type=submit]").click()
    heading(page, "周予安")
    sees(page, "退回修改：欧阳海若")
    assert Application.objects.get(name="欧阳海若").state == "returned"


@pytest.mark.parametrize("text", ["oyhr", "海若", "ouyang", "0041"])
def test_officer_finds_a_person(browse, text):
    browser_data.person(41, "欧阳海若")
    browser_data.person(42, "周予安")
    page = browse(personas.make("xiazhuang"))
    page.goto("/manage/")
    page.get_by_label("找人、组织、活动").fill(text)
    page.keyboard.press("Enter")
    sees(page, "欧阳海若")
    expect(page.get_by_text("周予安")).to_have_count(0)
    check(page, "search")
    page.get_by_role("link", name="欧阳海若").click()
    heading(page, "欧阳海若")
    check(page, "person", axe=True)


def test_officer_narrows_the_list_of_persons(browse):
    for number, name in enumerate(["欧阳海若", "周予安", "买买提·艾山"], 51):
        browser_data.person(number, name)
    page = browse(personas.make("district"))
    page.goto("/manage/members/person/")
    check(page, "persons", axe=True)
    page.get_by_label("在人士里找").fill("zya")
    page.keyboard.press("Enter")
    expect(page.locator("table tbody tr")).to_have_count(1)
    sees(page, "周予安")


# ---- activities ------------------------------------------------------------------------------------------------------
def test_officer_drafts_and_publishes_an_activity(browse):
    page = browse(personas.make("xiazhuang"))
    page.goto("/manage/activities/activity/")
    press(page, "添加活动")
    page.locator("[name=title]").fill("夏庄葡萄采摘帮扶")
    page.locator("[name=kind]").select_option("volunteer")
    page.locator("[name=subdistrict]").select_option(label="夏庄街道")
    steps.moment(page, "starts", clock.at(dt.date(2026, 9, 19), dt.time(8, 30)))
    steps.moment(page, "ends", clock.at(dt.date(2026, 9, 19), dt.time(11, 30)))
    for name, text in {"place": "夏新连心驿站", "summary": "和果农一起摘葡萄。", "contact": "街道办公室"}.items():
        page.locator(f"[name={name}]").fill(text)
    check(page, "activity-form", axe=True)
    press(page, "保存")
    heading(page, "夏庄葡萄采摘帮扶")
    check(page, "activity-staff", axe=True)
    press(page, "发布")
    sees(page, "已发布，日历上看得到了。")
    visitor = browse()
    visitor.goto("/calendar/")
    sees(visitor, "夏庄葡萄采摘帮扶")


def test_secretary_submits_an_activity_and_the_officer_publishes_it(browse):
    secretary, officer = personas.make("secretary"), personas.make("xiazhuang")
    row = browser_data.activity(
        state="draft", published_at=None, organization=personas.organization(), drafted_by=secretary
    )
    page = browse(secretary)
    page.goto(f"/manage/activities/activity/{row.pk}/change/")
    press(page, "报批")
    sees(page, "已报批")
    steps.decide(browse(officer), row.title, "批准并发布")
    row.refresh_from_db()
    assert row.state == "published"


# ---- check-in --------------------------------------------------------------------------------------------------------
@pytest.fixture
def service(portal):
    """A volunteer service that has begun; two persons and a guest have signed up."""
    row = browser_data.activity("清河志愿服务", days=1, hour=8, kind="volunteer")
    for number, name in ((61, "欧阳海若"), (62, "周予安")):
        person = browser_data.person(number, name)
        sign_up(row, person=person, actor=person.user)
    sign_up(row, guest_name="慕容雪村", actor=browser_data.citizen(63))
    Activity.objects.filter(pk=row.pk).update(
        starts=browser_data.NOW - browser_data.HOUR, ends=browser_data.NOW + browser_data.HOUR
    )
    row.refresh_from_db()
    return row


def test_officer_marks_attendance_and_hours_appear(browse, service, settings):
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/checkin/{service.public_id}/")
    page.get_by_label("姓名、拼音、首字母或手机后四位").fill("oyhr")
    expect(page.locator("#people li")).to_have_count(1)
    page.get_by_role("button", name="签到").last.click()
    sees(page, "09:00 签到")
    check(page, "checkin", axe=True)
    settings.PORTAL_CLOCK = browser_data.NOW + 2 * browser_data.HOUR  # the session of the officer has ended by then
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/checkin/{service.public_id}/")
    sees(page, "还有 1 人没有签退")
    check(page, "checkin-finish", axe=True)
    press(page, "都待到结束，登记完成")
    agree(page)
    sees(page, "签到记录已在 2026-09-16 11:00 登记完成。")
    check(page, "checkin-done")
    member = browse(Person.objects.get(name="欧阳海若").user)
    member.goto("/me/activities/")
    sees(member, "1 小时")
    assert ServiceRecord.objects.get().hours == 1


def test_a_check_in_without_network_says_so_and_is_not_sent_later(browse, service):
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/checkin/{service.public_id}/")
    row = page.locator("#people li").first
    page.context.set_offline(True)
    row.get_by_role("button", name="签到").click()
    expect(row.get_by_text("没有网络，刚才这一步没有办")).to_be_visible()
    check(page, "checkin-offline")
    page.context.set_offline(False)
    page.errors.clear()  # the browser and htmx report the request that failed
    page.reload()
    expect(page.locator("#people li")).to_have_count(3)
    expect(page.locator("#people li.is-here")).to_have_count(0)


def test_late_check_in_and_forms_look_right(browse, service, settings):
    settings.PORTAL_CLOCK = browser_data.NOW + 2 * browser_data.HOUR
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/checkin/{service.public_id}/")
    page.locator("details.checkin__late summary").first.click()
    check(page, "checkin-late", axe=True)
    page.goto("/manage/activities/activity/add/")
    check(page, "activity-form", axe=True)
    page.goto("/me/notices/channels/")
    check(page, "channels", axe=True)


def test_officer_types_the_number_of_a_ticket_and_sees_green_then_amber_then_red(browse, service):
    page = browse(personas.make("xiazhuang"))
    page.goto(f"/checkin/{service.public_id}/")
    number = page.get_by_role("textbox", name="票号")
    ticket = service.signups.get(guest_name="慕容雪村")
    for typed, colour in ((ticket.code, "good"), (ticket.public_id, "soon"), ("ABCDE FGHJK", "bad")):
        number.fill(typed)
        number.press("Enter")
        expect(page.locator(f"#answer .is-{colour}")).to_be_visible()
        check(page, f"checkin-{colour}", axe=True)


def test_scanned_ticket_is_checked_in_by_one_press(browse, service):
    page = browse(personas.make("xiazhuang"))
    ticket = service.signups.get(person__name="周予安")
    page.goto(f"/checkin/{service.public_id}/?t={ticket.public_id}")
    sees(page, "周予安")
    check(page, "checkin-ticket", axe=True)
    page.locator("#answer").get_by_role("button", name="签到").click()
    expect(page.locator("#answer .is-good")).to_be_visible()


# ---- elsewhere -------------------------------------------------------------------------------------------------------
def test_officer_of_another_subdistrict_finds_none_of_its_rows(browse):
    person, waiting = browser_data.person(71, "欧阳海若"), browser_data.application(72, "周予安")
    draft = browser_data.activity("还没有定的采风", state="draft", published_at=None)
    page = browse(personas.make("liuting"), size=DESKTOP)
    for url in (
        f"/manage/members/person/{person.pk}/change/",
        f"/manage/members/application/{waiting.pk}/change/",
        f"/manage/decide/application-first/{waiting.public_id}/",
        f"/manage/activities/activity/{draft.pk}/change/",
        f"/checkin/{draft.public_id}/",
        draft.get_absolute_url(),
    ):
        assert status(page, url) == 404, url
    for url in (
        "/manage/",
        "/manage/search/?q=oyhr",
        "/manage/search/?q=还没有定的采风",
        "/manage/members/person/?q=0071",
        "/manage/members/application/",
        "/manage/activities/activity/?state__exact=draft",
        f"/manage/members/person/?subdistrict__id__exact={person.subdistrict_id}",
    ):
        assert status(page, url) == 200, url
        for name in ("欧阳海若", "周予安", "还没有定的采风"):
            expect(page.locator("main").get_by_role("link", name=name)).to_have_count(0)


def test_officer_of_another_subdistrict_is_not_offered_its_people(browse):
    browser_data.person(81, "欧阳海若")
    query = "app_label=members&model_name=representative&field_name=person&term=oyhr"
    here, there = browse(personas.make("xiazhuang")), browse(personas.make("liuting"))
    here.goto("/manage/")
    there.goto("/manage/")
    found = [
        page.evaluate("url => fetch(url).then(a => a.json())", f"/manage/autocomplete/?{query}")
        for page in (here, there)
    ]
    assert [len(answer["results"]) for answer in found] == [1, 0]
