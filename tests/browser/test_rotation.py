"""The rotating chair in the browser: a year is planned, moved by drag and by keys, swapped, and handed over at midnight."""

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from chengyang import clock
from organizations.models import HandOver
from organizations.tasks import run_periodic
from tests import personas
from tests.organizations import rotation

from .pages import PHONE, check, heading, press, sees

pytestmark = pytest.mark.browser


@pytest.fixture
def chairs(portal):
    """Six vice-chairs of 夏庄, who agreed to be named, and the term of a year."""
    organization = personas.organization()
    found = rotation.people(organization)
    organization.posts.update(is_public=True)
    rotation.term(organization)
    return found


def plan_a_year(page, organization):
    page.goto(reverse("admin:organizations_organization_change", args=[organization.pk]))
    press(page, "会长轮值")
    heading(page, "会长轮值")
    press(page, "排轮值")
    expect(page.locator(".band__who b")).to_have_text(rotation.NAMES * 2)
    check(page, "duty-plan", axe=True)
    press(page, "就这样排，通知大家")
    sees(page, "轮值表已排好，有关的人会收到通知。", "今天在值")


def test_a_year_is_planned_and_reordered_by_keys_and_by_drag(browse, chairs):
    organization, secretary = personas.organization(), personas.make("secretary")
    page = browse(secretary)
    plan_a_year(page, organization)
    check(page, "duty", axe=True)
    second = organization.duties.get(starts=dt.date(2026, 11, 1)).public_id
    page.locator(f"#down-{second}").focus()
    page.keyboard.press("ArrowUp")
    sees(page, "保存顺序，通知 2 人")
    moved = page.locator(".band__who b")
    expect(moved.nth(3)).to_have_text("房青屿")
    expect(moved.nth(4)).to_have_text("马希军")
    expect(page.locator(f"[data-key='{second}'] a:focus")).to_have_count(1)  # the focus moves with the share
    check(page, "duty-moved", axe=True)
    rows = page.locator("[data-order] > li")
    rows.nth(7).locator(".order__grip").drag_to(rows.nth(8), target_position={"x": 20, "y": 50})
    sees(page, "保存顺序，通知 3 人")
    press(page, "保存顺序")
    sees(page, "顺序已保存，改动 4 段，有关的人会收到通知。")
    assert rotation.names(organization)[3:5] == ["房青屿", "马希军"]
    assert rotation.names(organization)[10:] == ["栾若溪", "房青屿"]


def test_a_swap_is_agreed_and_the_chair_passes_at_midnight(browse, chairs, settings):
    organization, secretary = personas.organization(), personas.make("secretary")
    rotation.plan(organization, organization.terms.get(), chairs.values(), actor=secretary)
    asking, asked = (browse(chairs[name].user, size=PHONE) for name in ("栾若溪", "马希军"))
    visitor, midnight = browse(size=PHONE), clock.at(dt.date(2026, 10, 1))
    asking.goto("/me/duties/")
    asking.get_by_label("换出").select_option(label="2026年12月 夏庄街道新的社会阶层代表人士联谊会")
    asking.get_by_label("换入").select_option(label="2026年10月 马希军")
    asking.locator("[name=swap-reason]").fill("十二月在外地培训")
    press(asking, "请对方答复")
    sees(asking, "已提出，等马希军答复；一周没有答复就按原表。")
    asked.goto("/me/")
    sees(asked, "换班等你答复")
    press(asked, "去答复")
    sees(asked, "十二月在外地培训")
    check(asked, "my-duties", axe=True)
    press(asked, "同意换")
    sees(asked, "已同意。两人都同意以后，轮值表就换过来。")
    # Fourteen days before, both get the sheet; the one who leaves confirms it, the other one has not yet.
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 9, 17), dt.time(9))
    run_periodic()
    giving = browse(chairs["江海晴"].user, size=PHONE)
    giving.goto("/me/")
    press(giving, "看交接单")
    giving.locator("[name=lines]").fill("印章在秘书处，用一次登记一次。")
    press(giving, "确认交清")
    sees(giving, "已交清，等对方确认。", "江海晴 交 栾若溪")
    check(giving, "duty-sheet", axe=True)
    # A second before midnight and at midnight, with nobody doing anything.
    for moment, name in ((midnight - dt.timedelta(seconds=1), "江海晴"), (midnight, "栾若溪")):
        settings.PORTAL_CLOCK = moment
        visitor.goto("/organizations/xiazhuang/")
        expect(visitor.locator(".watch__now .watch__name")).to_contain_text(name)
    check(visitor, "organization-on-duty", axe=True)
    run_periodic()
    taking = browse(chairs["栾若溪"].user, size=PHONE)  # the session of September is over
    taking.goto("/me/duties/")
    sees(taking, "今天在值")
    taking.get_by_role("link", name="江海晴 交 栾若溪").click()
    press(taking, "确认接清")
    sees(taking, "已接清。")
    assert HandOver.objects.get(taken_at__isnull=False).items is not None
