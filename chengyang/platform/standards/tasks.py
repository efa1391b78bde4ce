"""The periodic task of standards; safe to run twice."""

import datetime as dt

from celery import shared_task
from django.db import connection, transaction
from django.db.models import F, Q

from chengyang import clock

from . import actions
from .states import AssessmentState
from .subjects import all_tables

PERIODIC_LOCK = 0x7374616E  # "stan": a second run at the same time finds the lock taken and does nothing
MOST = 500  # assessments of one table in one run
SOONEST = dt.timedelta(days=7)  # the first reminder before the date


@shared_task(name="standards.remind")
def remind():
    """Remind subjects of what they have to put right."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
            if not cursor.fetchone()[0]:
                return
        until = clock.today() + SOONEST
        for table in all_tables():
            # without those that were reminded after the date, which get no further notice
            unfinished = Q(reminded_on__isnull=True) | Q(reminded_on__lte=F("due_on"))
            rows = table.objects.filter(unfinished, state=AssessmentState.FAILED, due_on__lte=until)
            for assessment in rows.order_by("due_on", "pk")[:MOST]:
                actions.remind(assessment)
