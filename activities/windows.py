"""The windows of the calendar: which dates one page shows, in which view, and their URL query.

Month, week and list show one month or week. `coming` and `past` are the views of a search: everything from today on, over
all months, and what is over, newest first. A query with filters and without a month, week or view is a search.
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates, lunar

MONTH, WEEK, LIST, COMING, PAST = "month", "week", "list", "coming", "past"
VIEWS = {MONTH: gettext_lazy("月"), WEEK: gettext_lazy("周"), LIST: gettext_lazy("列表")}
SEARCHES = {COMING: gettext_lazy("接下来"), PAST: gettext_lazy("过去")}
ONE_DAY, ONE_WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
FIRST, LAST = dates.FIRST_MONTH, dt.date(2100, 12, 31)  # the first and last day that a page exists for
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Window:
    """The dates of one page: from `first` to `last`, both included, shown in `view`.

    `is_named`: the query names the view. A month whose view is not named is a grid on a wide screen and a list on a phone; a
    named one has a small grid on a phone too.
    """

    view: str
    first: dt.date
    last: dt.date
    is_named: bool = field(default=False, compare=False)

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

    @property
    def drawn_bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """Return the moments at which the drawn dates begin and end (half open): `bounds` with the dates beside a month."""
        days = self.days
        return clock.at(days[0]), clock.at(days[-1] + ONE_DAY)

    @property
    def is_search(self) -> bool:
        return self.view in SEARCHES

    def has(self, day: dt.date) -> bool:
        """Return whether `day` lies between `first` and `last`."""
        return self.first <= day <= self.last

    @property
    def title(self) -> str:
        """Return the heading: `2026年9月`, for a week `2026年9月14日–20日`, for a search `接下来的活动`."""
        if self.view == PAST:
            return _("过去的活动")
        if self.view == COMING and self.last == LAST:
            return _("接下来的活动")
        if self.view in (MONTH, LIST):
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
        view = [("view", self.view)] if self.view != MONTH or self.is_named else []
        if not self.is_search:
            return [*view, ("month", f"{self.first:%Y-%m}")]
        since = [("since", f"{self.first}")] if self.view == COMING and self.first != clock.today() else []
        until = [("until", f"{self.last}")] if self.last != (LAST if self.view == COMING else clock.today()) else []
        return [*view, *since, *until]

    def neighbour(self, step: int) -> "Window | None":
        """Return the window before (`step` -1) or after (+1); None for a search and outside of `FIRST` to `LAST`."""
        day = self.first - ONE_DAY if step < 0 else self.last + ONE_DAY
        if self.is_search or not FIRST <= day <= LAST:
            return None
        return window_of(self.view, day, is_named=self.is_named)

    def in_view(self, view: str) -> "Window":
        """Return the window of another view that contains today, if this one does, else the first day of this one.

        From a search it is the window of today, or of the first day of the search if that is later.
        """
        today = clock.today()
        day = max(today, self.first) if self.is_search else today if self.has(today) else self.first
        return window_of(view, day, is_named=True)


def window_of(view: str, day: dt.date, *, is_named: bool = False) -> Window:
    """Return the window of `view` that contains `day`: a week from Monday to Sunday, a calendar month, a search from `day`."""
    if view == WEEK:
        monday = day - dt.timedelta(days=day.weekday())
        return Window(view, monday, monday + ONE_WEEK - ONE_DAY, is_named)
    if view == COMING:
        return Window(view, day, LAST, is_named)
    if view == PAST:
        return Window(view, FIRST, day, is_named)
    first = day.replace(day=1)
    return Window(view, first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), is_named)


def parse(query: QueryDict, *, is_filtered: bool = False) -> tuple[Window, bool]:
    """Return the window that the query names, and whether all its values could be read.

    The names are `view`, `month` (2026-11), `week` (2026-W48), and for a search `since` and `until` (2026-11-28). Without any
    of them it is this month, or with `is_filtered` everything that is coming. A value that names no page is left out, so
    that a mistyped address shows the calendar.
    """
    named, month, week = (query.get(name, "") for name in ("view", "month", "week"))
    is_known = not named or named in VIEWS or named in SEARCHES
    view = named if named and is_known else _default_view(month, week, is_filtered)
    is_named = bool(named and is_known)
    try:
        return _window(view, query, month, week, is_named), is_known
    except ValueError:
        return window_of(view, clock.today(), is_named=is_named), False


def _default_view(month: str, week: str, is_filtered: bool) -> str:
    if week:
        return WEEK
    return MONTH if month or not is_filtered else COMING


def _window(view: str, query: QueryDict, month: str, week: str, is_named: bool) -> Window:
    """Return the window of `view` for the values of the query. Raises ValueError for a value that names no page."""
    today = clock.today()
    if view in SEARCHES:
        first = _date(query.get("since", "")) or (today if view == COMING else FIRST)
        last = _date(query.get("until", "")) or (LAST if view == COMING else today)
        if not FIRST <= first <= last <= LAST:
            raise ValueError(query)
        return Window(view, first, last, is_named)
    if view == WEEK and week:
        return window_of(view, _monday(week), is_named=is_named)
    return window_of(view, dates.parse_month(month) if month else today, is_named=is_named)


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _monday(text: str) -> dt.date:
    """Return the Monday of an ISO week such as `2026-W48`. Raises ValueError for any other text."""
    found = _WEEK.fullmatch(text)
    if not found:
        raise ValueError(text)
    monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    if not FIRST - ONE_WEEK < monday <= LAST:  # the first week may begin before FIRST
        raise ValueError(text)
    return monday
