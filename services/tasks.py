"""The periodic task of services; safe to run twice."""

from celery import shared_task
from django.db import connection, transaction

from chengyang import clock

from . import actions
from .actions.requests import CLOSES_AFTER, REMIND_AT
from .models import Request
from .states import REQUEST_OPEN, RequestState

PERIODIC_LOCK = 0x7376746B  # "svtk": a second run at the same time finds the lock taken and does nothing


@shared_task(name="services.run_periodic")
def run_periodic():
    """Remind handlers, escalate overdue requests, close answered requests that were not rated."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
            if not cursor.fetchone()[0]:
                return
        today = clock.today()
        for request in Request.objects.filter(state__in=REQUEST_OPEN, reminders__lt=len(REMIND_AT)).order_by("due_on")[
            :500
        ]:
            actions.remind_handlers(request, today)
        actions.escalate_due(today)
        stale = Request.objects.filter(state=RequestState.ANSWERED, answered_at__lt=clock.now() - CLOSES_AFTER)
        for request in stale[:500]:
            actions.close_request(request)
