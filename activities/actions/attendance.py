"""Check-in, check-out and the volunteer hours that come of them (domain.md rule 8, requirements V02–V06)."""

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

OPENS_BEFORE = dt.timedelta(hours=3)  # the door opens; whoever scans earlier holds the wrong day's ticket
STEP = dt.timedelta(minutes=30)  # promised on the activity page: hours count in half hours
DAY_CAP = Decimal(24)

_NOT_AT_THE_DOOR: dict[str, tuple[str, Any]] = {
    SignupState.WAITLISTED: ("waiting", gettext_lazy("还在候补，没有名额。")),
    SignupState.OFFERED: ("waiting", gettext_lazy("有名额等他确认，还没有确认。")),
    SignupState.PENDING: ("waiting", gettext_lazy("报名还没有审核。")),
    SignupState.CANCELLED: ("cancelled", gettext_lazy("这个报名已经取消。")),
    SignupState.DECLINED: ("cancelled", gettext_lazy("这个报名没有通过。")),
    SignupState.EXPIRED: ("cancelled", gettext_lazy("名额过时没有确认，已经给了别人。")),
}


# ---- at the door ----------------------------------------------------------------------------------------------------
@transaction.atomic
def check_in(signup: Signup, *, method: str = CheckIn.Method.LIST, actor: Any) -> CheckIn:
    """Put down that the person of `signup` came, now; after the end, from a paper list, for the whole of the activity.

    Raises ActionError("own") for oneself, "already" with when, "waiting" without a place, "cancelled", "early" more than
    three hours before the start, "closed" once the attendance is complete.  (requirements U23)
    """
    activity, signup = lock_signup(signup)
    require(can_check_in, actor, activity)
    _require_other(signup, actor)
    _require_open(activity)
    if signup.state != SignupState.CONFIRMED:
        code, sentence = _NOT_AT_THE_DOOR[signup.state]
        raise ActionError(sentence, code=code)
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
    """Put down when the person left: now, at the latest the end. Hours of a volunteer service are recorded with it.

    Safe to repeat. Raises ActionError("own") for oneself, "closed" once the attendance is complete.
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
    """Take the last step back: the check-out with its hours, or else the check-in. Return what is left of it.

    After the end nobody could check out again at the right time, so there the whole goes.

    Raises ActionError("own") for oneself, "corrected" when the hours were corrected since, "closed" once the attendance is
    complete.
    """
    activity, signup = lock_signup(checkin.signup)
    require(can_check_in, actor, activity)
    _require_other(signup, actor)
    _require_open(activity)
    checkin = lock(checkin)
    checkin.signup = signup
    service = ServiceRecord.objects.filter(checkin=checkin).first()
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
    """Nobody attests their own attendance: hours come of it."""
    if signup.is_of(actor):
        raise ActionError(_("自己的签到、签退请别人来登记。"), code="own")


def opens_at(activity: Activity) -> dt.datetime:
    """Return when the door opens: from then on people can be checked in."""
    return activity.starts - OPENS_BEFORE


def _require_open(activity: Activity) -> None:
    require_published(activity)
    if activity.recorded_at:
        raise ActionError(_("签到记录已经登记完成；时长有误请用“更正”。"), code="closed")
    if clock.now() < opens_at(activity):
        raise ActionError(_("还没到签到的时候：开始前 3 小时起可以签到。"), code="early")


# ---- hours ----------------------------------------------------------------------------------------------------------
def served_hours(checked_in: dt.datetime, checked_out: dt.datetime, activity: Activity) -> Decimal:
    """Return the hours between check-in and check-out that lie within the activity, in whole half hours, rounded down.

    Waiting before the start and the way there are no service; time beyond the end is added by a correction with its
    reason.  (domain.md rule 8, requirements V03)
    """
    within = min(checked_out, activity.ends) - max(checked_in, activity.starts)
    return Decimal(max(within, dt.timedelta()) // STEP) / 2


@transaction.atomic
def record_hours(checkin: CheckIn, *, actor: Any) -> ServiceRecord:
    """Record the hours of one attendance that has a check-out; what a person serves on one day is at most 24 hours.

    Safe to repeat. Raises ActionError("kind") for what is no volunteer service (rule 8), "open" without a check-out.
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
    """Return the hours that the same person has on the day of `checkin` from other activities, at most 24.

    Nobody else counts that day of theirs until the transaction ends.
    """
    signup, day = checkin.signup, timezone.localdate(checkin.checked_in_at)
    if signup.reached_at is None:  # erased: nobody knows whose the others are
        return Decimal(0)
    advisory_lock(_day_of(checkin))
    who = {"person": signup.person_id} if signup.person_id else {"user": signup.user_id}
    same = {f"checkin__signup__{name}": key for name, key in who.items()}
    records = ServiceRecord.objects.exclude(checkin=checkin).filter(checkin__checked_in_at__date=day, **same)
    return min(records.total(), DAY_CAP)


def _day_of(checkin: CheckIn) -> str:
    """Return the name of the lock on what one person serves on one day."""
    signup = checkin.signup
    who = f"person/{signup.person_id}" if signup.person_id else f"user/{signup.user_id}"
    return f"hours/{who}/{timezone.localdate(checkin.checked_in_at)}"


@transaction.atomic
def finish_activity(activity: Activity, *, headcount: int | None = None, actor: Any) -> Activity:
    """Declare the attendance complete: who has not checked out is checked out at the end, hours are recorded.

    `headcount` is how many were counted by eye, where that was done. Raises ActionError("running") before the end,
    "closed" when it is complete already, "cancelled".  (requirements V05: within ten working days)
    """
    activity = lock(activity)
    require(can_finish_activity, actor, activity)
    if activity.state == ActivityState.PUBLISHED and not activity.is_over():
        raise ActionError(_("活动还没有结束。"), code="running")
    _require_open(activity)
    left = list(CheckIn.objects.filter(signup__activity=activity, checked_out_at=None).select_related("signup"))
    if activity.earns_hours:  # all at once: two services that end together never wait for each other in a ring
        advisory_lock(*map(_day_of, left))
    for checkin in left:
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
    """Set other `hours` (0 to 24 in halves) with a `reason`; the old value stays beside it, all of them in the history.

    What the person served elsewhere on that day counts towards the 24. The person is told. Raises NotAllowed for oneself,
    ActionError("hours"), "reason", or "same" when nothing changes.  (rule 8, requirements V06)
    """
    service = lock(service)
    require(can_correct_hours, actor, service)
    reason = required_reason(reason, missing=_("请写明为什么更正，本人会看到。"))
    _require_possible(service, hours)
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


def _require_possible(service: ServiceRecord, hours: Decimal) -> None:
    if not 0 <= hours <= DAY_CAP or hours * 2 % 1:
        raise ActionError(_("时长在 0 到 24 小时之间，以半小时为一档。"), code="hours", field="hours")
    elsewhere = _already_served(service.checkin)
    if hours > DAY_CAP - elsewhere:
        sentence = _("这一天在别的活动里已经记了 %(hours)s，一天合计不超过 24 小时。")
        raise ActionError(sentence % {"hours": dates.hours(elsewhere)}, code="hours", field="hours")


# ---- the one way ----------------------------------------------------------------------------------------------------
def _record(verb: str, row: Any, *, actor: Any, signup: Signup | None = None, fields: Any = ()) -> None:
    signup = signup or row.signup
    record(verb, row, actor=actor, person=signup.person, user=signup.user, fields=fields)


def _notify(service: ServiceRecord, kind: str) -> None:
    signup = service.checkin.signup
    if signup.reached_at:
        notify(signup.reached_at, kind, url=signup.get_absolute_url(), activity=signup.activity, service=service)
