"""What a report says: the figures of a board, frozen as plain values, and the blocks from which every edition is drawn.

`frozen` makes the contents, which are stored. `blocks` turns them into headings, sentences, tables and charts; the Word file and
the print page are drawn from the same blocks, so that they say the same. Comparison reads the figures of two contents.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates
from chengyang.platform.objectives.amounts import amount_text, number_text

from .board import Board, Part, changed_text
from .days import DISTRICT
from .periods import Span

NUMERALS = "一二三四五六七八九十"
MOST_NAMED = 3  # months in which a number was largest or smallest
TITLE_LINE = 20  # characters of 22 pt in 156 mm
Contents = Mapping[str, Any]


# ---- freezing ----------------------------------------------------------------------------------------------------------
def frozen(board: Board, *, is_demo: bool = False) -> dict[str, Any]:
    """Return the figures of `board` as plain values, which JSON can hold; `is_demo` marks every edition as demonstration data."""
    return {
        "demo": is_demo,
        "title": title_of(board.name if board.code != DISTRICT else district_title(), board.span),
        "owner": board.name,
        "period": board.span.label,
        "at": board.at.isoformat(),
        "is_open": not board.span.is_over,
        "steps": [_step(part) for part in board.parts],
        "table": _table(board),
    }


def district_title() -> str:
    """Return what a report about the whole district is called."""
    return _("城阳区新的社会阶层人士统战工作")


def title_of(name: str, span: Span) -> str:
    """Return the title of the report about `name` in `span`, without spaces, as titles of official documents are."""
    words = {"name": name, "period": span.label.replace(" ", "")}
    if span.is_year:
        return _("%(name)s%(period)s度报告") % words
    return _("%(name)s%(period)s报告") % words


def _step(part: Part) -> dict[str, Any]:
    return {
        "code": part.code,
        "label": part.label,
        "figures": [
            {
                "code": cell.code,
                "label": cell.label,
                "unit": cell.unit,
                "how": cell.how,
                "value": str(cell.value),
                "before": None if cell.before is None else str(cell.before),
                "target": cell.target,
                "light": cell.light,
            }
            for cell in part.cells
        ],
        "charted": part.charted,
        "over": part.over,
        "stack": [[name, [str(value) for value in values]] for name, values in part.stack],
        "is_line": part.chart is not None and part.chart.kind == "line",
        "months": [[label, str(value), str(before)] for label, value, before in part.months],
    }


def _table(board: Board) -> dict[str, Any] | None:
    if board.table is None:
        return None
    return {
        "label": board.table.label,
        "columns": [label for _code, label in board.table.columns],
        "rows": [[row.label, *(str(value) for value in row.values)] for row in board.table.rows],
        "sums": [str(value) for value in board.table.sums],
        "note": board.table.note,
    }


# ---- blocks ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、) or 2 (（一）), or the title (0)."""

    text: str
    level: int


@dataclass(frozen=True)
class Sentence:
    """A paragraph; `align` is "" or "center"."""

    text: str
    align: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: its caption, header, rows of texts, and whether the last row is the sum."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """A chart of numbers: `lasts` draws a line instead of bars; with `stack`, names and numbers of parts, the bars consist of them."""

    caption: str
    labels: Sequence[str]
    values: Sequence[Decimal]
    lasts: bool
    stack: Sequence[tuple[str, Sequence[Decimal]]] = ()


@dataclass(frozen=True)
class Signature:
    """Who issued the report, and on which day, as GB/T 9704-2012 7.3.5.2 places them without a seal.

    The day begins two characters to the right of the beginning of `issuer`; the longer of both lines ends two characters before
    the margin.
    """

    issuer: str
    day: str

    @property
    def insets(self) -> tuple[float, float]:
        """The distances of the ends of both lines from the margin, in characters; digits take half a character."""
        long, short = (sum(0.5 if char.isascii() else 1 for char in text) for text in (self.issuer, self.day))
        inset = max(2.0, long - short)
        return inset + short + 2 - long, inset


Block = Heading | Sentence | Grid | Picture | Signature


def blocks(contents: Contents, issued_by: str) -> list[Block]:
    """Return the report as blocks: title, moment, a chapter for each step, the table of owners, who issued it and when."""
    at = dt.datetime.fromisoformat(contents["at"])
    found: list[Block] = [Heading(_in_lines(contents), 0)]
    if contents.get("demo"):
        found.append(Sentence(_("（演示数据：人名、活动和数字都是编的，不能当作统计）"), "center"))
    found.append(Sentence(_("（数据截至 %(at)s）") % {"at": dates.stamp(at)}, "center"))
    found.append(Sentence(_opening(contents)))
    numbers = Numbers()
    for step in contents["steps"]:
        found += _chapter(step, numbers, is_open=contents["is_open"])
    if contents["table"]:
        table = contents["table"]
        found.append(numbers.chapter(table["label"]))
        rows = [[row[0], *map(_number, row[1:])] for row in table["rows"]]
        rows.append([_("合计"), *map(_number, table["sums"])])
        found.append(Grid(numbers.table(table["label"]), (_("单位"), *table["columns"]), rows))
        if table.get("note"):
            found.append(Sentence(table["note"]))
    found.append(numbers.chapter(_("数字怎么算的")))
    for step in contents["steps"]:
        found.append(Sentence("；".join(f"{figure['label']}：{figure['how']}" for figure in step["figures"]) + "。"))
    return [*found, Signature(issued_by, dates.full_day(timezone.localdate(at)))]


def _in_lines(contents: Contents) -> str:
    """Return the title; where it is longer than a line of 22 pt, it is broken before the period and not within it."""
    title = str(contents["title"])
    place = title.rfind(contents["period"].replace(" ", ""))
    return f"{title[:place]}\n{title[place:]}" if len(title) > TITLE_LINE and place > 0 else title


class Numbers:
    """The running numbers of chapters, tables and charts."""

    def __init__(self) -> None:
        self.chapters = self.tables = self.charts = 0

    def chapter(self, text: str) -> Heading:
        self.chapters += 1
        return Heading(f"{NUMERALS[self.chapters - 1]}、{text}", 1)

    def table(self, text: str) -> str:
        self.tables += 1
        return _("表 %(n)d　%(label)s") % {"n": self.tables, "label": text}

    def chart(self, text: str) -> str:
        self.charts += 1
        return _("图 %(n)d　%(label)s") % {"n": self.charts, "label": text}


def _chapter(step: Mapping[str, Any], numbers: Numbers, *, is_open: bool) -> list[Block]:
    """Return the chapter of a step: its numbers, how requests went, and how it went by month; with sub-headings where it is several."""
    sections: list[tuple[str, list[Block]]] = []
    head = (_("数字"), _("这一期"), _("去年同期"), _("目标"))
    grid = Grid(numbers.table(step["label"]), head, [_row(figure) for figure in step["figures"]])
    sections.append((_("总的情况"), [Sentence("；".join(map(_sentence_of, step["figures"])) + "。"), grid]))
    if text := _requests(step["figures"]):
        sections.append((_("诉求办理"), [Sentence(text)]))
    if len({value for _label, value, _before in step["months"]}) > 1:  # a chart of what never changed says nothing
        picture = _picture(step, numbers)
        sections.append((_course_heading(step), [Sentence(_course(step, is_open=is_open)), picture]))
    found: list[Block] = [numbers.chapter(step["label"])]
    for place, (heading, parts) in enumerate(sections):
        if len(sections) > 1:
            found.append(Heading(f"（{NUMERALS[place]}）{heading}", 2))
        found += parts
    return found


def _course_heading(step: Mapping[str, Any]) -> str:
    return _("各年变化") if step.get("over") == _("按年") else _("各月变化")


def _course(step: Mapping[str, Any], *, is_open: bool) -> str:
    """Return how the charted figure went, in words: where it was largest and smallest, or from where to where it came.

    With `is_open` the last month is not over: it is smaller than it will be, so it is left out of the comparison.
    """
    months = [(label, Decimal(value)) for label, value, _before in step["months"]]
    label, _between, unit = step["charted"].removesuffix("）").rpartition("（")
    if step["is_line"]:
        words = {"label": label, "first": months[0][0], "last": months[-1][0]}
        ends = {"from": amount_text(months[0][1], unit), "to": amount_text(months[-1][1], unit)}
        return _("%(label)s从 %(first)s的 %(from)s到 %(last)s的 %(to)s。") % {**words, **ends}
    text, over = "", months[:-1] if is_open else months
    if len({value for _label, value in over}) > 1:
        is_years = step.get("over") == _("按年")
        most, least = (_when(over, end(value for _label, value in over), unit, is_years=is_years) for end in (max, min))
        text = _("%(label)s最多的%(most)s；最少的%(least)s。") % {"label": label, "most": most, "least": least}
    if is_open:
        words = {"label": label, "last": months[-1][0], "n": amount_text(months[-1][1], unit)}
        text += _("%(last)s还没有过完，到现在是 %(n)s，不参加比较。") % words
    sums = [(name, sum(map(Decimal, values))) for name, values in step.get("stack") or ()]
    if sums:
        text += _("其中%(parts)s。") % {
            "parts": "，".join(f"{name} {amount_text(value, unit)}" for name, value in sums)
        }
    return text


def _when(months: Sequence[tuple[str, Decimal]], value: Decimal, unit: str, *, is_years: bool) -> str:
    """Return in which of the `months`, or years, the number was `value`: their names, or of more than MOST_NAMED how many."""
    names = [label for label, number in months if number == value]
    words = {"names": "、".join(names), "n": len(names), "amount": amount_text(value, unit)}
    if len(names) == 1:
        return _("是 %(names)s，%(amount)s") % words
    if len(names) <= MOST_NAMED:
        return _("是 %(names)s，都是 %(amount)s") % words
    return (_("有 %(n)d 年，都是 %(amount)s") if is_years else _("有 %(n)d 个月，都是 %(amount)s")) % words


def _requests(figures: Sequence[Mapping[str, Any]]) -> str:
    """Return how requests were dealt with, in words; empty where none was received or answered, or the owner has none."""
    known = {figure["code"]: Decimal(figure["value"]) for figure in figures}
    codes = ("requests_received", "answered_requests", "requests_in_time")
    if not all(code in known for code in codes) or not any(known[code] for code in codes):
        return ""
    received, answered, in_time = (int(known[code]) for code in codes)
    text = _("期内收到诉求 %(received)d 件，答复 %(answered)d 件") % {"received": received, "answered": answered}
    if answered:
        share = number_text(round(Decimal(100 * in_time) / answered, 1))
        text += _("，其中按期答复 %(n)d 件，占 %(share)s%%") % {"n": in_time, "share": share}
        text += _("，超期 %(n)d 件") % {"n": answered - in_time} if answered > in_time else ""
    return text + _("。答复的有以前收到的，所以两个数不必相等。")


def _opening(contents: Contents) -> str:
    words = {"period": contents["period"], "name": contents["owner"]}
    if contents["is_open"]:
        return _("%(name)s%(period)s（还没有过完）的情况，按“七步”报告如下，数字都从记录里数出来。") % words
    return _("%(name)s%(period)s的情况，按“七步”报告如下，数字都从记录里数出来。") % words


def _sentence_of(figure: Mapping[str, Any]) -> str:
    """Return a figure in one sentence: 入册人士 3,186 人，比去年同期多 212 人。"""
    value = Decimal(figure["value"])
    parts = [f"{figure['label']} {amount_text(value, figure['unit'])}"]
    if figure["before"] is not None:
        parts.append(changed_text(value, Decimal(figure["before"]), lambda n: amount_text(n, figure["unit"])))
    if figure["target"]:
        parts.append(_("目标 %(target)s（%(light)s）") % {"target": figure["target"], "light": figure["light"]})
    return "，".join(parts)


def _row(figure: Mapping[str, Any]) -> list[str]:
    unit = figure["unit"]
    return [
        f"{figure['label']}（{unit}）",
        _number(figure["value"]),
        "—" if figure["before"] is None else _number(figure["before"]),
        figure["target"] or "—",
    ]


def _number(text: str) -> str:
    return number_text(Decimal(text))


def _picture(step: Mapping[str, Any], numbers: Numbers) -> Picture:
    caption = numbers.chart(
        _("%(label)s，%(over)s") % {"label": step["charted"], "over": step.get("over") or _("按月")}
    )
    labels = [label for label, _value, _before in step["months"]]
    values = [Decimal(value) for _label, value, _before in step["months"]]
    stack = [(name, [Decimal(value) for value in some]) for name, some in step.get("stack") or ()]
    return Picture(caption, labels, values, step["is_line"], stack)


# ---- comparing ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Difference:
    """A figure in two reports; None where a report has it not."""

    step: str
    label: str
    unit: str
    one: str | None
    other: str | None

    @property
    def differs(self) -> bool:
        return self.one != self.other

    @property
    def text(self) -> str:
        """The difference in words; empty where there is none."""
        if not self.differs or self.one is None or self.other is None:
            return ""
        difference = Decimal(self.other) - Decimal(self.one)
        return ("+" if difference > 0 else "−") + number_text(abs(difference))

    @property
    def one_text(self) -> str:
        return "—" if self.one is None else _number(self.one)

    @property
    def other_text(self) -> str:
        return "—" if self.other is None else _number(self.other)


def differences(one: Contents, other: Contents) -> list[Difference]:
    """Return the figures of two reports side by side by step, in the order of the first; those only in the second one follow in it."""
    mine, theirs = _figures(one), _figures(other)
    found = []
    for code in [*mine, *(code for code in theirs if code not in mine)]:
        step, figure = mine.get(code) or theirs[code]
        values = [side[code][1]["value"] if code in side else None for side in (mine, theirs)]
        found.append(Difference(step, figure["label"], figure["unit"], *values))
    steps = list(dict.fromkeys(one.step for one in found))
    return sorted(found, key=lambda one: steps.index(one.step))


def _figures(contents: Contents) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {figure["code"]: (step["label"], figure) for step in contents["steps"] for figure in step["figures"]}
