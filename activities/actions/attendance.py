"""Check-in, check-out and the end of the attendance (domain.md rule 8, requirements V02–V06).

Locking order
-------------
1. the row of the activity,
2. the row of the sign-up (`lock_signup`) and then of its check-in,
3. the advisory lock on the hours of one person (`hours.lock_hours`),
4. service records.

The row of the activity makes every step wait for `finish_activity`: nobody is checked in after the attendance was declared
complete. The same person may be checked out of two activities at the same moment, which are two rows, and the hours of one
depend on those of the other; so the hours of a person have a lock of their own (see `actions/hours.py`).

No hours depend on the order in which buttons are pressed: they are computed from the check-in and the check-out. A check-out
after the end says that the person stayed until the end, and is asked for each person.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock

from ..models import Activity, CheckIn, ServiceRecord, Signup
from ..permissions import can_check_in, can_finish_activity
from ..states import ActivityState, SignupState
from .hours import lock_hours, record_hours, record_no_hours, remove_hours
from .signups import lock_signup, require_published

OPENS_BEFORE = dt.timedelta(hours=3)  # before the start; an earlier scan is most likely a ticket for another day

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
def check_in(signup: Signup, *, method: str = CheckIn.Method.LIST, reason: str = "", actor: Any) -> CheckIn:
    """Check the person of `signup` in, now. After the end (from a paper list) the check-in is at the start and needs a `reason`.

    A check-in earns nothing by itself, also a late one: `check_out` or `finish_activity` says that the person stayed.

    Raises NotAllowed, ActionError("own") for oneself, ("already") with the time of the first check-in, ("waiting") for a
    sign-up without a place, ("cancelled") when the sign-up or the activity is cancelled, ("early") more than three hours
    before the start, ("late") after the end without a reason, ("too_long") for a reason of more than 500 characters,
    ("closed") once the attendance is complete.  (domain.md rule 8, requirements U23)
    """
    activity, signup = lock_signup(signup)
    require(can_check_in, actor, activity)
    require_other(signup, actor)
    require_open(activity)
    require_place(signup)
    if checkin := CheckIn.objects.filter(signup=signup).first():
        moment = timezone.localtime(checkin.checked_in_at)
        raise ActionError(_("已经签到过，%(when)s。") % {"when": f"{moment:%H:%M}"}, code="already")
    checkin = CheckIn(signup=signup, method=method, by=actor, checked_in_at=clock.now())
    if activity.is_over():
        checkin.method, checkin.checked_in_at = CheckIn.Method.LATE, activity.starts
        checkin.reason = _late_reason(reason)
    checkin.save(force_insert=True)
    record_check_in_step("checkin.created", checkin, actor=actor)
    return checkin


def _late_reason(reason: str) -> str:
    if not reason.strip():
        raise ActionError(_("活动已经结束，补签到要写理由，本人会看到。"), code="late", field="reason")
    return required_reason(reason)


@transaction.atomic
def check_out(checkin: CheckIn, *, actor: Any) -> CheckIn:
    """Check the person out: now, or after the end of the activity at its end (the person stayed). Records volunteer hours.

    Safe to repeat: a second call changes nothing. Raises NotAllowed, ActionError("own") for oneself, ("cancelled"),
    ("early"), ("closed") once the attendance is complete.
    """
    activity, signup = lock_signup(checkin.signup)
    require(can_check_in, actor, activity)
    require_other(signup, actor)
    require_open(activity)
    checkin = lock(checkin)
    checkin.signup = signup
    if checkin.checked_out_at:
        return checkin
    return _check_out(checkin, actor)


def _check_out(checkin: CheckIn, actor: Any) -> CheckIn:
    activity = checkin.signup.activity
    checkin.checked_out_at = max(min(clock.now(), activity.ends), checkin.checked_in_at)
    checkin.save(update_fields=["checked_out_at"])
    record_check_in_step("checkin.ended", checkin, actor=actor)
    if activity.earns_hours:
        record_hours(checkin, actor=actor)
    return checkin


@transaction.atomic
def undo_check_in(checkin: CheckIn, *, actor: Any) -> CheckIn | None:
    """Undo the last step: the check-out with its hours, or else the check-in. Return the check-in, or None if it is deleted.

    Raises NotAllowed, ActionError("own") for oneself, ("corrected") when the hours were corrected since, ("cancelled"),
    ("early"), ("closed") once the attendance is complete.
    """
    activity, signup = lock_signup(checkin.signup)
    require(can_check_in, actor, activity)
    require_other(signup, actor)
    require_open(activity)
    checkin = lock(checkin)
    checkin.signup = signup
    remove_hours(checkin, actor=actor)
    record_check_in_step("checkin.removed", checkin, actor=actor)
    if checkin.checked_out_at:
        checkin.checked_out_at = None
        checkin.save(update_fields=["checked_out_at"])
        return checkin
    checkin.delete()
    return None


def restart_attendance(activity: Activity, *, actor: Any) -> None:
    """Delete the check-ins of `activity`, which was moved to another day; the caller has locked it.

    Raises ActionError("served") when somebody has earned hours: these belong to the day on which they were served.
    """
    earned = ServiceRecord.objects.filter(checkin__signup__activity=activity, hours__gt=0).count()
    if earned:
        message = _("已经有 %(n)d 人记了服务时长，不能改到另一天；没办完的请另办一场。") % {"n": earned}
        raise ActionError(message, code="served", field="starts")
    checkins = list(CheckIn.objects.filter(signup__activity=activity).select_related("signup__person", "signup__user"))
    lock_hours(*[checkin.signup for checkin in checkins])
    for checkin in checkins:
        checkin.signup.activity = activity
        remove_hours(checkin, actor=actor)
        record_check_in_step("checkin.removed", checkin, actor=actor)
        checkin.delete()


def require_other(signup: Signup, actor: Any) -> None:
    """Raise ActionError("own") for the actor's own sign-up: nobody attests their own attendance, which earns hours."""
    if signup.is_of(actor):
        raise ActionError(_("自己的签到、签退请别人来登记。"), code="own")


def require_place(signup: Signup) -> None:
    """Raise ActionError("waiting") or ("cancelled") for a sign-up without a place."""
    if signup.state != SignupState.CONFIRMED:
        code, message = _NO_PLACE[signup.state]
        raise ActionError(message, code=code)


def opens_at(activity: Activity) -> dt.datetime:
    """Return the moment from which people can be checked in."""
    return activity.starts - OPENS_BEFORE


def require_open(activity: Activity) -> None:
    """Raise ActionError("cancelled"), ("closed") or ("early") unless attendance can be recorded now."""
    require_published(activity)
    if activity.recorded_at:
        raise ActionError(_("签到记录已经登记完成；时长有误请用“更正”。"), code="closed")
    if clock.now() < opens_at(activity):
        raise ActionError(_("还没到签到的时候：开始前 3 小时起可以签到。"), code="early")


# ---- the attendance is complete -------------------------------------------------------------------------------------
@transaction.atomic
def finish_activity(
    activity: Activity,
    *,
    headcount: int | None = None,
    listed: Collection[str] = (),
    stayed: Collection[str] = (),
    actor: Any,
) -> Activity:
    """Declare the attendance complete.

    `headcount` is the number of people counted by eye; None keeps the stored one. At a volunteer service, `listed` are the
    ticket numbers of all who have no check-out, as the organizer has looked at them, and `stayed` those of them who stayed
    until the end: these are checked out at the end and earn hours. The others of `listed` earn nothing.

    Raises NotAllowed, ActionError("running") before the end, ("open") when somebody without a check-out is not `listed`,
    ("own") when `actor` says so about themself, ("closed") when it is complete already, ("cancelled").
    (domain.md rule 8, requirements V05: within ten working days)
    """
    activity = lock(activity)
    require(can_finish_activity, actor, activity)
    if activity.state == ActivityState.PUBLISHED and not activity.is_over():
        raise ActionError(_("活动还没有结束。"), code="running")
    require_open(activity)
    if activity.earns_hours:
        _settle_present(activity, set(listed), set(stayed), actor)
    activity.recorded_at = activity.changed_at = clock.now()
    activity.headcount = headcount if headcount is not None else activity.headcount
    activity.due_on = None
    activity.save(update_fields=["recorded_at", "changed_at", "headcount", "due_on"])
    record("activity.finished", activity, actor=actor, fields=["recorded_at", "headcount"])
    return activity


def without_check_out(activity: Activity) -> list[CheckIn]:
    """Return the check-ins of a volunteer service that have no check-out, by name; of other activities none.

    `finish_activity` needs to know for each whether the person stayed.
    """
    if not activity.earns_hours:
        return []
    signups = Signup.objects.filter(activity=activity, checkin__isnull=False, checkin__checked_out_at=None)
    return [signup.checkin for signup in signups.select_related("checkin", "person", "user").by_name()]


def _settle_present(activity: Activity, listed: set[str], stayed: set[str], actor: Any) -> None:
    """Check out those who `stayed`, and record no hours for the rest of `listed`. The caller has locked the activity."""
    present = without_check_out(activity)
    if unlisted := [checkin for checkin in present if checkin.signup.public_id not in listed]:
        message = _("还有 %(n)d 人没有签退。请先看一遍名单，说明谁待到了结束。") % {"n": len(unlisted)}
        url = reverse("activities:checkin", args=[activity.public_id]) + "#finish"
        raise ActionError(message, code="open", field="stayed", url=url)
    # Take the locks of all persons at once, which `advisory_lock` does in one fixed order. One after the other, in the
    # order of the check-ins, two services of the same people that are finished at the same time would deadlock.
    lock_hours(*[checkin.signup for checkin in present])
    for checkin in present:
        checkin.signup.activity = activity
        if checkin.signup.public_id in stayed:
            require_other(checkin.signup, actor)
            _check_out(checkin, actor)
        else:
            record_no_hours(checkin, actor=actor)


# ---- shared ---------------------------------------------------------------------------------------------------------
def record_check_in_step(verb: str, checkin: CheckIn, *, actor: Any) -> None:
    """Record `verb` in the audit, for the person or the account of the sign-up."""
    record(verb, checkin, actor=actor, person=checkin.signup.person, user=checkin.signup.user)
