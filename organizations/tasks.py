"""The periodic task of organizations; safe to run twice, and by two workers at the same time."""

from celery import shared_task
from django.db import connection, transaction

from . import actions

PERIODIC_LOCK = 0x6F726761  # "orga": a second run at the same time finds the lock taken and does nothing


@shared_task(name="organizations.run_periodic", ignore_result=True)
def run_periodic() -> None:
    """Enter steps whose midnight has come, announce the rotating chair, end swaps and questions to substitutes without an answer, remind of changes of term."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
        if cursor.fetchone()[0]:
            actions.carry_out_steps()
            actions.lapse_swaps()
            actions.lapse_substitutes()
            actions.announce_duties()
            actions.begin_duties()
            actions.remind_of_term_changes()
