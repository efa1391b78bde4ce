"""The columns of a sheet: what stands above them, what type their cells have, and whose data they are.

The same declarations write an export, head a template, and say how a cell is read back.
"""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOST_TEXT = 32_767  # characters in a cell of Excel
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # control characters but tab and line feed
TAG_LENGTH, DIGEST_LENGTH = 4, 7  # characters in a version: 20 and 35 bits
MINUTES = "%Y-%m-%d %H:%M"  # how a moment is compared: a cell shows no seconds
KEY_HEADER, VERSION_HEADER = _("行编号"), _("行版本")


class Kind(StrEnum):
    """The type of the cells of a column."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # yuan with two decimals
    DATE = "date"
    MOMENT = "moment"


WIDTHS = {Kind.TEXT: 18, Kind.NUMBER: 10, Kind.MONEY: 14, Kind.DATE: 12, Kind.MOMENT: 17}  # characters of a digit


@dataclass(frozen=True)
class Column:
    """A column: `value(row)` returns the content of its cell.

    `reads` are the paths of plain columns (`person__name`) from which `make(*values)` returns the same content: with them, a
    list is read without an object for each row. A path to a foreign key gives the text of the row that it leads to.

    `code` names it in URLs and tests. `personal` says that it is data of a person. Where `value` masks what only some may
    read whole, `whole(row, reader)` returns it for a `reader` who may, and the masked value for others. `related` are the
    foreign keys that `value` follows, for one query. `width` is in digits.
    """

    code: str
    header: Any
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    personal: bool = False
    whole: Callable[[Any, Any], Any] | None = None
    related: tuple[str, ...] = ()
    width: int = 0
    reads: tuple[str, ...] = ()
    make: Callable[..., Any] | None = None

    @property
    def shown_width(self) -> int:
        return self.width or WIDTHS[self.kind]


def cell(value: Any, kind: Kind) -> Any:
    """Return `value` as it stands in a cell of `kind`: text, a number, a date, a local moment without zone, or None."""
    return converter(kind)(value)


def converter(kind: Kind) -> Callable[[Any], Any]:
    """Return the function that `cell` applies to a value of `kind`, for columns of many rows."""
    if kind == Kind.MOMENT:
        zone = timezone.get_current_timezone()
        return lambda value: _moment(value, zone)
    kept = {Kind.NUMBER: (int, float, Decimal), Kind.MONEY: (int, float, Decimal), Kind.DATE: (dt.date,)}.get(kind)
    if kept is None:
        return _text
    return lambda value: value if isinstance(value, kept) else _text(value)


def _moment(value: Any, zone: dt.tzinfo) -> Any:
    if not isinstance(value, dt.datetime):
        return _text(value)
    return value if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = str(value)
    if not text.isprintable():
        text = _UNSEEN.sub("", text)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT]


def cells(row: Any, columns: Sequence[Column], *, reader: Any = None) -> list[Any]:
    """Return the cells of `row`; with a `reader` the whole values that they may read, else masked ones."""
    return [
        cell(column.whole(row, reader) if reader is not None and column.whole else column.value(row), column.kind)
        for column in columns
    ]


def version_of(codes: Sequence[str], values: Sequence[Any]) -> str:
    """Return the version of a row: for each column, a mark of its code and a digest of its cell.

    An import reads from it which cells were edited in the sheet, and which in the portal meanwhile.
    """
    return "".join(tag_of(code) + digest_of(_compared(value)) for code, value in zip(codes, values, strict=True))


def _compared(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:{MINUTES}}"
    return "" if value is None else str(value)


def base_of(version: str) -> dict[str, str]:
    """Return mark of the column → digest of its cell, as `version_of` wrote them; {} for what is no version."""
    size = TAG_LENGTH + DIGEST_LENGTH
    parts = [version[place : place + size] for place in range(0, len(version), size)]
    return {part[:TAG_LENGTH]: part[TAG_LENGTH:] for part in parts if len(part) == size}


@cache
def tag_of(code: str) -> str:
    """Return the mark by which a version names the column `code`."""
    return _digest(f"column {code}")[:TAG_LENGTH]


def digest_of(text: str) -> str:
    """Return the digest of the text of a cell in a version."""
    return _digest(text)[:DIGEST_LENGTH]


def _digest(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode(errors="surrogatepass")).digest()).decode()


def key_of(row: Any) -> str:
    """Return what finds `row` again: its public id, or its key in a table without them."""
    return getattr(row, "public_id", "") or str(row.pk)
