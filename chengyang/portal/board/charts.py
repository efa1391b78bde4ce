"""Charts as the server draws them: places of bars, points and texts on a fixed sheet; pure functions on numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

WIDTH, HEIGHT = 336, 126
TOP, BASE = 24, 100  # of the highest bar, of the line below the bars
SHARE = 0.7  # of the width of a place that its bar takes
HIDDEN = gettext_lazy("收起")  # in place of a number that is not public


@dataclass(frozen=True)
class Mark:
    """One value: its place, its height, what stands above and below it. `is_part`: the time is not over; `is_hidden`: not public."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    above: str
    below: str
    is_part: bool
    text_y: float
    is_hidden: bool = False


@dataclass(frozen=True)
class Segment:
    """A part of a bar, of the series number `place`."""

    place: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """A chart: `kind` is "bars", "line" or "stack"; `label` says all values in words, for those who do not see it.

    A stack has `segments` from the line below the bars upwards, and `legend`, the names of their series.
    """

    kind: str
    label: str
    marks: Sequence[Mark]
    path: str = ""
    segments: Sequence[Segment] = ()
    legend: Sequence[str] = ()
    width: int = WIDTH
    height: int = HEIGHT


def short(value: Any) -> str:
    """Return a number as it stands above a bar: 12,345 below a hundred thousand, from there on 12.3 万; 收起 for None."""
    if value is None:
        return str(HIDDEN)
    if abs(value) >= 100_000:
        return f"{float(value) / 10_000:.1f}".removesuffix(".0") + "万"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    return f"{value:,}"


def bars(values: Sequence[Any], labels: Sequence[str], *, title: str, open_last: bool = False) -> Chart:
    """Return a chart with one bar for each of `values` (None: not public); with `open_last` the last one is still growing."""
    return _chart("bars", values, labels, title, open_last)


def line(values: Sequence[Any], labels: Sequence[str], *, title: str, open_last: bool = False) -> Chart:
    """Return a chart with the course of a number that lasts (None: not public, a gap); its axis begins at zero."""
    return _chart("line", values, labels, title, open_last)


def stack(
    parts: Sequence[tuple[str, Sequence[Any]]], labels: Sequence[str], *, title: str, open_last: bool = False
) -> Chart:
    """Return a chart whose bars consist of `parts`: names with one value for each of `labels`; above each stands the sum."""
    sums = [sum(column) for column in zip(*(values for _name, values in parts), strict=True)]
    whole = _chart("stack", sums, labels, title, open_last)
    most = max((float(value) for value in sums), default=0) or 1
    segments = []
    for across, mark in enumerate(whole.marks):
        base = float(BASE)
        for place, (_name, values) in enumerate(parts):
            height = max(float(values[across]), 0) / most * (BASE - TOP)
            if height:
                base -= height
                segments.append(Segment(place, mark.x, round(base, 1), mark.width, round(height, 1)))
    words = "；".join(
        f"{name} " + "，".join(f"{label} {short(value)}" for label, value in zip(labels, values, strict=True))
        for name, values in parts
    )
    return replace(whole, label=f"{whole.label}；{words}", segments=segments, legend=[name for name, _values in parts])


def _chart(kind: str, values: Sequence[Any], labels: Sequence[str], title: str, open_last: bool) -> Chart:
    most = max((float(value or 0) for value in values), default=0) or 1
    step = WIDTH / max(len(values), 1)
    wide = round(min(step * SHARE, 28), 1)
    marks = []
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        middle = round(step * (place + 0.5), 1)
        height = round(max(float(value or 0), 0) / most * (BASE - TOP), 1)
        y = round(BASE - height, 1)
        marks.append(
            Mark(
                round(middle - wide / 2, 1), y, wide, height, middle, short(value), label,
                open_last and place == len(values) - 1, round(y - 6, 1), value is None,
            )
        )  # fmt: skip
    path = "".join(
        f"{'L' if place and not marks[place - 1].is_hidden else 'M'}{mark.middle} {mark.y}"
        for place, mark in enumerate(marks)
        if not mark.is_hidden
    )
    text = "，".join(f"{label} {short(value)}" for value, label in zip(values, labels, strict=True))
    return Chart(kind, f"{title}：{text}", marks, path if kind == "line" else "")
