"""The own days on duty as iCalendar (RFC 5545), at a secret address that its owner renews or switches off."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Alarm, Event

from chengyang import clock
from chengyang.platform.accounts import links
from chengyang.platform.web.calendar_files import calendar_file

from .duty_days import own_days
from .models import Duty, DutyFeed

BACK, AHEAD = dt.timedelta(days=30), dt.timedelta(days=550)  # a whole term is planned at most 18 months ahead
NAME = "organizations:duty-feed"
REMIND = dt.timedelta(days=-1, hours=9)  # at nine on the day before


def calendar_of(feed: DutyFeed, request: HttpRequest) -> bytes:
    """Return the calendar file with the days on duty of the owner of `feed`; each stretch of days is one all-day event."""
    today = clock.today()
    url = request.build_absolute_uri(reverse("organizations:duties"))
    rows = own_days(feed.user, today - BACK, today + AHEAD)
    return calendar_file((_event(feed, *row, url=url).to_ical() for row in rows), _("我的轮值"))


def address(feed: DutyFeed, request: HttpRequest) -> str:
    """Return the secret address of `feed`: its number, which a renewal replaces, and a signature of it."""
    return request.build_absolute_uri(reverse(NAME, args=links.arguments(NAME, feed.public_id)))


def _event(feed: DutyFeed, duty: Duty, starts: dt.date, ends: dt.date, *, url: str) -> Event:
    event, alarm = Event(), Alarm()
    event.add("uid", f"{duty.public_id}-{starts:%Y%m%d}@{settings.SITE['domain']}")
    event.add("dtstamp", feed.made_at.astimezone(dt.UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", _summary(duty))
    event.add("transp", "TRANSPARENT")  # a month on duty does not make anybody busy
    event.add("url", url)
    event.add("description", _("换班、请人代班和交接单：%(url)s") % {"url": url})
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["summary"])
    alarm.add("trigger", REMIND)
    event.add_component(alarm)
    return event


def _summary(duty: Duty) -> Any:
    text = _("代班：%(name)s") if duty.kind == Duty.Kind.SUBSTITUTE else _("轮值会长：%(name)s")
    return text % {"name": duty.organization}
