"""The periodic task of bases; safe to run twice, and by two workers at the same time."""

from celery import shared_task
from django.db import connection, transaction

from . import actions

PERIODIC_LOCK = 0x62617365  # "base": a second run at the same time finds the lock taken and does nothing


@shared_task(name="bases.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """Expire bookings and visits that nobody answered in time; erase the data of guests 90 days after their visit; remind of honours."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
        if cursor.fetchone()[0]:
            actions.expire_bookings()
            actions.lapse_visits()
            actions.erase_visits()
            actions.remind_of_honours()
