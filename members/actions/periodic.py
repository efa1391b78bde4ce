"""What time does to the registry: drafts, unconfirmed records and those who left go after 30 days, terms end (rules 1, 3, 12)."""

import datetime as dt

from django.db import transaction

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.notices.models import Notice

from ..models import Application, Person, Representative
from ..states import ApplicationState, PersonState, RepresentativeState
from .leaving import erase_person, to_erase
from .persons import CONFIRM_WITHIN
from .representatives import end_term

DRAFT_KEPT = dt.timedelta(days=30)  # said on the registration page; counted from the last change
CLOSED_KEPT = dt.timedelta(days=30)  # a withdrawn or declined application serves no purpose any more (PIPL 47)
EXPIRED = "expired"
AT_ONCE = 200  # rows of one kind in one run; the next hour takes the rest


def run_periodic() -> dict[str, int]:
    """Do all that is due and return how many rows of each kind it concerned; safe to repeat."""
    return {
        "drafts": delete_drafts(),
        "closed": delete_closed(),
        "unconfirmed": delete_unconfirmed(),
        "erased": erase_left(),
        "ended": end_terms_over(),
    }


@transaction.atomic
def delete_drafts() -> int:
    """Delete drafts that nobody touched for 30 days."""
    due = Application.objects.filter(state=ApplicationState.DRAFT, saved_at__lt=clock.now() - DRAFT_KEPT)
    return history.delete_with_history(due, skip_locked=True)


@transaction.atomic
def delete_closed() -> int:
    """Delete applications 30 days after they were withdrawn or declined."""
    closed = (ApplicationState.WITHDRAWN, ApplicationState.DECLINED)
    due = Application.objects.filter(state__in=closed, decided_at__lt=clock.now() - CLOSED_KEPT)
    return history.delete_with_history(due, skip_locked=True)


@transaction.atomic
def delete_unconfirmed() -> int:
    """Delete records that staff made and whose persons did not confirm them in time, and the messages that asked."""
    due = Person.objects.filter(state=PersonState.UNCONFIRMED, confirm_by__lt=clock.today())
    people = list(due.select_for_update(of=("self",), skip_locked=True))
    for person in people:
        audit.record("person.erased", person, actor=None, person=person, reason=EXPIRED)
    asked = Notice.objects.filter(kind="members/please_confirm", user=None, at__lt=clock.now() - CONFIRM_WITHIN)
    asked.delete()
    return history.delete_with_history(Person.objects.filter(pk__in=[person.pk for person in people]))


def erase_left() -> int:
    """Erase those who left 30 days ago and have not applied again."""
    return sum(erase_person(person) for person in to_erase()[:AT_ONCE])


def end_terms_over() -> int:
    """End the terms whose last day has passed."""
    due = Representative.objects.filter(state=RepresentativeState.NAMED, ends__lte=clock.today())
    return sum(end_term(representative) is not None for representative in due[:AT_ONCE])
