"""What people do more than once on their way, step by step."""

from . import town
from .pages import press


def give_number(page, number=1, **fields):
    """Fill in the first step: the number, and what else is asked there, by the name of its field; ask for a code."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=phone]").fill(town.typed(number))
    press(page, "获取验证码")
    page.locator("[name=code]").wait_for()


def give_code(page, number=1, *, yes):
    """Type the code that was sent, and press `yes`."""
    page.locator("[name=code]").fill(town.code(number))
    press(page, yes)
