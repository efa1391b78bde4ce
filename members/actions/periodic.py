"""Periodic work: deleting what was stored for 30 days, erasing persons who left, ending terms (domain.md rules 1, 3 and 12)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Notice

from ..models import Application, Person, Representative
from ..states import ApplicationState, PersonState, RepresentativeState
from .applications import finish, notify_applicant
from .leaving import erase_person, to_erase
from .locking import lock_account_first
from .persons import CONFIRM_WITHIN
from .representatives import end_term

DRAFT_KEPT = dt.timedelta(days=30)  # promised on the registration page; counted from the last change
CLOSED_KEPT = dt.timedelta(days=30)  # a withdrawn or declined application has no purpose any more (PIPL 47)
RETURNED_REMINDS = dt.timedelta(days=50)  # from the return
RETURNED_ENDS = dt.timedelta(days=60)  # stated on the page of the application
EXPIRED = "expired"  # reason code of the audit
BATCH_SIZE = 200  # rows of one kind in one run; the next run takes the rest


def run_periodic() -> dict[str, int]:
    """Do all work that is due; return the number of rows of each kind. Safe to repeat."""
    return {
        "drafts": delete_drafts(),
        "returned": end_returned(),
        "closed": delete_closed(),
        "unconfirmed": delete_unconfirmed(),
        "erased": erase_left(),
        "ended": end_terms_over(),
    }


@transaction.atomic
def delete_drafts() -> int:
    """Delete drafts last saved more than 30 days ago; return their number."""
    due = Application.objects.filter(state=ApplicationState.DRAFT, saved_at__lt=clock.now() - DRAFT_KEPT)
    return history.delete_with_history(due, skip_locked=True)


def end_returned() -> int:
    """Remind of returned applications after 50 days and withdraw them after 60; return the number of both together."""
    returned = Application.objects.filter(state=ApplicationState.RETURNED)
    over = returned.filter(acted_at__lt=clock.now() - RETURNED_ENDS)
    soon = returned.filter(acted_at__lt=clock.now() - RETURNED_REMINDS, reminded_at=None)
    ended = sum(end_returned_application(application) for application in over[:BATCH_SIZE])
    return ended + sum(remind_of_returned(application) for application in soon[:BATCH_SIZE])


@transaction.atomic
def end_returned_application(application: Application) -> bool:
    """Withdraw a returned application that was not corrected in time, and notify the applicant; safe to repeat."""
    application = lock_account_first(application)
    returned_at = application.acted_at or clock.now()
    if application.state != ApplicationState.RETURNED or returned_at >= clock.now() - RETURNED_ENDS:
        return False
    finish(application, ApplicationState.WITHDRAWN, "application.withdrawn", None, "")
    notify_applicant(application, "members/returned_ended")
    return True


@transaction.atomic
def remind_of_returned(application: Application) -> bool:
    """Remind the applicant once that a returned application ends; safe to repeat."""
    application = lock_account_first(application)
    if application.state != ApplicationState.RETURNED or application.reminded_at:
        return False
    application.reminded_at = clock.now()
    application.save(update_fields=["reminded_at"])
    until = timezone.localdate(application.acted_at) + RETURNED_ENDS
    notify(
        application.user,
        "members/returned_reminder",
        url=application.get_absolute_url(),
        application=application,
        until=until,
    )
    return True


@transaction.atomic
def delete_closed() -> int:
    """Delete applications withdrawn or declined more than 30 days ago; return the number of deleted rows."""
    closed = (ApplicationState.WITHDRAWN, ApplicationState.DECLINED)
    due = Application.objects.filter(state__in=closed, decided_at__lt=clock.now() - CLOSED_KEPT)
    return history.delete_with_history(due, skip_locked=True)


@transaction.atomic
def delete_unconfirmed() -> int:
    """Delete records made by staff that were not confirmed in time, and the messages that asked for confirmation."""
    due = Person.objects.filter(state=PersonState.UNCONFIRMED, confirm_by__lt=clock.today())
    people = list(due.select_for_update(of=("self",), skip_locked=True))
    for person in people:
        audit.record("person.erased", person, actor=None, person=person, reason=EXPIRED)
    messages = Notice.objects.filter(kind="members/please_confirm", user=None, at__lt=clock.now() - CONFIRM_WITHIN)
    messages.delete()
    return history.delete_with_history(Person.objects.filter(pk__in=[person.pk for person in people]))


def erase_left() -> int:
    """Erase persons who left at least 30 days ago and have not applied again; return their number."""
    return sum(erase_person(person) for person in to_erase()[:BATCH_SIZE])


def end_terms_over() -> int:
    """End the terms of representatives whose last day has passed; return their number."""
    due = Representative.objects.filter(state=RepresentativeState.NAMED, ends__lte=clock.today())
    return sum(end_term(representative) is not None for representative in due[:BATCH_SIZE])
