"""Bulk writes: INSERT for most tables; COPY, which is five times as fast, for the three tables of attendance."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

BATCH = 1000
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def insert(rows: Iterable[models.Model]) -> list[Any]:
    """Insert rows of one model; return them with their keys. Encrypted fields and the columns derived from them are filled."""
    rows = list(rows)
    return type(rows[0])._base_manager.bulk_create(rows, batch_size=BATCH) if rows else []


def new_keys(model: type[models.Model], number: int) -> list[int]:
    """Take `number` keys from the sequence of `model`, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return sorted(key for (key,) in cursor.fetchall())


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write `rows` (values in the order of `columns`) into the table of `model`, which must have no encrypted field.

    Columns that are left out get the default of their field. Constraints and triggers apply as for any INSERT.
    """
    quote = connection.ops.quote_name
    others = [field for field in model._meta.concrete_fields if field.column not in columns and not field.primary_key]
    names = ", ".join(map(quote, [*columns, *(field.column for field in others)]))
    rest = "".join(f"\t{_written(field.get_default())}" for field in others)
    text = "\n".join("\t".join(map(_written, row)) + rest for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", io.StringIO(text))


def _written(value: Any) -> str:
    """Return `value` in the text format of COPY."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value)
