"""Triggers that mark the days of changed rows, made from the declarations of the metrics after `migrate` and at each start.

Statement triggers on each table that a kept metric counts: after an insert they mark the days of the new rows, after a
delete those of the old ones, after an update both, for the rows in which a column that matters has another value. A table that
is only read beside them has that for updates, and where its rows matter as such (`Watched.rows`) for the others, too. A `TRUNCATE`
marks `ALL_DAYS`. So no way of writing is forgotten: actions, imports, bulk writes, SQL. Another app that declares a metric needs no migration here.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import DateField, Model, Value
from django.db.models.functions import Coalesce
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from .days import ALL_DAYS, EVER_SINCE
from .keeping import day_of, kept_metrics

PREFIX = "board_marks"
OWN, OTHER = "own", "other"
ALL = frozenset()  # of columns: any change


@dataclass
class Table:
    """What a table marks: path → columns that matter (`ALL`: any), for its own days and for those of other tables."""

    model: type[Model]
    own: dict[str, frozenset[str]] = field(default_factory=dict)
    other: dict[str, frozenset[str]] = field(default_factory=dict)
    undated: set[str] = field(default_factory=set)  # own paths where a row without a day counts, too
    rows: set[str] = field(default_factory=set)  # other paths on which a row that is added or deleted matters, too


def tables() -> list[Table]:
    """Return what is watched, from the declarations."""
    found: dict[str, Table] = {}

    def add(model: type[Model], kind: str, path: str, columns: Any) -> None:
        table = found.setdefault(model._meta.label, Table(model))
        paths = getattr(table, kind)
        wanted = frozenset(columns)
        known = paths.get(path)
        paths[path] = ALL if not wanted or known == ALL else (known or frozenset()) | wanted

    for metric in kept_metrics():
        kept = metric.kept
        assert kept is not None
        model = kept.rows().model
        for path in filter(None, (kept.day, kept.until)):
            add(model, OWN, path, kept.columns)
        if kept.undated:
            found[model._meta.label].undated.add(kept.day)
        for table, watched in kept.watched.items():
            for path in watched.paths:
                add(table, OTHER, path, watched.columns)
                if watched.rows:
                    found[table._meta.label].rows.add(path)
    return [found[label] for label in sorted(found)]


@receiver(post_migrate, dispatch_uid="board.watching")
def install(sender: Any, **_options: Any) -> None:
    """Make the triggers that are missing or outdated, and drop those that nothing needs any more (signal `post_migrate`)."""
    if sender.label != "board":
        return
    wanted = {name: (table.model._meta.db_table, sql) for table in tables() for name, sql in _triggers(table)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('board_mark') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return  # the tables of an earlier state of the project
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s",
            [f"{PREFIX}%"],
        )
        there = dict(cursor.fetchall())
        for name, table in there.items():
            if name not in wanted:
                cursor.execute(f'DROP TRIGGER "{name}" ON {table}')
                cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')
        for name, (_table, sql) in wanted.items():
            if name not in there:
                cursor.execute(sql)


def _triggers(table: Table) -> list[tuple[str, str]]:
    """Return (name, SQL) of the triggers of `table`; the name contains a digest of what it does, so that a change replaces it."""
    made = []
    for event, wheres in (("INSERT", ("new_rows",)), ("DELETE", ("old_rows",)), ("UPDATE", ("new_rows", "old_rows"))):
        body = _body(table, event, wheres)
        if not body:
            continue
        name = _name(table, event.lower(), body)
        referencing = "REFERENCING " + " ".join(f"{where.split('_')[0].upper()} TABLE AS {where}" for where in wheres)
        made.append((name, _trigger(name, table.model._meta.db_table, event, referencing, body)))
    body = _body_of_truncate(table)
    name = _name(table, "truncate", body)
    made.append((name, _trigger(name, table.model._meta.db_table, "TRUNCATE", "", body)))
    return made


def _name(table: Table, event: str, body: str) -> str:
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    return f"{PREFIX}_{table.model._meta.db_table}_{event}"[:50] + f"_{digest}"


def _trigger(name: str, table: str, event: str, referencing: str, body: str) -> str:
    return f"""
        CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $marks$ BEGIN
            {body}
            RETURN NULL;
        END $marks$;
        CREATE TRIGGER "{name}" AFTER {event} ON "{table}" {referencing}
        FOR EACH STATEMENT EXECUTE FUNCTION "{name}"();
    """


def _body(table: Table, event: str, wheres: tuple[str, ...]) -> str:
    """Return the statements of a trigger: for each set of columns that matter, the days at its paths."""
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for path, columns in table.own.items():
        groups[columns].append(path)
    for path, columns in table.other.items():
        if event == "UPDATE" or path in table.rows:
            groups[columns].append(path)
    statements = []
    for columns, paths in sorted(groups.items(), key=lambda item: sorted(item[0])):
        marks = " UNION ".join(
            f"({_marks(table, path, where, columns, event)})" for path in sorted(set(paths)) for where in wheres
        )
        statements.append(f"INSERT INTO board_mark (source, day) SELECT source, day FROM ({marks}) AS marked;")  # noqa: S608  see `_marks`
    return "\n".join(statements)


def _body_of_truncate(table: Table) -> str:
    """Return the statement that marks all days of what the emptied `table` counted for: a trigger does not see its rows."""
    label = table.model._meta.label
    sources = sorted({*table.own, *table.other})
    rows = ", ".join(f"('{label}:{path}', '{ALL_DAYS.isoformat()}')" for path in sources)
    return f"INSERT INTO board_mark (source, day) VALUES {rows};"  # noqa: S608  names of the models, no input


def _marks(table: Table, path: str, where: str, columns: frozenset[str], event: str) -> str:
    """Return the query of the marks for the days at `path` of the changed rows, which stand in place of their table."""
    model, meta = table.model, table.model._meta
    rows = f"SELECT changed.* FROM {where} AS changed"  # noqa: S608  names of the models, no input
    if event == "UPDATE":
        other = "old_rows" if where == "new_rows" else "new_rows"
        names = sorted(meta.get_field(name).column for name in columns) or [f.column for f in meta.concrete_fields]
        ours, theirs = (", ".join(f'{side}."{name}"' for name in names) for side in ("changed", "before"))
        key = meta.pk.column
        rows += (
            f' LEFT JOIN {other} AS before ON before."{key}" = changed."{key}"'
            f" WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs})"
        )
    day = day_of(model, path)
    found = model._base_manager.order_by()
    if path in table.undated:
        day = Coalesce(day, Value(EVER_SINCE), output_field=DateField())
    else:
        found = found.filter(**{f"{path}__isnull": False})
    query, parameters = found.annotate(_day=day).values_list("_day").distinct().query.sql_with_params()
    source = f"{meta.label}:{path}"
    days = connection.ops.compose_sql(query, parameters)
    return (
        f"WITH {connection.ops.quote_name(meta.db_table)} AS ({rows}) "  # noqa: S608
        f"SELECT '{source}' AS source, days.day FROM ({days}) AS days (day)"
    )
