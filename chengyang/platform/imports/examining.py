"""What each row of a sheet would do: its cells as values, the row of the portal that it is about, and the difference.

Preview and writing use the same function: the preview without locks, writing under the locks of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import ImportKind, ImportRow
from chengyang.platform.sheets.columns import base_of, digest_of, tag_of
from chengyang.platform.sheets.incoming import KEY, VERSION, InColumn
from chengyang.platform.sheets.parsing import clean, is_blank, typed

from .states import SHEET, Outcome

ROW = ""  # the code of a problem of the whole row
MOST_SHOWN = 60  # characters of a cell that was not understood
MOVED = gettext_lazy("预览以后有人改过这一行，没有写；请再导入一次，会列出两边的内容。")


def examine(
    kind: ImportKind,
    mapping: Mapping[str, int],
    raw: Sequence[Any],
    user: Any,
    *,
    choices: Mapping[str, Any] | None = None,
) -> list[ImportRow]:
    """Return what each of the `raw` rows ([number, cells]) would do, for `user`, with the columns at their places (`mapping`).

    `choices` are the decisions on clashes. To write the rows, the caller has locked what they are about (`ImportKind.lock`).
    """
    columns = [column for column in kind.columns if column.code in mapping]
    rows = _parsed(columns, mapping, raw)
    kind.resolve([row for row in rows if not row.problems], user)
    for row in rows:
        _compare(kind, columns, row, (choices or {}).get(str(row.number)))
    return rows


# ---- cells ----------------------------------------------------------------------------------------------------------
def _parsed(columns: Sequence[InColumn], mapping: Mapping[str, int], raw: Sequence[Any]) -> list[ImportRow]:
    """Return the rows with the values of their cells, column by column."""
    rows = [ImportRow(number) for number, _cells in raw]
    for column in columns:
        place, parse = mapping[column.code], column.type.parse
        known: dict[Any, Any] = {}  # a sheet repeats itself: names of organizations, states, days
        for row, (_number, cells) in zip(rows, raw, strict=True):
            cell = cells[place] if place < len(cells) else None
            if cell is None or is_blank(cell):
                continue
            key = cell if isinstance(cell, str) else None
            if key is not None and key in known:
                row.values[column.code] = known[key]
                continue
            try:
                row.values[column.code] = value = parse(cell)
            except ValueError as error:
                row.problems[column.code] = str(error)
                row.typed[column.code] = typed(cell)[:MOST_SHOWN]
            else:
                if key is not None:
                    known[key] = value
    _read_keys(rows, mapping, raw)
    for row in rows:
        if not row.key:
            _require(columns, row)
    return rows


def _read_keys(rows: Sequence[ImportRow], mapping: Mapping[str, int], raw: Sequence[Any]) -> None:
    for name, take in ((KEY, _take_key), (VERSION, _take_version)):
        if (place := mapping.get(name)) is not None:
            for row, (_number, cells) in zip(rows, raw, strict=True):
                if place < len(cells) and not is_blank(cells[place]):
                    take(row, clean(typed(cells[place])))


def _take_key(row: ImportRow, text: str) -> None:
    row.key = text[:40]


def _take_version(row: ImportRow, text: str) -> None:
    row.base = base_of(text)


def _require(columns: Iterable[InColumn], row: ImportRow) -> None:
    for column in columns:
        if column.required and column.code not in row.values and column.code not in row.problems:
            row.problems[column.code] = _("没填。")


# ---- the difference -------------------------------------------------------------------------------------------------
def _compare(kind: ImportKind, columns: Sequence[InColumn], row: ImportRow, choice: Any) -> None:
    """Set the outcome of `row`, with its changes and clashes."""
    if not row.problems and row.found is not None:
        for column in columns:
            if not column.is_identity:
                _compare_cell(column, row)
        _decide(row, choice)
    if row.problems:
        row.outcome, row.changes, row.clashes = Outcome.REFUSED, {}, {}
    elif row.found is None:
        row.outcome = Outcome.NEW
    elif row.clashes:
        row.outcome = Outcome.CLASH
    else:
        row.outcome = Outcome.CHANGED if row.changes else Outcome.SAME


def _compare_cell(column: InColumn, row: ImportRow) -> None:
    """Compare a cell with the portal, and with what the sheet said when it was exported.

    A blank cell clears the value where the sheet was exported with versions; in other sheets it leaves it alone.
    """
    code = column.code
    base = row.base.get(tag_of(code))
    if code not in row.values and base is None:
        return
    text, now = column.type.text(row.values.get(code)), column.now(row.found)
    if text == now or (base is not None and digest_of(text) == base):
        return
    if column.fixed:
        row.problems[code] = _("这一栏不能用表格改，现在是“%(now)s”。") % {"now": now or _("空")}
    elif column.required and not text:
        row.problems[code] = _("不能空着，现在是“%(now)s”。") % {"now": now}
    elif base is not None and digest_of(now) != base:
        row.clashes[code] = (now, text)
    else:
        row.changes[code] = (now, text)


def _decide(row: ImportRow, choice: Any) -> None:
    """Apply the decision of the officer on the clashes of `row`, made on what they saw; on other values it does not count."""
    if not row.clashes or not choice or choice.get("seen") != seen(row.clashes):
        return
    if choice["use"] == SHEET:
        row.changes |= row.clashes
    row.clashes = {}


def seen(clashes: Mapping[str, Sequence[str]]) -> str:
    """Return a digest of the values of the portal in `clashes`, which a decision on them carries."""
    return digest_of("\n".join(f"{code}={texts[0]}" for code, texts in sorted(clashes.items())))


# ---- rows as they are stored ----------------------------------------------------------------------------------------
def stored(kind: ImportKind, row: ImportRow) -> dict[str, Any]:
    """Return `row` as a part of the preview keeps it."""
    texts = {
        column.code: column.type.text(row.values[column.code]) for column in kind.columns if column.code in row.values
    }
    kept: dict[str, Any] = {"n": row.number, "o": str(row.outcome), "c": {**texts, **row.typed}}
    for name, value in (("w", row.problems), ("d", row.changes), ("x", row.clashes)):
        if value:
            kept[name] = value
    if row.outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.CLASH):
        kept["l"] = kind.lock_keys(row)
    return kept


def agreed(kind: ImportKind, before: Mapping[str, Any], row: ImportRow) -> str:
    """Return "" where `row`, under its locks, would do what the preview `before` said, else a sentence what has moved."""
    if row.outcome == Outcome.SAME:
        return ""
    if row.outcome in (Outcome.REFUSED, Outcome.CLASH):
        return str(next(iter(row.problems.values()), MOVED))
    if kind.lock_keys(row) != before["l"]:  # it means another row now, which is not locked
        return str(MOVED)
    if row.outcome == before["o"] == Outcome.NEW:
        return ""
    shown = {code: texts[0] for code, texts in {**before.get("d", {}), **before.get("x", {})}.items()}
    moved = [code for code, texts in row.changes.items() if shown.get(code) != texts[0]]
    if before["o"] == Outcome.NEW or moved:
        return str(MOVED)
    return ""
