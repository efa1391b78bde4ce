"""Files in the format iCalendar (RFC 5545): the frame around written events, and the answer with one."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

if TYPE_CHECKING:  # the library is loaded when the first file is made: most processes make none
    from icalendar import Timezone

REFRESH = dt.timedelta(hours=3)  # how often a subscriber should fetch a feed
ZONE = ZoneInfo("Asia/Shanghai")
END = b"END:VCALENDAR\r\n"
CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_file(events: Iterable[bytes], name: str = "") -> bytes:
    """Return a calendar file with the written `events`.

    With a `name` it is a feed to subscribe to. A single event has none: Outlook makes a new calendar of a file with a name.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE['domain']}//chengyang//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", str(ZONE))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT3H")
    calendar.add_component(_timezone())
    return b"".join([calendar.to_ical().removesuffix(END), *events, END])


@cache
def _timezone() -> "Timezone":
    """Return the time zone of the portal as a component, made once: the library asks for 46,000 offsets."""
    from icalendar import Timezone

    return Timezone.from_tzinfo(ZONE)


def answer(request: HttpRequest, body: bytes, *, filename: str, is_public: bool = True) -> HttpResponse:
    """Return `body` as a calendar file, or 304 when the client has this version. Not `is_public`: no cache may store it.

    There is no Last-Modified: an event that is no longer in the feed disappears without making the newest change in it any
    newer, so a client would get 304 and keep the event.
    """
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    response.headers["Cache-Control"] = "public, max-age=300" if is_public else "private, no-store"
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag, None, response)
