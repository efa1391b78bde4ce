"""An activity for search engines, in the vocabulary of schema.org."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from chengyang.platform.web.canonical import absolute_url

from .models import Activity
from .states import ActivityState

MODES = {
    Activity.Mode.ONSITE: "OfflineEventAttendanceMode",
    Activity.Mode.ONLINE: "OnlineEventAttendanceMode",
    Activity.Mode.BOTH: "MixedEventAttendanceMode",
}


def event(activity: Activity, request: HttpRequest) -> dict[str, Any] | None:
    """Return `activity` as an `Event`, with what its page says; None where the page is not for everybody."""
    if not activity.is_shown() or activity.audience != Activity.Audience.PUBLIC:
        return None
    url = absolute_url(request, activity.get_absolute_url())
    is_off = activity.state == ActivityState.CANCELLED
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": activity.title,
        "description": activity.summary,
        "url": url,
        "startDate": timezone.localtime(activity.starts).isoformat(timespec="minutes"),
        "endDate": timezone.localtime(activity.ends).isoformat(timespec="minutes"),
        "eventStatus": f"https://schema.org/{'EventCancelled' if is_off else 'EventScheduled'}",
        "eventAttendanceMode": f"https://schema.org/{MODES[activity.mode]}",
        "location": _locations(activity, url),
        "organizer": _organizer(activity, request),
        "inLanguage": "zh-CN",
    }
    if activity.capacity is not None:
        data |= {"maximumAttendeeCapacity": activity.capacity, "remainingAttendeeCapacity": activity.places_left}
    return data


def _locations(activity: Activity, url: str) -> list[dict[str, Any]]:
    """Return the place and, online, the page: how to join stands on tickets only."""
    found = []
    if activity.mode != Activity.Mode.ONLINE:
        area = activity.place_subdistrict
        address = {"streetAddress": activity.address, "addressLocality": area.name if area else ""}
        found.append({"@type": "Place", "name": activity.place, "address": _address(address)})
    if activity.mode != Activity.Mode.ONSITE:
        found.append({"@type": "VirtualLocation", "url": url})
    return found


def _address(parts: dict[str, str]) -> dict[str, str]:
    known = {name: value for name, value in parts.items() if value}
    return {"@type": "PostalAddress", "addressCountry": "CN", "addressRegion": "山东省青岛市城阳区", **known}


def _organizer(activity: Activity, request: HttpRequest) -> dict[str, str]:
    organizer = activity.organizer
    data = {"@type": "Organization", "name": str(organizer or settings.SITE["host"])}
    if organizer and organizer.is_published:
        data["url"] = absolute_url(request, organizer.get_absolute_url())
    return data
