"""Celery tasks of the members app."""

from celery import shared_task
from django.db import connection, transaction

from . import actions

PERIODIC_LOCK = 0x6D656D62  # "memb" in ASCII; key of the advisory lock


@shared_task(name="members.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """Run the periodic work of the registry; a second run at the same time does nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
        if cursor.fetchone()[0]:
            actions.run_periodic()
