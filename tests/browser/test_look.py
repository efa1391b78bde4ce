"""The base design in a browser: no sideways scrolling, no serious accessibility problem, working scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.web.site")]
WIDTHS = (375, 768, 1280)


@pytest.fixture
def page(browser, live_server):
    """A page whose `errors` collects messages on the console and exceptions in scripts."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 375, "height": 812}, locale="zh-CN")
    page = context.new_page()
    page.errors = []
    page.on("console", lambda line: page.errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()


def serious(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def overflow(page):
    """Return the widths at which the page scrolls sideways."""
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 812})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(width)
    return wide


@pytest.mark.parametrize("elder", ["", "24", "30"])
def test_pages_fit_and_are_accessible(page, live_server, elder):
    if elder:
        page.context.add_cookies([{"name": "elder", "value": elder, "url": live_server.url}])
    for url in ("/", "/sample/", "/numbers-page/"):
        page.goto(url)
        assert (overflow(page), serious(page), page.errors) == ([], [], []), url


def test_error_pages_fit_and_are_accessible(page):
    for url in ("/nowhere/", "/forbidden/", "/withdrawn/", "/?x=%00"):
        page.goto(url)
        assert (overflow(page), serious(page)) == ([], []), url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wrong_form_is_accessible_and_read_first(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/sample/")
    page.click("main form button")
    expect(page.locator(".callout.is-bad.problems")).to_be_focused()
    assert serious(page) == []


def test_link_of_the_summary_leads_to_the_field(page):
    page.goto("/sample/")
    page.click("main form button")
    page.click(".problems a")
    expect(page.locator("#id_name")).to_be_focused()


def test_irreversible_button_asks_for_confirmation(page):
    page.goto("/asked/")
    page.click("text=去不了")
    page.click('dialog button:text-is("取消报名")')
    page.wait_for_selector("#messages >> text=报名已截止。")
    assert page.url.endswith("/asked/")


def test_declined_confirmation_sends_nothing(page):
    page.goto("/asked/")
    page.click("text=去不了")
    expect(page.locator("dialog button:text-is('先不')")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("'sent' in document.forms[1].dataset") is False


def test_elder_mode_is_one_click_and_enlarges(page):
    page.goto("/")
    page.click("text=长者模式")
    expect(page.locator("body")).to_have_css("font-size", "24px")
    page.click("text=放大")
    expect(page.locator("body")).to_have_css("font-size", "27px")


def test_targets_of_elder_mode_are_large(page, live_server):
    page.context.add_cookies([{"name": "elder", "value": "24", "url": live_server.url}])
    page.goto("/sample/")
    heights = page.evaluate(
        "[...document.querySelectorAll('.btn, .input, .choice label')].map(e => e.offsetHeight).filter(Boolean)"
    )
    assert min(heights) >= 60


def test_icons_come_through_the_policy(page):
    page.goto("/")
    box = page.locator(".nav .icon use").first.bounding_box()
    assert box["width"] > 5


KEYS = {  # at 1280 a week is a row, at 375 a day is
    1280: {
        "t": "d16", "t ArrowRight": "d17", "t ArrowUp": "d9", "t ArrowDown ArrowLeft": "d22", "t Home": "d1",
        "t End": "d28", "t Enter": "e16", "t Enter Escape": "d16",
    },
    375: {"t ArrowDown": "d17", "t ArrowUp ArrowUp": "d14"},
}  # fmt: skip


@pytest.mark.parametrize("width", KEYS)
def test_keys_move_through_the_calendar(page, width):
    page.set_viewport_size({"width": width, "height": 812})
    page.goto("/month/")
    for keys, at in KEYS[width].items():
        for key in keys.split():
            page.keyboard.press(key)
        expect(page.locator(f"#{at}"), keys).to_be_focused()


def test_slash_goes_to_the_search_and_is_a_letter_there(page):
    page.goto("/month/")
    page.keyboard.press("/")
    page.keyboard.type("t/")
    assert page.input_value("input[type=search]") == "t/"


def test_arrow_over_the_edge_turns_the_page(page):
    page.goto("/month/")
    for key in ("t", "Home", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_url("**/month/?m=8")
