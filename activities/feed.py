"""Activities as iCalendar (RFC 5545), for subscriptions and downloads."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.web import fragments
from chengyang.platform.web.calendar_files import ZONE, calendar_file

from .models import Activity
from .states import ActivityState

if TYPE_CHECKING:  # the library is loaded when the first file is made: most processes make none
    from icalendar import Event

BACK, AHEAD = dt.timedelta(days=30), dt.timedelta(days=365)  # of the feed (docs/decisions.md, "feed window")
REMINDER = dt.timedelta(minutes=15)  # length of the entry that reminds of a sign-up
MOST = 2000  # activities in one feed; a year of the whole district is a few hundred
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


def window() -> tuple[dt.datetime, dt.datetime]:
    """Return the moments between which activities are in the feed (half open)."""
    today = clock.today()
    return clock.at(today - BACK), clock.at(today + AHEAD)


def calendar_of(activities: Iterable[Activity], request: HttpRequest, name: str = "") -> bytes:
    """Return a calendar file with one event for each activity; its URLs are absolute, on the host of `request`.

    With a `name` it is a feed to subscribe to.
    """
    return calendar_file((_event_text(activity, request) for activity in activities), name)


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
    return calendar_file([event.to_ical()])


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
