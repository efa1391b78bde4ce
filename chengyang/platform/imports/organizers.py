"""Columns for the organizer of what a sheet says: an organization, a base or a team, of which a row names one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import ImportRow
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Text

from .one_by_one import locked

HEADERS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "organization": (gettext_lazy("组织"), ("组织名称", "联谊组织", "主办组织")),
    "base": (gettext_lazy("基地"), ("基地名称",)),
    "team": (gettext_lazy("服务队"), ("服务队名称", "队伍", "主办服务队")),
}
_ONE = gettext_lazy("{names}里写一个")
_ONE_OR_NONE = gettext_lazy("{names}里写一个；统战部、街道自己办的都不写")


@dataclass(frozen=True)
class OrganizerColumns:
    """The columns organization, base and team of a sheet.

    `models` maps their names to models; `may(user, organizer)` returns whether `user` may enter something for it. A row names
    exactly one, or with `may_be_none` also none, for what the office does itself.
    """

    models: Mapping[str, Any]
    may: Callable[[Any, Any], bool]
    may_be_none: bool = False

    def columns(self) -> tuple[InColumn, ...]:
        """Return the three columns."""
        return tuple(self._column(name) for name in self.models)

    def _column(self, name: str) -> InColumn:
        header, names = HEADERS[name]
        hint = format_lazy(_ONE_OR_NONE if self.may_be_none else _ONE, names=self.names)
        return InColumn(
            name, header, Text(60), names=names, hint=hint, options=lambda user: list(self.of_user(name, user))
        )

    @property
    def names(self) -> Any:
        """The headers of the columns: 组织、基地、服务队."""
        return format_lazy("、".join(["{}"] * len(self.models)), *[HEADERS[name][0] for name in self.models])

    def of_user(self, name: str, user: Any) -> dict[str, Any]:
        """Return name → row of the organizers of one kind for which `user` may enter something; there are some dozens."""
        rows = self.models[name].objects.visible_to(user).order_by("name")
        return {row.name: row for row in rows if self.may(user, row)}

    def take(self, rows: list[ImportRow], user: Any) -> None:
        """Set `refs["column"]` and `refs["organizer"]` of each row, or a sentence in its `problems`."""
        known = {name: self.of_user(name, user) for name in self.models}
        for row in rows:
            given = [name for name in self.models if row.values.get(name)]
            if len(given) > 1 or not (given or self.may_be_none):
                row.problems[""] = _("%(names)s里写一个，只写一个。") % {"names": self.names}
                continue
            name = given[0] if given else ""
            organizer = known[name].get(row.values[name]) if name else None
            if name and organizer is None:
                row.problems[name] = _("没有“%(name)s”，或者不归你管。") % {"name": row.values[name]}
                continue
            row.refs |= {"column": name, "organizer": organizer}

    def lock_keys(self, row: ImportRow) -> list[Any]:
        """Return the name of the column and the key of the organizer of a row, for `lock`; ["", None] for none."""
        organizer = row.refs["organizer"]
        return [row.refs["column"], organizer.pk if organizer else None]

    def lock(self, keys: Any) -> None:
        """Lock the organizers of `keys`, which `lock_keys` returned, kind by kind in the order of their keys."""
        for name, model in self.models.items():
            locked(model._base_manager.all(), {key[1] for key in keys if key[0] == name})
