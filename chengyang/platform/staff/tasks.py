"""Celery tasks of the staff site; each is safe to run twice, and in two workers at once."""

from celery import shared_task

from . import bulk_actions, export_actions


@shared_task(name="staff.end_old_exports")
def end_old_exports() -> None:
    """Withdraw exports that nobody answered, and empty the filters of old ones."""
    export_actions.end_old_exports()


@shared_task(name="staff.delete_old_runs")
def delete_old_runs() -> None:
    """Delete what was chosen in lists more than seven days ago."""
    bulk_actions.delete_old_runs()
