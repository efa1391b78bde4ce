"""Which columns a list of the staff site shows: those of its admin, those that the officer chose, or those of a saved view."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest

from chengyang.lib.chinese import dates
from chengyang.platform.sheets.columns import Column, Kind
from chengyang.platform.web.fragments import own_per_version

from . import export_columns
from .links import VIEW
from .models import ListSetting, SavedView
from .models.lists import PER_PAGE_CHOICES


class ExtraColumn:
    """A column of `export_more` as an entry of `list_display`: personal numbers stay masked, as on every page."""

    admin_order_field = None

    def __init__(self, column: Column) -> None:
        self.column, self.__name__ = column, column.code
        self.short_description = column.header

    def __call__(self, row: Any) -> Any:
        value = self.column.value(row)
        if self.column.kind == Kind.DATE and isinstance(value, dt.date):
            return dates.full_day(value)
        return value if value not in (None, "") else "—"


@dataclass(frozen=True)
class Shown:
    """How an officer reads a list now.

    `codes` are the columns, `per_page` the rows of a page, `view` the open view of the `views` that they have, and
    `own_columns` what they chose for the list without a view (empty: nothing).
    """

    codes: list[str]
    per_page: int
    view: SavedView | None
    views: list[SavedView]
    own_columns: list[str]


@cache
def entries_of(model_admin: Any) -> list[Any]:
    """Return what `list_display` is for a page that may show any column: first the list's own, then the others."""
    own = list(model_admin.list_display)
    extra = [ExtraColumn(column) for column in export_columns.columns_of(model_admin) if column.code not in own]
    return [*own, *extra]


def code_of(entry: Any) -> str:
    """Return the code of an entry of `entries_of`."""
    return entry.column.code if isinstance(entry, ExtraColumn) else str(entry)


def shown_to(request: HttpRequest, model_admin: Any) -> Shown:
    """Return how the officer of `request` reads the list of `model_admin`; asked for once per request."""
    kept = request.__dict__.setdefault("_shown_lists", {})
    if model_admin not in kept:
        kept[model_admin] = _shown(request, model_admin)
    return kept[model_admin]


def _shown(request: HttpRequest, model_admin: Any) -> Shown:
    label, user = model_admin.model._meta.label, request.user
    setting, views = own_per_version(user, ("staff.list", label), lambda: _stored(label, user))
    view = next((view for view in views if view.public_id == request.GET.get(VIEW)), None)
    known = [code_of(entry) for entry in entries_of(model_admin)]
    own_columns = setting.columns if setting else []
    chosen = (view.columns if view else []) or own_columns
    codes = [code for code in known if code in chosen or code == known[0]] if chosen else list(model_admin.list_display)
    return Shown(codes, setting.per_page if setting else PER_PAGE_CHOICES[0], view, views, own_columns)


def _stored(label: str, user: Any) -> tuple[ListSetting | None, list[SavedView]]:
    setting = ListSetting.objects.visible_to(user).filter(list_name=label).first()
    views = SavedView.objects.visible_to(user).filter(list_name=label).select_related("owner")
    return setting, list(views[:100])


def related_of(model_admin: Any, codes: Sequence[str]) -> list[str]:
    """Return the foreign keys that the columns `codes` follow beyond those that the list reads anyway."""
    extra = [entry.column for entry in entries_of(model_admin) if isinstance(entry, ExtraColumn)]
    return export_columns.related_of([column for column in extra if column.code in codes])
