"""A visit as an iCalendar file (RFC 5545), for the guest and for the base."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chengyang.platform.web.calendar_files import calendar_file

from .models import Visit
from .states import VisitState


def calendar_of(visit: Visit, request: HttpRequest) -> bytes:
    """Return a calendar file with the visit; a cancelled one removes itself from the calendar that has it."""
    from icalendar import Event  # loaded when the first file is made

    event = Event()
    url = request.build_absolute_uri(visit.get_absolute_url())
    base = visit.base
    event.add("uid", f"{visit.public_id}@{settings.SITE['domain']}")
    event.add("dtstamp", (visit.decided_at or visit.at).astimezone(dt.UTC))
    event.add("dtstart", visit.starts.astimezone(dt.UTC))
    event.add("dtend", visit.ends.astimezone(dt.UTC))
    event.add(
        "summary", _("观摩%(base)s（%(unit)s，%(n)d 位）") % {"base": base, "unit": visit.unit, "n": visit.people}
    )
    event.add("status", _status(visit))
    event.add("url", url)
    event.add("description", "\n".join(filter(None, (visit.programme, _("详情：%(url)s") % {"url": url}))))
    if where := "，".join(filter(None, (base.place, base.address))):
        event.add("location", where)
    return calendar_file([event.to_ical()])


def _status(visit: Visit) -> str:
    if visit.state in (VisitState.CONFIRMED, VisitState.DONE):
        return "CONFIRMED"
    return "TENTATIVE" if visit.is_open else "CANCELLED"
