"""What happens to sign-ups without anybody asking: offers expire, guests are anonymised, persons leave the registry.

The order of locks is that of `actions/signups.py`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from chengyang import clock
from chengyang.platform.audit import history
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock
from members.models import Person

from ..models import Activity, ServiceRecord, Signup
from ..states import ActivityState, SignupState
from .signups import cancel_locked, count_place, fill_places, lock_signup, notify_holder, record_step

ANONYMISE_AFTER = dt.timedelta(days=90)  # promised in the notice above the sign-up form (requirements P28)
ANONYMISE_BATCH = 500  # rows in one run of the periodic task


# ---- periodic -------------------------------------------------------------------------------------------------------
def expire_offers() -> int:
    """Expire the offers whose time has passed, offer their places to the next, and return how many expired.

    One transaction for each activity, so that no run holds the locks of several. Cancelled activities are left as they are.
    Safe to run twice, and by two workers at the same time.
    """
    due = Signup.objects.filter(state=SignupState.OFFERED, offer_expires_at__lte=clock.now())
    activities = Activity.objects.filter(pk__in=due.values("activity"), state=ActivityState.PUBLISHED).order_by("pk")
    return sum(_expire_offers_of(activity) for activity in activities)


@transaction.atomic
def _expire_offers_of(activity: Activity) -> int:
    activity = lock(activity)
    if activity.state != ActivityState.PUBLISHED:  # cancelled between the query and the lock
        return 0
    moment = clock.now()
    due = activity.signups.filter(state=SignupState.OFFERED, offer_expires_at__lte=moment)
    expired = [signup for signup in due.select_related("person__user", "user") if _expire(activity, signup, moment)]
    if expired:
        fill_places(activity, actor=None)
    return len(expired)


def _expire(activity: Activity, signup: Signup, moment: dt.datetime) -> bool:
    """Expire one offer and return True, or False when it is no longer open.

    The update repeats the conditions (compare and swap): a sign-up read before the update may have been confirmed since.
    """
    still_offered = Signup.objects.filter(pk=signup.pk, state=SignupState.OFFERED, offer_expires_at__lte=moment)
    if not still_offered.update(state=SignupState.EXPIRED, changed_at=moment):
        return False
    count_place(activity, SignupState.OFFERED, SignupState.EXPIRED)
    signup.activity, signup.state = activity, SignupState.EXPIRED
    record_step("signup.expired", signup, actor=None)
    notify_holder(signup, "activities/expired")
    return True


@transaction.atomic
def anonymise_guests() -> int:
    """Anonymise the sign-ups of guests 90 days after the activity and return how many (requirements P28).

    The row stays, so that the attendance can still be counted. A guest with volunteer hours is left out: the hours are their
    own record. Skips rows that another transaction has locked; the next run finds them.
    """
    old = Signup.objects.filter(
        user__isnull=False, activity__ends__lte=clock.now() - ANONYMISE_AFTER, checkin__service__isnull=True
    )
    ids = old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:ANONYMISE_BATCH]
    count = _anonymise(ids)
    if count:
        record("signup.anonymised", Signup, actor=None)
    return count


def _anonymise(ids: Iterable[int]) -> int:
    rows = Signup.objects.filter(pk__in=list(ids))  # by key: after the update no other column finds them
    count = rows.update(user=None, guest_name="", guest_key="", guest_search=None, reason="", forgotten_at=clock.now())
    history.delete_history(rows)
    return count


# ---- leaving the registry -------------------------------------------------------------------------------------------
@transaction.atomic
def cancel_signups_of(person: Person, actor: Any) -> None:
    """Cancel the open sign-ups of `person`, who leaves the registry, for activities that have not started.

    Whoever has checked in is there: that sign-up stays, with its attendance.
    """
    coming = Signup.objects.open().filter(person=person, activity__starts__gt=clock.now())
    for signup in coming.order_by("activity_id"):  # one order for all transactions that lock several
        activity, signup = lock_signup(signup)
        if signup.is_open and not signup.is_checked_in:
            cancel_locked(activity, signup, actor)


def erase_signups(person: Person) -> None:
    """Erase the reasons in the sign-ups and service records of `person` and their history, and anonymise guest sign-ups.

    Attendance and hours stay as statistics (requirements P12).
    """
    rows = Signup.objects.filter(person=person)
    records = ServiceRecord.objects.filter(checkin__signup__person=person)
    rows.exclude(reason="").update(reason="")
    # A correction has its reason, says a constraint: without the reason the value before the correction goes too.
    records.exclude(reason="").update(reason="", previous_hours=None)
    for kept in (rows, records):
        history.delete_history(kept)
    if person.user_id:
        _anonymise(Signup.objects.filter(user=person.user_id).values_list("pk", flat=True))


# ---- closing an account ----------------------------------------------------------------------------------------------
@transaction.atomic
def close_signups_of(user: Any, actor: Any) -> None:
    """Cancel the open guest sign-ups of `user`, who closes their account, and anonymise all of them."""
    coming = Signup.objects.open().filter(user=user, activity__starts__gt=clock.now())
    for signup in coming.order_by("activity_id"):  # one order for all transactions that lock several
        activity, signup = lock_signup(signup)
        if signup.is_open:
            cancel_locked(activity, signup, actor)
    _anonymise(Signup.objects.filter(user=user).values_list("pk", flat=True))


def accounts_in_use(since: dt.datetime) -> QuerySet:
    """Return the ids of the accounts with a guest sign-up for an activity that ended, or ends, after `since`."""
    rows = Signup.objects.filter(user__isnull=False, activity__ends__gt=since)
    return rows.order_by().values_list("user", flat=True).distinct()
