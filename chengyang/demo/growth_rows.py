# ruff: noqa: S608 - the parts of these statements are constants of this file, keys and names of columns.
"""How the steps of `growth` write: one INSERT … SELECT for each table, from rows that are there already."""

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

from .dataset import FIRST_DAY

BATCH = 20_000  # lines of one COPY
SPREAD = 7919  # a prime: multiplying by it spreads neighbouring rows over those that they copy


@dataclass
class Growth:
    """The wanted size, and the highest keys before the growth: rows with higher keys are new."""

    seed: int
    today: dt.date
    size: Any
    base: dict[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Return the number of days over which the new persons were registered."""
        return (self.today - FIRST_DAY).days - 1


def table(label: str) -> str:
    return apps.get_model(label)._meta.db_table


def note(growth: Growth, cursor: Any, label: str, wanted: int) -> int:
    """Note the highest key of a table and how many rows are to be added; return the latter."""
    cursor.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {table(label)}")
    have, growth.base[label] = cursor.fetchone()
    growth.added[label] = max(wanted - have, 0)
    return growth.added[label]


def insert(cursor: Any, label: str, given: dict[str, str], source: str, copied: str = "") -> int:
    """Insert into a table the SQL expressions `given` by column, selected from `source`; return the number of rows.

    The other columns are copied from the rows of `source` that have the alias `copied`, or get the default of their field.
    """
    columns, values, parameters = [], [], []
    for column in apps.get_model(label)._meta.concrete_fields:
        if column.primary_key and column.column not in given:
            continue
        columns.append(connection.ops.quote_name(column.column))
        if column.column in given or copied:
            values.append(given.get(column.column, f"{copied}.{columns[-1]}"))
        else:
            values.append("%s")
            parameters.append(column.get_db_prep_save(column.get_default(), connection))
    cursor.execute(
        f"INSERT INTO {table(label)} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}", parameters
    )
    return cursor.rowcount


def next_key(cursor: Any, label: str) -> None:
    """Let the sequence of a table continue after its highest key."""
    name = table(label)
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")


def public_id(kind: str, number: str) -> str:
    """Return SQL for a public id; hexadecimal digits are letters of its alphabet, and each number gives another one."""
    return f"substr(md5('{kind}' || ({number})), 1, 3) || lpad(to_hex({number}), 7, '0')"


def copy_lines(cursor: Any, table: str, lines: Iterator[str]) -> int:
    number = 0
    while batch := [line for _place, line in zip(range(BATCH), lines, strict=False)]:
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("".join(batch)))
        number += len(batch)
    return number


def new_persons(growth: Growth) -> str:
    """Return the source of the new persons, with the alias `p`."""
    return f"members_person p WHERE p.id > {growth.base['members.Person']}"
