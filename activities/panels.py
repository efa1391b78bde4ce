"""Panels of this app on pages of other apps: upcoming activities, next ticket, hours, offers, activities of today."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from chengyang import clock
from chengyang.extensions import Panel
from chengyang.lib.chinese import dates
from chengyang.platform.web.panels import each_reader

from . import tickets
from .filters import accepts_signups, has_places, opens_later
from .models import Activity, ServiceRecord
from .models.visibility import audience_of
from .signup_status import signup_status_of
from .timetable import coming_days, in_search
from .windows import COMING, Window

AHEAD = dt.timedelta(days=60)  # on the page of an organization, base or team
TODAY_AT_MOST = 8  # activities beside the to-do list of the staff site
FOR_ELDERS = 3  # activities on the home page of elder mode
ON_HOME = 8  # activities of the week that fit on the home page
WEEK = dt.timedelta(days=6)  # from today to the sixth day after it


def _days(request: Any, last: dt.date, *, most: int, **lookups: Any) -> list:
    rows = Activity.objects.visible_to(request.user).shown().filter(**lookups)
    return coming_days(rows, clock.today(), last, most=most)


def _coming(name: str) -> Any:
    """Return the context function for the page of an organizer, which the foreign key `name` points at."""

    def coming(request: Any, organizer: Any) -> dict[str, Any]:
        days = _days(request, clock.today() + AHEAD, most=8, **{name: organizer})
        completed = Activity.objects.completed().filter(**{name: organizer}).count()
        url = f"{reverse('activities:calendar')}?{name}={organizer.slug}"
        return {"days": days, "completed": completed, "calendar_url": url, "is_place": name == "base"}

    return coming


def _next_days(request: Any, subject: Any) -> dict[str, Any]:
    """Return what can still be joined in the next seven days, and the link to all activities of these days."""
    today = clock.today()
    last = today + WEEK
    shown = Activity.objects.visible_to(request.user).shown()
    rows = in_search(shown, Window(COMING, today, last))
    joinable = rows.filter(accepts_signups() | opens_later())
    days = coming_days(joinable if joinable.exists() else rows, today, last, most=ON_HOME)
    listed = {entry.activity.pk for day in days for entry in day.entries if entry}
    return {
        "days": days,
        "dates": dates.days(today, last + dt.timedelta(days=1), today=today),
        "rest": rows.count() - len(listed),
        "url": f"{reverse('activities:calendar')}?view=coming&until={last}",
    }


def _elder(request: Any, subject: Any) -> dict[str, Any]:
    """Return the next activities that can be joined, for the home page of elder mode: few, each with a large button."""
    rows = Activity.objects.visible_to(request.user).shown().filter(has_places()).select_related("base")
    today = clock.today()
    return {
        "activities": [
            {"activity": activity, "status": signup_status_of(activity), "near": _near(activity.first_day, today)}
            for activity in rows.order_by("starts", "id")[:FOR_ELDERS]
        ]
    }


def _near(day: dt.date, today: dt.date) -> str:
    return {0: _t("今天"), 1: _t("明天"), 2: _t("后天")}.get((day - today).days, "")


def _ticket(request: Any, subject: Any) -> dict[str, Any] | None:
    signup = tickets.next_ticket(request)
    if signup is None:
        return None
    return {**tickets.context_of(request, signup), "others": len(tickets.upcoming_signups(request)) - 1}


def _tasks(request: Any, subject: Any) -> dict[str, Any] | None:
    offers = tickets.offers(request)
    return {"offers": offers, "today": clock.today()} if offers else None


def _hours(request: Any, subject: Any) -> dict[str, Any]:
    """Return the hours of this year and the bars of the chart by month."""
    today = clock.today()
    own = ServiceRecord.objects.of(request.user).in_year(today.year)
    rows = list(own.values_list("checkin__signup__activity__starts__month", "hours"))
    by_month = [sum((hours for month, hours in rows if month == number), 0) for number in range(1, today.month + 1)]
    return {"year": today.year, "hours": own.total(), "times": len(rows), "bars": _bars(by_month)}


def _bars(values: list) -> list[dict[str, Any]]:
    """Return the coordinates of one bar for each month in a chart of 288 by 84 units.

    The base line is at y = 64 and a bar is 1 to 40 units high, so that an empty month is still visible.
    """
    top = max([*values, 1])
    return [
        {"x": 9 + 24 * place, "middle": 16 + 24 * place, "height": max(int(40 * value / top), 1),
         "y": 64 - max(int(40 * value / top), 1), "label_y": 59 - max(int(40 * value / top), 1), "value": value,
         "month": place + 1}
        for place, value in enumerate(values)
    ]  # fmt: skip


def _today(request: Any, subject: Any) -> dict[str, Any] | None:
    today = clock.today()
    bounds = clock.at(today), clock.at(today + dt.timedelta(days=1))
    rows = (
        Activity.objects.managed_by(request.user).filter(state="published").overlapping(*bounds).select_related("base")
    )
    return {"activities": found} if (found := list(rows.order_by("starts", "id")[:TODAY_AT_MOST])) else None


PANELS = [
    Panel("staff.margin", "activities/_today.html", _today, order=10, shared_by=each_reader),
    Panel("organizations.detail", "activities/_coming.html", _coming("organization"), order=10, shared_by=audience_of),
    Panel("organizations.members", "activities/_coming.html", _coming("organization"), order=10, shared_by=audience_of),
    Panel("bases.detail", "activities/_coming.html", _coming("base"), order=10, shared_by=audience_of),
    Panel("services.team", "activities/_coming.html", _coming("team"), order=10, shared_by=audience_of),
    Panel("home.elder", "activities/_elder.html", _elder, shared_by=audience_of),
    Panel("home.week", "activities/_week.html", _next_days, shared_by=audience_of),
    Panel("me.ticket", "activities/_me_ticket.html", _ticket),
    Panel("me.tasks", "activities/_me_tasks.html", _tasks, order=10),
    Panel("me.side", "activities/_me_hours.html", _hours, order=10, shared_by=each_reader),
]
