"""Which rows are about an account and its person: found by walking the tables, not by a list (P10, X12).

From the account and the person the walk follows every foreign key that points at them, and from there every key that points
at what it found. By convention a key with `related_name="+"` names who *did* something to a row (a reviewer): such rows are
about somebody else and only counted.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import QuerySet

from chengyang.platform.audit.history import Event

from ..models import Person
from ..states import PersonState

# Tables that a key leads to and that hold nothing of a person; each with its reason.
LEFT_OUT = {
    "admin.LogEntry": "the desk writes the audit instead; this table of the admin engine stays empty",
    "pghistory.MiddlewareEvents": "a view over the histories, which are shown with their rows",
}


def subjects(user: Any) -> list[Any]:
    """Return the account, its person, and a record that staff made with its number and that waits to be confirmed."""
    account = get_user_model()._base_manager.get(pk=user.pk)  # the request's own is wrapped, and may be old
    own = models.Q(user=account)
    if account.phone_index:
        own |= models.Q(state=PersonState.UNCONFIRMED, phone_index=account.phone_index)
    return [account, *Person._base_manager.filter(own).select_related("category", "subdistrict")]


def rows_about(user: Any) -> dict[type[models.Model], list[Any]]:
    """Return every row that is about `user`, by table, in the order in which the walk comes to them."""
    found: dict[type[models.Model], dict[Any, Any]] = {}
    queue = deque((type(row), [row]) for row in subjects(user))
    for model, rows in list(queue):
        found.setdefault(model, {}).update({row.pk: row for row in rows})
    while queue:
        model, rows = queue.popleft()
        for relation in relations(model):
            known = found.setdefault(relation.related_model, {})
            fresh = [row for row in _rows(relation, rows) if row.pk not in known]
            known.update({row.pk: row for row in fresh})
            if fresh:
                queue.append((relation.related_model, fresh))
    return {model: list(rows.values()) for model, rows in found.items() if rows}


def relations(model: type[models.Model]) -> Iterator[Any]:
    """Yield the keys of other tables that say "this is about that row"."""
    for relation in model._meta.related_objects:
        table = relation.related_model
        if issubclass(table, Event) or table._meta.label in LEFT_OUT:
            continue
        if model in (get_user_model(), Person) or not names_its_person(table):
            yield relation


def tables() -> set[type[models.Model]]:
    """Return all tables that the walk can come to."""
    reached: set[type[models.Model]] = set()
    queue: list[type[models.Model]] = [get_user_model(), Person]
    while queue:
        model = queue.pop()
        if model not in reached:
            reached.add(model)
            queue += [relation.related_model for relation in relations(model)]
    return reached


def names_its_person(table: type[models.Model]) -> bool:
    """Return whether rows of `table` say themselves whom they are about; then nothing else leads to them."""
    return any(
        key.related_model in (get_user_model(), Person) and not key.remote_field.hidden
        for key in table._meta.concrete_fields
        if key.is_relation
    )


def _rows(relation, rows) -> QuerySet:
    table = relation.related_model
    joined = [key.name for key in table._meta.concrete_fields if key.is_relation and not _is_account(key)]
    return table._base_manager.filter(**{f"{relation.field.name}__in": rows}).select_related(*joined)


def _is_account(key):
    return key.related_model in (get_user_model(), Person)


def acting_keys() -> list[tuple[type[models.Model], models.Field]]:
    """Return the keys that say which account did something to a row: (table, key)."""
    return [
        (table, key)
        for table in apps.get_models()
        if not issubclass(table, Event) and table._meta.label not in LEFT_OUT
        for key in table._meta.concrete_fields
        if key.is_relation and key.related_model is get_user_model() and key.remote_field.hidden
    ]


def acted(user: Any) -> list[tuple[Any, Any, int]]:
    """Return (table, role in it, how many rows) where `user` did something to rows about others."""
    counted = (
        (table._meta.verbose_name, key.verbose_name, table._base_manager.filter(**{key.name: user}).count())
        for table, key in acting_keys()
    )
    return [line for line in counted if line[2]]
