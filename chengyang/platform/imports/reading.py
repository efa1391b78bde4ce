"""From an uploaded file to the rows of its sheet: what kind of file it is, and reading it in a process of its own.

Files are hostile: an archive is measured before it is opened, and `sheets.reader` opens it in a process with limits of memory
and time, which evaluates no formula, runs no macro and resolves no entity.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.extensions import ImportKind
from chengyang.platform.files import contents
from chengyang.platform.privacy.forbidden_fields import refused_headers
from chengyang.platform.sheets import incoming, reader
from chengyang.platform.sheets.parsing import typed

from .models import Import, Place, clear, get, put_rows

FIELD = "file"
BLOCK = 1_000  # rows of a part, at most
READER = [sys.executable, "-m", "chengyang.platform.sheets.reader"]
SECONDS = 60.0  # on the clock; `reader` has its own limit of processor time
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


# ---- what kind of file ----------------------------------------------------------------------------------------------
def form_of(data: bytes) -> str:
    """Return `book` or `csv`, the form in which `sheets.reader` reads `data`.

    Raises ActionError `empty`, `password`, `active` (macros), `bomb`, `broken` and `kind`, each with a sentence how to save it.
    """
    start = data[:1000].lstrip().lower()
    if not data.strip():
        raise refusal("empty")
    if data.startswith(ZIP):
        _check_archive(data)
        return "book"
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise refusal("password")
        return "book"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<head", b"<meta")):
        raise refusal("web")
    if data.startswith((b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")):
        raise refusal("kind")
    return "csv"


def _check_archive(data: bytes) -> None:
    names = contents.archive_names(data)
    if any("vbaproject" in name.lower() or "/activex/" in name.lower() for name in names):
        raise refusal("active")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise refusal("kind")
    if not any(name in ("xl/workbook.xml", "xl/workbook.bin", "content.xml") for name in names):
        raise refusal("kind")


def refusal(code: str) -> ActionError:
    """Return the refusal of a file with `code`, with a sentence that says what to do."""
    sentences = {
        "empty": _("这是一个空文件，请重新选择。"),
        "password": _("这张表加了密码，请去掉密码，另存为 .xlsx 再上传。"),
        "active": _("这张表里有宏，请另存为不带宏的 .xlsx 再上传。"),
        "web": _("这个文件其实是网页，不是表格。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。"),
        "kind": _("这不是表格。请上传 .xlsx、.xls、.et、.ods 或 .csv 文件。"),
        "broken": _("这个文件读不出来。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。"),
        "bomb": _("这张表太大，读不完。请删去用不着的工作表、图片和空行，或者拆成几张再上传。"),
        "rows": _("一张表最多 %(n)s 行，请拆成几张再上传。") % {"n": f"{reader.MOST_ROWS:,}"},
        "columns": _("一张表最多 %(n)d 列，请删去用不着的列再上传。") % {"n": reader.MOST_COLUMNS},
        "no_rows": _("表里没有可以读的行。"),
    }
    return ActionError(sentences.get(code, sentences["broken"]), code=code, field=FIELD)


# ---- reading --------------------------------------------------------------------------------------------------------
def lines(data: bytes) -> Iterator[Any]:
    """Yield the lines that `sheets.reader` writes for `data`. Raises ActionError as `form_of`, and for what it refuses."""
    form = form_of(data)
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as complaints:
        source.write(data)
        source.seek(0)
        process = subprocess.Popen(
            [*READER, form], stdin=source, stdout=subprocess.PIPE, stderr=complaints, cwd=settings.BASE_DIR
        )
        alarm = threading.Timer(SECONDS, process.kill)
        alarm.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                yield json.loads(line)
            code = process.wait()
        finally:
            alarm.cancel()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        complaints.seek(0)
        if code:
            raise refusal(complaints.read(40).decode(errors="replace") if code == reader.REFUSED else "bomb")


@dataclass
class Head:
    """What stands above the rows: the sheet, the number of the row of headers, the headers, and sentences about the file."""

    sheet: str = ""
    row: int | None = None
    headers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def store_cells(owner: Import, kind: ImportKind) -> tuple[Head, int]:
    """Read the upload of `owner` and store its rows as parts `cells`; return its head and the number of rows.

    Read is the first visible sheet with headers that `kind` knows, else the first one with rows. Raises ActionError.
    """
    data = get(owner, Place.SOURCE, 0) or b""
    return take_sheet(lines(data), kind, lambda number, rows: put_rows(owner, Place.CELLS, number, rows))


def take_sheet(read: Iterable[Any], kind: ImportKind, keep: Callable[[int, list[Any]], None]) -> tuple[Head, int]:
    """Take the rows of the sheet that `kind` knows from the lines `read`, and give them to `keep` (number, rows) in blocks.

    Returns and raises as `store_cells`.
    """
    sheets = _Sheets(kind, keep)
    for line in read:
        sheets.take(line)
    return sheets.finish()


class _Sheets:
    """Takes the lines of a file: looks for the sheet with the headers, and stores its rows in blocks."""

    def __init__(self, kind: ImportKind, keep: Callable[[int, list[Any]], None]) -> None:
        self.kind, self.keep = kind, keep
        self.waiting: list[Any] = []  # the first rows of the sheet in which the header is looked for
        self.looked_through = False
        self.meta: dict[str, Any] = {}
        self.best: tuple[dict[str, Any], list[Any]] | None = None  # the first sheet without known headers
        self.head: Head | None = None
        self.block: list[Any] = []
        self.blocks = self.rows = 0
        self.notes: list[str] = []
        self.is_in_it = False

    def take(self, line: Any) -> None:
        if isinstance(line, dict):
            self._end_sheet()
            if "skipped" in line:
                self.notes += [_("隐藏的工作表“%(name)s”没有读。") % {"name": name} for name in line["skipped"]]
                return
            if self.head is not None:
                self.notes.append(_("还有工作表“%(name)s”，没有读；要读请另存成一个文件。") % {"name": line["sheet"]})
            self.meta, self.waiting, self.looked_through, self.is_in_it = line, [], False, False
        elif self.is_in_it:
            self._keep(line)
        elif self.head is None and not self.looked_through:
            self.waiting.append(line)
            if len(self.waiting) >= incoming.HEADER_WITHIN + 1:
                self._look()

    def _look(self) -> None:
        self.looked_through = True
        place = incoming.find_header(self.waiting, self.kind.columns)
        if place is not None:
            self._begin(self.meta, self.waiting, place)
            self.is_in_it = True
        elif self.best is None and self.waiting:
            self.best = (self.meta, self.waiting)

    def _begin(self, meta: dict[str, Any], rows: list[Any], place: int) -> None:
        number, cells = rows[place]
        self.head = Head(meta["sheet"][:80], number, [typed(cell)[:60] for cell in cells], hidden=meta["hidden"])
        if meta["rows_hidden"]:
            self.notes.append(_("有隐藏或筛掉的行，一起读了。"))
        for row in rows[place + 1 :]:
            self._keep(row)

    def _keep(self, row: Any) -> None:
        if self.rows >= reader.MOST_ROWS:
            raise refusal("rows")
        self.rows += 1
        self.block.append(row)
        if len(self.block) >= min(BLOCK, self.kind.block_size):
            self._store()

    def _store(self) -> None:
        self.keep(self.blocks, self.block)
        self.block, self.blocks = [], self.blocks + 1

    def _end_sheet(self) -> None:
        if self.head is None and self.waiting and not self.looked_through:
            self._look()

    def finish(self) -> tuple[Head, int]:
        self._end_sheet()
        if self.head is None:
            if self.best is None:
                raise refusal("no_rows")
            meta, rows = self.best
            self._begin(meta, rows, _likely_header(rows))
        if self.block:
            self._store()
        assert self.head is not None
        self.head.notes = self.notes
        _refuse_headers(self.head)
        if not self.rows:
            raise refusal("no_rows")
        return self.head, self.rows


def _likely_header(rows: Sequence[Any]) -> int:
    """Return the index of the first row with two texts or more, where no header is known."""
    texts = [sum(isinstance(cell, str) for cell in cells) for _number, cells in rows]
    return next((place for place, count in enumerate(texts) if count > 1), 0)


def _refuse_headers(head: Head) -> None:
    """Raise ActionError("refused") for a column that the registry does not hold (domain.md, "What the portal refuses to hold")."""
    if found := refused_headers(head.headers):
        words = "、".join(f"“{header}”" for header in found)
        text = _("名册不存%(words)s这样的内容。请把这一列删掉再上传；刚才上传的文件已经删除。") % {"words": words}
        raise ActionError(text, code="refused", field=FIELD)


# ---- columns --------------------------------------------------------------------------------------------------------
def all_columns(kind: ImportKind) -> list[Any]:
    """Return the columns that can be mapped, those of the round trip among them."""
    return [*incoming.ROUND_TRIP, *kind.columns]


def missing(kind: ImportKind, mapping: dict[str, int]) -> list[Any]:
    """Return the required columns that `mapping` does not have; a sheet with the keys of its rows needs none."""
    if incoming.KEY in mapping:
        return []
    return [column for column in kind.columns if column.required and column.code not in mapping]


def unread(kind: ImportKind, headers: Sequence[str], mapping: dict[str, int]) -> list[str]:
    """Return the headers of columns that are not read, without those that an export has for information."""
    taken = set(mapping.values())
    known = {incoming.header_key(name) for name in kind.read_only}
    return [
        header
        for place, header in enumerate(headers)
        if place not in taken and header and incoming.header_key(header) not in known
    ]


def discard(owner: Import) -> None:
    """Delete everything that was read of the upload, and the upload itself."""
    clear(owner, *Place.values)
    owner.headers, owner.notes = [], []
    owner.save(update_fields=["headers", "notes"])
