"""The panels that activities add to pages of other apps: what is coming, the next ticket, hours, offers, what is on today."""

import datetime as dt
from typing import Any

from django.urls import reverse

from chengyang import clock
from chengyang.extensions import Panel
from chengyang.lib.chinese import dates

from . import tickets
from .models import Activity, ServiceRecord
from .timetable import coming_days

AHEAD = dt.timedelta(days=60)  # how far the page of an organization, base or team looks ahead
TODAY_AT_MOST = 8  # lines in the margin of 今日待办
ON_HOME = 8  # activities of the week that fit on the home page
WEEK = dt.timedelta(days=6)  # today and the six days after it


def _days(request: Any, last: dt.date, *, most: int, **about: Any) -> list:
    rows = Activity.objects.visible_to(request.user).shown().filter(**about)
    return coming_days(rows, clock.today(), last, most=most)


def _coming(name: str) -> Any:
    """Return the context for the page of an organization, base or team: what it organises, or what takes place there."""

    def coming(request: Any, body: Any) -> dict[str, Any]:
        days = _days(request, clock.today() + AHEAD, most=8, **{name: body})
        completed = Activity.objects.completed().filter(**{name: body}).count()
        url = f"{reverse('activities:calendar')}?view=list&{name}={body.slug}"
        return {"days": days, "completed": completed, "calendar_url": url, "is_place": name == "base"}

    return coming


def _this_week(request: Any, subject: Any) -> dict[str, Any]:
    today = clock.today()
    end = today + WEEK + dt.timedelta(days=1)
    rows = Activity.objects.visible_to(request.user).shown().overlapping(clock.at(today), clock.at(end))
    return {
        "days": coming_days(rows, today, today + WEEK, most=ON_HOME),
        "dates": dates.days(today, end, today=today),
        "rest": max(rows.count() - ON_HOME, 0),
    }


def _ticket(request: Any, subject: Any) -> dict[str, Any] | None:
    signup = tickets.next_ticket(request)
    if signup is None:
        return None
    return {**tickets.context_of(request, signup), "others": len(tickets.coming(request)) - 1}


def _tasks(request: Any, subject: Any) -> dict[str, Any] | None:
    offers = tickets.offers(request)
    return {"offers": offers, "today": clock.today()} if offers else None


def _hours(request: Any, subject: Any) -> dict[str, Any]:
    """Return the hours of this year by month, with what the drawing of them needs."""
    today = clock.today()
    own = ServiceRecord.objects.of(request.user).filter(checkin__checked_in_at__year=today.year)
    rows = list(own.values_list("checkin__checked_in_at__month", "hours"))
    by_month = [sum((hours for month, hours in rows if month == number), 0) for number in range(1, today.month + 1)]
    return {"year": today.year, "hours": own.total(), "times": len(rows), "bars": _bars(by_month)}


def _bars(values: list) -> list[dict[str, Any]]:
    """Return where each month's bar stands in a drawing of 288 by 84: at most 40 high, on the line at 64."""
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
    Panel("staff.margin", "activities/_today.html", _today, order=10),
    Panel("organizations.detail", "activities/_coming.html", _coming("organization"), order=10),
    Panel("bases.detail", "activities/_coming.html", _coming("base"), order=10),
    Panel("services.team", "activities/_coming.html", _coming("team"), order=10),
    Panel("home.week", "activities/_week.html", _this_week),
    Panel("me.ticket", "activities/_me_ticket.html", _ticket),
    Panel("me.tasks", "activities/_me_tasks.html", _tasks, order=10),
    Panel("me.side", "activities/_me_hours.html", _hours, order=10),
]
