"""The rows of a preview as a page shows them, found by their outcome without opening the parts of others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chengyang.lib.chinese.phones import mask_phone
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Phone

from . import examining
from .models import Import, Place, get_rows, parts
from .states import Outcome, Result

FIRST = {
    Outcome.REFUSED: 10,
    Outcome.CLASH: 10,
    Outcome.CHANGED: 5,
    Outcome.NEW: 5,
    Outcome.SAME: 0,
}  # rows on the first page
PER_PAGE = 50


@dataclass
class ShownCell:
    """A cell of a row: `text` of the sheet, `why` it is wrong, or what the portal has (`now`) where they differ."""

    header: Any
    text: str
    why: str = ""
    now: str | None = None
    is_clash: bool = False


@dataclass
class ShownRow:
    """A row of the preview: its number in the sheet, cells, what is wrong with the whole, the decision on its clashes, the result."""

    number: int
    outcome: str
    cells: list[ShownCell] = field(default_factory=list)
    why: str = ""
    use: str = ""
    result: str = ""
    left: str = ""


@dataclass
class Group:
    """The rows of one outcome: all of them counted, some of them shown."""

    outcome: Any
    total: int
    rows: list[ShownRow]

    @property
    def code(self) -> str:
        return str(self.outcome.value)

    @property
    def rest(self) -> int:
        return self.total - len(self.rows)


def columns_of(owner: Import) -> list[InColumn]:
    """Return the columns that the preview shows: those that are read."""
    kind = owner.declared
    return [column for column in kind.columns if column.code in owner.mapping] if kind else []


def groups(owner: Import) -> list[Group]:
    """Return the outcomes that rows have, with their first rows."""
    counts = owner.counts
    return [
        Group(outcome, counts[outcome], list(rows_of(owner, outcome, 0, FIRST[outcome])))
        for outcome in Outcome
        if counts.get(outcome)
    ]


def rows_of(owner: Import, outcome: str, first: int, most: int) -> Iterator[ShownRow]:
    """Yield at most `most` rows with `outcome`, from the one with the index `first`."""
    columns, skip = columns_of(owner), first
    for number, counts in parts(owner, Place.DIFF):
        there = counts.get(outcome, 0)
        if skip >= there:
            skip -= there
            continue
        found = [row for row in get_rows(owner, Place.DIFF, number) if row["o"] == outcome][skip : skip + most]
        done = {row["n"]: row for row in get_rows(owner, Place.RESULT, number)}
        yield from (_shown(owner, columns, row, done.get(row["n"], {})) for row in found)
        skip, most = 0, most - len(found)
        if most <= 0:
            return


def _shown(owner: Import, columns: list[InColumn], row: dict[str, Any], done: dict[str, Any]) -> ShownRow:
    problems, changes, clashes = row.get("w", {}), row.get("d", {}), row.get("x", {})
    cells = []
    for column in columns:
        code = column.code
        pair = clashes.get(code) or changes.get(code)
        text = _masked(column, row["c"].get(code, ""))
        cells.append(
            ShownCell(
                column.header,
                text,
                why=problems.get(code, ""),
                now=None if pair is None else _masked(column, pair[0]),
                is_clash=code in clashes,
            )
        )
    choice = owner.choices.get(str(row["n"]), {})
    use = choice.get("use", "") if choice.get("seen") == examining.seen(clashes) else ""
    why = problems.get(examining.ROW, "") or done.get("why", "")
    result = str(Result(done["r"]).label) if done else ""
    return ShownRow(row["n"], row["o"], cells, why, use, result, done.get("u", ""))


def _masked(column: InColumn, text: str) -> str:
    """Return `text`, a number with stars: who reads the page over somebody's shoulder must not learn it."""
    return mask_phone(f"+86{text}") if isinstance(column.type, Phone) and text.isdigit() and len(text) == 11 else text
