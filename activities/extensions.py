"""What activities register for other floors (docs/architecture.md)."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.staff import registry
from chengyang.platform.web import panels
from members import erasure
from members.personal_data import describe

from . import actions, tickets
from .models import Activity, ServiceRecord
from .timetable import coming_days
from .todos import ApproveActivity, CompleteAttendance, ReviewSignup

AHEAD = dt.timedelta(days=60)  # that a body's page looks ahead
TODAY_AT_MOST = 8  # lines in the margin of 今日待办
ON_HOME = 8  # activities of the week that the home page has room for
WEEK = dt.timedelta(days=6)  # today and the six days after it

# ---- what the person decides -----------------------------------------------------------------------------------------
erasure.register(
    gettext_lazy("活动"),
    leave=actions.cancel_signups_of,
    erase=actions.erase_signups,
    said=gettext_lazy("还没参加的报名全部取消，名额让给别人；参加过的场次和时长留作统计。"),
)
_UNSEEN = {"guest_key", "guest_search", "changed_at", "forgotten_at", "due_on"}
describe("activities.Signup", hidden=_UNSEEN, born="at")
describe("activities.CheckIn", born="checked_in_at")
describe("activities.ServiceRecord", born="at")

# ---- the desk --------------------------------------------------------------------------------------------------------
for _decision in (ApproveActivity(), ReviewSignup(), CompleteAttendance()):
    registry.register(_decision)


def _find(user: Any, text: str) -> Any:
    return Activity.objects.kept_by(user).search(text).order_by("-starts", "pk")


registry.register_search(
    registry.SearchSource(
        gettext_lazy("活动"),
        _find,
        lambda row: (row.title, f"{dates.span(row.starts, row.ends)}，{row.get_state_display()}"),
        lambda row: reverse("admin:activities_activity_change", args=[row.pk]),
    )
)


# ---- pages of other floors -------------------------------------------------------------------------------------------
def _days(request: Any, last: dt.date, *, most: int, **about: Any) -> list:
    rows = Activity.objects.visible_to(request.user).shown().filter(**about)
    return coming_days(rows, clock.today(), last, most=most)


def _at(name: str) -> Any:
    """Return the panel of a body's page: what it organises, or what takes place there."""

    def coming(request: Any, body: Any) -> dict[str, Any]:
        days = _days(request, clock.today() + AHEAD, most=8, **{name: body})
        held = Activity.objects.held().filter(**{name: body}).count()
        url = f"{reverse('activities:calendar')}?view=list&{name}={body.slug}"
        return {"days": days, "held": held, "calendar_url": url, "is_place": name == "base"}

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
    rows = Activity.objects.kept_by(request.user).filter(state="published").overlapping(*bounds).select_related("base")
    return {"activities": found} if (found := list(rows.order_by("starts", "id")[:TODAY_AT_MOST])) else None


panels.register("staff.margin", "activities/_today.html", _today, order=10)
panels.register("organizations.detail", "activities/_coming.html", _at("organization"), order=10)
panels.register("bases.detail", "activities/_coming.html", _at("base"), order=10)
panels.register("services.team", "activities/_coming.html", _at("team"), order=10)
panels.register("home.week", "activities/_week.html", _this_week)
panels.register("me.ticket", "activities/_me_ticket.html", _ticket)
panels.register("me.tasks", "activities/_me_tasks.html", _tasks, order=10)
panels.register("me.side", "activities/_me_hours.html", _hours, order=10)
