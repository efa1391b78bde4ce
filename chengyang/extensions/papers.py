"""The declarations of papers: what is printed and filled into Word about a record (slot `papers`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

NUMBER = "序号"  # of a row of a list, from 1; every list has it


def _visible(rows: Any, user: Any) -> QuerySet:
    return rows.visible_to(user)


def _always(user: Any, record: Any) -> bool:
    return True


@dataclass(frozen=True)
class PaperField:
    """A placeholder: `name` stands in the template (`{{ 姓名 }}`), `about` says what it becomes, `example` shows it.

    `value(record)` returns it. Where that masks what only some may read whole, `whole(record, reader)` returns it for a
    `reader` who may, and the masked value for others. `personal` says that it is data of a person.
    """

    name: str
    about: Any
    example: Any
    value: Callable[[Any], Any]
    personal: bool = False
    whole: Callable[[Any, Any], Any] | None = None


@dataclass(frozen=True)
class PaperOrder:
    """An order of the rows of a list: `key(row)` is what they are sorted by."""

    code: str
    label: Any
    key: Callable[[Any], Any]


@dataclass(frozen=True)
class PaperRows:
    """A list in a paper: `{%tr for 项 in 名单 %}` repeats a row of a table, and `{{ 项.姓名 }}` is a field of it.

    `rows(record)` returns all rows, `visible(rows, user)` those that `user` may read, and `concerns(row)` the account or
    person whose data a row is. Rows that are made from the record and are no table come from `items(record, user)`; then `rows` is
    None. The first of `orders` is the usual one; without any, the rows keep theirs.
    """

    name: str
    about: Any
    rows: Callable[[Any], QuerySet] | None
    fields: Sequence[PaperField]
    orders: Sequence[PaperOrder] = ()
    visible: Callable[[Any, Any], QuerySet] = _visible
    concerns: Callable[[Any], Any] | None = None
    related: Sequence[str] = ()
    items: Callable[[Any, Any], Sequence[Any]] | None = None

    def field(self, name: str) -> PaperField:
        return next(field for field in self.fields if field.name == name)


# ---- the layout: what the default template and the print page are made of --------------------------------------------
@dataclass(frozen=True)
class Title:
    """The title of the paper, in the middle. `text`, as every text of a layout, may contain placeholders."""

    text: Any


@dataclass(frozen=True)
class Line:
    """A line of text; `align` is left, center or right, in an official document then `inset` characters before the margin."""

    text: Any
    align: str = "left"
    inset: float = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of an official document. `level` 1 to 4 is a heading (一、 （一） 1. （1）), 0 is text."""

    text: Any
    level: int = 0


@dataclass(frozen=True)
class Cell:
    """A cell of a form: over `wide` columns and `high` rows. A label is narrow and in the middle; a box stays empty."""

    text: Any = ""
    wide: int = 1
    high: int = 1
    label: bool = False
    box: bool = False


def label(text: Any, wide: int = 1, high: int = 1) -> Cell:
    """Return the cell of a form that names what stands beside it."""
    return Cell(text, wide, high, label=True)


@dataclass(frozen=True)
class Form:
    """A form with merged cells. `widths` are those of its columns in millimetres, `heights` the least of its rows."""

    widths: Sequence[int]
    rows: Sequence[Sequence[Cell]]
    heights: Sequence[int] = ()


@dataclass(frozen=True)
class Table:
    """A table of the list called `rows`: (heading, field, millimetres); an empty field is a column to write in.

    `height` is the least height of a row in millimetres, `spare` the number of empty rows below.
    """

    rows: str
    columns: Sequence[tuple[Any, str, int]]
    height: int = 9
    spare: int = 0


@dataclass(frozen=True)
class Signatures:
    """Places to sign, side by side."""

    places: Sequence[Any]


@dataclass(frozen=True)
class NewPage:
    """What follows begins a page."""


@dataclass(frozen=True)
class Badges:
    """Cards of the list called `rows`, eight a page: a large field, small ones below it, and one as a QR code."""

    rows: str
    large: str
    small: Sequence[str]
    code: str
    head: Any


@dataclass(frozen=True)
class Imprint:
    """The lines at the end of an official document: who issued it, and when."""

    left: Any
    right: Any


Block = Title | Line | Paragraph | Form | Table | Signatures | NewPage | Badges | Imprint


@dataclass(frozen=True)
class Paper:
    """A paper about a record of the model `subject` ("members.Person"): a print page, and a Word file from a template.

    `code` has small letters and underscores.     `fields` and `lists` are what templates may contain; `layout` is the default template and the print page. `concerns(record)`
    is the account or person whom the record is about. `can(user, record)` adds a condition to being able to open the record.
    `is_official` lays it out as GB/T 9704-2012 says (requirements U13). Without `has_word` it is only printed.
    """

    code: str
    label: Any
    about: Any
    subject: str
    layout: Sequence[Block]
    fields: Sequence[PaperField] = ()
    lists: Sequence[PaperRows] = ()
    order: int = 100
    can: Callable[[Any, Any], bool] = _always
    concerns: Callable[[Any], Any] | None = None
    related: Sequence[str] = ()
    is_official: bool = False
    has_word: bool = True

    @property
    def all_fields(self) -> list[PaperField]:
        """The own fields and those of the lists."""
        return [*self.fields, *(field for found in self.lists for field in found.fields)]

    @property
    def is_personal(self) -> bool:
        """Whether it is about persons: then a file has a purpose, and they read of it."""
        return any(field.personal for field in self.all_fields)

    @property
    def has_whole(self) -> bool:
        """Whether a field of it is masked, and whole for some."""
        return any(field.whole for field in self.all_fields)

    @property
    def orders(self) -> Sequence[PaperOrder]:
        """The orders in which its list can stand."""
        return next((found.orders for found in self.lists if found.orders), ())
