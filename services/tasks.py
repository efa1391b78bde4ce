"""The periodic task of services; safe to run twice."""

from celery import shared_task
from django.db import connection, transaction

from chengyang import clock

from . import actions
from .actions.request_upkeep import REMIND_AT
from .models import Request
from .proposals.actions.upkeep import look_after_proposals
from .states import REQUEST_RUNNING, RequestState

AT_ONCE = 500  # rows of one run
PERIODIC_LOCK = 0x7376746B  # "svtk": a second run at the same time finds the lock taken and does nothing


@shared_task(name="services.run_periodic")
def run_periodic():
    """Remind handlers, escalate overdue requests, close those whose author does not reply or rate, after a notice.

    Also notify who waits for an offer that is on again, end the shares of former experts, and delete old applications.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PERIODIC_LOCK])
            if not cursor.fetchone()[0]:
                return
        today = clock.today()
        running = Request.objects.filter(state__in=REQUEST_RUNNING, reminders__lt=len(REMIND_AT)).order_by("due_on")
        for request in running[:AT_ONCE]:
            actions.remind_handlers(request, today)
        actions.escalate_due(today)
        for request in Request.objects.filter(state=RequestState.PAUSED).order_by("due_on")[:AT_ONCE]:
            actions.look_after_pause(request, today)
        for request in Request.objects.filter(state=RequestState.ANSWERED).order_by("answered_at")[:AT_ONCE]:
            actions.look_after_answer(request, today)
        look_after_proposals(today, AT_ONCE)
        actions.end_shares_of_former_experts()
        actions.notify_of_offers()
        actions.delete_old_applications()
