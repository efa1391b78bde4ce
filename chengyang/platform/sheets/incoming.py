"""The columns of a sheet that is read: by which headers they are known, and how their cells are read.

The codes are those of the columns of the export, so that a list goes out, is edited, and comes back.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chengyang.lib.chinese.folding import fold

from .columns import KEY_HEADER, VERSION_HEADER
from .parsing import CellType, Text, is_blank, typed

HEADER_WITHIN = 20  # rows in which the header is looked for
KEY, VERSION = "row_key", "row_version"
_ASIDE = re.compile(r"[（(【\[].*?[)）】\]]")
_SIGNS = re.compile(r"[^\w]+|_")


@dataclass(frozen=True)
class InColumn:
    """A column that an import reads.

    `code` is the name of the value, and of the column of the export. `names` are other headers. `current(row)` returns the value
    that a row of the portal has now; without it, the column only finds the row (`is_identity`). A `fixed` column can be filled
    in for a new row, and not changed later. `example` and `hint` stand in the template; `options(user)` are its drop-down.
    """

    code: str
    header: Any
    type: CellType
    names: tuple[str, ...] = ()
    current: Callable[[Any], Any] | None = None
    required: bool = False
    fixed: bool = False
    personal: bool = False
    example: str = ""
    hint: Any = ""
    options: Callable[[Any], Sequence[str]] | None = None

    @property
    def is_identity(self) -> bool:
        return self.current is None

    def now(self, row: Any) -> str:
        """Return the text of the value that `row` has now."""
        return "" if self.current is None else self.type.text(self.current(row))


ROUND_TRIP = (InColumn(KEY, KEY_HEADER, Text(40)), InColumn(VERSION, VERSION_HEADER, Text(2000)))


def header_key(text: Any) -> str:
    """Return the form in which headers are compared: without spaces, signs, and what stands in brackets."""
    whole = fold(str(text))
    return _SIGNS.sub("", _ASIDE.sub("", whole)) or _SIGNS.sub("", whole)


def match_headers(cells: Sequence[Any], columns: Sequence[InColumn]) -> tuple[dict[str, int], list[str]]:
    """Return (code → place of its column, headers that stand twice)."""
    known = {
        header_key(name): column.code for column in columns for name in (*column.names, column.code, column.header)
    }
    found: dict[str, int] = {}
    twice = []
    for place, cell in enumerate(cells):
        code = None if is_blank(cell) else known.get(header_key(typed(cell)))
        if code is None:
            continue
        if code in found:
            twice.append(typed(cell))
        else:
            found[code] = place
    return found, twice


def find_header(rows: Sequence[tuple[int, Sequence[Any]]], columns: Sequence[InColumn]) -> int | None:
    """Return the index in `rows` of the row of headers: the one with the most known names; None where no row has two."""
    all_columns = [*ROUND_TRIP, *columns]
    counts = [len(match_headers(cells, all_columns)[0]) for _number, cells in rows[:HEADER_WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best >= min(2, len(columns)) else None
