"""Conditions of queries that keep their index inside an OR, and tables by the label that a row stores."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Model, QuerySet


class _AnyOf(Func):
    arg_joiner = " = ANY("
    template = "%(expressions)s)"
    output_field = BooleanField()
    conditional = True


def table(label: str) -> type[Model]:
    """Return the model with the label `label` ("app.Model") of a stored row. Raises KeyError for a table that is gone."""
    return {model._meta.label: model for model in apps.get_models()}[label]


def seen_through(
    model: type[Model], key: str = "person", path: str = "person"
) -> Callable[[Any, QuerySet[Any]], QuerySet[Any]]:
    """Return what narrows rows, for a reader, to those whose `path` is the `key` of a row of `model` that the reader may see."""

    def narrowed(user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        seen = model._default_manager.all().visible_to(user)  # type: ignore[attr-defined]
        return rows.filter(**{f"{path}__in": seen.order_by().values(key)})

    return narrowed


def any_of(column: str, rows: QuerySet[Any], key: str = "pk") -> Any:
    """Return the condition that `column`, a foreign key or `pk`, is the `key` of one of `rows`.

    For use inside an OR, and for what a search found among other rows. With `column__in=rows` PostgreSQL reads every row and
    looks it up among `rows`, once the condition is a part of an OR. `column = ANY(ARRAY(…))` is computed before the scan
    begins, and each part of the OR can use its own index.
    """
    return _AnyOf(F(column), ArraySubquery(rows.order_by().values(key)))
