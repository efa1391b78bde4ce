"""Lunar dates, solar terms and festivals of a calendar page (requirement U16), read from `cnlunar`.

Only secular festivals are listed: the library also has birthdays of saints, which a public office does not announce.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

FIRST_DAY, LAST_DAY = dt.date(1901, 2, 19), dt.date(2100, 2, 8)  # range of the library's tables

_LUNAR_FESTIVALS = {
    (1, 1): "春节",
    (1, 15): "元宵节",
    (2, 2): "龙抬头",
    (5, 5): "端午节",
    (7, 7): "七夕",
    (8, 15): "中秋节",
    (9, 9): "重阳节",
    (12, 8): "腊八节",
    (12, 23): "小年",  # the date used in northern China
}
_SOLAR_FESTIVALS = {
    (1, 1): "元旦",
    (3, 8): "妇女节",
    (3, 12): "植树节",
    (5, 1): "劳动节",
    (5, 4): "青年节",
    (6, 1): "儿童节",
    (7, 1): "建党节",
    (8, 1): "建军节",
    (9, 10): "教师节",
    (10, 1): "国庆节",
    (12, 5): "志愿者日",
}
_NO_TERM = "无"


@dataclass(frozen=True)
class LunarDay:
    """The lunar date, solar term and festivals of a day."""

    year_text: str  # 丙午马年
    month_text: str  # 正月, 闰六月
    day_text: str  # 初一
    term: str  # 节气, or empty
    festivals: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return the text for a small cell: festival, else term, else the month on its first day, else the day."""
        if self.festivals:
            return self.festivals[0]
        return self.term or (self.month_text if self.day_text == "初一" else self.day_text)


def _read(day: dt.date) -> Any:
    from cnlunar import Lunar

    # The library takes a moment; at noon it cannot count the hour to the next day.
    return Lunar(dt.datetime.combine(day, dt.time(12)), godType="8char")


def _festivals(day: dt.date, month: int, number: int, *, is_leap: bool, is_long: bool) -> tuple[str, ...]:
    found = [] if is_leap else [_LUNAR_FESTIVALS.get((month, number))]
    if month == 12 and number == (30 if is_long else 29):
        found.append("除夕")
    found.append(_SOLAR_FESTIVALS.get((day.month, day.day)))
    return tuple(filter(None, found))


@lru_cache(maxsize=2048)
def lunar_day(day: dt.date) -> LunarDay:
    """Return the lunar date, solar term and festivals of a day; ValueError outside 1901-02-19 to 2100-02-08."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day} is outside the lunar tables")
    lunar = _read(day)
    return LunarDay(
        year_text=f"{lunar.year8Char}{lunar.chineseYearZodiac}年",
        month_text=lunar.lunarMonthCn[:-1],  # without 大 or 小
        day_text=lunar.lunarDayCn,
        term="" if lunar.todaySolarTerms == _NO_TERM else lunar.todaySolarTerms,
        festivals=_festivals(
            day, lunar.lunarMonth, lunar.lunarDay, is_leap=lunar.isLunarLeapMonth, is_long=lunar.lunarMonthLong
        ),
    )
