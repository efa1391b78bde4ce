"""The types of cells that are read: from what stands in a sheet to a value, with a sentence for what cannot be one.

A cell is what `reader` writes: None, a text, a number, true or false, `["d", day]`, `["m", moment]`, `["t", time]`. `parse` returns
the value or raises ValueError with a sentence for the officer; `text` writes a value as an export does. No models, no requests.
"""

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates, names, phones
from chengyang.lib.chinese.characters import standard_characters

from .columns import MINUTES

Cell = Any
EXACT = 10**15  # a number of Excel keeps 15 digits
DAY_0 = dt.date(1899, 12, 30)  # of the days of Excel
FIRST_SERIAL, LAST_SERIAL = 3_000, 73_415  # days: below, a number is no date anybody typed; above, after 2100
WAN = 10_000
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?\s*[eE]\s*[+-]?\s*\d+")
_KEPT_FORMAT = frozenset("\u200c\u200d")
_PLAIN = re.compile(r"[\w.\-]+")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_PLAIN_NUMBER = re.compile(r"1[3-9][0-9]{9}")
_SPACES = re.compile(r"\s+")
_TIME = re.compile(r"[T ]*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_SERIAL = re.compile(r"\d{4,5}(\.\d+)?")
_CLOCK = re.compile(r"(上午|早上|中午|下午|晚上)?\s*(\d{1,2})(?:[:点时](?:(\d{1,2})分?)?(半)?)(?::\d{2}(?:\.\d+)?)?$")
_MONTH_NUMBER = re.compile(r"(19\d\d|20\d\d|2100)\.(\d{1,2})")
_TAIL = re.compile(r"尾号\s*(\d{4})")
_MONEY = re.compile(r"(?:¥|￥|RMB|CNY|人民币)?(-?\d+(?:\.\d+)?)(万)?(?:元|圆)?(?:整)?")
_NUMBER = re.compile(r"(-?\d+)(?:\.0+)?(?:人|家|个|项|份|次|名|位|岁|年|小时)?")


class CellType(Protocol):
    """How the cells of a column are read and written."""

    def parse(self, cell: Cell) -> Any: ...
    def text(self, value: Any) -> str: ...


def is_blank(cell: Cell) -> bool:
    """Return whether `cell` holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell[:1].isalnum() and not clean(cell))


def clean(text: str) -> str:
    """Return `text` on one line: without invisible and control characters, with radicals as ideographs, single spaces."""
    if _PLAIN.fullmatch(text):  # most cells; the way below takes ten times as long
        return text
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text).strip()
    visible = "".join(
        " " if sign in "\t\n\r\v\f\x85\u2028\u2029" else sign
        for sign in standard_characters(text)
        if sign in "\t\n\r\v\f\x85"
        or sign in _KEPT_FORMAT
        or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
    return _SPACES.sub(" ", visible).strip()


def typed(cell: Cell) -> str:
    """Return `cell` as one would type it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(_("是") if cell else _("否"))
    if isinstance(cell, list):
        return str(cell[1])
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}"
    return clean(cell) if isinstance(cell, str) else str(cell)


def require_digits(cell: Cell) -> None:
    """Raise ValueError where the program that wrote the sheet has lost digits: a number in scientific notation."""
    if isinstance(cell, str) and not (cell[:1].isdigit() or not cell[:1].isalnum()):
        return  # it begins with a letter
    is_text = isinstance(cell, str) and _SCIENTIFIC.fullmatch(clean(unicodedata.normalize("NFKC", cell)))
    is_rounded = isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= EXACT
    if is_text or is_rounded:
        raise ValueError(_("表格把数字改成了科学记数，丢了几位。请把这一列设成“文本”，重新填写。"))


# ---- types ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Text:
    """A text of one line with at most `most` characters."""

    most: int

    def parse(self, cell: Cell) -> str:
        require_digits(cell)
        value = typed(cell)
        if value.startswith("#") and value in ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"):
            raise ValueError(_("公式出错了（%(what)s），请填结果。") % {"what": value})
        if len(value) > self.most:
            raise ValueError(_("最多 %(most)d 个字，现在有 %(now)d 个。") % {"most": self.most, "now": len(value)})
        return value

    def text(self, value: Any) -> str:
        return clean(str(value)) if value not in (None, "") else ""


@dataclass(frozen=True)
class Name:
    """The name of a person (requirements U03)."""

    def parse(self, cell: Cell) -> str:
        if isinstance(cell, str) and _PLAIN_NAME.fullmatch(cell):
            return cell
        if not isinstance(cell, str):
            raise ValueError(_("姓名应是文字，这里是数字或日期。"))
        name = names.normalise_name("".join(" " if sign in "\n\r\t" else sign for sign in cell))
        if not names.is_name_like(name):
            raise ValueError(_("“%(text)s”不像姓名，请检查。") % {"text": name[:20]})
        return name

    def text(self, value: Any) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Phone:
    """A mobile number in E.164 form, or the last four digits as an export masks them: `尾号 1234`."""

    def parse(self, cell: Cell) -> str:
        if isinstance(cell, str) and _PLAIN_NUMBER.fullmatch(cell):
            return f"+86{cell}"
        require_digits(cell)
        value = unicodedata.normalize("NFKC", typed(cell))
        if tail := _TAIL.fullmatch(value):
            return self.masked(tail[1])
        if "*" in value:
            raise ValueError(_("号码带星号，不完整。请填 11 位，或“尾号 1234”。"))
        if value.endswith(".0") and value[:-2].isdigit():  # a number that a program wrote as text
            value = value[:-2]
        if isinstance(cell, list):
            raise ValueError(_("手机号变成了日期，请把这一列设成“文本”，重新填写。"))
        return phones.normalise_phone(value)

    @staticmethod
    def masked(digits: str) -> str:
        """Return the last four `digits` of a number as exports write them."""
        return _("尾号 %(digits)s") % {"digits": digits}

    def text(self, value: Any) -> str:
        return str(value or "").removeprefix("+86")


@dataclass(frozen=True)
class Day:
    """A day; a month stands for its first day. Excel's days as numbers are read, too."""

    def parse(self, cell: Cell) -> dt.date:
        if isinstance(cell, list):
            return self._bounded(self._of_list(cell))
        if isinstance(cell, bool):
            raise ValueError(_("这里应是日期。"))
        if isinstance(cell, (int, float)):
            return self._of_number(cell)
        text = _TIME.sub("", typed(cell)).replace("号", "日").rstrip("。.")
        compact = unicodedata.normalize("NFKC", text)
        if (
            _SERIAL.fullmatch(compact)
            and not _MONTH_NUMBER.fullmatch(compact)
            and float(compact) >= dates.LAST_YEAR + 1
        ):
            return self._of_number(float(compact))
        stored, first = dates.parse_partial(text)
        if len(stored) == 4:
            raise ValueError(_("只写了年份，请写到月或日，如 2026-03-05。"))
        return first

    @staticmethod
    def _of_list(cell: list[str]) -> dt.date:
        if cell[0] == "t":
            raise ValueError(_("只有时间，没有日期。"))
        return dt.date.fromisoformat(cell[1][:10])

    def _of_number(self, number: float) -> dt.date:
        if float(number).is_integer() and 19_000_101 <= number <= 21_001_231:
            return dates.parse_partial(str(int(number)))[1]
        if dates.FIRST_YEAR <= number < dates.LAST_YEAR + 1:
            return self._of_month(number)
        if not FIRST_SERIAL <= number < LAST_SERIAL:
            raise ValueError(_("“%(text)s”不是日期，请按 2026-03-05 的形式填写。") % {"text": f"{number:.15g}"})
        return DAY_0 + dt.timedelta(days=int(number))

    @staticmethod
    def _of_month(number: float) -> dt.date:
        """Read 2026.3 as March; 2026.1 may have been 2026.10."""
        if float(number).is_integer():
            raise ValueError(_("只写了年份，请写到月或日，如 2026-03-05。"))
        text = repr(float(number))
        if text.endswith(".1"):
            raise ValueError(
                _("“%(text)s”可能是 1 月，也可能是 10 月，请写成 %(year)d-01 或 %(year)d-10。")
                % {"text": text, "year": int(number)}
            )
        return dates.parse_partial(text)[1]

    @staticmethod
    def _bounded(day: dt.date) -> dt.date:
        if not dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR:
            raise ValueError(_("年份应在 1900 至 2100 之间。"))
        return day

    def text(self, value: Any) -> str:
        return value.isoformat() if value else ""


@dataclass(frozen=True)
class Moment:
    """A day with a time, to the minute, in the portal's time zone; with `alone` also a time alone, which is of a day known otherwise."""

    alone: bool = False

    def parse(self, cell: Cell) -> dt.datetime | dt.time:
        if isinstance(cell, list) and cell[0] == "m":
            return timezone.make_aware(dt.datetime.fromisoformat(cell[1]).replace(second=0, microsecond=0))
        if isinstance(cell, list) and cell[0] == "t":
            return self._of_time(dt.time.fromisoformat(cell[1]))
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return self._of_number(float(cell))
        text = unicodedata.normalize("NFKC", typed(cell)).strip()
        found = _CLOCK.search(text)
        if found is None:
            raise ValueError(_("没有写几点几分，请按 2026-03-05 14:00 的形式填写。"))
        time, day = _time(found), text[: found.start()].rstrip(" T").replace("号", "日")
        if not day:
            return self._of_time(time)
        stored, first = dates.parse_partial(day)
        if len(stored) < len("2026-03-05"):
            raise ValueError(_("只写了月份，请写到日，如 2026-03-05 14:00。"))
        return timezone.make_aware(dt.datetime.combine(first, time))

    def _of_time(self, time: dt.time) -> dt.time:
        if not self.alone:
            raise ValueError(_("只有时间，没有日期。"))
        return time.replace(second=0, microsecond=0)

    def _of_number(self, number: float) -> dt.datetime:
        """Read a day of Excel with a part of a day."""
        if not FIRST_SERIAL <= number < LAST_SERIAL or number.is_integer():
            raise ValueError(_("没有写几点几分，请按 2026-03-05 14:00 的形式填写。"))
        minutes = round((number - int(number)) * 24 * 60)
        start = dt.datetime.combine(DAY_0, dt.time.min) + dt.timedelta(days=int(number), minutes=minutes)
        return timezone.make_aware(start)

    def text(self, value: Any) -> str:
        if isinstance(value, dt.datetime):
            return f"{timezone.localtime(value):{MINUTES}}"
        return f"{value:%H:%M}" if value else ""


def _time(found: re.Match[str]) -> dt.time:
    """Return the time of a match of `_CLOCK`. Raises ValueError for one that no clock shows."""
    part, hour, minute = found[1], int(found[2]), 30 if found[4] else int(found[3] or 0)
    if (part in ("下午", "晚上") and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    try:
        return dt.time(hour, minute)
    except ValueError:
        raise ValueError(_("没有“%(text)s”这个时间。") % {"text": found[0].strip()}) from None


@dataclass(frozen=True)
class RowChoice:
    """One of some rows of the portal, by its name; `rows()` are those that there are."""

    rows: Callable[[], Iterable[Any]]

    def parse(self, cell: Cell) -> Any:
        return picked(typed(cell), {row: row for row in self.rows()}, {})

    def text(self, value: Any) -> str:
        return str(value or "")


@dataclass(frozen=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 2_147_483_647

    def parse(self, cell: Cell) -> int:
        require_digits(cell)
        value = _SPACES.sub("", unicodedata.normalize("NFKC", typed(cell))).replace(",", "")
        found = None if isinstance(cell, (bool, list)) else _NUMBER.fullmatch(value)
        if not found or len(found[1]) > 15:
            raise ValueError(_("“%(text)s”不是整数。") % {"text": value[:20]})
        number = int(found[1])
        if not self.least <= number <= self.most:
            raise ValueError(_("应在 %(least)d 到 %(most)d 之间。") % {"least": self.least, "most": self.most})
        return number

    def text(self, value: Any) -> str:
        return "" if value is None else str(int(value))


@dataclass(frozen=True)
class Money:
    """Yuan with two decimals: 5000, ¥5,000.00, 5000 元, 0.5 万元."""

    most: Decimal = Decimal("999999999999.99")

    def parse(self, cell: Cell) -> Decimal:
        require_digits(cell)
        value = _SPACES.sub("", unicodedata.normalize("NFKC", typed(cell))).replace(",", "")
        found = None if isinstance(cell, (bool, list)) else _MONEY.fullmatch(value)
        if not found:
            raise ValueError(_("“%(text)s”不是金额，请只写数字，单位是元。") % {"text": value[:20]})
        try:
            amount = Decimal(found[1]) * (WAN if found[2] else 1)
        except InvalidOperation:
            raise ValueError(_("“%(text)s”不是金额，请只写数字，单位是元。") % {"text": value[:20]}) from None
        if not Decimal("0.005") <= amount <= self.most:
            raise ValueError(_("金额要大于 0，不能太大。"))
        rounded = amount.quantize(Decimal("0.01"))
        if abs(rounded - amount) > Decimal("0.000001"):
            raise ValueError(_("金额最多写到分。"))
        return rounded

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value:.2f}"


@dataclass(frozen=True)
class Choice:
    """One of `labels` (value → what stands in the cell); `also` are other words for them. Values may be anything."""

    labels: Callable[[], Mapping[Any, Any]]
    also: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def parse(self, cell: Cell) -> Any:
        return picked(typed(cell), self.labels(), self.also)

    def text(self, value: Any) -> str:
        return str(self.labels().get(value, value)) if value not in (None, "") else ""


def picked(text: str, labels: Mapping[Any, Any], also: Mapping[str, Any]) -> Any:
    """Return the value whose label is `text`. Raises ValueError that names the most similar one, or all when they are few."""
    wanted = _loose(text)
    known = {
        **{_loose(word): value for word, value in also.items()},
        **{_loose(label): value for value, label in labels.items()},
    }
    if wanted in known:
        return known[wanted]
    words = [str(label) for label in labels.values()]
    if near := difflib.get_close_matches(text, words, n=1, cutoff=0.5):
        raise ValueError(_("没有“%(text)s”。是不是“%(near)s”？") % {"text": text[:20], "near": near[0]})
    if len(words) <= 8:
        raise ValueError(
            _("没有“%(text)s”，请从这些里选：%(words)s。") % {"text": text[:20], "words": "、".join(words)}
        )
    raise ValueError(_("没有“%(text)s”。") % {"text": text[:20]})


def _loose(text: Any) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", str(text))).casefold()


@dataclass(frozen=True)
class Choices:
    """Several of `labels` in one cell, with `、` or another sign between them."""

    labels: Callable[[], Mapping[Any, Any]]

    def parse(self, cell: Cell) -> list[Any]:
        words = [word for word in re.split(r"[、,，;；/|]", typed(cell)) if word.strip()]
        return list(dict.fromkeys(picked(word.strip(), self.labels(), {}) for word in words))

    def text(self, value: Any) -> str:
        labels = self.labels()
        return "、".join(str(labels.get(code, code)) for code in value or ())
