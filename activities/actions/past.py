"""Activities that have taken place and are entered later, with the people who attended them (requirements V02–V05).

They come from the sheets in which organizers kept them before. Nobody signs up for one and nobody is invited: it is a record,
which counts in the figures as soon as staff have published it. Who attended is entered by those who manage the activity, with
a reason that each of these persons reads, and only until the attendance is complete.

The order of locks is that of `actions/attendance.py`.
"""

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock
from members.models import Person

from ..models import Activity, CheckIn, Signup
from ..permissions import can_approve_activity, can_check_in, can_delete_past_activity, can_manage_activity
from ..states import ActivityState, SignupState
from .activities import draft_activity, publish_activity, submit_activity
from .attendance import OPENS_BEFORE, record_check_in_step, require_open, require_other, require_place
from .hours import record_hours, remove_hours
from .signups import lock_signup, notify_holder, record_step, require_published, take_place


# ---- activities -----------------------------------------------------------------------------------------------------
@transaction.atomic
def enter_past_activity(*, actor: Any, headcount: int | None = None, **fields: Any) -> Activity:
    """Create an activity that has taken place, from `fields` as `draft_activity` takes them, and return it.

    Staff who may approve it publish it at once; of others it is submitted for approval. `headcount` is the number of people
    counted by eye. Raises what `draft_activity` raises, ActionError("running") before its end, ("double") when the organizer
    has an activity of that title on that day, ("long") for a volunteer service of more than 24 hours.
    """
    activity = draft_activity(actor=actor, **fields)
    if headcount is not None:
        activity.headcount = headcount
        activity.save(update_fields=["headcount"])
    if of_that_day(activity).exclude(pk=activity.pk).exists():
        raise ActionError(_("这天已经有一场同名的活动。"), code="double", field="title")
    enter = publish_activity if can_approve_activity(actor, activity) else submit_activity
    return enter(activity, is_past=True, actor=actor)


def of_that_day(activity: Activity) -> models.QuerySet:
    """Return the activities of the same organizer with the title and the day of `activity` that are not cancelled."""
    midnight = clock.at(activity.first_day)
    return Activity.objects.exclude(state=ActivityState.CANCELLED).filter(
        title=activity.title,
        organization=activity.organization,
        team=activity.team,
        base=activity.base,
        starts__gte=midnight,
        starts__lt=midnight + dt.timedelta(days=1),
    )


@transaction.atomic
def submit_past_activity(activity: Activity, *, actor: Any) -> Activity:
    """Submit the draft of an activity that has taken place for approval. Raises what `submit_activity` raises."""
    return submit_activity(activity, is_past=True, actor=actor)


@transaction.atomic
def publish_past_activity(activity: Activity, *, actor: Any) -> Activity:
    """Publish the draft of an activity that has taken place. Raises what `publish_activity` raises."""
    return publish_activity(activity, is_past=True, actor=actor)


@transaction.atomic
def delete_past_activity(activity: Activity, *, actor: Any) -> None:
    """Delete an activity that was entered later by mistake.

    Raises NotAllowed, ActionError("state") for one that was published before it took place, ("closed") once its attendance is
    complete, ("in_use") while somebody is entered as having attended, or an outcome or a message belongs to it.
    """
    activity = lock(activity)
    require(can_delete_past_activity, actor, activity)
    if not activity.was_entered_later:
        raise ActionError(_("只有补录的活动可以删除；没有办的活动请取消。"), code="state")
    if activity.recorded_at:
        raise ActionError(_("签到记录已经登记完成，不能删除。"), code="closed")
    record("activity.deleted", activity, actor=actor)
    try:
        with transaction.atomic():
            activity.delete()
    except models.ProtectedError as error:
        raise ActionError(_("这场活动已经登记了到场的人或成果，不能删除。"), code="in_use") from error


# ---- attendance -----------------------------------------------------------------------------------------------------
@transaction.atomic
def enter_attendance(
    activity: Activity,
    person: Person,
    *,
    reason: str,
    checked_in_at: dt.datetime | None = None,
    checked_out_at: dt.datetime | None = None,
    actor: Any,
) -> Signup:
    """Enter that `person` attended `activity`, which is over, and return their sign-up; the person is notified.

    `checked_in_at` is the start of the activity when None. A volunteer service with `checked_out_at` earns hours; without it
    `finish_activity` asks whether the person stayed. A person who had signed up keeps that sign-up.

    Raises NotAllowed, ActionError("own") for oneself, ("running") before the end, ("closed") once the attendance is complete,
    ("cancelled"), ("already") for a person who is checked in, ("waiting") for one whose sign-up has no place, ("full") when
    no place is left, ("moment") for a time outside the activity, ("reason"), ("too_long").
    """
    activity = lock(activity)
    require(can_manage_activity, actor, activity)
    _require_past(activity)
    signup = activity.signups.open().filter(person=person).select_for_update(of=("self",)).first()
    if signup is None:
        signup = _sign_up(activity, person, actor)
    signup.activity, signup.person = activity, person
    if signup.is_checked_in:
        raise ActionError(_("已经登记过到场。"), code="already")
    times = {"checked_in_at": checked_in_at, "checked_out_at": checked_out_at}
    return record_attendance(signup, reason=reason, actor=actor, **times).signup


def _sign_up(activity: Activity, person: Person, actor: Any) -> Signup:
    if activity.places_left == 0:
        raise ActionError(_("名额已满；来的人比名额多，请先改名额。"), code="full")
    signup = take_place(activity, SignupState.CONFIRMED, {"person": person})
    record_step("signup.created", signup, actor=actor)
    return signup


@transaction.atomic
def record_attendance(
    signup: Signup,
    *,
    reason: str,
    checked_in_at: dt.datetime | None = None,
    checked_out_at: dt.datetime | None = None,
    actor: Any,
) -> CheckIn:
    """Set when the person of `signup` came to an activity that is over, and when they left; hours are computed anew.

    Raises the ActionErrors of `enter_attendance`, and ("corrected") when the hours were corrected since.
    """
    activity, signup = lock_signup(signup)
    require(can_check_in, actor, activity)
    require_other(signup, actor)
    _require_past(activity)
    require_place(signup)
    reason = required_reason(reason, missing=_("请写明依据，到场的人会看到。"))
    came, left = _within(activity, checked_in_at, checked_out_at)
    checkin = CheckIn.objects.select_for_update().filter(signup=signup).first()
    if checkin is not None:
        checkin.signup = signup
        remove_hours(checkin, actor=actor)
    else:
        checkin = CheckIn(signup=signup, method=CheckIn.Method.LATE, by=actor)
    checkin.checked_in_at, checkin.checked_out_at, checkin.reason = came, left, reason
    checkin.save()
    record_check_in_step("checkin.entered", checkin, actor=actor)
    if left and activity.earns_hours:
        record_hours(checkin, actor=actor)
    else:
        notify_holder(signup, "activities/attendance_entered")
    return checkin


@transaction.atomic
def remove_attendance(signup: Signup, *, actor: Any) -> Signup:
    """Remove that the person of `signup` attended, with the hours, and the sign-up itself where it was entered after the end.

    Raises NotAllowed, ActionError("own") for oneself, ("running") before the end, ("closed") once the attendance is complete,
    ("cancelled"), ("corrected") when the hours were corrected.
    """
    activity, signup = lock_signup(signup)
    require(can_check_in, actor, activity)
    require_other(signup, actor)
    _require_past(activity)
    if checkin := CheckIn.objects.select_for_update().filter(signup=signup).first():
        checkin.signup = signup
        remove_hours(checkin, actor=actor)
        record_check_in_step("checkin.removed", checkin, actor=actor)
        checkin.delete()
    if signup.at >= activity.ends:
        record_step("signup.deleted", signup, actor=actor)
        activity.taken -= 1
        activity.save(update_fields=["taken"])
        signup.delete()
    return signup


def _require_past(activity: Activity) -> None:
    require_published(activity)
    if not activity.is_over():
        raise ActionError(_("活动还没有结束，请用签到页。"), code="running")
    require_open(activity)


def _within(
    activity: Activity, came: dt.datetime | None, left: dt.datetime | None
) -> tuple[dt.datetime, dt.datetime | None]:
    """Return check-in and check-out, or raise ActionError("moment") for one that cannot be of this activity."""
    came = came or activity.starts
    if not activity.starts - OPENS_BEFORE <= came < activity.ends:
        raise ActionError(_("签到时间不在这场活动里。"), code="moment", field="checked_in_at")
    if left and not came <= left:
        raise ActionError(_("签退要晚于签到。"), code="moment", field="checked_out_at")
    if left and left > activity.ends + OPENS_BEFORE:
        raise ActionError(_("签退时间不在这场活动里。"), code="moment", field="checked_out_at")
    return came, min(left, activity.ends) if left else None
