"""The calendar: month, week and list view with the same filters, its feed and its share page."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengyang import clock

from .. import feed as feeds
from .. import filters as facets
from .. import timetable, windows
from ..models import Activity
from ..timetable import Day
from ..windows import WEEK, Window


@login_not_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the days of one window: `?view=month|week|list&month=2026-11&week=2026-W48` and the filters; bad values are 404."""
    filters, window = facets.parse(request.GET), windows.parse(request.GET)
    rows = filters.apply(Activity.objects.visible_to(request.user).shown())
    activities = timetable.activities_in(rows, window)
    days = timetable.days_of(window, activities)
    _link_empty_runs(days, rows, filters, window)
    path, window_query = request.path, window.query_pairs()
    context = {
        "window": window,
        "days": days,
        "found": len(activities),
        "filters": filters,
        "chips": facets.Chips(filters, path, window_query),
        "tabs": _tabs(filters, window, path),
        "before": _neighbour_link(filters, window, path, -1),
        "after": _neighbour_link(filters, window, path, +1),
        "today_url": _today_url(filters, window, path),
        "summary": timetable.summary(activities, window),
        "past": timetable.past_text(days, window),
        "next_day": next((day for day in days if day.starts_empty_run), None),
        "share_url": reverse("activities:calendar-share") + filters.query(*window_query),
        **_feed_urls(request, filters),
    }
    return render(request, "activities/calendar.html", context)


def _link_empty_runs(days: list[Day], rows: QuerySet, filters: facets.Filters, window: Window) -> None:
    """Set the link to the next day with an activity on each empty run. A day after this page is looked up once, if needed."""
    runs = [day for day in days if day.starts_empty_run]
    beyond = None
    if not days or any(day.next_day is None for day in runs):
        beyond = timetable.next_after(rows, window)
    for day in runs:
        if day.next_day:
            day.next_url = f"#d{day.next_day.day}"
        elif beyond:
            target = windows.window_of(window.view, beyond)
            day.next_day, day.next_url = beyond, f"{filters.query(*target.query_pairs())}#d{beyond.day}"


def _tabs(filters: facets.Filters, window: Window, path: str) -> list[tuple[Any, str, bool]]:
    """Return (label, URL, whether it is current) of each view."""
    return [
        (label, path + filters.query(*window.in_view(view).query_pairs()), view == window.view)
        for view, label in windows.VIEWS.items()
    ]


def _neighbour_link(filters: facets.Filters, window: Window, path: str, step: int) -> tuple[str, str] | None:
    """Return (URL, label) of the page before (`step` -1) or after (+1), or None where there is none."""
    target = window.neighbour(step)
    if target is None:
        return None
    if window.view == WEEK:
        name = _("上一周，%(title)s") if step < 0 else _("下一周，%(title)s")
    else:
        name = _("上个月，%(title)s") if step < 0 else _("下个月，%(title)s")
    return path + filters.query(*target.query_pairs()), name % {"title": target.title}


def _today_url(filters: facets.Filters, window: Window, path: str) -> str:
    today = clock.today()
    return f"{path}{filters.query(*windows.window_of(window.view, today).query_pairs())}#d{today.day}"


def _feed_urls(request: HttpRequest, filters: facets.Filters) -> dict[str, str]:
    """Return the URL of the feed with these filters, as http(s) and as webcal, which calendar programs open."""
    url = request.build_absolute_uri(reverse("activities:ics") + filters.query())
    return {"feed_url": url, "webcal_url": "webcal:" + url.partition(":")[2]}


@login_not_required
@require_safe
def share_calendar(request: HttpRequest) -> HttpResponse:
    """Show the URL of the calendar page with these days and filters as a QR code, and the URL of its feed."""
    filters, window = facets.parse(request.GET), windows.parse(request.GET)
    back = reverse("activities:calendar") + filters.query(*window.query_pairs())
    chosen = facets.Chips(filters, back, [])
    context = {
        "window": window,
        "filters": filters,
        "labels": _labels(chosen),
        "back_url": back,
        "page_url": request.build_absolute_uri(back),
        **_feed_urls(request, filters),
    }
    return render(request, "activities/share_calendar.html", context)


def _labels(chips: facets.Chips) -> list[str]:
    """Return the labels of the chosen filters and the searched text, for a title."""
    names = [chip.label for name in facets.FACETS for chip in chips.of(name) if chip.chosen]
    flags = [chip.label for chip in chips.flags() if chip.chosen]
    return [*names, *flags, *([f"“{chips.filters.text}”"] if chips.filters.text else [])]


@login_not_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Return the public activities as iCalendar, with the filters of the calendar page: 30 days back, 365 ahead.

    Public for everybody, also for signed-in users: a calendar program fetches the URL without a session.
    """
    filters = facets.parse(request.GET)
    public = Activity.objects.published().overlapping(*feeds.window())
    rows = filters.apply(public).select_related("programme", "organization", "team", "base")
    name = "·".join([_("城阳新阶层活动"), *_labels(facets.Chips(filters, "", []))]) if filters else _("城阳新阶层活动")
    found = feeds.calendar_of(rows.order_by("starts", "id")[: feeds.MOST], request, name)
    return feeds.answer(request, found, filename="calendar.ics")
