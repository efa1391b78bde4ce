"""The print page of a paper: its layout with the values of a record, as HTML for A4."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chengyang.extensions import Paper
from chengyang.extensions.papers import (
    NUMBER,
    Badges,
    Block,
    Cell,
    Form,
    Imprint,
    Line,
    NewPage,
    Paragraph,
    Signatures,
    Table,
    Title,
)

from .filling import Values

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
BADGES_OF_A_PAGE = 8


@dataclass(frozen=True)
class Part:
    """A block as the template `papers/_<kind>.html` shows it."""

    kind: str
    data: Any

    @property
    def template(self) -> str:
        return f"papers/_{self.kind}.html"


def text_of(text: Any, values: Values) -> str:
    """Return `text` with the values of its placeholders."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found.group(1), "")), str(text))


def parts_of(paper: Paper, values: Values) -> list[Part]:
    """Return the blocks of `paper` with `values`, for the print page."""
    return [_part(paper, block, values) for block in paper.layout]


def _part(paper: Paper, block: Block, values: Values) -> Part:
    if isinstance(block, Title):
        return Part("title", text_of(block.text, values))
    if isinstance(block, Line):
        return Part("line", {"text": text_of(block.text, values), "align": block.align})
    if isinstance(block, Paragraph):
        return Part("paragraph", {"text": text_of(block.text, values), "level": block.level})
    if isinstance(block, Signatures):
        return Part("signatures", list(block.places))
    if isinstance(block, Form):
        return Part("form", _form(block, values))
    if isinstance(block, Table):
        return Part("table", _table(block, values))
    if isinstance(block, Badges):
        return Part("badges", _badges(block, values))
    if isinstance(block, Imprint):
        return Part("imprint", {"left": text_of(block.left, values), "right": text_of(block.right, values)})
    assert isinstance(block, NewPage)
    return Part("new_page", None)


def _form(block: Form, values: Values) -> dict[str, Any]:
    def height(down: int) -> int:
        return block.heights[down] if down < len(block.heights) else 10

    rows = [(_pixels(height(down)), [_cell(cell, values) for cell in cells]) for down, cells in enumerate(block.rows)]
    return {"widths": _shares(block.widths), "rows": rows}


def _cell(cell: Cell, values: Values) -> dict[str, Any]:
    kind = "label" if cell.label else "box" if cell.box else ""
    return {"text": text_of(cell.text, values), "wide": cell.wide, "high": cell.high, "kind": kind}


def _table(block: Table, values: Values) -> dict[str, Any]:
    lines = [
        [{"text": row.get(name, ""), "is_narrow": width < 30} for _head, name, width in block.columns]
        for row in values[block.rows]
    ]
    widths = _shares([width for _head, _name, width in block.columns])
    heads = [(head, width) for (head, _name, _width), width in zip(block.columns, widths, strict=True)]
    return {"heads": heads, "rows": lines, "spare": range(block.spare), "height": _pixels(block.height)}


def _pixels(millimetres: int) -> int:
    return round(millimetres * 96 / 25.4)


def _shares(widths: Sequence[int]) -> list[int]:
    """Return widths as whole per cents, for the attribute of a column: the policy of the site forbids styles in attributes."""
    return [round(100 * width / sum(widths)) for width in widths]


def _badges(block: Badges, values: Values) -> dict[str, Any]:
    cards = [
        {
            "head": text_of(block.head, values),
            "large": row.get(block.large, ""),
            "small": [row[name] for name in block.small if row.get(name)],
            "code": row.get(block.code, ""),
            "number": row[NUMBER],
        }
        for row in values[block.rows]
    ]
    return {"pages": [cards[at : at + BADGES_OF_A_PAGE] for at in range(0, len(cards), BADGES_OF_A_PAGE)]}
