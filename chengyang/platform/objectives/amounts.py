"""Numbers of objectives in words."""

from decimal import Decimal
from typing import Any

from chengyang.lib.chinese import dates

YUAN = "元"
STEP = Decimal("0.01")


def number_text(value: Any) -> str:
    """Return a number without needless zeros: 1,234.5."""
    text = f"{Decimal(value).quantize(STEP):,f}"
    return text.rstrip("0").rstrip(".")


def amount_text(value: Any, unit: Any) -> str:
    """Return a number with its unit: 24 场; large sums of money in 万元."""
    if str(unit) == YUAN:
        return dates.money_wan(Decimal(value))
    return f"{number_text(value)} {unit}"
