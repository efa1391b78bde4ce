"""The windows of the calendar: which dates one page shows, in month, week or list view, and their URL query."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates, lunar

MONTH, WEEK, LIST = "month", "week", "list"
VIEWS = {MONTH: gettext_lazy("月"), WEEK: gettext_lazy("周"), LIST: gettext_lazy("列表")}
ONE_DAY, ONE_WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
FIRST, LAST = dates.FIRST_MONTH, dt.date(2100, 12, 31)  # the first and last day that a page exists for
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Window:
    """The dates of one page: from `first` to `last`, both included, shown in `view` (month, week, list)."""

    view: str
    first: dt.date
    last: dt.date

    @property
    def days(self) -> list[dt.date]:
        """Return the dates to draw. A month is filled up to whole weeks, with dates of the months beside it."""
        first, last = self.first, self.last
        if self.view == MONTH:
            first -= dt.timedelta(days=first.weekday())
            last += dt.timedelta(days=6 - last.weekday())
        return [first + ONE_DAY * number for number in range((last - first).days + 1)]

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """Return the moments at which the window begins and ends (half open)."""
        return clock.at(self.first), clock.at(self.last + ONE_DAY)

    def has(self, day: dt.date) -> bool:
        """Return whether `day` lies between `first` and `last`."""
        return self.first <= day <= self.last

    @property
    def title(self) -> str:
        """Return the heading: `2026年9月`, for a week `2026年9月14日–20日`."""
        if self.view != WEEK:
            return dates.month_text(self.first)
        return dates.days(
            self.first, self.last + ONE_DAY, today=dt.date.min
        )  # the year is left out only for the year of `today`

    @property
    def lunar_dates(self) -> str:
        """Return the lunar year and dates: `丙午马年 七月二十至八月二十`. Empty after the last year of the lunar tables."""
        try:
            first, last = lunar.lunar_day(self.first), lunar.lunar_day(self.last)
        except ValueError:
            return ""
        first_text, last_text = (day.month_text + day.day_text for day in (first, last))
        return _("%(year)s %(first)s至%(last)s") % {"year": first.year_text, "first": first_text, "last": last_text}

    def query_pairs(self) -> list[tuple[str, str]]:
        """Return the (name, value) pairs of a URL query that `parse` reads as this window."""
        if self.view == WEEK:
            year, week, _day = self.first.isocalendar()
            return [("view", WEEK), ("week", f"{year}-W{week:02}")]
        view = [("view", LIST)] if self.view == LIST else []
        return [*view, ("month", f"{self.first:%Y-%m}")]

    def neighbour(self, step: int) -> "Window | None":
        """Return the window before (`step` -1) or after (+1), or None outside of `FIRST` to `LAST`."""
        day = self.first - ONE_DAY if step < 0 else self.last + ONE_DAY
        return window_of(self.view, day) if FIRST <= day <= LAST else None

    def in_view(self, view: str) -> "Window":
        """Return the window of another view that contains today, if this one does, else the first day of this one."""
        today = clock.today()
        return window_of(view, today if self.has(today) else self.first)


def window_of(view: str, day: dt.date) -> Window:
    """Return the window of `view` that contains `day`: a week from Monday to Sunday, else a calendar month."""
    if view == WEEK:
        monday = day - dt.timedelta(days=day.weekday())
        return Window(view, monday, monday + ONE_WEEK - ONE_DAY)
    first = day.replace(day=1)
    return Window(view, first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def parse(query: QueryDict) -> Window:
    """Return the window that the query names by `view`, `month` (2026-11) and `week` (2026-W48); by default this month.

    Raises Http404 for an unknown view and for a month or week that does not exist or has no page.
    """
    month, week = query.get("month", ""), query.get("week", "")
    view = query.get("view") or (WEEK if week else MONTH)
    if view not in VIEWS:
        raise Http404(_("没有这种看法。"))
    try:
        if view == WEEK and week:
            return window_of(view, _monday(week))
        day = dates.parse_month(month) if month else clock.today()
    except ValueError:
        raise Http404(_("没有这个月份或这一周。")) from None
    return window_of(view, day)


def _monday(text: str) -> dt.date:
    """Return the Monday of an ISO week such as `2026-W48`. Raises ValueError for any other text."""
    found = _WEEK.fullmatch(text)
    if not found:
        raise ValueError(text)
    monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    if not FIRST - ONE_WEEK < monday <= LAST:  # the first week may begin before FIRST
        raise ValueError(text)
    return monday
