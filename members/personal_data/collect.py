"""Collects the rows about an account and its person through foreign keys, not from a list of tables (requirements P10, X12).

It starts at the account and the person, follows every foreign key that points at them, and then every one that points at the
rows found. By convention a key with `related_name="+"` names the account that *did* something to a row (e.g. a reviewer):
such rows are about other people and are only counted.
"""

import datetime as dt
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import QuerySet, Subquery

from chengyang import clock
from chengyang.platform.accounts.models import PhoneProof
from chengyang.platform.audit.history import Event
from chengyang.platform.notices.models import Notice

from ..models import Person
from ..states import PersonState
from .descriptions import description

# Tables that foreign keys lead to but that contain no personal data, each with the reason.
LEFT_OUT = {
    "admin.LogEntry": "the staff site writes the audit instead; this table of the Django admin stays empty",
    "imports.ImportPart": "pieces of sheets that the account has uploaded; whom they were compared with read it in 谁看过",
    "jobs.JobPart": "pieces of files that the account had made; whose data a list holds, these people read in 谁看过",
    "staff.BulkRow": "keys of rows that the account chose in a list for seven days; whose data they are, these people read in 谁看过",
    "pghistory.MiddlewareEvents": "a view over the histories, which are shown with their rows",
}


# A former owner of a number that was given to somebody else is not shown for longer.
ADDRESSED_SINCE = dt.timedelta(days=30)


def subjects(user: Any) -> list[Any]:
    """Return the account, its person, and an unconfirmed record that staff made with its phone number."""
    # Not `user` itself: `request.user` is a lazy wrapper without the model as its type, and may be outdated.
    account = get_user_model()._base_manager.get(pk=user.pk)
    own = models.Q(user=account)
    if account.phone_index:
        own |= models.Q(state=PersonState.UNCONFIRMED, phone_index=account.phone_index)
    return [account, *Person._base_manager.filter(own).select_related("category", "subdistrict")]


def rows_about(user: Any) -> dict[type[models.Model], list[Any]]:
    """Return every row that is about `user`, by table, in the order in which they are found."""
    found: dict[type[models.Model], dict[Any, Any]] = {}
    level: dict[type[models.Model], list[Any]] = {}
    account, *persons = subjects(user)
    for row in (account, *persons):
        found.setdefault(type(row), {})[row.pk] = row
        level.setdefault(type(row), []).append(row)
    while level:
        following: dict[type[models.Model], list[Any]] = {}
        behind = _tables_behind(level)
        behind.pop(Person, None)  # the person is among the subjects
        for table, ways in _with_rows(behind, account).items():
            known = found.setdefault(table, {})
            fresh = [row for row in _rows(table, ways) if row.pk not in known]
            for relation, parents in ways:
                _link(relation, parents, fresh)
            known.update({row.pk: row for row in fresh})
            if fresh:
                following[table] = fresh
        level = following
    by_number = {model: {row.pk: row for row in rows} for model, rows in rows_with_number(account).items()}
    for model, rows in by_number.items():
        found[model] = {**found.get(model, {}), **rows}
    return {model: list(rows.values()) for model, rows in found.items() if rows}


def rows_with_number(account: Any) -> dict[type[models.Model], list[Any]]:
    """Return the rows that contain the number or address of `account` without a key to it, by table.

    These are the codes that were sent to the number, and notices to an address that was given for one message only.
    """
    found: dict[type[models.Model], list[Any]] = {}
    if account.phone_index:
        found[PhoneProof] = list(PhoneProof.objects.filter(phone_index=account.phone_index))
    own = {account.phone, account.email} - {"", None}
    # Addresses are encrypted without an index: they are compared here. There are few, for one message each.
    recent = Notice.objects.filter(user=None, at__gte=clock.now() - ADDRESSED_SINCE).exclude(address="")
    found[Notice] = [notice for notice in recent if notice.address in own] if own else []
    return found


def _link(relation, parents, rows):
    """Let each row refer to its parent that is in memory, so that a title such as that of the activity needs no query."""
    if relation.model in (get_user_model(), Person):
        return
    known = {parent.pk: parent for parent in parents}
    for row in rows:
        if parent := known.get(getattr(row, relation.field.attname)):
            relation.field.set_cached_value(row, parent)


def relations(model: type[models.Model]) -> Iterator[Any]:
    """Yield the reverse relations of `model` whose rows are about the row they point at."""
    for relation in model._meta.related_objects:
        table = relation.related_model
        if issubclass(table, Event) or table._meta.label in LEFT_OUT:
            continue
        if model in (get_user_model(), Person) or not names_its_person(table):
            yield relation


def tables() -> set[type[models.Model]]:
    """Return all models in which `rows_about` can find rows."""
    reached: set[type[models.Model]] = set()
    queue: list[type[models.Model]] = [get_user_model(), Person]
    while queue:
        model = queue.pop()
        if model not in reached:
            reached.add(model)
            queue += [relation.related_model for relation in relations(model)]
    return reached


def names_its_person(table: type[models.Model]) -> bool:
    """Return whether `table` has a key to the account or person it is about.

    Then its rows are found by that key only: through another key (an activity of an organization, say) rows about other
    people would be found.
    """
    return any(
        key.related_model in (get_user_model(), Person) and not key.remote_field.hidden
        for key in table._meta.concrete_fields
        if key.is_relation
    )


def _tables_behind(level) -> dict[type[models.Model], list[tuple[Any, list[Any]]]]:
    """Return, by table, the reverse relations that lead to it from the rows of `level`, with the rows they lead from."""
    ways: dict[type[models.Model], list[tuple[Any, list[Any]]]] = {}
    for model, rows in level.items():
        for relation in relations(model):
            ways.setdefault(relation.related_model, []).append((relation, rows))
    return ways


def _with_rows(behind, account):
    """Return the tables of `behind` to which the relations lead from some row, by one query: most tables have none of a person."""
    tables = list(behind)
    asked = [models.Exists(_rows(table, behind[table]).select_related(None)) for table in tables]
    has_rows = get_user_model()._base_manager.filter(pk=account.pk).values_list(*asked).get() if asked else ()
    return {table: behind[table] for table, has in zip(tables, has_rows, strict=True) if has}


def _rows(table, ways) -> QuerySet:
    """Return the rows of `table` that one of the relations `ways` leads to, by one query."""
    joined = [key.name for key in table._meta.concrete_fields if key.is_relation and not _is_account(key)]
    wanted = reduce(or_, (models.Q(**{f"{relation.field.name}__in": rows}) for relation, rows in ways))
    return table._base_manager.filter(wanted).select_related(*joined, *description(table).related)


def _is_account(key):
    return key.related_model in (get_user_model(), Person)


def acting_keys() -> list[tuple[type[models.Model], models.Field]]:
    """Return (table, key) for each foreign key that names an account which did something to a row."""
    return [
        (table, key)
        for table in apps.get_models()
        if not issubclass(table, Event) and not table._meta.proxy and table._meta.label not in LEFT_OUT
        for key in table._meta.concrete_fields
        if key.is_relation and key.related_model is get_user_model() and key.remote_field.hidden
    ]


def acted(user: Any, own: dict[type[models.Model], list[Any]]) -> list[tuple[Any, Any, int]]:
    """Return (table label, key label, number of rows) for each key in which `user` is named as having acted on others' rows.

    `own` is what `rows_about` found: an applicant also acts on their own application, which is not about somebody else.
    """
    keys = acting_keys()
    counts = [_number_of(table, key, user.pk, own.get(table, ())) for table, key in keys]
    numbers = get_user_model()._base_manager.filter(pk=user.pk).values_list(*counts).get()
    labels = [(table._meta.verbose_name, key.verbose_name) for table, key in keys]
    return [(*label, number) for label, number in zip(labels, numbers, strict=True) if number]


def _number_of(table, key, account, own) -> Subquery:
    """Return how many rows of `table`, without those in `own`, name the account with the key `account` by `key`; None for no row.

    The account is a constant for PostgreSQL, which reads the table for one of whom it only knows that there are few.
    """
    rows = table._base_manager.filter(**{key.name: account}).exclude(pk__in=[row.pk for row in own])
    return Subquery(rows.order_by().values(key.name).annotate(n=models.Count("pk")).values("n"))
