"""An appointment about a request as an iCalendar file (RFC 5545), for both sides."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from .models import ThreadEntry


def calendar_of(entry: ThreadEntry, request: HttpRequest) -> bytes:
    """Return a calendar file with the appointment; a cancelled one removes itself from the calendar that has it."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", f"-//{settings.SITE['domain']}//chengyang//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    url = request.build_absolute_uri(entry.request.get_absolute_url())
    event.add("uid", f"{entry.public_id}@{settings.SITE['domain']}")
    event.add("dtstamp", (entry.cancelled_at or entry.at).astimezone(dt.UTC))
    event.add("dtstart", entry.starts.astimezone(dt.UTC))
    event.add("dtend", entry.ends.astimezone(dt.UTC))
    # A calendar is often shared: it names the number, not what the request is about.
    event.add("summary", _("见面：诉求 %(number)s") % {"number": entry.request.number})
    event.add("status", "CANCELLED" if entry.cancelled_at else "CONFIRMED")
    event.add("sequence", 1 if entry.cancelled_at else 0)  # a calendar takes the later version of the same uid
    if not entry.cancelled_at:  # who has it may read the request no longer
        event.add("location", entry.place)
        event.add("url", url)
        event.add("description", "\n".join(filter(None, (entry.text, _("详情：%(url)s") % {"url": url}))))
    calendar.add_component(event)
    return calendar.to_ical()
