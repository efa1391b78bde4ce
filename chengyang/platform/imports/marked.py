"""The sheet of the officer again, with what is wrong marked at the cells, as the result of a job; and the template."""

import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang.extensions import ImportKind, JobStep
from chengyang.platform.jobs import results
from chengyang.platform.sheets import workbook

from .models import Import, Place, get, get_rows, last_of
from .reading import SECONDS, ZIP
from .states import Outcome
from .steps import owner_of

PROBLEM_HEADER = "问题"  # of the last column; an import leaves it alone
RED = {"bg_color": "#FBE3E4", "border": 1, "border_color": "#B3262B", "num_format": "@", "valign": "top"}
MOST_COMMENTS = 2_000  # they are kept in memory; more are in the last column only
MOST_OPTIONS = 2_000  # rows below the header for which the template has drop-downs
CHUNK = 256 * 1024
MARKER = [sys.executable, "-m", "chengyang.platform.sheets.marker"]
MOST_KEPT = 5_000  # rows of a workbook whose look is kept; openpyxl needs a lot of memory for more


def page_of(job: Any) -> str:
    """Return the address of the import of `job`; "" when it has been deleted with its contents."""
    pk = job.arguments.get("import")
    return reverse("admin:imports_import_change", args=[pk]) if pk else ""


def step(job: Any, cursor: dict[str, Any]) -> JobStep:
    """Write the marked sheet: a small workbook as it looks, any other one anew, block by block."""
    owner, kind = owner_of(job)
    stem = owner.file_name.rpartition(".")[0]
    name = _("%(name)s（标好）.xlsx") % {"name": stem}
    same = _as_it_looks(owner)
    chunks = made(lambda book: _fill(book, owner, kind)) if same is None else iter([same])
    results.finish(job, chunks, name=name, content_type=workbook.CONTENT_TYPE)
    return JobStep(done=owner.rows, total=owner.rows, cursor=None)


def _as_it_looks(owner: Import) -> bytes | None:
    """Return the uploaded workbook with the marks; None for a large one, for other formats, and where it cannot be written."""
    data = get(owner, Place.SOURCE, 0) or b""
    if owner.rows > MOST_KEPT or not owner.sheet or not data.startswith(ZIP) or b"xl/workbook.xml" not in data:
        return None
    width = len(owner.headers)
    cells = [
        [number, place + 1 if place < width else None, why if place >= width else f"{owner.headers[place]}：{why}"]
        for number, _cells, problems in _rows(owner)
        for place, why in sorted(problems.items())
    ]
    asked = {
        "sheet": owner.sheet,
        "head": owner.header_row,
        "column": width + 1,
        "title": PROBLEM_HEADER,
        "cells": cells,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(asked, file)
        file.flush()
        try:
            done = subprocess.run(
                [*MARKER, file.name], input=data, capture_output=True, cwd=settings.BASE_DIR, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 else None


def made(fill: Callable[[Any], None]) -> Iterator[bytes]:
    """Yield the bytes of a workbook that `fill` has written; no text of it is a formula."""
    # Only imports need it, and it takes 60 ms to import.
    import xlsxwriter

    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, options)
        fill(book)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


# ---- the marked sheet -----------------------------------------------------------------------------------------------
def _fill(book: Any, owner: Import, kind: ImportKind) -> None:
    page = book.add_worksheet(workbook._sheet_name(owner.sheet or str(kind.label)) or None)
    head, red = book.add_format(workbook.HEAD), book.add_format(RED)
    looks = {"d": book.add_format(workbook.FORMATS["date"]), "m": book.add_format(workbook.FORMATS["moment"])}
    text = book.add_format(workbook.FORMATS["text"])
    width = len(owner.headers)
    page.set_column(0, max(width - 1, 0), 16, text)
    page.set_column(width, width, 60)
    page.freeze_panes(1, 0)
    for place, header in enumerate([*owner.headers, PROBLEM_HEADER]):
        page.write_string(0, place, header, head)
    comments = 0
    for line, (_number, cells, problems) in enumerate(_rows(owner), start=1):
        for place, cell in enumerate(cells):
            _write(page, line, place, cell, red if place in problems else None, looks, text)
        for place, why in problems.items():
            if place < width and comments < MOST_COMMENTS:
                comments += 1
                if place >= len(cells) or cells[place] is None:
                    page.write_blank(line, place, None, red)
                page.write_comment(line, place, why)
        if problems:
            page.write_string(line, width, "；".join(_named(owner, problems)), red)


def _named(owner: Import, problems: dict[int, str]) -> list[str]:
    return [
        f"{owner.headers[place]}：{why}" if place < len(owner.headers) else why
        for place, why in sorted(problems.items())
    ]


def _rows(owner: Import) -> Iterator[tuple[int, list[Any], dict[int, str]]]:
    """Yield (number, cells, place → sentence) of each row of the sheet; what concerns the whole row stands behind the last column."""
    for number in range(last_of(owner, Place.CELLS) + 1):
        found = {
            row["n"]: row for row in get_rows(owner, Place.DIFF, number) if row["o"] in (Outcome.REFUSED, Outcome.CLASH)
        }
        refused = {row["n"]: row["why"] for row in get_rows(owner, Place.RESULT, number) if row.get("why")}
        for line, cells in get_rows(owner, Place.CELLS, number):
            problems = {}
            for code, why in found.get(line, {}).get("w", {}).items():
                problems[owner.mapping.get(code, len(owner.headers))] = why
            for code, (now, _text) in found.get(line, {}).get("x", {}).items():
                problems[owner.mapping[code]] = _("导出以后有人改过，现在是“%(now)s”。") % {"now": now}
            if line in refused:
                problems[len(owner.headers)] = refused[line]
            yield line, cells, problems


def _write(page: Any, line: int, place: int, cell: Any, look: Any, looks: dict[str, Any], text: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, list) and cell[0] in looks:
        moment = dt.datetime.fromisoformat(cell[1])
        page.write_datetime(line, place, moment, look or looks[cell[0]])
    elif isinstance(cell, bool):
        page.write_boolean(line, place, cell, look)
    elif isinstance(cell, (int, float)):
        page.write_number(line, place, cell, look)
    else:
        page.write_string(line, place, str(cell[1] if isinstance(cell, list) else cell), look or text)


# ---- the template ---------------------------------------------------------------------------------------------------
def template(kind: ImportKind, user: Any) -> bytes:
    """Return the template workbook of `kind` for `user`: headers, an example, drop-downs, and how each column is filled in."""
    return b"".join(made(lambda book: _fill_template(book, kind, user)))


def _fill_template(book: Any, kind: ImportKind, user: Any) -> None:
    page = book.add_worksheet(workbook._sheet_name(str(kind.label)))
    how, lists = book.add_worksheet(_("怎么填")), book.add_worksheet("选项")
    lists.hide()
    head, text = book.add_format(workbook.HEAD), book.add_format(workbook.FORMATS["text"])
    grey = book.add_format({**workbook.FORMATS["text"], "font_color": "#777777", "italic": True})
    page.freeze_panes(1, 0)
    for place, column in enumerate(kind.columns):
        page.set_column(place, place, 18, text)
        page.write_string(0, place, f"{column.header}{'*' if column.required else ''}", head)
    for place, column in enumerate(kind.columns):
        page.write_string(1, place, column.example, grey)
    options = {
        place: [str(word) for word in column.options(user)]
        for place, column in enumerate(kind.columns)
        if column.options
    }
    _offer(page, lists, options)
    _explain(how, kind, head)


def _offer(page: Any, lists: Any, options: dict[int, list[str]]) -> None:
    """Give the cells of each column with `options` a drop-down; the words stand in the hidden sheet `lists`, row by row."""
    longest = max((len(words) for words in options.values()), default=0)
    for line in range(longest):
        for column, words in enumerate(options.values()):
            if line < len(words):
                lists.write_string(line, column, words[line])
    for column, (place, words) in enumerate(options.items()):
        if words:
            letters = workbook._letters(column)
            source = f"=选项!${letters}$1:${letters}${len(words)}"
            page.data_validation(
                1, place, MOST_OPTIONS, place, {"validate": "list", "source": source, "error_type": "warning"}
            )


def _explain(how: Any, kind: ImportKind, head: Any) -> None:
    how.set_column(0, 0, 16)
    how.set_column(1, 1, 10)
    how.set_column(2, 2, 70)
    rows: Sequence[Sequence[Any]] = [
        (_("列"), _("必填"), _("怎么填")),
        *((column.header, _("必填") if column.required else "", column.hint) for column in kind.columns),
        ("", "", _("灰色的第一行是示例，不会读进去，可以删掉。列的次序随意，多出来的列不读。")),
    ]
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            how.write_string(line, place, str(value), *([head] if line == 0 else []))
