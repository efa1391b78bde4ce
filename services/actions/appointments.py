"""Appointments about a request: made by those who work on it, cancelled by either side, or because they no longer do."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.lib.chinese import dates
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify

from .. import permissions
from ..models import Request, ThreadEntry
from ..states import RequestState
from .handling import Kind, notify_all, notify_author, step, workers, write


@transaction.atomic
def make_appointment(
    request: Request, *, actor: Any, starts: dt.datetime, ends: dt.datetime, place: str, text: str = ""
) -> ThreadEntry:
    """Make an appointment with the author of `request`, who gets it with a file for the calendar.

    Raises NotAllowed, ActionError `past`, `ends`, `place`, and `busy` when `actor` has another appointment then.
    """
    request = lock(request)
    require(permissions.can_work_on_request, actor, request)
    if starts <= clock.now():
        raise ActionError(_("见面的时间要在现在以后。"), code="past", field="starts")
    if not starts < ends <= starts + dt.timedelta(hours=12):
        raise ActionError(_("结束要晚于开始，在同一天。"), code="ends", field="ends")
    if not place.strip():
        raise ActionError(_("请写在哪里见。"), code="place", field="place")
    mine = ThreadEntry.objects.filter(by=actor, kind=Kind.APPOINTMENT, cancelled_at__isnull=True)
    if mine.filter(starts__lt=ends, ends__gt=starts).exists():
        raise ActionError(_("这个时间你已经约了别的见面。"), code="busy", field="starts")
    fields = {"starts": starts, "ends": ends, "place": place.strip()}
    entry = write(request, Kind.APPOINTMENT, text.strip(), by=actor, **fields)
    audit.record("request.appointment_made", request, actor=actor, user=request.author)
    notify_author(request, "services/request_appointment", entry=entry, when=dates.span(starts, ends))
    return entry


@transaction.atomic
def cancel_appointment(entry: ThreadEntry, *, actor: Any) -> ThreadEntry:
    """Cancel an appointment that has not begun; either side may, and the other is notified. Raises NotAllowed, ActionError("state")."""
    request = lock(entry.request)
    entry = lock(entry)
    require(permissions.can_cancel_appointment, actor, entry)
    if entry.cancelled_at or entry.starts is None or entry.starts <= clock.now():
        raise ActionError(_("这次见面已经取消，或者已经开始。"), code="state")
    when = _cancel(entry, request, actor)
    if actor == request.author:
        notify_all(workers(request), request, "services/appointment_cancelled", when=when)
    else:
        notify_author(request, "services/appointment_cancelled", when=when)
    return entry


def cancel_appointments(request: Request, *, actor: Any) -> None:
    """Cancel the coming appointments about `request` (locked) whose makers no longer work on it; both sides are notified.

    It is called after every change of who works on it, and where it is over without an answer: then nobody does. After an answer
    people still meet.
    """
    is_over = request.state in (RequestState.WITHDRAWN, RequestState.DIVERTED, RequestState.CLOSED)
    coming = request.entries.filter(kind=Kind.APPOINTMENT, cancelled_at__isnull=True, starts__gt=clock.now())
    for entry in coming.select_related("by"):
        if entry.by and not is_over and permissions.works_on(entry.by, request):
            continue
        when = _cancel(entry, request, actor)
        if request.author != actor:
            notify_author(request, "services/appointment_cancelled", when=when)
        if entry.by and entry.by != actor:
            off = "services/appointment_off"
            notify(entry.by, off, url=entry.ics_url, about=request, request=request, when=when)


def _cancel(entry, request, actor):
    """Cancel `entry` (locked, or of a locked request), and return its time in words."""
    entry.cancelled_at = clock.now()
    entry.save(update_fields=["cancelled_at"])
    when = dates.span(entry.starts, entry.ends)
    step(request, _("取消了 %(when)s 的见面") % {"when": when}, by=actor)
    audit.record("request.appointment_cancelled", request, actor=actor, user=request.author)
    return when
