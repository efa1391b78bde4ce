"""Drafting, approving, publishing, editing and cancelling activities (domain.md rule 7).

Each action locks the row of the activity first and checks permission and state under that lock. Sign-ups and check-ins lock
the same row (see `actions/signups.py`, "Locking order"), so an edit of the capacity waits for a sign-up that is running and
then counts it; a sign-up that waits for the edit sees the new capacity.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bases.actions import cancel_bookings_of, move_bookings_of
from bases.free_times import Interval
from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on
from organizations.states import OrganizationState

from ..models import Activity
from ..permissions import (
    can_approve_activity,
    can_cancel_activity,
    can_draft_activity,
    can_edit_activity,
    can_publish_activity,
    can_return_activity,
    can_submit_activity,
)
from ..states import ACTIVITY_TRANSITIONS, ActivityState
from .attendance import restart_attendance
from .signups import fill_places, shorten_offers

APPROVAL_DAYS = 3  # working days; the message after submitting says so
RECORDS_DAYS = 10  # working days after the end (requirements V05)
LONGEST_SERVICE = dt.timedelta(hours=24)  # one check-in earns at most a day (domain.md rule 8)

# Changes of these fields are notified to everybody who signed up.
TIME_AND_PLACE = ("starts", "ends", "mode", "place", "address", "online_url")


# ---- drafting -------------------------------------------------------------------------------------------------------
@transaction.atomic
def draft_activity(*, actor: Any, **fields: Any) -> Activity:
    """Create a draft from `fields`, whose names are in `Activity.EDITABLE_FIELDS`.

    The organizer is an organization, a team or a base; without one it is the office. The staff of the subdistrict approve
    the activity. The subdistrict is that of the organizer, where it has one; else the given one, else that of the base.
    The subdistrict of the place is the given one, else that of the base; an activity that is only online has none.
    Raises NotAllowed when `actor` does not act for the organizer, ActionError("invalid") naming the field, TypeError for a
    name that cannot be edited.  (domain.md rule 7)
    """
    activity = Activity(drafted_by=actor)
    _set(activity, fields)
    require(can_draft_activity, actor, activity)
    validate(activity)
    activity.save(force_insert=True)
    record("activity.created", activity, actor=actor)
    return activity


@transaction.atomic
def edit_activity(activity: Activity, *, actor: Any, room: Any = None, **fields: Any) -> Activity:
    """Change `fields`, whose names are in `Activity.EDITABLE_FIELDS`. Nothing is written when nothing changes.

    A published activity gets a new revision number, everybody who signed up is notified of another time or place, and new
    places are offered to the waiting list. When it moves to another day, its check-ins are deleted. With another base, the
    place's subdistrict follows unless it was given otherwise. Rooms that are booked for it follow its time, into `room` where
    that is given.

    Raises NotAllowed, also for another organizer that `actor` does not act for; ActionError("state") when it is cancelled,
    ("kind") for another kind after publication (rule 8), ("over") for another time after its end, ("served") for another day once hours were earned, ("capacity") below the
    places taken, ("invalid") naming the field, and for a published activity also what `submit_activity` raises;
    NoRoom, with alternatives, when a room that is booked for it is taken at the new time.
    """
    activity = lock(activity)
    require(can_edit_activity, actor, activity)
    before = {name: getattr(activity, name) for name in Activity.EDITABLE_FIELDS}
    _set(activity, fields)
    changed = [name for name in Activity.EDITABLE_FIELDS if getattr(activity, name) != before[name]]
    if not changed:
        return activity
    # Again with the new values: the change must not hand the activity to an organizer or a subdistrict that the actor has no
    # authority over.
    require(can_edit_activity, actor, activity)
    _check_change(activity, before, changed)
    validate(activity)
    was_published = activity.state == ActivityState.PUBLISHED
    if was_published:
        _require_complete(activity, check_start="starts" in changed)
    activity.changed_at = clock.now()
    activity.sequence += was_published
    if was_published and "ends" in changed:
        activity.due_on = _records_due(activity)
    if was_published and timezone.localdate(before["starts"]) != activity.first_day:
        restart_attendance(activity, actor=actor)
    activity.save(update_fields=[*changed, "changed_at", "sequence", "due_on", "search_text"])
    record("activity.updated", activity, actor=actor, fields=changed)
    if {"starts", "ends"} & set(changed):
        move_bookings_of(activity, before=Interval(before["starts"], before["ends"]), room=room, actor=actor)
    if was_published:
        # In this order: an offer made by `fill_places` already ends at the new start.
        shorten_offers(activity)
        fill_places(activity, actor=actor)
        _notify_change(activity, changed, before["starts"])
    return activity


def _set(activity: Activity, fields: dict[str, Any]) -> None:
    """Set `fields` without saving, and the two subdistricts as `draft_activity` describes."""
    before_base = activity.base
    assign(activity, fields, fields=Activity.EDITABLE_FIELDS)
    if activity.organizer and activity.organizer.subdistrict:
        activity.subdistrict = activity.organizer.subdistrict
    elif activity.subdistrict is None and activity.base:
        activity.subdistrict = activity.base.subdistrict
    _set_place_subdistrict(activity, before_base)


def _set_place_subdistrict(activity: Activity, before_base: Any) -> None:
    """Set the subdistrict of the place, where it is not given: that of the base.

    After a move to another base, the subdistrict of the base before is no longer a given one.
    """
    if activity.mode == Activity.Mode.ONLINE:
        activity.place_subdistrict = None
        return
    if before_base != activity.base and before_base and activity.place_subdistrict == before_base.subdistrict:
        activity.place_subdistrict = None
    if activity.place_subdistrict is None and activity.base:
        activity.place_subdistrict = activity.base.subdistrict


def _check_change(activity: Activity, before: dict[str, Any], changed: list[str]) -> None:
    """Raise the ActionErrors of `edit_activity` that depend on the state or on the values before."""
    if activity.state == ActivityState.CANCELLED:
        raise ActionError(_("活动已取消，不能再改。"), code="state")
    if "kind" in changed and activity.state == ActivityState.PUBLISHED:
        raise ActionError(_("发布以后不能再改类别：服务时长按发布时的类别记。"), code="kind", field="kind")
    moved = [name for name in ("starts", "ends") if name in changed]
    if moved and activity.state == ActivityState.PUBLISHED and before["ends"] <= clock.now():
        raise ActionError(_("活动已经结束，不能再改时间。"), code="over", field=moved[0])
    if activity.capacity is not None and activity.capacity < activity.taken:
        message = _("已经有 %(taken)d 个名额给出去了，名额不能比这个少。") % {"taken": activity.taken}
        raise ActionError(message, code="capacity", field="capacity")


def _notify_change(activity: Activity, changed: list[str], starts: dt.datetime) -> None:
    labels = {field.name: str(field.verbose_name) for field in Activity._meta.concrete_fields}
    changed_labels = [labels[name] for name in TIME_AND_PLACE if name in changed]
    if changed_labels and not activity.is_over():
        notify_signed_up(activity, "activities/changed", starts=starts, changed="、".join(changed_labels))


def notify_signed_up(activity: Activity, kind: str, *, starts: dt.datetime | None = None, **context: Any) -> int:
    """Send the notice `kind` to everybody with an open sign-up; return the number of these sign-ups.

    `starts` is the start before a change: who would have come tonight must learn of it tonight.
    """
    starts = starts if starts and starts > clock.now() else activity.starts
    signups = list(activity.signups.open().select_related("person__user", "user"))
    for signup in signups:
        if signup.recipient:
            url = signup.get_absolute_url()
            concerns = {"concerns": min(starts, activity.starts), "activity": activity, "signup": signup}
            notify(signup.recipient, kind, url=url, about=activity, **concerns, **context)
    return len(signups)


# ---- approval -------------------------------------------------------------------------------------------------------
@transaction.atomic
def submit_activity(activity: Activity, *, is_past: bool = False, actor: Any) -> Activity:
    """Submit a draft for approval by the staff responsible for it, due in three working days.

    With `is_past` it has taken place and is entered later: what people must know before they sign up may be missing, and it
    must be over. Raises NotAllowed, ActionError("organizer") when its organization is suspended or dissolved on that day,
    ("incomplete") naming the missing field, ("past") when it would have started,
    ("running") for `is_past` before the end, ("long") for a volunteer service of more than 24 hours, ("state") when it is not
    a draft.
    """
    activity = lock(activity)
    require(can_submit_activity, actor, activity)
    _require_complete(activity, is_past=is_past)
    return _move(
        activity,
        ActivityState.SUBMITTED,
        actor=actor,
        verb="activity.submitted",
        submitted_at=clock.now(),
        due_on=due_on(clock.today(), APPROVAL_DAYS),
        reason="",
    )


def _require_complete(activity: Activity, *, check_start: bool = True, is_past: bool = False) -> None:
    """Raise ActionError("organizer"), ("past"), ("running"), ("long") or ("incomplete") when `activity` cannot be published as it is.

    `check_start` False leaves the start out, so that an activity that has begun can still be edited. An activity that
    `is_past`, or was submitted as such, must be over, and needs nothing that people would have read before.
    """
    is_past = is_past or activity.was_entered_later
    if (organization := activity.organization) and organization.is_stopped_on(timezone.localdate(activity.starts)):
        text = _("%(name)s那天%(state)s，不能办活动。")
        state = OrganizationState(organization.state_on(timezone.localdate(activity.starts))).label
        raise ActionError(text % {"name": organization, "state": state}, code="organizer", field="organization")
    if is_past and not activity.is_over():
        raise ActionError(_("活动还没有结束，不能补录。"), code="running", field="ends")
    if check_start and not is_past and activity.starts <= clock.now():
        raise ActionError(_("开始时间已经过去，请改时间；已经办过的，请补录。"), code="past", field="starts")
    if activity.earns_hours and activity.ends - activity.starts > LONGEST_SERVICE:
        message = _("志愿服务一场不超过 24 小时；做几天的请按天分开，时长才记得准。")
        raise ActionError(message, code="long", field="ends")
    if not is_past and (missing := dict(missing_fields(activity))):
        message = "".join(missing.values())
        raise ActionError(message, code="incomplete", field=next(iter(missing)), each=missing)


def missing_fields(activity: Activity) -> list[tuple[str, str]]:
    """Return (field, message) of the missing fields that people must know before they sign up (requirements V02, V13)."""
    needs_place = activity.mode != Activity.Mode.ONLINE
    required = [
        ("summary", activity.summary, _("请写简介：来的人做什么。")),
        ("place", activity.place or not needs_place, _("请写地点。")),
        ("contact", activity.contact, _("请写联系方式，报名的人要找得到负责人。")),
        ("insurance", activity.insurance or not activity.hazards, _("写了可能的风险，就要写明保险怎么安排。")),
    ]
    return [(field, message) for field, value, message in required if not value]


@transaction.atomic
def return_activity(activity: Activity, *, reason: str, actor: Any) -> Activity:
    """Return it to its author for changes, with a `reason` that they read.

    Raises NotAllowed, ActionError("reason") without a reason, ("too_long") for one of more than 500 characters, ("state").
    """
    activity = lock(activity)
    require(can_return_activity, actor, activity)
    reason = required_reason(reason, missing=_("请写明要改什么。"))
    activity = _move(
        activity, ActivityState.RETURNED, actor=actor, verb="activity.returned", reason=reason, due_on=None
    )
    _notify_author(activity, "activities/returned", actor)
    return activity


@transaction.atomic
def approve_activity(activity: Activity, *, actor: Any) -> Activity:
    """Approve a submitted activity; its organizer may then publish it. Raises NotAllowed, ActionError("state").  (domain.md rule 7)"""
    activity = lock(activity)
    require(can_approve_activity, actor, activity)
    activity = _move(
        activity, ActivityState.APPROVED, actor=actor, verb="activity.approved", approved_by=actor, due_on=None
    )
    _notify_author(activity, "activities/approved", actor)
    return activity


@transaction.atomic
def undo_approval(activity: Activity, *, actor: Any) -> Activity:
    """Take the approval, or the return, of an activity back: it waits again, and its author is notified.

    Raises NotAllowed as `approve_activity`, ActionError("state") when it is neither, such as published since.
    """
    activity = lock(activity)
    require(can_approve_activity, actor, activity)
    step_back(
        activity,
        (ActivityState.APPROVED, ActivityState.RETURNED),
        ("approved_by", "due_on", "reason"),
        actor=actor,
        verb="activity.decision_undone",
    )
    _notify_author(activity, "activities/decision_undone", actor)
    return activity


@transaction.atomic
def publish_activity(activity: Activity, *, is_past: bool = False, actor: Any) -> Activity:
    """Publish it: it is shown on the calendar, and its kind is fixed from now on (rule 8).

    Staff who may approve it publish their own draft, or what was submitted, in one call; submitting and approving are recorded
    as steps. With `is_past` a draft is entered later, see `submit_activity`. Raises what `submit_activity` raises, and ActionError("state") when it is returned, published or cancelled.
    """
    activity = lock(activity)
    if activity.state == ActivityState.RETURNED and can_approve_activity(actor, activity):
        raise ActionError(_("这场活动已经退回修改，等改好重新报批以后再发布。"), code="state")
    require(can_publish_activity, actor, activity)
    if activity.state == ActivityState.DRAFT:
        activity = submit_activity(activity, is_past=is_past, actor=actor)
    if activity.state == ActivityState.SUBMITTED:
        activity = approve_activity(activity, actor=actor)
    _require_complete(activity)
    return _move(
        activity,
        ActivityState.PUBLISHED,
        actor=actor,
        verb="activity.published",
        published_at=clock.now(),
        due_on=_records_due(activity),
    )


@transaction.atomic
def cancel_activity(activity: Activity, *, reason: str, actor: Any) -> Activity:
    """Cancel it with a `reason` that everybody reads, notify everybody who signed up, and cancel its rooms. Also abandons a draft.

    Sign-ups keep their state, so that it remains known who would have come. Raises NotAllowed, ActionError("reason") without
    a reason, ("too_long") for one of more than 500 characters, ("over") after its end, ("state") when it is cancelled.
    """
    activity = lock(activity)
    require(can_cancel_activity, actor, activity)
    reason = required_reason(reason, missing=_("请写明为什么取消，报名的人会看到。"))
    if activity.state == ActivityState.PUBLISHED and activity.is_over():
        raise ActionError(_("活动已经结束，不能再取消。"), code="over")
    activity = _move(
        activity,
        ActivityState.CANCELLED,
        actor=actor,
        verb="activity.cancelled",
        cancelled_at=clock.now(),
        reason=reason,
        due_on=None,
        sequence=activity.sequence + 1,
    )
    notify_signed_up(activity, "activities/called_off")
    cancel_bookings_of(activity, actor=actor)
    return activity


def _move(activity: Activity, new: str, *, actor: Any, verb: str, **changes: Any) -> Activity:
    return move(activity, new, table=ACTIVITY_TRANSITIONS, actor=actor, verb=verb, changed_at=clock.now(), **changes)


def _notify_author(activity: Activity, kind: str, actor: Any) -> None:
    if activity.drafted_by and activity.drafted_by != actor:
        url = reverse("admin:activities_activity_change", args=[activity.pk])
        notify(activity.drafted_by, kind, url=url, concerns=activity.starts, activity=activity)


def _records_due(activity: Activity) -> dt.date | None:
    """Return the date by which the attendance of a volunteer service must be complete (requirements V05); else None."""
    first = max(activity.last_day, clock.today()) if activity.was_entered_later else activity.last_day
    return due_on(first, RECORDS_DAYS) if activity.earns_hours else None
