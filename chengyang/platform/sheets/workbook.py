"""Workbooks (.xlsx) that are written in parts: each step of a job makes the XML of its rows, the last one the file.

xlsxwriter makes the workbook: sheets, formats, widths, the header, the filter. It cannot go on with a file that another process
began, so the rows are put into it: they are the simplest part of the format, text in place, numbers and dates. So nothing
but one part is in memory, and a part that is stored needs not be written again. Every workbook begins with one cell of
each format, in their order, so that a format has the same number in all of them. Text is always written as text: no cell
is a formula. Tests read every kind of cell back with another library.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from .columns import Column, Kind

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # below the header
HEADER = 1  # rows above the first one
FORMATS = {
    Kind.TEXT: {"num_format": "@", "valign": "top"},  # a number that is text stays text when it is edited
    Kind.NUMBER: {"num_format": "General", "valign": "top"},
    Kind.MONEY: {"num_format": "#,##0.00", "valign": "top"},
    Kind.DATE: {"num_format": "yyyy-mm-dd", "valign": "top"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm", "valign": "top"},
}
HEAD, NAME, LINE = {"bold": True, "bg_color": "#EFEFEF"}, {"bold": True, "valign": "top"}, {"text_wrap": True}
CLOSING = b"</sheetData>"
FIRST_SHEET, DATA_SHEET = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
DAY_0 = dt.datetime(1899, 12, 30)  # noqa: DTZ001  of the dates of Excel, which have no zone
_MARKUP = re.compile("[<>&]")


def part(columns: Sequence[Column], first: int, rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the part with `rows` (lists of cells, see `columns.cell`), compressed; the first one is row `first` (from 0)."""
    looks = _looks()
    marks = [(_letters(place), looks[column.kind], looks[Kind.TEXT]) for place, column in enumerate(columns)]
    lines = [_line(number, row, marks) for number, row in enumerate(rows, start=first + HEADER + 1)]
    return zlib.compress("".join(lines).encode(), 1)


def _line(number: int, row: Sequence[Any], marks: Sequence[tuple[str, str, str]]) -> str:
    """Return the XML of a row: text in place, numbers, and dates as the days since DAY_0."""
    parts = [f'<row r="{number}">']
    for value, (letters, look, text_look) in zip(row, marks, strict=True):
        if value is None:
            continue
        if isinstance(value, str):
            text = escape(value) if _MARKUP.search(value) else value
            keep = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() else ""
            parts.append(f'<c r="{letters}{number}" s="{text_look}" t="inlineStr"><is><t{keep}>{text}</t></is></c>')
        else:
            parts.append(f'<c r="{letters}{number}" s="{look}"><v>{_number(value)}</v></c>')
    parts.append("</row>")
    return "".join(parts)


def _number(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        passed = value - DAY_0
        return f"{passed.days + passed.seconds / 86_400:.15g}"
    if isinstance(value, dt.date):
        return (value - DAY_0.date()).days
    return value


@cache
def _letters(place: int) -> str:
    """Return the letters of a column: A for 0, AA for 26."""
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


@cache
def _looks() -> dict[Any, str]:
    """Return the number that each format has in every workbook made here, read from the first cells of one."""
    out = io.BytesIO()
    book, _first, _second, formats = _workbook(out, "", "")
    book.close()
    with zipfile.ZipFile(out) as archive:
        found = re.findall(rb'<c r="[A-Z]+1" s="(\d+)"/>', archive.read(FIRST_SHEET))
    return dict(zip(formats, (number.decode() for number in found), strict=True))


def whole(
    columns: Sequence[Column], parts: Iterable[bytes], *, rows: int, title: str, notes: Sequence[tuple[Any, Any]]
) -> Iterator[bytes]:
    """Yield the file: a sheet 说明 with `notes` (label, text), and the sheet `title` with the header and the `parts`.

    `rows` is their number, for the filter above the header.
    """
    frame = io.BytesIO()
    book, first, data, formats = _workbook(frame, "说明", title)
    for number, (label, text) in enumerate(notes, start=1):
        first.write_string(number, 0, str(label), formats["name"])
        first.write_string(number, 1, str(text), formats["line"])
    first.set_column(0, 0, 14)
    first.set_column(1, 1, 70)
    for place, column in enumerate(columns):
        data.set_column(place, place, column.shown_width)
        data.write_string(0, place, str(column.header), formats["head"])
    data.freeze_panes(HEADER, 0)
    data.autofilter(0, 0, max(rows, 1), max(len(columns) - 1, 0))
    book.close()
    yield from _zipped(frame, parts)


def _workbook(out: io.BytesIO, first_name: str, second_name: str) -> tuple[Any, Any, Any, dict[Any, Any]]:
    """Return (workbook, its first sheet, its second sheet, formats by kind), with the formats used once in their order."""
    # Only exports need it, and it takes 60 ms to import.
    import xlsxwriter

    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    first, second = book.add_worksheet(first_name or None), book.add_worksheet(_sheet_name(second_name) or None)
    looks = {**FORMATS, "head": HEAD, "name": NAME, "line": LINE}
    formats = {name: book.add_format(look) for name, look in looks.items()}
    for place, look in enumerate(formats.values(), start=2):
        first.write_blank(0, place, None, look)
    first.write_blank(
        1, 2, None, formats[Kind.TEXT]
    )  # this writes the row above out, before any other cell has a format
    return book, first, second, formats


def _sheet_name(title: str) -> str:
    """Return `title` as the name of a sheet: at most 31 characters, none of those that Excel refuses."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31].strip()


def _zipped(frame: io.BytesIO, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the archive `frame` again, with `parts` after the rows of its second sheet."""
    out = _Written()
    with zipfile.ZipFile(frame) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            with target.open(zipfile.ZipInfo(item.filename, item.date_time), "w", force_zip64=True) as entry:
                content = source.read(item)
                is_data = item.filename == DATA_SHEET
                before, closing, after = content.rpartition(CLOSING) if is_data else (content, b"", b"")
                entry.write(before)
                for packed in parts if closing else ():
                    entry.write(zlib.decompress(packed))
                    yield from out.taken()
                entry.write(closing + after)
            yield from out.taken()
    yield from out.taken()


class _Written(io.RawIOBase):
    """A file that cannot be rewound: what was written is taken from it piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        """Yield what was written since the last call."""
        pieces, self._pieces = self._pieces, []
        yield from pieces
