"""Path 12: a delegation asks for a visit and gets another time, a route of two bases, a room that is taken and another one."""

import datetime as dt

import pytest
from PIL import Image
from playwright.sync_api import expect

from bases import actions
from bases.models import Base, Post, RoomBooking, Visit
from chengyang import clock
from chengyang.platform.standards.models import Standard
from chengyang.platform.web import content
from tests import personas

from . import browser_data, steps
from .pages import DESKTOP, PHONE, check, heading, press, sees

pytestmark = pytest.mark.browser
RULES = {"takes_visits": True, "visit_times": "9:30、14:00", "hours": "周一至周五 9:00–12:00、13:30–17:00"}
TEN = clock.at(dt.date(2026, 9, 21), dt.time(10))
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def bases(portal):
    """Two bases that receive delegations, twenty minutes from each other; the first has a manager."""
    district, manager = personas.make("district"), browser_data.person(77, "单雄信")
    first, other = Base.objects.get(slug="xiaxin-lianxin"), Base.objects.get(slug="haichuang-tiandi")
    Post.objects.create(person=manager, base=first, kind="manager", starts=personas.STARTED)
    for base in (first, other):
        actions.edit_base(base, actor=district, **RULES)
    actions.add_travel(first, other, actor=district, minutes=20)
    return first, other, manager.user


def fill_in(page, slot):
    page.locator(f"input[name=slot][value='{slot}']").check()
    for name, text in (("unit", "日照市新的社会阶层人士联谊会"), ("people", "24"), ("wishes", "轮值制怎么交接")):
        page.locator(f"[name={name}]").fill(text)
    page.get_by_label("有人用轮椅").check()


def test_a_guest_asks_gets_another_time_accepts_and_adds_a_second_base(browse, bases):
    first, _other, manager = bases
    page = browse(size=PHONE)
    page.goto(first.get_absolute_url())
    sees(page, "现在开放，到 12:00")
    check(page, "base-with-visits", axe=True)
    press(page, "看空档，预约")
    heading(page, "观摩夏新连心驿站")
    check(page, "visit-request", axe=True)
    fill_in(page, "2026-09-21 09:30")
    steps.request_code(page, 7, contact_name="安知远")
    steps.enter_code(page, 7, yes="验证并提出预约")
    sees(page, "等基地答复", "9月21日 周一 09:30–11:00")
    check(page, "visit-requested", axe=True)

    staff = browse(manager)
    staff.goto("/manage/")
    staff.locator("main").get_by_role("link", name="日照市新的社会阶层人士联谊会").first.click()
    staff.get_by_label("建议换个时间", exact=True).check()
    staff.locator("[name=starts]").fill("2026-09-21T10:30")
    staff.locator("[name=kept_until]").fill("2026-09-18T18:00")
    staff.locator("#id_reason").fill("09:30 展厅在换展，10:20 才能进人。")
    check(staff, "visit-decide", axe=True)
    staff.locator(".decide button[type=submit]").click()
    staff.wait_for_load_state()

    page.reload()
    sees(page, "基地答复：改为 10:30，行吗？", "09:30 展厅在换展", "9月18日 周五 18:00")
    check(page, "visit-proposed", axe=True)
    press(page, "可以，就这个时间")
    sees(page, "说定了，到时见。", "乘车约 20 分钟")
    press(page, "看那天的空档")
    heading(page, "观摩嗨创天地")
    check(page, "visit-route", axe=True)
    page.locator("input[name=slot][value='2026-09-21 14:00']").check()
    press(page, "提出预约")
    sees(page, "12:00–14:00，乘车约 20 分钟")
    check(page, "visit-two-bases", axe=True)
    states = dict(Visit.objects.values_list("base__slug", "state"))
    assert states == {"xiaxin-lianxin": "confirmed", "haichuang-tiandi": "requested"}


def test_a_room_that_is_taken_leads_to_one_that_is_free(browse, bases):
    first, _other, manager = bases
    secretary = personas.make("secretary")
    hall = actions.add_room(first, actor=manager, name="报告厅", capacity=80)
    actions.add_room(first, actor=manager, name="会客厅", capacity=30)
    actions.book_room(hall, actor=manager, title="培训", people=60, starts=TEN, ends=TEN + 2 * HOUR)
    page = browse(secretary, size=DESKTOP)
    page.goto("/manage/bases/roombooking/add/")
    page.locator("[name=room]").select_option(str(hall.pk))
    page.locator("[name=title]").fill("理事会")
    page.locator("[name=starts]").fill("2026-09-21T10:00")
    page.locator("[name=ends]").fill("2026-09-21T12:00")
    page.locator("[name=people]").fill("12")
    press(page, "保存")
    sees(page, "这个时间已经有人订了", "这些有空，点一下就订")
    check(page, "room-taken", axe=True)
    page.get_by_role("button", name="会客厅，9月21日 周一 10:00–12:00").click()
    sees(page, "已添加", "待确认")
    check(page, "room-booked", axe=True)
    assert RoomBooking.objects.get(title="理事会").room.name == "会客厅"


def test_the_six_haves_lapse_from_green_to_amber_to_red_by_the_clock_alone(browse, bases, settings):
    first, _other, manager = bases
    version = Standard.objects.get(code="six_haves").current()
    findings = {row.code: {"result": "met", "note": "在一楼"} for row in version.criteria.all()}
    day = clock.today()
    first.assessments.create(
        version=version, state="passed", findings=findings, assessed_on=day, expires_on=day + dt.timedelta(days=365)
    )
    page = browse(size=PHONE)
    record = f"/manage/bases/base/{first.pk}/change/"
    page.goto(first.get_absolute_url())
    sees(page, "六有，达到 6 项")
    expect(page.locator(".banner__sun .badge")).to_have_count(0)

    settings.PORTAL_CLOCK = clock.at(day + dt.timedelta(days=305), dt.time(9))  # 60 days before the end
    content.changed()  # midnight ends what is kept; the clock of the test did not pass it
    page.goto(first.get_absolute_url())
    expect(page.locator(".banner__sun .badge.is-soon")).to_have_text("快到期，要重新评定")
    check(page, "base-amber", axe=True)

    settings.PORTAL_CLOCK = clock.at(day + dt.timedelta(days=365))
    content.changed()
    page.goto(first.get_absolute_url())
    expect(page.locator(".banner__sun .badge.is-bad")).to_have_text("评定已到期")
    sees(page, "运行中")  # the portal closes no base
    check(page, "base-red", axe=True)
    staff = browse(manager, size=DESKTOP)  # signed in today: a session of a year ago has ended
    staff.goto(record)
    sees(staff, "已到期")


def test_photos_of_a_base_are_added_put_in_order_and_taken_off(browse, bases, tmp_path):
    first, _other, manager = bases
    files = []
    for number, name in enumerate(("外景", "展厅")):
        files.append(tmp_path / f"{name}.jpg")
        Image.new("RGB", (1200, 800), (80 + 90 * number, 120, 90)).save(files[-1])
    page = browse(manager, size=DESKTOP)
    page.goto(f"/manage/bases/base/{first.pk}/pictures/")
    check(page, "pictures-none", axe=True)
    for file in files:
        page.locator("form [name=file]").set_input_files(str(file))
        page.locator("form [name=alt]").last.fill(f"夏新连心{file.stem}")
        press(page, "放到公开页上")
        sees(page, f"夏新连心{file.stem}")
    check(page, "pictures", axe=True)
    rows = page.locator("[data-order] > li")
    rows.nth(1).locator(".order__move button").first.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_load_state()
    expect(rows.first).to_contain_text("夏新连心展厅")
    rows.nth(1).locator(".order__grip").drag_to(rows.first, target_position={"x": 40, "y": 4})
    page.wait_for_load_state()
    expect(rows.first).to_contain_text("夏新连心外景")

    visitor = browse(size=PHONE)
    visitor.goto(first.get_absolute_url())
    expect(visitor.locator(".photo img")).to_have_attribute("alt", "夏新连心外景")
    check(visitor, "base-with-photos", axe=True)
    rows.first.get_by_role("button", name="撤下").click()
    sees(page, "已撤下", "刚撤下的")
    visitor.reload()
    expect(visitor.locator(".photo img")).to_have_attribute("alt", "夏新连心展厅")
    page.get_by_role("button", name="放回").click()
    sees(page, "已放回")
    expect(rows.nth(1)).to_contain_text("夏新连心外景")


def test_the_figures_of_a_base(browse, bases):
    page = browse(size=PHONE)
    page.goto(f"{bases[0].get_absolute_url()}figures/")
    sees(page, "场地使用率", "怎么算的")
    check(page, "base-figures", axe=True)
