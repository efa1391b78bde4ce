"""Workbooks of the tests, made in memory."""

import io
import struct
import zipfile

import xlsxwriter


def book(rows, *, sheet="会员", prepare=None):
    """Return an xlsx file with `rows` in one sheet; `prepare(book, page)` may add to it."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"strings_to_formulas": False})
    page = made.add_worksheet(sheet)
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if hasattr(value, "year"):
                page.write_datetime(number, place, value, day)
            elif value is not None:
                page.write(number, place, value)
    if prepare:
        prepare(made, page)
    made.close()
    return out.getvalue()


# ---- older and other formats: the least that a program writes -------------------------------------------------------
SECTOR = 512


def xls(rows):
    """Return a workbook of Excel 97 (.xls, and .et of WPS) with texts in `rows`: BIFF8 records in a compound file."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            content = text.encode("utf-16-le")
            sheet += _record(0x0204, struct.pack("<HHHHB", number, place, 0, len(text), 1) + content)
    sheet += _record(0x000A, b"")
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = "名单".encode("utf-16-le")
    size = len(start) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IHBB", size, 0, 2, 1) + name)
    return _compound(start + bound + _record(0x000A, b"") + sheet)


def _record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream):
    """Return a compound file with one stream, `Workbook`."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += (
        struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
        + struct.pack("<I", 0)
        + struct.pack("<I", free) * 108
    )
    chain = [*range(3, 2 + sectors), end]
    table = struct.pack("<128I", 0xFFFFFFFD, end, *chain, *[free] * (126 - len(chain)))
    folder = (
        _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(stream)) + _entry("", 0, free, 0, 0) * 2
    )
    return header + table + folder + stream


def _entry(name, kind, child, start, size):
    text = (name + "\0").encode("utf-16-le") if name else b""
    free = 0xFFFFFFFF
    found = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
    return found + b"\0" * 36 + struct.pack("<IQ", start, size)


def ods(rows):
    """Return a workbook of LibreOffice with texts in `rows`."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet><table:table table:name="名单">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content)
        target.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()
