"""Everything the portal holds on one account and its person, for 我的数据 and for the copy people take (P10, P14, X12).

The rows of upper apps are found without their help; how a row reads is declared in the slot `own_data`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock, extensions

from . import collect
from .access_log import Look, looks
from .descriptions import title
from .formatting import Item, Writer

__all__ = ["Held", "Look", "Section", "as_data", "everything", "looks"]

LAST = 1000  # of tables of packages, which no app declares
FIRST = ("members.Person", "members.Application")


@dataclass(frozen=True)
class Section:
    """The rows of one table."""

    label: str
    title: str
    items: list[Item]


@dataclass(frozen=True)
class Held:
    """Everything: the rows by table, where the account acted for others, and who looked."""

    sections: list[Section]
    acted: list[tuple[Any, Any, int]]
    looks: list[Look]

    @property
    def count(self) -> int:
        """Return how many fields with a value there are."""
        return sum(len(item.lines) for section in self.sections for item in section.items)


def everything(user: Any) -> Held:
    """Return everything held on `user`."""
    found = collect.rows_about(user)
    writer = Writer(user, found)
    sections = [
        Section(model._meta.label, title(model), [writer.item(row) for row in rows]) for model, rows in found.items()
    ]
    return Held(sorted(sections, key=_place), collect.acted(user), looks(user))


def _place(section):
    label = section.label
    app = label.partition(".")[0]
    first = FIRST.index(label) if label in FIRST else len(FIRST)
    extension = extensions.apps().get(app)
    return first, extension.own_data_order if extension else LAST, label


def as_data(user: Any) -> dict[str, Any]:
    """Return everything as plain values: what a JSON file holds."""
    data = everything(user)
    return {
        "说明": _("城阳新阶层门户存有的、关于你的全部内容"),
        "taken_at": clock.now().isoformat(timespec="seconds"),
        "sections": [_plain(asdict(section)) for section in data.sections],
        "acted": [{"table": str(table), "as": str(role), "rows": count} for table, role, count in data.acted],
        "looks": [_plain(asdict(look)) for look in data.looks],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value
