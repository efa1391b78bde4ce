"""Sheets as CSV: UTF-8 with the mark by which Excel knows it, one line for each row."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from .columns import Column

CONTENT_TYPE = "text/csv; charset=utf-8"
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # byte order mark
RISKY = ("=", "+", "-", "@", "\t", "\r")  # with which Excel takes a text for a formula


def head(columns: Sequence[Column]) -> bytes:
    """Return the mark and the line of the headers."""
    return (MARK + _line([str(column.header) for column in columns])).encode()


def part(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the lines of `rows` (lists of cells, see `columns.cell`)."""
    return "".join(_line([_text(value) for value in row]) for row in rows).encode()


def _line(values: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str) and value.startswith(RISKY):
        return f"'{value}"  # so that no program runs it
    return str(value)
