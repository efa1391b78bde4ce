"""Filters and order of the lists of the staff site: filters offer visible rows only, names are sorted by pinyin."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from chengyang.platform.web.fields import NameKeyField


def visible_rows(model: type[Model], user: Any) -> QuerySet:
    """Return the rows of `model` that `user` may choose from: those of `visible_to`, or all rows of a code table without it."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter on a foreign key that offers the rows of `visible_to`."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        chosen = visible_rows(field.remote_field.model, request.user)
        return [(row.pk, str(row)) for row in chosen[:200]]


class NamesByPinyin(ChangeList):
    """A change list that sorts a column of names by pinyin (requirements U01), not by code points."""

    def get_ordering_field(self, field_name: str) -> Any:
        keys = (field for field in self.lookup_opts.fields if isinstance(field, NameKeyField))
        return next((key.name for key in keys if key.source == field_name), super().get_ordering_field(field_name))
