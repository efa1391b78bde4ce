"""Pages in Chromium: open them as a user, check them at two widths, and use them by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

PHONE, DESKTOP = (375, 812), (1280, 800)  # viewports in CSS pixels (docs/style.md rule 24)
PICTURES = settings.BASE_DIR / "test-output"
BACKEND = "chengyang.platform.accounts.backends.PortalBackend"
both_sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["375", "1280"])
TIMEOUT = 10_000  # ms that an expectation may take on a busy machine

expect.set_options(timeout=TIMEOUT)


def open_page(browser, url, user=None, *, size=DESKTOP, script=True):
    """Open a page in a new browser context, signed in as `user`; its `errors` collects what goes wrong.

    Errors are answers with 500 and above, messages on the console, and exceptions in scripts.
    """
    width, height = size
    context = browser.new_context(
        base_url=url, viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=script
    )
    context.set_default_timeout(TIMEOUT)
    if user:
        context.add_cookies([_session(user, url)])
    page = context.new_page()
    _listen(page)
    return page


def _session(user, url):
    client = Client()
    client.force_login(user, backend=BACKEND)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def _listen(page):
    page.errors, refused = [], set()

    def on_response(response):
        if response.status >= 500:
            page.errors.append(f"{response.status} {response.url}")
        if response.request.resource_type == "document" and response.status >= 400:
            refused.add(response.url)

    def on_console(line):
        # Chromium also reports a page that was answered with 4xx; tests of such pages expect the status.
        if line.type == "error" and line.location["url"].partition("#")[0] not in refused:
            page.errors.append(f"{line.text} {page.url}")

    page.on("response", on_response)
    page.on("console", on_console)
    page.on("pageerror", lambda error: page.errors.append(f"{error} {page.url}"))


# ---- checks ----------------------------------------------------------------------------------------------------------
def check(page, name, *, axe=False):
    """Take a screenshot at both widths; assert that the page does not scroll sideways and, with `axe`, is accessible.

    Accessible means in the light and in the dark: the colours differ, and with them the contrast.
    """
    page.wait_for_load_state()  # a click returns before the next page has loaded
    before, wide = page.viewport_size, []
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        wide += [width] if page.evaluate("document.documentElement.scrollWidth") > width else []
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(before)
    found = serious(page) if axe else []
    if axe:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # a colour in transition is neither
        page.screenshot(path=PICTURES / f"{name}-dark.png", full_page=True)
        found += serious(page)
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert (wide, found) == ([], []), name


def on_paper(page, name):
    """Show the page as it is printed on A4 upright without margins, and take a screenshot."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def cut_on(page, selector):
    """Return the texts of the elements that match `selector` and are wider than the sheet, or whose text is wider than they."""
    return page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].filter((one) => !one.closest(".vh") && one.offsetHeight !== 0
            && (one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1
                && getComputedStyle(one).display !== "inline")).map((one) => one.textContent)""",
        selector,
    )


def serious(page):
    """Return (rule, HTML of the element) of all violations that axe rates serious or critical."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def sees(page, *texts):
    """Assert that each of `texts` is visible on the page."""
    for text in texts:
        expect(page.get_by_text(text).locator("visible=true").first).to_be_visible()


def heading(page, text):
    """Assert that the main heading of the page contains `text`, and wait until its scripts have run."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)
    page.wait_for_load_state()


def status(page, url):
    """Go to `url` and return the status of the answer."""
    return page.goto(url).status


def press(page, label):
    """Click the first button or link with the name `label`."""
    page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first.click()


def agree(page):
    """Confirm the dialog that precedes an action that cannot be undone."""
    page.locator("dialog .btn--main").click()


def at(path):
    """Return a regular expression for URLs that end with `path`; `*` in it matches anything."""
    return re.compile(re.escape(path).replace(r"\*", ".*") + r"(\?.*)?(#.*)?$")


# ---- by keyboard alone -----------------------------------------------------------------------------------------------
def tab_to(page, selector, *, most=80):
    """Press Tab until the element `selector` has the focus, at most `most` times; waits for the element first."""
    page.locator(selector).first.wait_for()
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => !!document.activeElement?.matches(s)", selector):
            return
    raise AssertionError(f"{selector} cannot be focused by Tab on {page.url}")


def write(page, selector, text):
    """Move the focus to a field by Tab and type `text`."""
    tab_to(page, selector)
    page.keyboard.type(text)
