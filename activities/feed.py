"""Activities as iCalendar (RFC 5545), for subscriptions and downloads."""

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
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.web import fragments

from .models import Activity
from .states import ActivityState

if TYPE_CHECKING:  # the library is loaded when the first file is made: most processes make none
    from icalendar import Event, Timezone

BACK, AHEAD = dt.timedelta(days=30), dt.timedelta(days=365)  # of the feed (docs/decisions.md, "feed window")
REFRESH = dt.timedelta(hours=3)  # how often a subscriber should fetch the feed
REMINDER = dt.timedelta(minutes=15)  # length of the entry that reminds of a sign-up
MOST = 2000  # activities in one feed; a year of the whole district is a few hundred
ZONE = ZoneInfo("Asia/Shanghai")
END = b"END:VCALENDAR\r\n"
# Beside the names of its organizer and programme, everything of an activity that its event shows.
EVENT_FIELDS = (
    "public_id",
    "sequence",
    "changed_at",
    "starts",
    "ends",
    "title",
    "summary",
    "bring",
    "place",
    "address",
)
EVENT_FIELDS += ("mode", "state", "reason")
CONTENT_TYPE = "text/calendar; charset=utf-8"


def window() -> tuple[dt.datetime, dt.datetime]:
    """Return the moments between which activities are in the feed (half open)."""
    today = clock.today()
    return clock.at(today - BACK), clock.at(today + AHEAD)


def calendar_of(activities: Iterable[Activity], request: HttpRequest, name: str = "") -> bytes:
    """Return a calendar file with one event for each activity; its URLs are absolute, on the host of `request`.

    With a `name` it is a feed to subscribe to. A single event has none: Outlook makes a new calendar of a file with a name.
    """
    return _file((_event_text(activity, request) for activity in activities), name)


def reminder_of(activity: Activity, request: HttpRequest) -> bytes:
    """Return a calendar file with one entry that rings when the sign-up of `activity` opens; the portal stores nothing about it."""
    from icalendar import Alarm, Event

    opens, url = activity.signup_starts_at(), request.build_absolute_uri(activity.get_absolute_url())
    event, alarm = Event(), Alarm()
    event.add("uid", f"{activity.public_id}-signup@{settings.SITE['domain']}")
    event.add("dtstamp", activity.changed_at.astimezone(dt.UTC))
    event.add("dtstart", opens.astimezone(ZONE))
    event.add("dtend", (opens + REMINDER).astimezone(ZONE))
    event.add("summary", _("开始报名：%(title)s") % {"title": activity.title})
    event.add("description", _("详情和报名：%(url)s") % {"url": url})
    event.add("url", url)
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["summary"])
    alarm.add("trigger", dt.timedelta(0))
    event.add_component(alarm)
    return _file([event.to_ical()])


def _file(events: Iterable[bytes], name: str = "") -> bytes:
    """Return a calendar file with the written `events`."""
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


def _event_text(activity: Activity, request: HttpRequest) -> bytes:
    """Return the event of `activity` as it is written in the file, written once for the same contents."""
    url = request.build_absolute_uri(activity.get_absolute_url())
    own = tuple(getattr(activity, name) for name in EVENT_FIELDS)
    contents = (settings.SITE["domain"], url, str(activity.organizer or ""), str(activity.programme or ""), *own)
    return fragments.kept("activities.event", contents, lambda: _event(activity, url).to_ical())


def _event(activity: Activity, url: str) -> "Event":
    """Return the event of `activity`; what it reads of the activity is in EVENT_FIELDS."""
    from icalendar import Event

    is_off = activity.state == ActivityState.CANCELLED
    event = Event()
    event.add("uid", f"{activity.public_id}@{settings.SITE['domain']}")
    event.add("sequence", activity.sequence)
    event.add("dtstamp", activity.changed_at.astimezone(dt.UTC))
    event.add("last-modified", activity.changed_at.astimezone(dt.UTC))
    event.add("dtstart", activity.starts.astimezone(ZONE))
    event.add("dtend", activity.ends.astimezone(ZONE))
    event.add("summary", _("已取消：%(title)s") % {"title": activity.title} if is_off else activity.title)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("url", url)
    event.add("description", _description(activity, url, is_off))
    if where := "，".join(filter(None, (activity.place, activity.address))) or _online(activity):
        event.add("location", where)
    if activity.programme:
        event.add("categories", [activity.programme.name])
    return event


def _online(activity: Activity) -> str:
    return _("线上") if activity.mode != Activity.Mode.ONSITE else ""


def _description(activity: Activity, url: str, is_off: bool) -> str:
    lines = [
        _("活动已取消。原因：%(reason)s") % {"reason": activity.reason} if is_off else activity.summary,
        _("主办：%(who)s") % {"who": activity.organizer or settings.SITE["host"]},
        _("要带：%(bring)s") % {"bring": activity.bring} if activity.bring else "",
        _("详情和报名：%(url)s") % {"url": url},
    ]
    return "\n".join(filter(None, lines))


def answer(request: HttpRequest, body: bytes, *, filename: str, is_public: bool = True) -> HttpResponse:
    """Return `body` as a calendar file, or 304 when the client has this version. Not `is_public`: no cache may store it.

    There is no Last-Modified: an activity that is no longer public disappears from the feed without making the newest change
    in it any newer, so a client would get 304 and keep the activity.
    """
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    response.headers["Cache-Control"] = "public, max-age=300" if is_public else "private, no-store"
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag, None, response)
