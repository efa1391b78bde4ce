"""Everything the portal holds on one account and its person, for 我的数据 and for the copy people take (P10, P14, X12).

Upper floors need to do nothing for their rows to be found. They may say how a row reads:

    held.describe("activities.Signup", hidden={"reminded_at"}, show={"position": lambda row: …})
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock

from . import collect
from .access_log import Look, looks
from .descriptions import describe, title
from .formatting import Item, Writer

__all__ = ["Held", "Look", "Section", "as_data", "describe", "everything", "looks"]

ORDER = ("members", "organizations", "bases", "activities", "services", "accounts", "privacy", "notices", "files")
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
    return first, ORDER.index(app) if app in ORDER else len(ORDER), label


def as_data(user: Any) -> dict[str, Any]:
    """Return everything as plain values: what a JSON file holds."""
    held = everything(user)
    return {
        "说明": _("城阳新阶层门户存有的、关于你的全部内容"),
        "taken_at": clock.now().isoformat(timespec="seconds"),
        "sections": [_plain(asdict(section)) for section in held.sections],
        "acted": [{"table": str(table), "as": str(role), "rows": count} for table, role, count in held.acted],
        "looks": [_plain(asdict(look)) for look in held.looks],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value
