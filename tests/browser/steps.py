"""Steps that several browser tests share."""

import re

from . import browser_data
from .pages import at, heading, press


def request_code(page, number=1, **fields):
    """Fill in the phone number and other `fields` (by name), and request a code."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=phone]").fill(browser_data.typed(number))
    press(page, "获取验证码")
    page.locator("[name=code]").wait_for()


def enter_code(page, number=1, *, yes):
    """Type the code that was sent, and press the button `yes`."""
    page.locator("[name=code]").fill(browser_data.code(number))
    page.locator("main").get_by_role("button", name=yes, exact=True).click()  # the header has a link 登录


def confirm_identity(page, number=1):
    """Answer the question who one is with a code to the own number; ends on the page that asked."""
    heading(page, "确认是你本人")
    press(page, "获取验证码")
    enter_code(page, number, yes="确认")


def sign_in(page, number=1):
    """Sign in by phone with a code; ends where the portal leads."""
    page.goto("/accounts/phone/")
    request_code(page, number)
    enter_code(page, number, yes="登录")
    page.wait_for_load_state()


def link_in_text(kind, number=1):
    """Return the path of the signed link `/accounts/<kind>/…` in the latest text message to a number that has one."""
    found = (re.search(rf"/accounts/{kind}/\S+", text["text"]) for text in browser_data.texts(number))
    return next(match[0] for match in found if match)


# ---- joining ---------------------------------------------------------------------------------------------------------
def consent_and_verify(page, number=1):
    """Step 1 of joining: tick the consent and verify the phone number."""
    page.goto("/join/")
    page.get_by_label("我已满 18 周岁").check()
    request_code(page, number)
    enter_code(page, number, yes="验证，去第 2 步")
    page.wait_for_url("**/join/about/")


def fill_in_details(page, name="周予安", *, category="新媒体从业人员", unit="青岛澄海文化传媒有限公司", area="夏庄"):
    """Step 2 of joining: fill in the required fields, without pressing a button."""
    page.locator("[name=name]").fill(name)
    page.get_by_label(category).check()
    page.locator("[name=unit]").fill(unit)
    page.get_by_label(area, exact=True).check()


def apply_to_be_registered(page, number=1, **who):
    """Do all three steps of joining without optional purposes; ends on the status page."""
    consent_and_verify(page, number)
    fill_in_details(page, **who)
    press(page, "保存，去第 3 步")
    press(page, "提交申请")
    page.wait_for_url(at("/join/*/"))


# ---- the staff site --------------------------------------------------------------------------------------------------
def decide(page, title, choice, *, reason=""):
    """Open the to-do `title` on 今日待办, choose the option `choice` and submit."""
    page.goto("/manage/")
    page.locator("main").get_by_role("link", name=title).first.click()
    page.get_by_label(choice, exact=True).check()
    if reason:
        page.locator("#id_reason").fill(reason)
    page.locator(".decide button[type=submit]").click()


def moment(page, name, when):
    """Fill in a date and time field."""
    page.locator(f"[name={name}]").fill(f"{when:%Y-%m-%dT%H:%M}")
