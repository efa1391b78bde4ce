"""Workbooks (.xlsx) that are written in parts: each step of a job makes the XML of its rows, the last one the file.

Both come from xlsxwriter: a part is the sheet data of a workbook with these rows alone, and the file is an empty workbook
into whose sheet the parts are put. So a row costs the same as in one piece, nothing but one part is in memory, and a part
that is stored needs not be written again. Every workbook begins with the same cells of all formats, so that a format has the
same number in all of them. Text is always written as text: no cell of ours is a formula.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

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
OPENING, CLOSING = b"<sheetData>", b"</sheetData>"
DATA_SHEET = "xl/worksheets/sheet2.xml"
BLOCK = 256 * 1024  # bytes that are compressed at once


def part(columns: Sequence[Column], first: int, rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the part with `rows` (lists of cells, see `columns.cell`), compressed; the first one is row `first` (from 0)."""
    out = io.BytesIO()
    book, _notes, data, formats = _workbook(out, "", "")
    for number, row in enumerate(rows, start=first + HEADER):
        for place, (value, column) in enumerate(zip(row, columns, strict=True)):
            _write(data, number, place, value, column.kind, formats)
    book.close()
    with zipfile.ZipFile(out) as archive:
        return zlib.compress(_inside(archive.read(DATA_SHEET)), 1)


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


def _write(sheet: Any, row: int, place: int, value: Any, kind: Kind, formats: dict[Any, Any]) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value, formats[Kind.TEXT])
    elif kind in (Kind.DATE, Kind.MOMENT):
        sheet.write_datetime(row, place, value, formats[kind])
    else:
        sheet.write_number(row, place, value, formats[kind])


def _inside(xml: bytes) -> bytes:
    """Return what stands between the tags of the sheet data."""
    return xml.partition(OPENING)[2].rpartition(CLOSING)[0]


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
