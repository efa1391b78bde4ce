"""What activities do by the clock; safe to run twice, and by two workers."""

from celery import shared_task
from django.db import connection, transaction

from . import actions

TICK_LOCK = 0x61637469  # "acti"; two beats do no harm


@shared_task(name="activities.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """End offers whose time has passed and offer their places to the next; forget guests after 90 days."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TICK_LOCK])
        if cursor.fetchone()[0]:
            actions.expire_offers()
            actions.forget_guests()
