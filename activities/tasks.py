"""The periodic task of activities; safe to run twice, and by two workers at the same time."""

from celery import shared_task
from django.db import connection, transaction

from . import actions

PERIODIC_LOCK = 0x61637469  # "acti": a second run at the same time finds the lock taken and does nothing


@shared_task(name="activities.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """Expire offers and offer their places to the next; anonymise guests 90 days after the activity."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
        if cursor.fetchone()[0]:
            actions.expire_offers()
            actions.anonymise_guests()
