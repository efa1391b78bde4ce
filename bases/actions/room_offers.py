"""Alternatives to a room that is taken, closed or does not fit, and the refusal that carries them."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.chinese import dates

from ..free_times import DAY, LATER_DAYS, Interval, Place, alternatives
from ..models import Room, RoomBooking


class RoomOffer:
    """A room and a time at which it was free a moment ago; `value` names both in a form."""

    def __init__(self, room: Room, time: Interval) -> None:
        self.room, self.time = room, time

    @property
    def value(self) -> str:
        starts, ends = map(timezone.localtime, self.time)
        return f"{self.room.pk}/{starts:%Y-%m-%d %H:%M}/{ends:%Y-%m-%d %H:%M}"

    def __str__(self) -> str:
        return f"{self.room.name}，{dates.span(*self.time)}"


class NoRoom(ActionError):
    """The wanted room is taken, closed or does not fit; `offers` are alternatives that are free."""

    def __init__(self, message: Any, code: str, *, field: str, offers: Iterable[RoomOffer]) -> None:
        super().__init__(message, code, field=field)
        self.offers = list(offers)


def no_room(booking: RoomBooking, message: Any, code: str, field: str) -> NoRoom:
    """Return the refusal `message` of `booking` with free alternatives."""
    offers = offers_for(booking)
    if offers:
        message = _("%(message)s有空的列在最上面。") % {"message": message}
    return NoRoom(message, code, field=field, offers=offers)


def offers_for(booking: RoomBooking) -> list[RoomOffer]:
    """Return free alternatives to the wanted room and time of `booking`: other rooms of the base, near times, other days."""
    rooms = {room.pk: room for room in booking.base.rooms.open()}
    last = booking.ends + DAY * (LATER_DAYS + 1)
    rows = RoomBooking.objects.blocking().filter(room__in=rooms).overlapping(booking.starts - DAY, last)
    taken: dict[int, list[Interval]] = {}
    for room_id, starts, ends in rows.exclude(pk=booking.pk).values_list("room_id", "starts", "ends"):
        taken.setdefault(room_id, []).append(Interval(starts, ends))
    visits = booking.base.visits.blocking().overlapping(booking.starts - DAY, last).values_list("starts", "ends")
    visited = [Interval(*row) for row in visits] if any(room.for_visits for room in rooms.values()) else []
    for pk, room in rooms.items():
        if room.for_visits:
            taken.setdefault(pk, []).extend(visited)
    places = {
        pk: Place(pk, room.fits(booking.people, booking.needs), taken.get(pk, ()), room.capacity)
        for pk, room in rooms.items()
    }
    own = places.pop(booking.room_id, Place(booking.room_id, fits=False))
    calendar = booking.base.calendar(booking.day, booking.day + DAY * (LATER_DAYS + 1))
    found = alternatives(booking.time, own, places.values(), calendar, clock.now())
    return [RoomOffer(rooms[offer.key], offer.time) for offer in found]


def no_room_for(activity: Any, booking: RoomBooking, error: NoRoom) -> NoRoom:
    """Return the refusal `error` of `booking`, which follows `activity`, with the alternatives as times of the activity."""
    lead, tail = booking.starts - activity.starts, booking.ends - activity.ends
    offers = [
        RoomOffer(offer.room, Interval(offer.time.starts - lead, offer.time.ends - tail)) for offer in error.offers
    ]
    about = {"room": booking.room.name, "message": error.message}
    return NoRoom(_("为这场活动订的%(room)s：%(message)s") % about, error.code, field="starts", offers=offers)
