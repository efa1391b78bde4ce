"""What people do more than once on their way, step by step."""

from . import browser_data
from .pages import at, press


def give_number(page, number=1, **fields):
    """Fill in the first step: the number, and what else is asked there, by the name of its field; ask for a code."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=phone]").fill(browser_data.typed(number))
    press(page, "获取验证码")
    page.locator("[name=code]").wait_for()


def give_code(page, number=1, *, yes):
    """Type the code that was sent, and press `yes`."""
    page.locator("[name=code]").fill(browser_data.code(number))
    press(page, yes)


# ---- joining ---------------------------------------------------------------------------------------------------------
def agree_and_prove(page, number=1):
    """Step 1: tick the consent, prove the number."""
    page.goto("/join/")
    page.get_by_label("我已满 18 周岁").check()
    give_number(page, number)
    give_code(page, number, yes="验证，去第 2 步")
    page.wait_for_url("**/join/about/")


def say_who(page, name="周予安", *, category="新媒体从业人员", unit="青岛澄海文化传媒有限公司", area="夏庄"):
    """Step 2: who one is; the rest is left out."""
    page.locator("[name=name]").fill(name)
    page.get_by_label(category).check()
    page.locator("[name=unit]").fill(unit)
    page.get_by_label(area, exact=True).check()


def apply_to_be_registered(page, number=1, **who):
    """All three steps, without any of the optional purposes; ends on the status page."""
    agree_and_prove(page, number)
    say_who(page, **who)
    press(page, "保存，去第 3 步")
    press(page, "提交申请")
    page.wait_for_url(at("/join/*/"))


# ---- the desk --------------------------------------------------------------------------------------------------------
def decide(page, title, choice, *, reason=""):
    """Open what waits under `title` on 今日待办 and decide on it."""
    page.goto("/manage/")
    page.locator("main").get_by_role("link", name=title).first.click()
    page.get_by_label(choice, exact=True).check()
    if reason:
        page.locator("#id_reason").fill(reason)
    page.locator(".decide button[type=submit]").click()


def moment(page, name, when):
    """Fill in a field of a day and a time."""
    page.locator(f"[name={name}]").fill(f"{when:%Y-%m-%dT%H:%M}")
