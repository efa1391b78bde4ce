"""Pages in Chromium: opening them for somebody, looking at them at both widths, going through them by keyboard."""

import re

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

PHONE, DESK = (375, 812), (1280, 800)  # the widths that count, in CSS pixels
PICTURES = settings.BASE_DIR / "test-output"
BACKEND = "chengyang.platform.accounts.backends.PortalBackend"
PATIENCE = 10_000  # ms that an expectation may take on a busy machine

expect.set_options(timeout=PATIENCE)


def open_page(browser, url, user=None, *, size=DESK, script=True):
    """Open a page in a browser of its own, signed in as `user`; what goes wrong on it is kept in `complaints`."""
    width, height = size
    context = browser.new_context(
        base_url=url, viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=script
    )
    context.set_default_timeout(PATIENCE)
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
    page.complaints, refused = [], set()

    def answered(response):
        if response.status >= 500:
            page.complaints.append(f"{response.status} {response.url}")
        if response.request.resource_type == "document" and response.status >= 400:
            refused.add(response.url)

    def said(line):
        # Chromium also says that a whole page was refused; the tests that go there expect it.
        if line.type == "error" and line.location["url"].partition("#")[0] not in refused:
            page.complaints.append(f"{line.text} {page.url}")

    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: page.complaints.append(f"{error} {page.url}"))


# ---- looking ---------------------------------------------------------------------------------------------------------
def look(page, name, *, axe=False):
    """Take a picture of the page at both widths; assert that it fits, and with `axe` that everybody can use it."""
    page.wait_for_load_state()  # a click is over as soon as the next page begins to arrive
    before, wide = page.viewport_size, []
    for width, height in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        wide += [width] if page.evaluate("document.documentElement.scrollWidth") > width else []
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(before)
    assert (wide, serious(page) if axe else []) == ([], []), name


def serious(page):
    """Return what axe finds serious or critical on the page: rule and element."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def sees(page, *texts):
    """Assert that each of `texts` can be read on the page."""
    for text in texts:
        expect(page.get_by_text(text).locator("visible=true").first).to_be_visible()


def heading(page, text):
    """Assert what the page is headed."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def status(page, url):
    """Go to `url` and return the status of the answer."""
    return page.goto(url).status


def press(page, label):
    """Click the one button or link that is called `label`."""
    page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first.click()


def agree(page):
    """Answer the question that is asked before what cannot be undone."""
    page.locator("dialog .btn--main").click()


def at(path):
    """Return the pattern of addresses that end with `path`, where `*` stands for anything."""
    return re.compile(re.escape(path).replace(r"\*", ".*") + r"(\?.*)?(#.*)?$")


# ---- by keyboard alone -----------------------------------------------------------------------------------------------
def tab_to(page, selector, *, most=80):
    """Press Tab until the element that `selector` finds has the focus; waits for the page that it is on."""
    page.locator(selector).first.wait_for()
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => !!document.activeElement?.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def write(page, selector, text):
    """AccessScope a field by Tab and type into it."""
    tab_to(page, selector)
    page.keyboard.type(text)
