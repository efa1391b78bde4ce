"""The registry's hour."""

from celery import shared_task
from django.db import connection, transaction

from .actions import run_periodic as do_tick

TICK_LOCK = 0x6D656D62  # "memb"; two beats do no harm


@shared_task(name="members.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """Do what is due in the registry; only one at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TICK_LOCK])
        if cursor.fetchone()[0]:
            do_tick()
