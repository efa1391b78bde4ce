"""The calendar: month, week and list view with the same filters, its feed and its share page."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengyang import clock
from chengyang.platform.web import calendar_files
from chengyang.platform.web.canonical import absolute_url
from chengyang.platform.web.content import PLACES, SITE, not_kept
from chengyang.platform.web.fragments import per_version
from organizations.models import Duty
from organizations.roster import public_days

from .. import feed as feeds
from .. import filters as facets
from .. import timetable, windows
from ..models import Activity
from ..models.visibility import audience_of
from ..timetable import Day
from ..windows import COMING, LIST, MONTH, PAST, WEEK, Window


@login_not_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month, a week, a list of days, or the results of a search over all months.

    The query is `?view=month|week|list&month=2026-11&week=2026-W48`, `?view=coming|past&since=2026-11-28&until=2026-12-04`,
    and the filters. Filters without a view, month or week are a search. Values that cannot be read are left out, and the page
    says so.
    """
    filters, window, is_complete = _parse(request)
    head = {
        "window": window,
        "filters": filters,
        "is_complete": is_complete,
        **(_robots(window) if request.user.is_anonymous else {}),
    }
    audience = audience_of(request.user)
    write = partial(_written, request, head)
    # The same for everybody of an audience: nothing below names the person who reads it.
    seen = (audience, filters.query(), window, window.is_named, is_complete)
    key = ("calendar", get_language(), request.get_host(), request.scheme, *seen)
    content = write() if audience is None else per_version(key, write, names=(SITE, PLACES))
    context = head | {"canonical": _canonical(request, window), "written": content}
    response = render(request, "activities/calendar.html", context)
    return response if is_complete and not head.get("is_beyond") else not_kept(response)


def _written(request: HttpRequest, head: dict[str, Any]) -> SafeString:
    """Return the content of the page below its header; `head` is the context of both."""
    filters, window = head["filters"], head["window"]
    shown = Activity.objects.visible_to(request.user).shown()
    rows = filters.apply(shown)
    find = _search_context if window.is_search else _window_context
    context = {
        **head,
        "chips": facets.Chips(
            filters,
            request.path,
            [] if window.is_search else window.query_pairs(),
            facets.count_values(filters, timetable.in_search(shown, windows.window_of(COMING, clock.today()))),
        ),
        "tabs": _tabs(filters, window, request.path),
        "tab_widths": ("all",) if window.is_named or window.view != MONTH else ("wide", "narrow"),
        "share_url": reverse("activities:calendar-share") + filters.query(*window.query_pairs()),
        "duties": _duties(filters, window),
        **find(rows, filters, window, request.path),
        **_feed_urls(request, filters),
    }
    return render_to_string("activities/_calendar.html", context)


def _duties(filters: facets.Filters, window: Window) -> list[Duty]:
    """Return who chairs the chosen organizations on the days of the page, as far as they agreed to be named."""
    chosen = filters.chosen.get("organization", ())
    if window.is_search or not chosen:
        return []
    return public_days(window.first, window.last + dt.timedelta(days=1), chosen)


def _parse(request: HttpRequest) -> tuple[facets.Filters, Window, bool]:
    """Return the filters and the window of the query, and whether all its values could be read."""
    filters, known = facets.parse_known(request.GET)
    window, readable = windows.parse(request.GET, is_filtered=bool(filters))
    return filters, window, known and readable


def _canonical(request: HttpRequest, window: Window) -> str:
    """Return the one address of this page for search engines: without filters, and of another month with the month."""
    path = reverse("activities:calendar")
    if window.is_search or window.has(clock.today()):
        return absolute_url(request, path)
    return absolute_url(request, f"{path}?month={window.first:%Y-%m}")


def _robots(window: Window) -> dict[str, bool]:
    """Return whether search engines, which never sign in, leave this page and the pages before and after: those beyond all activities.

    The links to the next and the last month never end, so a robot would walk through a hundred years of empty months.
    """
    if window.is_search:
        return {}
    extent = per_version("activities.extent", lambda: timetable.extent(Activity.objects.published()))
    today = clock.today()
    first, last = extent or (today, today)
    return {
        "is_beyond": (window.last < first or window.first > last) and not window.has(today),
        "ends_before": window.first <= first,
        "ends_after": window.last >= last,
    }


def _window_context(rows: QuerySet, filters: facets.Filters, window: Window, path: str) -> dict[str, Any]:
    """Return the context of a month, week or list: its days, and the ways to the days before and after."""
    activities = timetable.activities_in(rows, window)
    days = timetable.days_of(window, activities)
    _link_empty_runs(days, rows, filters, window)
    return {
        "days": days,
        "later": timetable.days_after(rows, window),
        "found": len(timetable.inside(activities, window)),
        "before": _neighbour_link(filters, window, path, -1),
        "after": _neighbour_link(filters, window, path, +1),
        "today_url": _today_url(filters, window, path),
        "summary": timetable.summary(activities, window),
        "past": timetable.past_text(days, window),
        "next_day": next((day for day in days if day.starts_empty_run), None),
    }


def _search_context(rows: QuerySet, filters: facets.Filters, window: Window, path: str) -> dict[str, Any]:
    """Return the context of a search: one page of results, the next page, and the other half of time with its number."""
    results = timetable.results(rows, window)
    other = windows.window_of(COMING if window.view == PAST else PAST, clock.today(), is_named=True)
    following = results.following
    return {
        "days": results.days,
        "found": len(results.activities),
        "summary": timetable.search_summary(results, window),
        "more_url": path + filters.query(*following.query_pairs()) if following else "",
        "other_url": path + filters.query(*other.query_pairs()),
        "other_count": timetable.in_search(rows, other).count(),
    }


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
            target = windows.window_of(window.view, beyond, is_named=window.is_named)
            day.next_day, day.next_url = beyond, f"{filters.query(*target.query_pairs())}#d{beyond.day}"


@dataclass(frozen=True)
class Tab:
    """A link to a view. `on` says where it stands for the page itself: `all` widths, `wide` or `narrow` screens, or nowhere."""

    label: Any
    url: str
    on: str = ""


def _tabs(filters: facets.Filters, window: Window, path: str) -> list[Tab]:
    """Return the tabs of the views; in a search and with filters the first leads to everything that is coming.

    A month whose view is not named is the tab of the month on a wide screen, and of the list on a phone.
    """
    on = {window.view: "all"}
    if window.view == MONTH and not window.is_named:
        on = {MONTH: "wide", LIST: "narrow"}
    tabs = [
        Tab(label, path + filters.query(*window.in_view(view).query_pairs()), on.get(view, ""))
        for view, label in windows.VIEWS.items()
    ]
    if not (filters or window.is_search):
        return tabs
    coming = windows.window_of(COMING, clock.today(), is_named=True)
    return [Tab(windows.SEARCHES[COMING], path + filters.query(*coming.query_pairs()), on.get(COMING, "")), *tabs]


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
    target = windows.window_of(window.view, today, is_named=window.is_named)
    return f"{path}{filters.query(*target.query_pairs())}#d{today.day}"


def _feed_urls(request: HttpRequest, filters: facets.Filters) -> dict[str, str]:
    """Return the URL of the feed with these filters, as http(s) and as webcal, which calendar programs open."""
    url = request.build_absolute_uri(reverse("activities:ics") + filters.query())
    return {"feed_url": url, "webcal_url": "webcal:" + url.partition(":")[2]}


@login_not_required
@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    """Lead from /activities/, which people guess, to the calendar."""
    return redirect("activities:calendar")


@login_not_required
@require_safe
def share_calendar(request: HttpRequest) -> HttpResponse:
    """Show the URL of the calendar page with these days and filters as a QR code, and the URL of its feed."""
    filters, window, is_complete = _parse(request)
    back = reverse("activities:calendar") + filters.query(*window.query_pairs())
    chosen = facets.Chips(filters, back)
    context = {
        "window": window,
        "filters": filters,
        "labels": _labels(chosen),
        "back_url": back,
        "page_url": request.build_absolute_uri(back),
        **_feed_urls(request, filters),
    }
    response = render(request, "activities/share_calendar.html", context)
    return response if is_complete else not_kept(response)


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
    key = ("feed", get_language(), request.get_host(), request.scheme, filters.query())
    found = per_version(key, partial(_written_feed, request, filters))
    return calendar_files.answer(request, found, filename="calendar.ics")


def _written_feed(request: HttpRequest, filters: facets.Filters) -> bytes:
    public = Activity.objects.published().overlapping(*feeds.window())
    rows = filters.apply(public).select_related("programme", "organization", "team", "base")
    name = "·".join([_("城阳新阶层活动"), *_labels(facets.Chips(filters, ""))]) if filters else _("城阳新阶层活动")
    return feeds.calendar_of(rows.order_by("starts", "id")[: feeds.MOST], request, name)
