"""The periodic task of objectives; safe to run twice."""

from celery import shared_task
from django.db import connection, transaction

from chengyang import clock

from . import actions
from .models import Objective
from .states import PlanState

PERIODIC_LOCK = 0x6F626A65  # "obje": a second run at the same time finds the lock taken and does nothing
MOST = 1000  # objectives in one run


@shared_task(name="objectives.remind")
def remind():
    """Remind the managers of owners of the figures that are due, of this year and, in January, of the last one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
        if not cursor.fetchone()[0]:
            return
    today = clock.today()
    years = [today.year] if today.month > 1 else [today.year - 1, today.year]
    rows = Objective.objects.agreed().filter(plan__state=PlanState.PUBLISHED, plan__year__in=years).exclude(every="")
    for objective in rows.order_by("pk")[:MOST]:
        actions.remind_of_figure(objective)
