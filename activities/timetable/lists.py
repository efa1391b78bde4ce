"""Lists of days: the next ones of an organizer, what follows a month, and the results of a search over all months."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from chengyang import clock

from ..models import Activity
from ..windows import LAST, LIST, MONTH, ONE_DAY, PAST, Window, window_of
from .days import Day, activities_in, dates_of, days_of, with_entry_data

GOES_ON = 12  # activities of the next month below the list of this one
PER_SEARCH = 50  # activities on one page of a search


def coming_days(rows: QuerySet, first: dt.date, last: dt.date, *, most: int) -> list[Day]:
    """Return the days from `first` to `last` (both included) with an activity of `rows`, for a panel on another page.

    At most `most` activities, the earliest. Days of another month than that of `first` show their month.
    """
    window = Window(LIST, first, last)
    days = [day for day in days_of(window, activities_in(rows, window, most=most)) if not day.is_empty]
    for day in days:
        day.shows_month, day.is_anchor = day.on.month != first.month, False
    return days


def extent(rows: QuerySet) -> tuple[dt.date, dt.date] | None:
    """Return the first and last date of all activities of `rows`, or None without activities."""
    found = rows.aggregate(first=Min("starts"), last=Max("ends"))
    if found["first"] is None:
        return None
    return timezone.localdate(found["first"]), timezone.localdate(found["last"])


def days_after(rows: QuerySet, window: Window) -> list[Day]:
    """Return the days with activities that follow a month, so that its list goes on by itself; empty for a month that is over.

    At most `GOES_ON` activities of the next month.
    """
    if window.view not in (MONTH, LIST) or window.last < clock.today() or window.last >= LAST:
        return []
    following = window_of(LIST, window.last + ONE_DAY)
    return coming_days(rows, following.first, following.last, most=GOES_ON)


def next_after(rows: QuerySet, window: Window) -> dt.date | None:
    """Return the date of the first activity of `rows` that begins after the window, or None."""
    starts = rows.filter(starts__gte=window.bounds[1]).order_by("starts").values_list("starts", flat=True).first()
    return timezone.localdate(starts) if starts else None


# ---- search ---------------------------------------------------------------------------------------------------------
@dataclass
class Results:
    """One page of a search: its days with entries, how many activities the search found, and the window of the next page."""

    days: list[Day]
    activities: list[Activity]
    total: int
    following: Window | None = None


def results(rows: QuerySet, window: Window, *, most: int = PER_SEARCH) -> Results:
    """Return one page of a search: coming activities by day, or those that are over, newest first.

    A page has at most `most` activities and ends with a whole day; only a single day with more than that is longer.
    """
    is_past = window.view == PAST
    found = in_search(rows, window)
    rows = with_entry_data(found.order_by(*(("-ends", "-id") if is_past else ("starts", "id"))))
    activities, following = list(rows[: most + 1]), None
    if len(activities) > most:
        activities, following = _one_page(activities, rows, window)
    total = found.count() if following else len(activities)
    if not activities:
        return Results([], [], total)
    days = days_of(_dateswith_entry_data(activities, window, following), activities)
    days = [day for day in days if not day.is_empty]
    for day in days:
        day.shows_month, day.is_anchor = True, False
    return Results(days[::-1] if is_past else days, activities, total, following)


def _one_page(activities: list[Activity], rows: QuerySet, window: Window) -> tuple[list[Activity], Window]:
    """Return the activities of the days that fit on a page, and the window of the next page.

    An activity belongs to the first of its days that the search reaches: in the past that is its last day.
    """
    is_past = window.view == PAST

    def reached(activity: Activity) -> dt.date:
        first, last = dates_of(activity)
        return min(last, window.last) if is_past else max(first, window.first)

    cut = reached(activities[-1])
    kept = [activity for activity in activities if reached(activity) != cut]
    if not kept:
        kept = [
            activity
            for activity in rows.overlapping(clock.at(cut), clock.at(cut + ONE_DAY))
            if reached(activity) == cut
        ]
        cut += -ONE_DAY if is_past else ONE_DAY
    return kept, dataclasses.replace(window, is_named=True, **{"last" if is_past else "first": cut})


def _dateswith_entry_data(activities: list[Activity], window: Window, following: Window | None) -> Window:
    """Return `window` cut to the days of `activities` that are not on the next page."""
    spans = [dates_of(activity) for activity in activities]
    first = max(window.first, min(first for first, _last in spans))
    last = min(window.last, max(last for _first, last in spans))
    if following and window.view == PAST:
        first = following.last + ONE_DAY
    elif following:
        last = following.first - ONE_DAY
    return dataclasses.replace(window, first=first, last=last)


def in_search(rows: QuerySet, window: Window) -> QuerySet:
    """Return the activities of `rows` that a search shows: those that are over, or those that are not over yet."""
    now = clock.now()
    rows = rows.overlapping(*window.bounds)
    return rows.filter(ends__lte=now) if window.view == PAST else rows.filter(ends__gt=now)
