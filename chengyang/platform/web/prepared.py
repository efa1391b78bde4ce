"""Queries that every request or every sign-up sends: compiled once per process, then sent with other values.

Building and compiling a query costs Django several times what sending it does. What is asked for is still written as a
QuerySet, where its rule is:

    @prepared
    def _registered(user_id):
        return Person.objects.active().filter(user=user_id).order_by()

    rows = _registered(user.pk)  # a list of persons
"""

import datetime as dt
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.db import connections, models, transaction
from django.db.models.query import ModelIterable

# Values that stand for the parameters while the query is compiled: they must not occur in the query itself.
_PLACEHOLDERS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 2_147_000_000 + number,
    str: lambda number: f"\N{WHITE SQUARE}parameter {number}",
    dt.date: lambda number: dt.date(1, 1, 1) + dt.timedelta(days=number),
    dt.time: lambda number: dt.time(3, 33, 33, 333_000 + number),
    dt.datetime: lambda number: dt.datetime(1, 1, 2, tzinfo=dt.UTC) + dt.timedelta(seconds=number),
}


class prepared:
    """A query that `build` makes from its arguments: ids, texts, dates, times and moments, which stand in the query as they are.

    Everything else in the query is the same for every call: `build` reads neither the clock nor the request. It returns a
    QuerySet of one model without annotations and related rows, or one of `values_list` without `flat`. Calling it sends the
    query and returns a list of rows. Raises TypeError for another type of argument, ValueError when an argument is not in the
    query, TransactionManagementError when rows are locked outside a transaction.
    """

    def __init__(self, build: Callable[..., models.QuerySet]) -> None:
        self.build = build
        self.compiled: dict[tuple, _Compiled] = {}  # by the types of the arguments
        update_wrapper(self, build)

    def __call__(self, *values: Any) -> list[Any]:
        key = tuple(type(value) for value in values)
        if (query := self.compiled.get(key)) is None:
            query = self.compiled[key] = _Compiled(self.build, key)
        return query.rows(values)


class _Compiled:
    def __init__(self, build: Callable[..., models.QuerySet], types: tuple[type, ...]) -> None:
        if unknown := [kind for kind in types if kind not in _PLACEHOLDERS]:
            raise TypeError(f"{build.__qualname__}: {unknown[0].__name__} is no parameter of a prepared query")
        placeholders = [_PLACEHOLDERS[kind](number) for number, kind in enumerate(types)]
        queryset = build(*placeholders)
        compiler = queryset.query.get_compiler(queryset.db)
        self.alias, self.locks = queryset.db, queryset.query.select_for_update
        with transaction.atomic(queryset.db, savepoint=False):  # without one, Django compiles no query that locks
            self.sql, parameters = compiler.as_sql()
        self.parameters = [_argument(value, placeholders) for value in parameters]
        if missing := set(range(len(types))) - {number for number, _value in self.parameters}:
            raise ValueError(f"{build.__qualname__}: argument {min(missing)} is not in the query as it is")
        self.converters = list(compiler.get_converters([column[0] for column in compiler.select]).items())
        self.model = queryset.model if queryset._iterable_class is ModelIterable else None
        if self.model and (compiler.klass_info.get("related_klass_infos") or compiler.annotation_col_map):
            raise ValueError(f"{build.__qualname__}: related rows and annotations cannot be prepared")
        self.names = [field[0].target.attname for field in compiler.select] if self.model else []

    def rows(self, values: tuple[Any, ...]) -> list[Any]:
        connection = connections[self.alias]
        if self.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        parameters = [value if number is None else values[number] for number, value in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchall()
        if self.converters:
            found = [self._converted(row, connection) for row in found]
        if self.model is None:
            return list(found)
        return [self.model.from_db(self.alias, self.names, row) for row in found]

    def _converted(self, row: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        """Return `row` as the fields of its columns read it, as Django's compiler does."""
        values = list(row)
        for position, (converters, expression) in self.converters:
            for converter in converters:
                values[position] = converter(values[position], expression, connection)
        return tuple(values)


def _argument(value: Any, placeholders: list[Any]) -> tuple[int | None, Any]:
    """Return (number of the argument, None) when `value` is its placeholder, otherwise (None, `value`)."""
    for number, placeholder in enumerate(placeholders):
        if type(value) is type(placeholder) and value == placeholder:
            return number, None
    return None, value
