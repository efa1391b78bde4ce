"""Rooms of a base: added, edited, taken out of use and put into use again. `bookings` has who uses them when."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Base, Room
from ..states import BookingState


@transaction.atomic
def add_room(base: Base, *, actor: Any, **data: Any) -> Room:
    """Add a room to `base` from `data` (names in `Room.EDITABLE_FIELDS`). Raises ActionError("invalid") with the field, NotAllowed."""
    base = lock(base)
    require(permissions.can_edit_base, actor, base)
    room = Room(base=base, is_demo=base.is_demo, **data)
    validate(room)
    room.save(force_insert=True)
    audit.record("room.added", room, actor=actor)
    return room


@transaction.atomic
def edit_room(room: Room, *, actor: Any, **data: Any) -> Room:
    """Change `data` (names in `Room.EDITABLE_FIELDS`) of a room; bookings that it no longer fits stay. Raises as `add_room`."""
    room = lock(room)
    require(permissions.can_edit_base, actor, room.base)
    edit(room, data, fields=Room.EDITABLE_FIELDS, verb="room.edited", actor=actor)
    return room


@transaction.atomic
def close_room(room: Room, *, actor: Any) -> Room:
    """Take a room out of use from today; nobody books it any more.

    Raises ActionError("state") when it is closed already, ("booked") while a booking is still to come, NotAllowed.
    """
    room = lock(room)
    require(permissions.can_edit_base, actor, room.base)
    if room.closed_on:
        raise ActionError(_("这个场地已经停止使用。"), code="state")
    coming = room.bookings.filter(state__in=(BookingState.PREBOOKED, BookingState.CONFIRMED), ends__gt=clock.now())
    if number := coming.count():
        raise ActionError(_("还有 %(n)d 个预订没有结束，先处理它们。") % {"n": number}, code="booked")
    return _set_closed(room, clock.today(), "room.closed", actor)


@transaction.atomic
def reopen_room(room: Room, *, actor: Any) -> Room:
    """Put a closed room into use again. Raises ActionError("state") when it is in use, NotAllowed."""
    room = lock(room)
    require(permissions.can_edit_base, actor, room.base)
    if room.closed_on is None:
        raise ActionError(_("这个场地没有停用。"), code="state")
    return _set_closed(room, None, "room.reopened", actor)


def _set_closed(room: Room, day: dt.date | None, verb: str, actor: Any) -> Room:
    room.closed_on = day
    room.save(update_fields=["closed_on"])
    audit.record(verb, room, actor=actor, fields=["closed_on"])
    return room
