"""Finding things on the public pages, and how they look: calendar on a phone, focus, cards, headings, elder mode."""

import datetime as dt

import pytest

from bases.models import Base
from chengyang import clock
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.offices.models import Office
from organizations.models import Membership, Organization

from . import browser_data
from .pages import PHONE, both_sizes, check, heading, sees

pytestmark = pytest.mark.browser
TABLET = (768, 1024)


def on(day):
    return {"starts": clock.at(day, dt.time(9)), "ends": clock.at(day, dt.time(11))}


@pytest.fixture
def months():
    """An activity in this month and one in each of the next two."""
    for title, day in (
        ("九月的", dt.date(2026, 9, 19)),
        ("十月的", dt.date(2026, 10, 3)),
        ("十一月的", dt.date(2026, 11, 7)),
    ):
        browser_data.activity(title=title, **on(day))


def test_the_list_of_a_phone_goes_on_and_has_all_views(browse, months):
    page = browse(size=PHONE)
    page.goto("/calendar/")
    assert page.locator(".cal__later").get_by_text("十月的").is_visible()
    assert page.locator(".cal__view:visible [aria-current]").inner_text() == "列表"
    for label in ("周", "月"):
        page.locator(".cal__view:visible").get_by_text(label, exact=True).click()
        page.wait_for_load_state()
        assert page.locator(".cal__view:visible [aria-current]").inner_text() == label
    page.locator(".small-month a", has_text="19").click()
    assert page.url.endswith("#d19")


@both_sizes
def test_december_is_found_on_28_november(browse, settings, size):
    """By the month after this one, by search, and by a filter: each finds what the rest of November does not have."""
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 11, 28), dt.time(9))
    browser_data.activity(title="年货节志愿服务", **on(dt.date(2026, 12, 19)))
    page = browse(size=size)
    page.goto("/calendar/")
    heading(page, "2026年11月")
    page.get_by_role("link", name="下个月").first.click()
    heading(page, "2026年12月")
    sees(page, "年货节志愿服务")
    check(page, "calendar-december", axe=True)
    page.goto("/calendar/")
    page.locator("[name=q]").fill("年货")
    page.locator(".search__go").click()
    sees(page, "年货节志愿服务")
    check(page, "calendar-search-december", axe=True)
    page.goto(f"/calendar/?subdistrict={Subdistrict.objects.get(name='夏庄街道').code}")
    page.locator("main").get_by_text("年货节志愿服务").locator("visible=true").first.click()
    heading(page, "年货节志愿服务")


@pytest.mark.parametrize("size", [PHONE, TABLET, (1280, 800)])
def test_every_tab_stop_of_the_calendar_is_visible(browse, months, size):
    page = browse(size=size)
    page.goto("/calendar/")
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate("""() => {
            const at = document.activeElement;
            const seen = at.id === "more-filters" ? document.querySelector(".filters__toggle")
                : at.id === "show-past" ? document.querySelector(".show-past") : at;
            const box = seen.getBoundingClientRect(), style = getComputedStyle(seen);
            return [at.outerHTML.slice(0, 80), Math.min(box.width, box.height) > 8 && style.outlineStyle !== "none"];
        }""")
        unseen += [] if found[1] else [found[0]]
    assert unseen == []


@pytest.mark.parametrize("size", [PHONE, TABLET])
def test_the_foot_of_a_card_keeps_its_lines(browse, size):
    """The number of members and its badge stay whole, on the line of the assessment or below it."""
    organization = Organization.objects.published().filter(is_demo=False, state="founded").first()
    browser_data.citizen(99, is_demo=True)  # marks the numbers as those of a demonstration
    for number in range(1, 7):
        Membership.objects.create(
            organization=organization, person=browser_data.person(number), state="active", joined_on=browser_data.TODAY
        )
    page = browse(size=size)
    page.goto("/organizations/")
    card = page.locator(f".plate[href='{organization.get_absolute_url()}'] .honour")
    assert card.locator(".meta").inner_text().strip().startswith("会员 6 人")
    heights = card.evaluate("(foot) => [...foot.querySelectorAll('.meta, .demo')].map((one) => one.offsetHeight)")
    assert len(heights) == 2
    assert max(heights) <= 30  # one line


def test_the_bases_of_the_home_page_fill_a_tablet(browse):
    assert Base.objects.published().count() >= 3
    page = browse(size=TABLET)
    page.goto("/")
    tops = page.evaluate("[...document.querySelectorAll('.deck--three > *')].map((one) => one.offsetTop)")
    assert (len(tops), len(set(tops))) == (3, 1)


LINES = """() => [...document.querySelectorAll("h1, h2, h3")].flatMap((heading) => {
    const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), found = [];
    let line = "", bottom = null;
    for (let node; (node = walker.nextNode()); ) {
        for (let place = 0; place < node.data.length; place += 1) {
            const range = document.createRange();
            range.setStart(node, place); range.setEnd(node, place + 1);
            const box = range.getClientRects()[0];
            if (!box) continue;
            if (bottom !== null && box.top >= bottom - 2) { found.push(line.trim()); line = ""; }
            line += node.data[place]; bottom = box.bottom;
        }
    }
    return [...found, line.trim()];
})"""


@pytest.mark.parametrize("path", ["/organizations/lianhehui/", "/organizations/", "/organizations/xinmeiti/"])
def test_headings_are_not_cut_inside_a_word(browse, path):
    page = browse(size=PHONE)
    page.goto(path)
    lines = page.evaluate(LINES)
    cut = ("社会阶", "社", "新的社", "从", "代表人", "新媒体从", "联谊", "联合")
    assert [line for line in lines if line.endswith(cut)] == []


def test_elder_mode_has_large_targets_and_says_where_the_window_is(browse, months):
    Office.objects.exclude(subdistrict=None).update(address="向阳路 1 号", phone="154 0000 0101", hours="工作日")
    page = browse(size=PHONE)
    page.goto("/standards/")
    page.context.add_cookies([{"name": "elder", "value": "24", "url": page.url.removesuffix("standards/")}])
    page.goto("/")
    assert page.get_by_role("link", name="我要报名").count() == 3
    page.locator("details.windows summary").click()
    assert page.locator("details.windows a[href^='tel:']").first.is_visible()
    page.goto("/services/")
    small = page.evaluate(
        "[...document.querySelectorAll('main a, main button')].filter((one) => one.offsetHeight < 60).map((one) => one.textContent)"
    )
    assert small == []
