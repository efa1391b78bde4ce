"""All data stored about one account and its person, for the page 我的数据 and its export (requirements P10, P14, X12).

Rows in the tables of all apps are found through foreign keys (`collect`), so no app can forget to report its data. Apps may
declare in the slot `own_data` how their rows are shown.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from chengyang import clock, extensions

from ..models import Person
from . import collect
from .access_log import Access, accesses
from .descriptions import title
from .formatting import Item, RowFormatter

__all__ = ["Access", "PersonalData", "Section", "accesses", "as_data", "everything"]

LAST = 1000  # position of the tables of third-party packages, which have no extension
FIRST = ("members.Person", "members.Application")


@dataclass(frozen=True)
class Section:
    """The rows of one table."""

    label: str
    title: str
    items: list[Item]


@dataclass(frozen=True)
class PersonalData:
    """All data about one account: the rows by table, how often it acted on rows of others, and who accessed its data."""

    sections: list[Section]
    acted: list[tuple[Any, Any, int]]
    accesses: list[Access]
    rows: dict[type[models.Model], list[Any]]  # what the sections show, for those who need the rows themselves

    @property
    def count(self) -> int:
        """Return the number of fields that have a value."""
        return sum(len(item.lines) + len(item.technical) for section in self.sections for item in section.items)


def everything(user: Any) -> PersonalData:
    """Return all data stored about `user`."""
    found = collect.rows_about(user)
    formatter = RowFormatter(user, found)
    sections = [
        Section(model._meta.label, title(model), [formatter.item(row) for row in formatter.newest_first(rows)])
        for model, rows in found.items()
    ]
    sections = sorted(sections, key=_position)
    own = next((person for person in found.get(Person, ()) if person.user_id == user.pk), None)
    return PersonalData(sections, collect.acted(user, found), accesses(user, person=own), found)


def _position(section):
    label = section.label
    app = label.partition(".")[0]
    first = FIRST.index(label) if label in FIRST else len(FIRST)
    extension = extensions.apps().get(app)
    return first, extension.own_data_order if extension else LAST, label


def as_data(user: Any) -> dict[str, Any]:
    """Return all data about `user` as values that JSON can represent."""
    data = everything(user)
    return {
        "说明": _("城阳新阶层门户存有的、关于你的全部内容"),
        "taken_at": clock.now().isoformat(timespec="seconds"),
        "sections": [_plain(asdict(section)) for section in data.sections],
        "acted": [{"table": str(table), "as": str(role), "rows": count} for table, role, count in data.acted],
        "looks": [_plain(asdict(access)) for access in data.accesses],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value
