"""Reads one sheet of a stranger in a process of its own, with limits on memory and processor time.

    python -m chengyang.platform.sheets.reader book|csv  < upload > lines

It writes a line of JSON for each thing: `{"sheet": name, "hidden": [places of hidden columns], "rows_hidden": bool}` before the
rows of each visible sheet, `[number, [cells]]` for each row that is not blank (numbers from 1), and at the end
`{"skipped": [names of hidden sheets]}`. A cell is null, a text, a number, true or false, `["d", "2026-03-05"]`,
`["m", "2026-03-05T14:00:00"]` or `["t", "14:00"]`. A formula is read as the value that was stored with it; a macro is never run.
It exits with 0, or with `REFUSED` and one of the codes `broken`, `password`, `empty`, `rows`, `columns` on standard error; every
other end means that a limit was exceeded. Django is not imported, which keeps the start short.
"""

import csv
import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

REFUSED = 3  # exit code
MEMORY = 1024 * 1024 * 1024  # bytes of address space; calamine keeps all cells of a sheet
PROCESSOR_SECONDS = 40
MOST_ROWS = 50_000  # below the header
ROWS_ABOVE = 30  # titles above the header
MOST_COLUMNS = 100
MOST_MERGED = 20_000
EXACT = 1e15  # above it, a number of Excel has lost digits
RISKY = "=+-@\t\r"  # before these an export to CSV writes an apostrophe

Cell = Any
Row = tuple[int, list[Cell]]


class Refused(Exception):
    """The file cannot be read; the argument is the code of the reason."""


# ---- workbooks ------------------------------------------------------------------------------------------------------
def read_book(data: bytes) -> Iterator[Any]:
    """Yield the lines of a workbook: xlsx, xls, et, xlsb or ods."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [one for one in book.sheets_metadata if one.visible == calamine.SheetVisibleEnum.Visible]
        looks = Looks(data)
        for one in visible:
            if one.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            hidden, has_hidden_rows = looks.hidden(one.name)
            yield {"sheet": one.name, "hidden": hidden, "rows_hidden": has_hidden_rows}
            yield from numbered(filled(book.get_sheet_by_name(one.name)))
        yield {"skipped": [one.name for one in book.sheets_metadata if one not in visible]}
    except calamine.PasswordError:
        raise Refused("password") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, ValueError, OverflowError, OSError):
        raise Refused("broken") from None


def filled(sheet: Any) -> Iterator[list[Cell]]:
    """Yield the rows of `sheet`; every cell of merged cells has their content."""
    merged: dict[int, list[tuple[int, int, int, int]]] = {}
    for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[:MOST_MERGED]:
        for number in range(top, min(bottom, top + MOST_ROWS) + 1):
            merged.setdefault(number, []).append((top, left, bottom, right))
    kept: dict[tuple[int, int], Cell] = {}
    for number, row in enumerate(sheet.iter_rows()):
        cells = [plain(value) for value in row]
        for top, left, _bottom, right in merged.get(number, ()):
            if left >= len(cells):
                continue
            if number == top:
                kept[top, left] = cells[left]
            for place in range(left, min(right + 1, len(cells))):
                cells[place] = kept.get((top, left))
        yield cells


def plain(value: Any) -> Cell:
    """Return a cell as a value of JSON."""
    if value == "" and isinstance(value, str):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    if isinstance(value, dt.datetime):
        return ["m", value.isoformat(timespec="seconds")]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    if isinstance(value, dt.time):
        return ["t", value.isoformat(timespec="minutes")]
    return value if isinstance(value, (str, bool, int)) else str(value)


class Looks:
    """What of an xlsx file is hidden: its columns and rows. Other formats do not say it."""

    def __init__(self, data: bytes) -> None:
        self.paths: dict[str, str] = {}
        self.archive = None
        if data.startswith(b"PK"):
            try:
                self.archive = zipfile.ZipFile(io.BytesIO(data))
                self.paths = self._paths(self.archive)
            except (KeyError, ValueError, OSError, zipfile.BadZipFile, UnicodeDecodeError):
                self.archive = None

    @staticmethod
    def _paths(archive: zipfile.ZipFile) -> dict[str, str]:
        book = archive.read("xl/workbook.xml").decode()
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
        targets = {}
        for tag in re.findall(r"<Relationship\b[^>]*>", relations):
            targets[_attribute(tag, "Id")] = _attribute(tag, "Target").lstrip("/").removeprefix("xl/")
        return {
            _attribute(tag, "name"): f"xl/{targets.get(_attribute(tag, 'r:id'), '')}"
            for tag in re.findall(r"<sheet\b[^>]*>", book)
        }

    def hidden(self, name: str) -> tuple[list[int], bool]:
        """Return the places (from 0) of the hidden columns of a sheet, and whether it has hidden rows."""
        path = self.paths.get(name.replace("&", "&amp;"))
        if self.archive is None or path not in self.archive.namelist():
            return [], False
        with self.archive.open(path) as entry:
            text = entry.read(400_000).decode(errors="replace")
        places = set()
        for tag in re.findall(r"<col\b[^>]*>", text):
            if _attribute(tag, "hidden") in ("1", "true"):
                first, last = int(_attribute(tag, "min") or 1), int(_attribute(tag, "max") or 1)
                places.update(range(first - 1, min(last, MOST_COLUMNS)))
        return sorted(places), bool(re.search(r'<row\b[^>]*\bhidden="(?:1|true)"', text))


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


# ---- CSV ------------------------------------------------------------------------------------------------------------
def read_csv(data: bytes) -> Iterator[Any]:
    """Yield the lines of a CSV file in UTF-8, UTF-16, GB 18030 (GBK) or Big5, with commas, semicolons or tabs."""
    text = decoded(data)
    yield {"sheet": "", "hidden": [], "rows_hidden": False}
    csv.field_size_limit(200_000)
    try:
        yield from numbered(
            [text_cell(value) for value in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter(text))
        )
    except csv.Error:
        raise Refused("broken") from None
    yield {"skipped": []}


def decoded(data: bytes) -> str:
    """Return the text of a CSV file. Raises Refused("broken") for bytes of no known encoding."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, name)
    if data[:400].count(0) > len(data[:400]) // 4:  # UTF-16 without its mark: every second byte of digits is zero
        return _decoded(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, _guessed(data))


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        raise Refused("broken") from None


def _guessed(data: bytes) -> str:
    """Return gb18030, or big5 where that reads the bytes better."""
    import charset_normalizer

    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "big5"
    best = charset_normalizer.from_bytes(data[:50_000], cp_isolation=["gb18030", "big5"]).best()
    return best.encoding if best is not None and best.encoding in ("gb18030", "big5") else "gb18030"


def delimiter(text: str) -> str:
    """Return the sign between the cells: what is most frequent in the first lines."""
    start = "\n".join(text.splitlines()[:ROWS_ABOVE])
    return max(",\t;", key=start.count)


def text_cell(value: str) -> Cell:
    """Return the content of a cell of a CSV file, without what programs write before it to keep it a text."""
    if value.startswith('="') and value.endswith('"'):
        value = value[2:-1]
    if value.startswith("'") and value[1:2] and value[1] in RISKY:
        value = value[1:]
    return value or None


# ---- rows -----------------------------------------------------------------------------------------------------------
def numbered(rows: Iterable[list[Cell]]) -> Iterator[Row]:
    """Yield (number, cells) of the rows that are not blank. Raises Refused for too many of them, or too many columns."""
    count = 0
    for number, row in enumerate(rows, start=1):
        cells = row
        while cells and _is_blank(cells[-1]):
            cells = cells[:-1]
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise Refused("columns")
        count += 1
        if count > MOST_ROWS + ROWS_ABOVE:
            raise Refused("rows")
        yield number, cells


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip("\ufeff\u200b\u200e\u200f \t\r\n\u3000\u00a0"))


def main(form: str) -> int:
    """Read standard input; return the exit code."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        resource.setrlimit(limit, (value, value))
    data = sys.stdin.buffer.read()
    try:
        for line in read_csv(data) if form == "csv" else read_book(data):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    except Refused as refusal:
        sys.stdout.flush()
        sys.stderr.write(str(refusal))
        return REFUSED
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1]))
