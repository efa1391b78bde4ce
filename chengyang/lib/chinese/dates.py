"""Parse and format dates, times, money and hours (docs/requirements.md, "Dates, times and money"; G07)."""

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from chengyang import clock

PORTAL_ZONE = ZoneInfo("Asia/Shanghai")
FIRST_MONTH, LAST_MONTH = dt.date(2000, 1, 1), dt.date(2100, 12, 1)  # first and last month with a calendar page
FIRST_YEAR, LAST_YEAR = 1900, 2100  # range of a typed date
WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
WAN = Decimal(10_000)

_PARTIAL = re.compile(r"(\d{4})(?:年|[-./年](\d{1,2})(?:月|[-./月](\d{1,2})日?)?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-./](\d{1,2})|年(\d{1,2})月?)", re.ASCII)
_SPACE = re.compile(r"\s+")


def _typed(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(PORTAL_ZONE) if moment.tzinfo else moment


def weekday(day: dt.date) -> str:
    """Return `周一` to `周日`."""
    return str(WEEKDAYS[day.weekday()])


def full_day(day: dt.date) -> str:
    """Return `2026年11月23日`."""
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}


def month_day(day: dt.date) -> str:
    """Return `11月23日`."""
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def _day(day: dt.date, year: int | None) -> str:
    return month_day(day) if day.year == year else full_day(day)


def day(day: dt.date, *, today: dt.date | None = None) -> str:
    """Return `11月23日 周一`, with the year when it is not this year."""
    return f"{_day(day, (today or clock.today()).year)} {weekday(day)}"


def stamp(moment: dt.datetime) -> str:
    """Return `2026-11-23 14:00`, the form of government sites for the time of publication.  (G07)"""
    return f"{_local(moment):%Y-%m-%d %H:%M}"


def _end_day(starts: dt.date, ends: dt.date) -> str:
    if ends.year != starts.year:
        return full_day(ends)
    if ends.month != starts.month:
        return month_day(ends)
    return _("%(day)d日") % {"day": ends.day}


def span(starts: dt.datetime, ends: dt.datetime | None = None, *, today: dt.date | None = None) -> str:
    """Return the time of an event in the portal's time zone; parts of the date that repeat are left out.

    `11月23日 周一 14:00–16:00`; `11月23日 周一 14:00 – 25日 周三 16:00`; both years are shown when they
    differ, and any year that is not the present one. An end at midnight is `24:00` of the day before.
    """
    begin = _local(starts)
    end = _local(ends) if ends else None
    year = (today or clock.today()).year
    if end is None or end <= begin:
        return f"{day(begin.date(), today=today)} {begin:%H:%M}"
    last, closing = end.date(), f"{end:%H:%M}"
    if closing == "00:00":
        last, closing = last - dt.timedelta(days=1), "24:00"
    if last == begin.date():
        return f"{day(begin.date(), today=today)} {begin:%H:%M}–{closing}"
    first = full_day(begin) if last.year != begin.year else _day(begin.date(), year)
    return f"{first} {weekday(begin)} {begin:%H:%M} – {_end_day(begin.date(), last)} {weekday(last)} {closing}"


def days(starts: dt.date, ends: dt.date | None = None, *, today: dt.date | None = None) -> str:
    """Return a half-open range of days: `11月23日–25日` for 23 to 26, `2026年11月23日起` without an end.

    The year is left out when both days are in the year of `today`.
    """
    if ends is None:
        return _("%(day)s起") % {"day": full_day(starts)}
    last = max(starts, ends - dt.timedelta(days=1)) if ends > starts else starts
    is_now = starts.year == last.year == (today or clock.today()).year
    first = month_day(starts) if is_now else full_day(starts)
    return first if last == starts else f"{first}–{_end_day(starts, last)}"


def days_left(day: dt.date, *, today: dt.date | None = None) -> str:
    """Return `还有 3 天`, `明天`, `今天` or `已过 3 天`."""
    left = (day - (today or clock.today())).days
    if left in (0, 1):
        return str(_("明天") if left else _("今天"))
    return (_("还有 %(days)d 天") if left > 0 else _("已过 %(days)d 天")) % {"days": abs(left)}


def _first_day(year: int, month: int, day: int) -> dt.date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(_("年份应在 1900 至 2100 之间。"))
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(_("没有这一天，请核对月和日。")) from None


def parse_partial(text: str) -> tuple[str, dt.date]:
    """Return (text to store, first day) of a date that may be only a year or a month.

    `2019`, `2019-06`, `2017-11-16`, `2026.3`, `2026/3/5`, `2026年3月`, `20171116`; stored as `2026-03`. Raises
    ValueError with a message for the user: the accepted forms, or which date does not exist.
    """
    typed = _typed(text)
    found = _PARTIAL.fullmatch(typed) or _COMPACT.fullmatch(typed)
    if not found:
        raise ValueError(_("请按 2026年3月5日、2026-03 或 2026 的形式填写日期。"))
    numbers = [int(part) for part in found.groups() if part]
    first = _first_day(*[*numbers, 1, 1][:3])
    return first.isoformat()[: (4, 7, 10)[len(numbers) - 1]], first


def partial(text: str) -> str:
    """Return a stored partial date for display: `2019年`, `2019年6月`, `2017年11月16日`."""
    stored, first = parse_partial(text)
    if len(stored) == 10:
        return full_day(first)
    if len(stored) == 7:
        return month_text(first)
    return _("%(year)d年") % {"year": first.year}


def month_text(day: dt.date) -> str:
    """Return `2026年11月`."""
    return _("%(year)d年%(month)d月") % {"year": day.year, "month": day.month}


def parse_month(text: str) -> dt.date:
    """Return the first day of a month such as `2026-11` or `2026年11月`; ValueError outside 2000-01 to 2100-12."""
    found = _MONTH.fullmatch(_typed(text))
    month = int(found[2] or found[3]) if found else 0
    if not found or not 1 <= month <= 12:
        raise ValueError(_("没有这个月份，请按 2026-11 的形式填写。"))
    if not FIRST_MONTH.year <= int(found[1]) <= LAST_MONTH.year:
        raise ValueError(_("月份应在 2000 年 1 月至 2100 年 12 月之间。"))
    return dt.date(int(found[1]), month, 1)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _trimmed(number: Decimal) -> str:
    text = f"{_rounded(number):,f}"
    return text.rstrip("0").rstrip(".")


def money(amount: Decimal) -> str:
    """Return yuan to the cent: `12,345.00 元`."""
    return _("%(amount)s 元") % {"amount": f"{_rounded(amount):,f}"}


def money_wan(amount: Decimal) -> str:
    """Return yuan in units of ten thousand, at most two decimals: `3.2 万元`; below 10,000 yuan the exact amount in 元."""
    if abs(amount) < WAN:
        return money(amount)
    return _("%(amount)s 万元") % {"amount": _trimmed(amount / WAN)}


def hours(number: Decimal) -> str:
    """Return `2.5 小时`."""
    return _("%(number)s 小时") % {"number": _trimmed(number)}
