"""Conditions of queries that keep their index inside an OR, and tables by the label that a row stores."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, Model, OuterRef, QuerySet

from chengyang.extensions import Period

Readable = Callable[[Any, QuerySet[Any], Any, Period], QuerySet[Any]]  # as `Metric.readable`


class _AnyOf(Func):
    arg_joiner = " = ANY("
    template = "%(expressions)s)"
    output_field = BooleanField()
    conditional = True


def table(label: str) -> type[Model]:
    """Return the model with the label `label` ("app.Model") of a stored row. Raises KeyError for a table that is gone."""
    return {model._meta.label: model for model in apps.get_models()}[label]


def seen_through(held: Callable[[Any], Any], path: str = "person", *, day: str = "", key: str = "person") -> Readable:
    """Return what narrows counted rows to those for which a reader may see the term, or the membership, because of which they count.

    `held(day)` returns the terms, or memberships, that hold on a day: of a row those whose `key` is its `path`. `day` is the
    lookup from a row to the day on which it counts; "" means the last day of the period. What the reader may see of another
    day says nothing about that one: who is publicly a representative now may have been one before without consent to publication.
    """

    def narrowed(user: Any, rows: QuerySet[Any], _subject: Any, period: Period) -> QuerySet[Any]:
        seen = held(OuterRef(day) if day else period.last_day).visible_to(user)
        return rows.filter(Exists(seen.filter(**{key: OuterRef(path)})))

    return narrowed


def seen_behind(others: Callable[[Any, Period], QuerySet[Any]], path: str, readable: Readable) -> Readable:
    """Return what narrows rows that count because of `others(subject, period)`, to the `path` of those that `readable` keeps."""

    def narrowed(user: Any, rows: QuerySet[Any], subject: Any, period: Period) -> QuerySet[Any]:
        kept = readable(user, others(subject, period), subject, period)
        return rows.filter(Exists(kept.filter(**{path: OuterRef("pk")})))

    return narrowed


def any_of(column: str, rows: QuerySet[Any], key: str = "pk") -> Any:
    """Return the condition that `column`, a foreign key or `pk`, is the `key` of one of `rows`.

    For use inside an OR, and for what a search found among other rows. With `column__in=rows` PostgreSQL reads every row and
    looks it up among `rows`, once the condition is a part of an OR. `column = ANY(ARRAY(…))` is computed before the scan
    begins, and each part of the OR can use its own index.
    """
    return _AnyOf(F(column), ArraySubquery(rows.order_by().values(key)))
