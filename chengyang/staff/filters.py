"""List filters that offer only what the officer may see."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest


def within_reach(model: type[Model], user: Any) -> QuerySet:
    """Return the rows of `model` that `user` may choose from: through `visible_to`, or all of a code table."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter on a foreign key whose choices come through `visible_to`."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        chosen = within_reach(field.remote_field.model, request.user)
        return [(row.pk, str(row)) for row in chosen[:200]]
