"""Volunteer hours, computed from check-in and check-out (domain.md rule 8, requirements V03, V06, V09).

Two services at the same time count once. The time that one record counts is its own, without the time of the records before
it in a fixed order, that of the starts of the activities. A new or removed record therefore changes the hours of other
records of the same person, and the result does not depend on which was recorded first. A correction changes its record only.

Locking
-------
All records of one person are written under one advisory lock (`lock_hours`), because two activities are two rows. The lock
comes before the rows of service records, also in `correct_hours`; see "Locking order" in `actions/attendance.py`. Whoever
takes the locks of several persons takes them in one call.
"""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify

from ..models import Activity, CheckIn, ServiceRecord, ServiceRecordQuerySet, Signup
from ..permissions import can_check_in, can_correct_hours

STEP = dt.timedelta(minutes=30)  # unit of hours; promised on the activity page
DAY_CAP = Decimal(24)  # hours that one person can have on one day
Span = tuple[dt.datetime, dt.datetime]


# ---- computing ------------------------------------------------------------------------------------------------------
def served_hours(
    checked_in: dt.datetime, checked_out: dt.datetime, activity: Activity, *, counted: list[Span] | None = None
) -> Decimal:
    """Return the hours between check-in and check-out that lie within the activity, in whole half hours, rounded down.

    `counted` are (from, to) spans that are counted elsewhere and left out. Waiting before the start and the way there are no
    service; time after the end is added by a correction with a reason.  (domain.md rule 8, requirements V03)
    """
    span = _within(checked_in, checked_out, activity)
    return Decimal(_length_without(span, counted or []) // STEP) / 2


def _within(checked_in: dt.datetime, checked_out: dt.datetime, activity: Activity) -> Span:
    """Return the part of the attendance that lies within the activity; (x, x) when there is none."""
    starts = max(checked_in, activity.starts)
    return starts, max(starts, min(checked_out, activity.ends))


def _length_without(span: Span, counted: list[Span]) -> dt.timedelta:
    """Return the length of `span` without the parts that lie in one of `counted`."""
    starts, ends = span
    clipped = [(max(a, starts), min(b, ends)) for a, b in counted if a < ends and b > starts]
    edges = sorted({starts, ends, *(edge for part in clipped for edge in part)})
    free = [(a, b) for a, b in pairwise(edges) if not any(x <= a and b <= y for x, y in clipped)]
    return sum((b - a for a, b in free), dt.timedelta())


# ---- recording ------------------------------------------------------------------------------------------------------
@transaction.atomic
def record_hours(checkin: CheckIn, *, actor: Any) -> ServiceRecord:
    """Record the hours of one attendance that has a check-out. One person has at most 24 hours on one day.

    Time that overlaps other services of the same person counts once. Safe to repeat: a second call returns the record.
    Raises NotAllowed, ActionError("kind") when the activity is no volunteer service (rule 8), ("open") without a check-out.
    """
    activity = checkin.signup.activity
    require(can_check_in, actor, activity)
    if not activity.earns_hours:
        raise ActionError(_("只有志愿服务活动记时长。"), code="kind")
    if checkin.checked_out_at is None:
        raise ActionError(_("还没有签退，算不出时长。"), code="open")
    lock_hours(checkin.signup)
    if service := ServiceRecord.objects.filter(checkin=checkin).first():
        return service
    service = ServiceRecord(checkin=checkin, hours=Decimal(0))
    affected, others = _neighbours(checkin.signup)
    computed = _computed([*others, service])
    service.hours = next(hours for row, hours in computed if row is service)
    _create(service, actor)
    _notify(service, "activities/hours")
    _save_changed(computed, affected)
    return service


@transaction.atomic
def record_no_hours(checkin: CheckIn, *, actor: Any) -> ServiceRecord:
    """Record 0 hours for an attendance without a check-out, and notify the person, so that it can be corrected.

    The caller has checked the permission.
    """
    service = _create(ServiceRecord(checkin=checkin, hours=Decimal(0)), actor)
    _notify(service, "activities/no_hours")
    return service


def _create(service: ServiceRecord, actor: Any) -> ServiceRecord:
    service.save(force_insert=True)
    _record("service.recorded", service, actor=actor)
    return service


def remove_hours(checkin: CheckIn, *, actor: Any) -> None:
    """Delete the hours of `checkin`, if it has any; time that other services share with it counts there from now on.

    The caller has locked the check-in. Raises ActionError("corrected") when the hours were corrected.
    """
    lock_hours(checkin.signup)
    service = ServiceRecord.objects.filter(checkin=checkin).first()
    if service is None:
        return
    if service.previous_hours is not None:
        raise ActionError(_("服务时长已经更正过，不能撤销签退。"), code="corrected")
    service.delete()
    affected, others = _neighbours(checkin.signup)
    _save_changed(_computed(others), affected)


# ---- records of the same person -------------------------------------------------------------------------------------
def lock_hours(*signups: Signup) -> None:
    """Wait for the lock on the hours of the persons of `signups`, and keep it until the transaction ends."""
    if names := {name for signup in signups if (name := _lock_name(signup))}:
        advisory_lock(*names)


def _account_of(signup: Signup) -> int | None:
    return signup.person.user_id if signup.person else signup.user_id


def _lock_name(signup: Signup) -> str:
    """Return the name of the lock; empty for an anonymised sign-up, whose other records cannot be found."""
    if account := _account_of(signup):
        return f"hours/user/{account}"
    return f"hours/person/{signup.person_id}" if signup.person_id else ""


def _records_of(signup: Signup) -> ServiceRecordQuerySet:
    """Return the service records of the same human: as a person, and as a guest with the same account."""
    account = _account_of(signup)
    same = Q(checkin__signup=signup.pk)
    if signup.person_id:
        same |= Q(checkin__signup__person=signup.person_id)
    if account:
        same |= Q(checkin__signup__user=account) | Q(checkin__signup__person__user=account)
    return ServiceRecord.objects.filter(same).select_related("checkin__signup__activity")


def _on_day_of(activity: Activity) -> Q:
    """Return the condition for records of the day on which `activity` begins; it is the day that its hours belong to."""
    day = activity.first_day
    bounds = clock.at(day), clock.at(day + dt.timedelta(days=1))
    return Q(checkin__signup__activity__starts__gte=bounds[0], checkin__signup__activity__starts__lt=bounds[1])


def _overlapping(starts: dt.datetime, ends: dt.datetime) -> Q:
    return Q(checkin__signup__activity__starts__lt=ends, checkin__signup__activity__ends__gt=starts)


def _neighbours(signup: Signup) -> tuple[set[int], list[ServiceRecord]]:
    """Return the keys of the records whose hours depend on the attendance of `signup`, and all records that these depend on.

    All are records of the same person; the caller has the lock. One that overlaps the activity, or is of the same day, may
    change; how much time it has left depends on those that overlap it in turn.
    """
    activity, rows = signup.activity, _records_of(signup)
    affected = rows.filter(_overlapping(activity.starts, activity.ends) | _on_day_of(activity))
    keys = set(affected.values_list("pk", flat=True))
    edges = affected.aggregate(
        starts=Min("checkin__signup__activity__starts"), ends=Max("checkin__signup__activity__ends")
    )
    starts, ends = edges["starts"] or activity.starts, edges["ends"] or activity.ends
    return keys, list(rows.filter(Q(pk__in=keys) | _overlapping(starts, ends)))


def _save_changed(computed: list[tuple[ServiceRecord, Decimal]], affected: set[int]) -> None:
    """Save the hours of the `affected` records that changed, and notify the person of each."""
    for service, hours in computed:
        if service.pk in affected and service.hours != hours:
            service.hours = hours
            service.save(update_fields=["hours"])
            _record("service.recounted", service, actor=None, fields=["hours"])
            _notify(service, "activities/hours_recounted")


def _computed(records: list[ServiceRecord]) -> list[tuple[ServiceRecord, Decimal]]:
    """Return (record, hours) of the records of one person, each without the time that those before it count."""
    counted: list[Span] = []
    by_day: dict[dt.date, Decimal] = defaultdict(Decimal)
    for service in records:
        if service.previous_hours is not None:
            by_day[service.checkin.signup.activity.first_day] += service.hours
    found = []
    for service in sorted(records, key=_order):
        checkin, activity, hours = service.checkin, service.checkin.signup.activity, service.hours
        if service.previous_hours is None and checkin.checked_out_at:
            hours = served_hours(checkin.checked_in_at, checkin.checked_out_at, activity, counted=counted)
            hours = min(hours, max(DAY_CAP - by_day[activity.first_day], Decimal(0)))
            by_day[activity.first_day] += hours
        if checkin.checked_out_at:
            counted.append(_within(checkin.checked_in_at, checkin.checked_out_at, activity))
        found.append((service, hours))
    return found


def _order(service: ServiceRecord) -> tuple[dt.datetime, int]:
    activity = service.checkin.signup.activity
    return activity.starts, activity.pk


# ---- corrections ----------------------------------------------------------------------------------------------------
@transaction.atomic
def correct_hours(service: ServiceRecord, *, hours: Decimal, reason: str, actor: Any) -> ServiceRecord:
    """Correct the hours to `hours` (0 to 24, in steps of 0.5) and notify the person, who reads the `reason`.

    The value before stays in the row, earlier ones in the history. Hours from other activities on the same day count towards
    the 24. Raises NotAllowed, also for one's own hours, ActionError("reason") without a reason, ("too_long") for one of more
    than 500 characters, ("hours") for an impossible value, ("same") when nothing changes.  (rule 8, requirements V06)
    """
    lock_hours(service.checkin.signup)
    service = lock(service)
    require(can_correct_hours, actor, service)
    reason = required_reason(reason, missing=_("请写明为什么更正，本人会看到。"))
    _require_valid_hours(service, hours)
    if hours == service.hours:
        raise ActionError(_("时长没有变。"), code="same", field="hours")
    service.previous_hours, service.hours = service.hours, hours
    service.reason = reason
    service.corrected_by, service.corrected_at = actor, clock.now()
    service.save(update_fields=["previous_hours", "hours", "reason", "corrected_by", "corrected_at"])
    _record("service.corrected", service, actor=actor, fields=["hours"])
    _notify(service, "activities/hours_corrected")
    return service


def restore_hours(service: ServiceRecord, *, actor: Any) -> ServiceRecord:
    """Take the last correction of the hours back: a correction to the value before it, of which the person is notified, too.

    Raises NotAllowed as `correct_hours`, ActionError("state") when the hours were never corrected.
    """
    if service.previous_hours is None:
        raise ActionError(_("这份时长没有更正过。"), code="state")
    reason = _("刚才的更正已撤销，恢复原来的时长。")
    return correct_hours(service, hours=service.previous_hours, reason=reason, actor=actor)


def _require_valid_hours(service: ServiceRecord, hours: Decimal) -> None:
    if not 0 <= hours <= DAY_CAP or hours * 2 % 1:
        raise ActionError(_("时长在 0 到 24 小时之间，以半小时为一档。"), code="hours", field="hours")
    signup = service.checkin.signup
    same_day = _records_of(signup).filter(_on_day_of(signup.activity)).exclude(pk=service.pk)
    elsewhere = min(same_day.total(), DAY_CAP)
    if hours > DAY_CAP - elsewhere:
        message = _("这一天在别的活动里已经记了 %(hours)s，一天合计不超过 24 小时。")
        raise ActionError(message % {"hours": dates.hours(elsewhere)}, code="hours", field="hours")


# ---- shared ---------------------------------------------------------------------------------------------------------
def _record(verb: str, service: ServiceRecord, *, actor: Any, fields: Any = ()) -> None:
    signup: Signup = service.checkin.signup
    record(verb, service, actor=actor, person=signup.person, user=signup.user, fields=fields)


def _notify(service: ServiceRecord, kind: str) -> None:
    signup = service.checkin.signup
    if signup.recipient:
        url, activity = signup.get_absolute_url(), signup.activity
        notify(signup.recipient, kind, url=url, about=activity, activity=activity, service=service)
