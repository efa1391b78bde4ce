"""Marks cells of a strange workbook in a process of its own, with limits on memory and processor time.

    python -m chengyang.platform.sheets.marker problems.json  < workbook > marked

`problems.json` is `{"sheet": name, "head": row of the headers, "column": number of the column of the sentences, "title": its header,
"cells": [[row, column or null, sentence], …]}`, rows and columns from 1. The look of the sheet stays: only the cells with a problem
are filled, each with a comment, and the sentences of a row stand in one column behind it. Macros and links to other files are not
written. Django is not imported, which keeps the start short.
"""

import io
import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 1024 * 1024 * 1024  # bytes of address space: openpyxl keeps every cell as an object
PROCESSOR_SECONDS = 40
FILL = "FBE3E4"


def marked(data: bytes, problems: dict[str, Any]) -> bytes:
    """Return the workbook `data` with `problems` marked."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=False, keep_links=False)
    page, fill = book[problems["sheet"]], PatternFill("solid", fgColor=FILL)
    page.cell(problems["head"], problems["column"]).value = problems["title"]
    sentences: dict[int, list[str]] = {}
    for row, column, sentence in problems["cells"]:
        sentences.setdefault(row, []).append(sentence)
        cell = None if column is None else page.cell(row, column)
        if cell is not None and hasattr(cell, "comment") and cell.__class__.__name__ != "MergedCell":
            cell.fill = fill
            cell.comment = Comment(sentence, "")
    for row, found in sentences.items():
        last = page.cell(row, problems["column"])
        last.value, last.data_type, last.fill = "；".join(found), "s", fill
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def main(path: str) -> int:
    """Mark standard input; return the exit code."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        resource.setrlimit(limit, (value, value))
    sys.stdout.buffer.write(marked(sys.stdin.buffer.read(), json.loads(Path(path).read_text())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
