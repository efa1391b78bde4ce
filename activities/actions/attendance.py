"""Check-in, check-out and the volunteer hours computed from them (domain.md rule 8, requirements V02–V06).

Locking order
-------------
1. the row of the activity,
2. the row of the sign-up (`lock_signup`) and then of its check-in,
3. the advisory lock on the hours of one person on one day (`_hours_lock`), last.

The row of the activity makes every step wait for `finish_activity`: nobody is checked in after the attendance was declared
complete. The same person may be checked out of two activities at the same moment, which are two rows, so the limit of 24
hours a day needs a lock of its own; it is an advisory lock, because a person's day has no row.

`correct_hours` locks the service record instead of steps 1 and 2, then step 3. `undo_check_in` locks the service record after
step 2 and never takes step 3. So no transaction that holds the advisory lock waits for a service record, and the two orders
cannot deadlock.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify

from ..models import Activity, CheckIn, ServiceRecord, Signup
from ..permissions import can_check_in, can_correct_hours, can_finish_activity
from ..states import ActivityState, SignupState
from .signups import lock_signup, require_published

OPENS_BEFORE = dt.timedelta(hours=3)  # before the start; an earlier scan is most likely a ticket for another day
STEP = dt.timedelta(minutes=30)  # unit of hours; promised on the activity page
DAY_CAP = Decimal(24)  # hours that one person can have on one day

_NO_PLACE: dict[str, tuple[str, Any]] = {
    SignupState.WAITLISTED: ("waiting", gettext_lazy("还在候补，没有名额。")),
    SignupState.OFFERED: ("waiting", gettext_lazy("有名额等他确认，还没有确认。")),
    SignupState.PENDING: ("waiting", gettext_lazy("报名还没有审核。")),
    SignupState.CANCELLED: ("cancelled", gettext_lazy("这个报名已经取消。")),
    SignupState.DECLINED: ("cancelled", gettext_lazy("这个报名没有通过。")),
    SignupState.EXPIRED: ("cancelled", gettext_lazy("名额过时没有确认，已经给了别人。")),
}


# ---- check-in and check-out -----------------------------------------------------------------------------------------
@transaction.atomic
def check_in(signup: Signup, *, method: str = CheckIn.Method.LIST, actor: Any) -> CheckIn:
    """Check the person of `signup` in, now. After the end (from a paper list) check them in and out for the whole time.

    Raises NotAllowed, ActionError("own") for oneself, ("already") with the time of the first check-in, ("waiting") for a
    sign-up without a place, ("cancelled") when the sign-up or the activity is cancelled, ("early") more than three hours
    before the start, ("closed") once the attendance is complete.  (requirements U23)
    """
    activity, signup = lock_signup(signup)
    require(can_check_in, actor, activity)
    _require_other(signup, actor)
    _require_open(activity)
    if signup.state != SignupState.CONFIRMED:
        code, message = _NO_PLACE[signup.state]
        raise ActionError(message, code=code)
    if checkin := CheckIn.objects.filter(signup=signup).first():
        moment = timezone.localtime(checkin.checked_in_at)
        raise ActionError(_("已经签到过，%(when)s。") % {"when": f"{moment:%H:%M}"}, code="already")
    checkin = CheckIn(signup=signup, method=method, by=actor, checked_in_at=clock.now())
    if activity.is_over():
        checkin.checked_in_at, checkin.checked_out_at = activity.starts, activity.ends
    checkin.save(force_insert=True)
    _record("checkin.created", checkin, actor=actor)
    if checkin.checked_out_at and activity.earns_hours:
        record_hours(checkin, actor=actor)
    return checkin


@transaction.atomic
def check_out(checkin: CheckIn, *, actor: Any) -> CheckIn:
    """Check the person out: now, at the latest at the end. Records the hours of a volunteer service.

    Safe to repeat: a second call changes nothing. Raises NotAllowed, ActionError("own") for oneself, ("cancelled"),
    ("early"), ("closed") once the attendance is complete.
    """
    activity, signup = lock_signup(checkin.signup)
    require(can_check_in, actor, activity)
    _require_other(signup, actor)
    _require_open(activity)
    checkin = lock(checkin)
    checkin.signup = signup
    if checkin.checked_out_at:
        return checkin
    return _check_out(checkin, actor)


def _check_out(checkin: CheckIn, actor: Any) -> CheckIn:
    activity = checkin.signup.activity
    checkin.checked_out_at = max(min(clock.now(), activity.ends), checkin.checked_in_at)
    checkin.save(update_fields=["checked_out_at"])
    _record("checkin.ended", checkin, actor=actor)
    if activity.earns_hours:
        record_hours(checkin, actor=actor)
    return checkin


@transaction.atomic
def undo_check_in(checkin: CheckIn, *, actor: Any) -> CheckIn | None:
    """Undo the last step: the check-out with its hours, or else the check-in. Return the check-in, or None if it is deleted.

    After the end of the activity the whole check-in is deleted: a new check-out would have the wrong time.

    Raises NotAllowed, ActionError("own") for oneself, ("corrected") when the hours were corrected since, ("cancelled"),
    ("early"), ("closed") once the attendance is complete.
    """
    activity, signup = lock_signup(checkin.signup)
    require(can_check_in, actor, activity)
    _require_other(signup, actor)
    _require_open(activity)
    checkin = lock(checkin)
    checkin.signup = signup
    # Locked: otherwise a correction that commits between this query and the deletion would be deleted with the record.
    service = ServiceRecord.objects.select_for_update(of=("self",)).filter(checkin=checkin).first()
    if service and service.previous_hours is not None:
        raise ActionError(_("服务时长已经更正过，不能撤销签退。"), code="corrected")
    _record("checkin.removed", checkin, actor=actor)
    if service:
        service.delete()
    if checkin.checked_out_at and not activity.is_over():
        checkin.checked_out_at = None
        checkin.save(update_fields=["checked_out_at"])
        return checkin
    checkin.delete()
    return None


def _require_other(signup: Signup, actor: Any) -> None:
    """Raise ActionError("own") for the actor's own sign-up: nobody attests their own attendance, which earns hours."""
    if signup.is_of(actor):
        raise ActionError(_("自己的签到、签退请别人来登记。"), code="own")


def opens_at(activity: Activity) -> dt.datetime:
    """Return the moment from which people can be checked in."""
    return activity.starts - OPENS_BEFORE


def _require_open(activity: Activity) -> None:
    """Raise ActionError("cancelled"), ("closed") or ("early") unless attendance can be recorded now."""
    require_published(activity)
    if activity.recorded_at:
        raise ActionError(_("签到记录已经登记完成；时长有误请用“更正”。"), code="closed")
    if clock.now() < opens_at(activity):
        raise ActionError(_("还没到签到的时候：开始前 3 小时起可以签到。"), code="early")


# ---- hours ----------------------------------------------------------------------------------------------------------
def served_hours(checked_in: dt.datetime, checked_out: dt.datetime, activity: Activity) -> Decimal:
    """Return the hours between check-in and check-out that lie within the activity, in whole half hours, rounded down.

    Waiting before the start and the way there are no service; time after the end is added by a correction with a reason.
    (domain.md rule 8, requirements V03)
    """
    within = min(checked_out, activity.ends) - max(checked_in, activity.starts)
    return Decimal(max(within, dt.timedelta()) // STEP) / 2


@transaction.atomic
def record_hours(checkin: CheckIn, *, actor: Any) -> ServiceRecord:
    """Record the hours of one attendance that has a check-out; one person has at most 24 hours on one day.

    Safe to repeat: a second call returns the record. Raises NotAllowed, ActionError("kind") when the activity is no
    volunteer service (rule 8), ("open") without a check-out.
    """
    activity = checkin.signup.activity
    require(can_check_in, actor, activity)
    if not activity.earns_hours:
        raise ActionError(_("只有志愿服务活动记时长。"), code="kind")
    if checkin.checked_out_at is None:
        raise ActionError(_("还没有签退，算不出时长。"), code="open")
    if service := ServiceRecord.objects.filter(checkin=checkin).first():
        return service
    hours = served_hours(checkin.checked_in_at, checkin.checked_out_at, activity)
    service = ServiceRecord(checkin=checkin, hours=min(hours, DAY_CAP - _already_served(checkin)))
    service.save(force_insert=True)
    _record("service.recorded", service, signup=checkin.signup, actor=actor)
    _notify(service, "activities/hours")
    return service


def _already_served(checkin: CheckIn) -> Decimal:
    """Return the hours, at most 24, that the same person has on the day of `checkin` from other activities.

    Takes the lock on that person's day until the transaction ends. Two concurrent calls would otherwise each read the sum
    without the hours of the other, and together pass the limit.
    """
    signup, day = checkin.signup, timezone.localdate(checkin.checked_in_at)
    if signup.recipient is None:  # anonymised: the other records of the same person cannot be found
        return Decimal(0)
    advisory_lock(_hours_lock(checkin))
    holder = {"person": signup.person_id} if signup.person_id else {"user": signup.user_id}
    same = {f"checkin__signup__{name}": key for name, key in holder.items()}
    records = ServiceRecord.objects.exclude(checkin=checkin).filter(checkin__checked_in_at__date=day, **same)
    return min(records.total(), DAY_CAP)


def _hours_lock(checkin: CheckIn) -> str:
    """Return the name of the advisory lock on the hours of one person on one day."""
    signup = checkin.signup
    holder = f"person/{signup.person_id}" if signup.person_id else f"user/{signup.user_id}"
    return f"hours/{holder}/{timezone.localdate(checkin.checked_in_at)}"


@transaction.atomic
def finish_activity(activity: Activity, *, headcount: int | None = None, actor: Any) -> Activity:
    """Declare the attendance complete: check out everybody who is still checked in, at the end, and record their hours.

    `headcount` is the number of people counted by eye; None keeps the stored one. Raises NotAllowed, ActionError("running")
    before the end, ("closed") when it is complete already, ("cancelled").  (requirements V05: within ten working days)
    """
    activity = lock(activity)
    require(can_finish_activity, actor, activity)
    if activity.state == ActivityState.PUBLISHED and not activity.is_over():
        raise ActionError(_("活动还没有结束。"), code="running")
    _require_open(activity)
    still_present = list(
        CheckIn.objects.filter(signup__activity=activity, checked_out_at=None).select_related("signup")
    )
    if activity.earns_hours:
        # Take the locks of all persons at once, which `advisory_lock` does in one fixed order. One after the other, in the
        # order of the check-ins, two services of the same people that are finished at the same time would deadlock.
        advisory_lock(*map(_hours_lock, still_present))
    for checkin in still_present:
        checkin.signup.activity = activity
        _check_out(checkin, actor)
    activity.recorded_at = activity.changed_at = clock.now()
    activity.headcount = headcount if headcount is not None else activity.headcount
    activity.due_on = None
    activity.save(update_fields=["recorded_at", "changed_at", "headcount", "due_on"])
    record("activity.finished", activity, actor=actor, fields=["recorded_at", "headcount"])
    return activity


@transaction.atomic
def correct_hours(service: ServiceRecord, *, hours: Decimal, reason: str, actor: Any) -> ServiceRecord:
    """Correct the hours to `hours` (0 to 24, in steps of 0.5) and notify the person, who reads the `reason`.

    The value before stays in the row, earlier ones in the history. Hours from other activities on the same day count towards
    the 24. Raises NotAllowed, also for one's own hours, ActionError("reason") without a reason, ("too_long") for one of more
    than 500 characters, ("hours") for an impossible value, ("same") when nothing changes.  (rule 8, requirements V06)
    """
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
    signup = service.checkin.signup
    _record("service.corrected", service, signup=signup, actor=actor, fields=["hours"])
    _notify(service, "activities/hours_corrected")
    return service


def _require_valid_hours(service: ServiceRecord, hours: Decimal) -> None:
    if not 0 <= hours <= DAY_CAP or hours * 2 % 1:
        raise ActionError(_("时长在 0 到 24 小时之间，以半小时为一档。"), code="hours", field="hours")
    elsewhere = _already_served(service.checkin)
    if hours > DAY_CAP - elsewhere:
        message = _("这一天在别的活动里已经记了 %(hours)s，一天合计不超过 24 小时。")
        raise ActionError(message % {"hours": dates.hours(elsewhere)}, code="hours", field="hours")


# ---- shared ---------------------------------------------------------------------------------------------------------
def _record(verb: str, row: Any, *, actor: Any, signup: Signup | None = None, fields: Any = ()) -> None:
    signup = signup or row.signup
    record(verb, row, actor=actor, person=signup.person, user=signup.user, fields=fields)


def _notify(service: ServiceRecord, kind: str) -> None:
    signup = service.checkin.signup
    if signup.recipient:
        notify(signup.recipient, kind, url=signup.get_absolute_url(), activity=signup.activity, service=service)
