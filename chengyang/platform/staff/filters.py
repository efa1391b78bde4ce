"""How the desk's lists are narrowed and ordered: filters offer only what the officer may see, names stand by pinyin."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from chengyang.platform.web.fields import NameKeyField


def visible_rows(model: type[Model], user: Any) -> QuerySet:
    """Return the rows of `model` that `user` may choose from: through `visible_to`, or all of a code table."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter on a foreign key whose choices come through `visible_to`."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        chosen = visible_rows(field.remote_field.model, request.user)
        return [(row.pk, str(row)) for row in chosen[:200]]


class NamesByPinyin(ChangeList):
    """A list whose column of names sorts as names do (requirements U01), not by the numbers of their characters."""

    def get_ordering_field(self, field_name: str) -> Any:
        keys = (field for field in self.lookup_opts.fields if isinstance(field, NameKeyField))
        return next((key.name for key in keys if key.source == field_name), super().get_ordering_field(field_name))
