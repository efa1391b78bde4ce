"""Rooms and their bookings: prebooked, confirmed or declined by the base, edited, cancelled; periods in which a room is closed.

Every action on a booking locks the row of its room first (before it the base, where visits need the room), then the booking, so
that two bookings of one room queue. That two of
one room never overlap is kept by the database (`booking_room_once_at_a_time`).
"""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.accounts.models import Role, User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.staff.links import page_url
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions
from ..free_times import Interval, is_open
from ..models import ANSWER_DAYS, Base, Post, Room, RoomBooking
from ..states import BOOKING_TRANSITIONS, BookingState
from .room_offers import NoRoom, no_room, no_room_for

LONGEST = dt.timedelta(hours=16)  # one booking is within a day; a closed period may be longer


# ---- booking --------------------------------------------------------------------------------------------------------
@transaction.atomic
def book_room(
    room: Room,
    *,
    actor: Any,
    organization: Any = None,
    team: Any = None,
    activity: Any = None,
    **data: Any,
) -> RoomBooking:
    """Book `room` with `data` (names in `RoomBooking.EDITABLE_FIELDS`), for an organization, a team, or the base itself.

    For an `activity` the organizer of the activity books. Who manages the base books at once, everybody else prebooks, and
    the base answers within two working days.

    Raises NotAllowed when `actor` acts neither for the organizer nor for the base; ActionError("invalid") with the field,
    ("organizer") when the organization is suspended or dissolved on that day, ("past"), ("long") beyond 16 hours; NoRoom, with free alternatives, as ("small") when the room has too few seats or lacks
    equipment, ("shut") outside the opening hours, which does not apply to who manages the base, and ("taken").
    """
    room = _lock_room(room)
    booking = RoomBooking(room=room, booked_by=actor, organization=organization, team=team, activity=activity)
    if activity is not None:
        booking.organization, booking.team = activity.organization, activity.team
    assign(booking, data, fields=RoomBooking.EDITABLE_FIELDS)
    require(permissions.can_book_room, actor, booking)
    booking.is_demo = bool(actor.is_demo)
    manages = permissions.can_edit_base(actor, room.base)
    _require_bookable(booking, manages)
    if manages:
        booking.state, booking.decided_by, booking.decided_at = BookingState.CONFIRMED, actor, clock.now()
    else:
        booking.due_on = min(due_on(clock.today(), ANSWER_DAYS), booking.day)
    _save(booking)
    audit.record("booking.confirmed" if manages else "booking.made", booking, actor=actor)
    if not manages:
        _notify_managers(booking, "bases/booking_waiting")
    return booking


@transaction.atomic
def edit_booking(booking: RoomBooking, *, actor: Any, **data: Any) -> RoomBooking:
    """Change `data` (names in `RoomBooking.EDITABLE_FIELDS`) of a booking that has not begun; the other side is notified.

    Who booked may do so until it is confirmed, who manages the base at any time. Raises as `book_room`, and ActionError("base")
    for a room of another base, ("begun"), ("state").
    """
    booking = _locked(booking, data.get("room"))
    require(permissions.can_edit_booking, actor, booking)
    if "room" in data and data["room"].base_id != booking.room.base_id:
        raise ActionError(_("只能换成同一个基地的场地。"), code="base", field="room")
    if booking.state not in (BookingState.PREBOOKED, BookingState.CONFIRMED):
        raise ActionError(_("这个预订已经结束，不能再改。"), code="state")
    _require_ahead(booking)
    changed = assign(booking, data, fields=RoomBooking.EDITABLE_FIELDS)
    if not changed:
        return booking
    _require_bookable(booking, permissions.can_edit_base(actor, booking.base))
    if booking.due_on:
        booking.due_on = min(booking.due_on, booking.day)
    _save(booking, [*changed, "due_on"])
    audit.record("booking.edited", booking, actor=actor, fields=changed)
    if permissions.can_edit_base(actor, booking.base):
        _notify_booker(booking, "bases/booking_edited", actor)
    else:
        _notify_managers(booking, "bases/booking_waiting")
    return booking


def _require_bookable(booking: RoomBooking, manages: bool) -> None:
    """Raise the ActionErrors of `book_room` that do not depend on who books; `manages`: for the base itself."""
    validate(booking, ["title", "people", "needs", "starts", "ends"])
    if booking.organization and booking.organization.is_stopped_on(timezone.localdate(booking.starts)):
        text = _("%(name)s那天已经暂停或注销，不能预订。") % {"name": booking.organization}
        raise ActionError(text, code="organizer", field="starts")
    room, now = booking.room, clock.now()
    if booking.starts <= now:
        raise ActionError(_("开始时间已经过去，请改时间。"), code="past", field="starts")
    if booking.length > LONGEST:
        raise ActionError(_("一次最多订 16 个小时，几天的请分开订。"), code="long", field="ends")
    if room.closed_on:
        raise no_room(booking, _("这个场地已经停止使用。"), "shut", "room")
    if not room.fits(booking.people, booking.needs):
        text = _("%(room)s坐 %(n)d 人，设备有：%(equipment)s，不够用。")
        about = {"room": room.name, "n": room.capacity, "equipment": room.equipment_text or _("没有")}
        raise no_room(booking, text % about, "small", "room")
    if not manages and not is_open(booking.time, room.base.calendar(booking.day, booking.day)):
        hours = room.base.hours
        raise no_room(booking, _("这个时间基地不开放。开放时间：%(hours)s。") % {"hours": hours}, "shut", "starts")
    if _blocking(booking).exists() or _meets_visit(booking):
        raise no_room(booking, _("这个时间已经有人订了。"), "taken", "starts")


def _blocking(booking: RoomBooking) -> QuerySet:
    rows = booking.room.bookings.blocking().overlapping(booking.starts, booking.ends)
    return rows.exclude(pk=booking.pk)


def _meets_visit(booking: RoomBooking) -> bool:
    """Return whether a visit to the base needs the room at that time. The caller has locked the base, see `_lock_room`."""
    visits = booking.base.visits.blocking().overlapping(booking.starts, booking.ends)
    return booking.room.for_visits and visits.exists()


def _save(booking: RoomBooking, names: list[str] | None = None) -> None:
    """Save `booking`, or raise NoRoom("taken") when the database finds another one at that time."""
    try:
        with transaction.atomic():
            booking.save(force_insert=names is None, update_fields=names)
    except IntegrityError:
        raise no_room(booking, _("这个时间已经有人订了。"), "taken", "starts") from None


# ---- the answer of the base -----------------------------------------------------------------------------------------
@transaction.atomic
def confirm_booking(booking: RoomBooking, *, actor: Any) -> RoomBooking:
    """Confirm a prebooked room. Raises NotAllowed, ActionError("state") when it does not wait, ("begun") once it has begun."""
    booking = _locked(booking)
    require(permissions.can_decide_booking, actor, booking)
    _require_ahead(booking)
    _decide(booking, BookingState.CONFIRMED, "booking.confirmed", actor)
    _notify_booker(booking, "bases/booking_confirmed", actor)
    return booking


@transaction.atomic
def decline_booking(booking: RoomBooking, *, actor: Any, reason: str) -> RoomBooking:
    """Decline a prebooked room with a `reason` that its booker reads. Raises as `confirm_booking`, ActionError("reason"), ("too_long")."""
    booking = _locked(booking)
    require(permissions.can_decide_booking, actor, booking)
    reason = required_reason(reason, missing=_("请写为什么不行，预订的人会看到。"))
    _decide(booking, BookingState.DECLINED, "booking.declined", actor, reason=reason)
    _notify_booker(booking, "bases/booking_declined", actor)
    return booking


@transaction.atomic
def undo_booking_decision(booking: RoomBooking, *, actor: Any) -> RoomBooking:
    """Take a confirmation or a refusal back: the booking waits again, and its booker is notified.

    Raises NotAllowed, ActionError("state") when something happened since, ("taken") when somebody else has the time by now.
    """
    booking = _locked(booking)
    require(permissions.can_decide_booking, actor, booking)
    try:
        with transaction.atomic():
            step_back(
                booking,
                (BookingState.CONFIRMED, BookingState.DECLINED),
                ("decided_by", "decided_at", "reason", "due_on"),
                decided=("decided_at",),
                actor=actor,
                verb="booking.decision_undone",
            )
    except IntegrityError:
        raise ActionError(_("这个时间已经给了别人，不能撤销。"), code="taken") from None
    _notify_booker(booking, "bases/booking_undone", actor)
    return booking


@transaction.atomic
def cancel_booking(booking: RoomBooking, *, actor: Any, reason: str) -> RoomBooking:
    """Cancel a booking that is not over, with a `reason` that the other side reads; end a closed period early.

    Raises NotAllowed, ActionError("reason"), ("too_long"), ("over") after its end, ("state").
    """
    booking = _locked(booking)
    require(permissions.can_cancel_booking, actor, booking)
    reason = required_reason(reason, missing=_("请写为什么取消，对方会看到。"))
    if booking.ends <= clock.now():
        raise ActionError(_("这个时间已经过去，不用取消了。"), code="over")
    was_closure = booking.state == BookingState.CLOSURE
    _move(booking, BookingState.CANCELLED, "booking.cancelled", actor, reason=reason, due_on=None)
    if not was_closure:
        _notify_booker(booking, "bases/booking_cancelled", actor)
        if not permissions.can_edit_base(actor, booking.base):
            _notify_managers(booking, "bases/booking_cancelled")
    return booking


@transaction.atomic
def cancel_bookings_of(activity: Any, *, actor: Any) -> None:
    """Cancel the coming bookings of `activity`, which is cancelled with a reason; the managers of the bases are notified."""
    rows = RoomBooking.objects.filter(activity=activity, ends__gt=clock.now()).order_by("room_id", "pk")
    for booking in rows.filter(state__in=(BookingState.PREBOOKED, BookingState.CONFIRMED)):
        booking = _locked(booking)
        reason = _("活动取消：%(reason)s") % {"reason": activity.reason}
        _move(booking, BookingState.CANCELLED, "booking.cancelled", actor, reason=reason[:500], due_on=None)
        _notify_managers(booking, "bases/booking_cancelled")


@transaction.atomic
def move_bookings_of(activity: Any, *, before: Interval, room: Room | None = None, actor: Any) -> list[RoomBooking]:
    """Move the coming bookings of `activity` with its time, which was `before`: a booking keeps what it begins earlier and ends later.

    A booking whose room is taken then moves into `room`, if that is in the same base. What the base had confirmed waits for its answer again, unless `actor`
    manages the base. Returns the bookings that moved. Raises as `book_room`, with alternatives for the first booking that cannot
    be moved; the caller's transaction then writes nothing.
    """
    rows = RoomBooking.objects.filter(activity=activity, starts__gt=clock.now()).order_by("room_id", "pk")
    moved = []
    for row in rows.filter(state__in=(BookingState.PREBOOKED, BookingState.CONFIRMED)).select_related("room__base"):
        other = room if room and room.base_id == row.room.base_id else None
        booking = _locked(row, other)
        booking.starts += activity.starts - before.starts
        booking.ends += activity.ends - before.ends
        manages = permissions.can_edit_base(actor, booking.base)
        try:
            _place(booking, other, manages)
        except NoRoom as error:
            raise no_room_for(activity, booking, error) from error
        audit.record("booking.edited", booking, actor=actor, fields=["room", "starts", "ends", "state"])
        if manages:
            _notify_booker(booking, "bases/booking_edited", actor)
        else:
            _notify_managers(booking, "bases/booking_waiting")
        moved.append(booking)
    return moved


def _place(booking: RoomBooking, other: Room | None, manages: bool) -> None:
    """Save `booking` at its new time in its room, or in `other` where its own is not free then. Raises as `book_room`."""
    try:
        _require_bookable(booking, manages)
    except NoRoom:
        if other is None or other == booking.room:
            raise
        booking.room = other
        _require_bookable(booking, manages)
    if not manages and booking.state == BookingState.CONFIRMED:  # the base had confirmed another time
        booking.state, booking.decided_by, booking.decided_at = BookingState.PREBOOKED, None, None
    if booking.state == BookingState.PREBOOKED:
        booking.due_on = min(due_on(clock.today(), ANSWER_DAYS), booking.day)
    _save(booking, ["room", "starts", "ends", "state", "decided_by", "decided_at", "due_on"])


@transaction.atomic
def close_room_for(room: Room, *, actor: Any, starts: dt.datetime, ends: dt.datetime, reason: str) -> RoomBooking:
    """Close `room` for a while, for example for repairs; nobody books it then.

    Raises NotAllowed, ActionError("reason"), ("invalid"), ("past") when it is over, ("taken") while somebody has booked a
    part of it: these bookings are to be cancelled or moved first.
    """
    room = lock(room)
    require(permissions.can_edit_base, actor, room.base)
    reason = required_reason(reason, missing=_("请写为什么停用。"))
    booking = RoomBooking(
        room=room, starts=starts, ends=ends, title=_("停用"), people=1, reason=reason, booked_by=actor
    )
    booking.state, booking.is_demo = BookingState.CLOSURE, bool(actor.is_demo)
    validate(booking, ["starts", "ends"])
    if ends <= clock.now():
        raise ActionError(_("这段时间已经过去。"), code="past", field="ends")
    if met := list(_blocking(booking)[:3]):
        text = _("这段时间有预订，先取消或改时间：%(which)s。") % {"which": "；".join(map(str, met))}
        raise ActionError(text, code="taken", field="starts")
    _save(booking)
    audit.record("booking.closure_added", booking, actor=actor)
    return booking


@transaction.atomic
def expire_bookings() -> int:
    """Expire the bookings that nobody answered before they began; who booked is notified. Return how many. Safe to repeat."""
    late = RoomBooking.objects.filter(state=BookingState.PREBOOKED, starts__lte=clock.now()).order_by("room_id", "pk")
    found = list(late.select_for_update(of=("self",), skip_locked=True)[:200])
    for booking in found:
        _move(booking, BookingState.EXPIRED, "booking.expired", None, due_on=None)
        _notify_booker(booking, "bases/booking_expired", None)
    return len(found)


# ---- shared ---------------------------------------------------------------------------------------------------------
def _lock_room(room: Room) -> Room:
    """Lock `room`, after its base where visits need it: these lock the base, so that both never get the same time."""
    if room.for_visits:
        lock(room.base)
    return lock(room)


def _locked(booking: RoomBooking, other: Room | None = None) -> RoomBooking:
    """Lock the room of `booking`, and the room `other`, in the order of their keys; then the booking, which is returned."""
    rooms = {room.pk: room for room in (booking.room, other or booking.room)}
    locked = {pk: _lock_room(rooms[pk]) for pk in sorted(rooms)}
    booking = lock(booking)
    if booking.room_id not in locked:
        raise ActionError(_("这个预订刚换了场地，请刷新页面看最新情况。"), code="state")
    booking.room = locked[booking.room_id]
    return booking


def _require_ahead(booking: RoomBooking) -> None:
    if booking.has_begun():
        raise ActionError(_("这个时间已经开始或过去了。"), code="begun")


def _decide(booking: RoomBooking, new: str, verb: str, actor: Any, **changes: Any) -> None:
    if booking.state != BookingState.PREBOOKED:
        raise ActionError(_("这个预订已经答复过了。"), code="state")
    _move(booking, new, verb, actor, decided_by=actor, decided_at=clock.now(), due_on=None, **changes)


def _move(booking: RoomBooking, new: str, verb: str, actor: Any, **changes: Any) -> None:
    move(booking, new, table=BOOKING_TRANSITIONS, actor=actor, verb=verb, **changes)


def managers_of(base: Base) -> list[User]:
    """Return the accounts that manage `base` today: its managers, or without any the staff of its area."""
    posts = base.posts.filter(kind=Post.Kind.MANAGER, person__state="active").on(clock.today())
    found = list(User.objects.filter(is_active=True, person__in=posts.values("person")))
    if found:
        return found
    kind = Role.Kind.SUBDISTRICT if base.subdistrict_id else Role.Kind.DISTRICT
    roles = Role.objects.on(clock.today()).filter(kind=kind, subdistrict=base.subdistrict_id)
    return list(User.objects.filter(is_active=True, pk__in=roles.values("user")))


def _notify_managers(booking: RoomBooking, template: str) -> None:
    for user in managers_of(booking.base):
        if user != booking.booked_by:
            notify(user, template, url=page_url(booking), concerns=booking.starts, booking=booking)


def _notify_booker(booking: RoomBooking, template: str, actor: Any) -> None:
    if booking.booked_by and booking.booked_by != actor and booking.booked_by.is_active:
        notify(booking.booked_by, template, url=page_url(booking), concerns=booking.starts, booking=booking)
