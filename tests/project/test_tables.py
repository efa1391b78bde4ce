"""The tables that are made from the models are those that the migrations make (chengyang.devtools.tables)."""

import pytest
from django.core.management import call_command
from django.db import connection

from chengyang.devtools import tables
from chengyang.devtools.test_databases import connected_to, schema_digest

OWN = "NOT (n.nspname LIKE 'pg\\_%%' OR n.nspname = 'information_schema')"
UNIQUE = "_(key|[0-9a-f]{8}_uniq)\\M"  # the end of a name that Django gives: another one for a column that became unique later
PARTS = {
    "columns": f"""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid), l.collname
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          LEFT JOIN pg_collation l ON l.oid = a.attcollation
         WHERE {OWN} AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": f"""
        SELECT c.relname, regexp_replace(k.conname, '{UNIQUE}', ''), pg_get_constraintdef(k.oid)
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE {OWN} AND k.contype <> 'n'""",
    "indexes": f"""
        SELECT c.relname, regexp_replace(pg_get_indexdef(i.indexrelid), '{UNIQUE}', '')
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN}""",
    "triggers": f"""
        SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger')
          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE {OWN} AND NOT t.tgisinternal""",
    "functions": f"""
        SELECT p.proname, pg_get_functiondef(p.oid)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE {OWN} AND p.prokind = 'f' AND p.probin IS NULL""",
    "migrations": "SELECT app, name FROM django_migrations",
    "kinds of rows": "SELECT app_label, model FROM django_content_type",
    "permissions": """
        SELECT t.app_label, t.model, p.codename, p.name
          FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id""",
}


def read(name):
    """Return what is in the database `name`: part → rows in order, and the number of rows of each table."""
    found = {}
    with connected_to(name), connection.cursor() as cursor:
        for part, query in PARTS.items():
            cursor.execute(query.replace("%%", "%"))
            found[part] = sorted(map(repr, cursor.fetchall()))
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


@pytest.fixture(scope="module")
def both(databases, django_db_blocker):
    """Return (tables from the models, tables from the migrations), as `read` gives them."""
    names = f"{databases.base}_from_models", f"{databases.base}_from_migrations"
    with django_db_blocker.unblock():
        migrate = lambda: call_command("migrate", interactive=False, verbosity=0)  # noqa: E731
        for name, fill in zip(names, (tables.make_tables, migrate), strict=True):
            databases.make(name, schema_digest(), fill, source="template0")
        yield [read(name) for name in names]
        for name in names:
            databases.drop(name)


@pytest.mark.parametrize("part", PARTS)
def test_an_empty_database_has_what_the_migrations_make(both, part):
    models, migrations = (found[part] for found in both)
    assert sorted({*models} - {*migrations}) == []
    assert sorted({*migrations} - {*models}) == []


def test_an_empty_database_has_the_rows_that_migrations_write(both):
    models, migrations = ({name: n for name, n in found.items() if name not in PARTS} for found in both)
    assert models == migrations
    assert len(models) > 100
