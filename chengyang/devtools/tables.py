"""The tables of an empty database, made from the models in seconds; a database that has tables is migrated.

Migrations draw the models anew after each of their operations, which takes minutes for an empty database. A database that is
made here is the same, and counts as migrated: `tests/project/test_tables.py` compares both.
"""

from pathlib import Path

import pgtrigger
from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.test.utils import override_settings

from .paths import ROOT

MIGRATED = {"contenttypes", "auth"}  # they come before our accounts, and their migrations are short


def make_tables():
    """Bring the tables of the default database up to date with the models and the migrations."""
    if not MigrationRecorder(connection).applied_migrations():
        _make_from_models()
    if _plan():
        call_command("migrate", interactive=False, verbosity=0)
    else:  # what listens to the signal reads declarations, which may be others than at the last start
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _plan(*, clean_start=False):
    """Return what `migrate` would run as [(migration, False)]; with `clean_start` for an empty database."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=clean_start)


@transaction.atomic
def _make_from_models():
    """Make all tables and triggers in the empty database, and record all migrations as applied: all of it, or nothing."""
    unmigrated = {config.label: None for config in apps.get_app_configs() if config.label not in MIGRATED}
    call_command("migrate", "auth", interactive=False, verbosity=0)
    with override_settings(MIGRATION_MODULES=unmigrated):
        call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    pgtrigger.install()
    _run_statements()
    call_command("migrate", fake=True, interactive=False, verbosity=0)


def _run_statements():
    """Run the statements and functions of our migrations that an empty database needs: those that are not `elidable`.

    They run in the order of the migrations, with the models of today.
    """
    own = {config.label for config in apps.get_app_configs() if ROOT in Path(config.path).parents}
    state = ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        for migration in (one for one, _backwards in _plan(clean_start=True) if one.app_label in own):
            for operation in migration.operations:
                if isinstance(operation, RunSQL | RunPython) and not operation.elidable:
                    operation.database_forwards(migration.app_label, editor, state, state)
