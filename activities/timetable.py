"""The days of the calendar: one list, which a wide page draws as a Monday-first grid (static/css/calendar.css).

The server puts what lasts several days in a fixed lane of each week: the first day draws the bar, the days after keep the
lane free. So the grid and the list are the same markup and cannot disagree.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates, lunar
from chengyang.platform.workdays import deadlines

from .models import Activity
from .signup_status import SignupStatus, standing, with_attendance

MONTH, WEEK, LIST = "month", "week", "list"
VIEWS = {MONTH: gettext_lazy("月"), WEEK: gettext_lazy("周"), LIST: gettext_lazy("列表")}
ONE_DAY, ONE_WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
ONE_NIGHT = dt.timedelta(hours=12)  # what is shorter and runs over midnight stands on its first day only
FIRST, LAST = dates.FIRST_MONTH, dt.date(2100, 12, 31)  # days that a page exists for
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


# ---- which days -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Window:
    """The days of one page: `[first, last]` are shown with what takes place; a grid is filled up to whole weeks."""

    view: str
    first: dt.date
    last: dt.date

    @property
    def days(self) -> list[dt.date]:
        """Return the days to draw, for the month filled up to whole weeks."""
        starts, ends = self.first, self.last
        if self.view == MONTH:
            starts -= dt.timedelta(days=starts.weekday())
            ends += dt.timedelta(days=6 - ends.weekday())
        return [starts + ONE_DAY * number for number in range((ends - starts).days + 1)]

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """Return the moments between which something takes place in the window."""
        return clock.at(self.first), clock.at(self.last + ONE_DAY)

    def has(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    @property
    def title(self) -> str:
        """Return `2026年9月`, or `2026年9月14日–20日` of a week."""
        if self.view != WEEK:
            return dates.month_text(self.first)
        return dates.days(self.first, self.last + ONE_DAY, today=dt.date.min)  # with the year, also of this one

    @property
    def moons(self) -> str:
        """Return the lunar year and days: `丙午马年 七月二十至八月二十`; empty where the tables end."""
        try:
            first, last = lunar.lunar_day(self.first), lunar.lunar_day(self.last)
        except ValueError:
            return ""
        days = (first.month_text + first.day_text, last.month_text + last.day_text)
        return _("%(year)s %(first)s至%(last)s") % {"year": first.year_text, "first": days[0], "last": days[1]}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the window as (name, value) of an address."""
        if self.view == WEEK:
            year, week, _day = self.first.isocalendar()
            return [("view", WEEK), ("week", f"{year}-W{week:02}")]
        view = [("view", LIST)] if self.view == LIST else []
        return [*view, ("month", f"{self.first:%Y-%m}")]

    def moved(self, step: int) -> "Window | None":
        """Return the window before (-1) or after (+1), or None where there are no pages any more."""
        day = self.first - ONE_DAY if step < 0 else self.last + ONE_DAY
        return window_of(self.view, day) if FIRST <= day <= LAST else None

    def seen_as(self, view: str) -> "Window":
        """Return the window around the same days in another view; today is kept in sight."""
        today = clock.today()
        return window_of(view, today if self.has(today) else self.first)


def window_of(view: str, day: dt.date) -> Window:
    """Return the month or the week that `day` lies in."""
    if view == WEEK:
        monday = day - dt.timedelta(days=day.weekday())
        return Window(view, monday, monday + ONE_WEEK - ONE_DAY)
    first = day.replace(day=1)
    return Window(view, first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def parse(query: QueryDict) -> Window:
    """Return the window that `?view=`, `?month=2026-11` and `?week=2026-W48` name; Http404 for what is none."""
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
    found = _WEEK.fullmatch(text)
    if not found:
        raise ValueError(text)
    monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    if not FIRST - ONE_WEEK < monday <= LAST:
        raise ValueError(text)
    return monday


# ---- what takes place -----------------------------------------------------------------------------------------------
@dataclass
class Entry:
    """An activity on one day. Of several days: `nth` of `total`, and the bar that is drawn on the first of a week."""

    activity: Activity
    standing: SignupStatus
    nth: int = 1
    total: int = 1
    length: int = 0  # days that the bar runs from here on in this week; 0 draws none
    came: bool = False  # from the week before
    goes: bool = False  # on into the next week

    @property
    def is_span(self) -> bool:
        return self.total > 1

    @property
    def css(self) -> str:
        """Return the classes of calendar.css."""
        activity = self.activity
        names = ["ev", activity.programme.code if activity.programme else "ev--plain"]
        names += [f"ev--{self.standing.code}"] if self.standing.code in ("off", "past") else []
        if self.is_span:
            names += [
                "ev--span",
                *([f"n{self.length}"] if self.length else []),
                *(["ev--runs"] if self.nth > 1 else []),
            ]
            names += ["ev--goes"] * (self.goes and bool(self.length)) + ["ev--came"] * (self.came and bool(self.length))
        return " ".join(names)

    @property
    def time(self) -> str:
        """Return what a cell says for the time: `09:00`, `09:00 起，共 3 天`, `第 2 天`."""
        if self.nth > 1:
            return _("第 %(nth)d 天") % {"nth": self.nth}
        begins = f"{timezone.localtime(self.activity.starts):%H:%M}"
        return _("%(time)s 起，共 %(days)d 天") % {"time": begins, "days": self.total} if self.is_span else begins

    @property
    def time_ends(self) -> str:
        """Return `–11:30`, which a narrow cell leaves out; empty for what lasts several days."""
        return "" if self.is_span else f"–{timezone.localtime(self.activity.ends):%H:%M}"

    @property
    def where(self) -> str:
        """Return the short place: the base or the place, and the team that does it."""
        activity = self.activity
        place = activity.base.name if activity.base else activity.place
        if activity.mode == Activity.Mode.ONLINE:
            place = str(activity.organizer or _("线上"))
        team = activity.team.name if activity.team and activity.team.name != place else ""
        return " · ".join(filter(None, (place, team)))


@dataclass
class Day:
    """A cell: `entries` in the order of lanes and time, None where a lane is kept free."""

    on: dt.date
    is_out: bool = False  # of the month before or after
    is_past: bool = False
    is_today: bool = False
    is_worked: bool | None = None  # None: as its weekday says
    moon: str = ""
    is_feast: bool = False
    entries: list[Entry | None] = field(default_factory=list)
    starts_run: bool = False  # the first of several days without anything: it says what is next
    run_ends: dt.date | None = None
    next_day: dt.date | None = None
    next_url: str = ""
    names_month: bool = False
    is_anchor: bool = True  # a day of the calendar's own page, which links point at

    @property
    def is_empty(self) -> bool:
        return not any(self.entries)

    @property
    def anchor(self) -> str:
        return f"d{self.on.day}"

    @property
    def number(self) -> str:
        return f"{self.on.month}/{self.on.day}" if self.is_out or self.names_month else str(self.on.day)

    @property
    def weekday(self) -> str:
        return dates.weekday(self.on)

    @property
    def css(self) -> str:
        """Return the classes of calendar.css."""
        marks = {
            "out": self.is_out,
            "past": self.is_past and not self.is_out,
            "today": self.is_today,
            "empty": self.is_empty,
            "rest": self.is_empty and not self.is_out and not self.starts_run,
        }
        return " ".join(["day", *(f"day--{name}" for name, is_so in marks.items() if is_so)])

    @property
    def run_text(self) -> str:
        """Return what an empty day says of itself and of those after it."""
        if self.run_ends and self.run_ends != self.on:
            return _("到 %(day)d 日没有活动") % {"day": self.run_ends.day}
        return _("没有活动")


def activities_in(rows: QuerySet, window: Window, *, most: int | None = None) -> list[Activity]:
    """Return what of `rows` takes place in the window, in order (the first `most`), with what a cell says of it."""
    found = with_attendance(rows).overlapping(*window.bounds).order_by("starts", "id")
    return list(found.select_related("programme", "organization", "team", "base", "subdistrict")[:most])


def days_of(window: Window, activities: Iterable[Activity]) -> list[Day]:
    """Return the days of the window with their entries; `activities` as `activities_in` returns them."""
    days = _bare(window)
    by_date = {day.on: day for day in days if not day.is_out}
    spans: list[tuple[Activity, SignupStatus, dt.date, dt.date]] = []
    singles: list[tuple[Day, Entry]] = []
    for activity in activities:
        first, last = dates_of(activity)
        if first == last:
            if first in by_date:
                singles.append((by_date[first], Entry(activity, standing(activity))))
        else:
            spans.append((activity, standing(activity), first, last))
    for week in _weeks(days):
        _lay(week, spans)
    for day, entry in singles:
        day.entries.append(entry)
    if window.view == LIST:
        days = [day for day in days if not day.is_empty or day.is_today]
    _tell_runs(days, window)
    return days


def dates_of(activity: Activity) -> tuple[dt.date, dt.date]:
    """Return the first and last day an activity stands on."""
    first = activity.first_day
    if activity.ends - activity.starts < ONE_NIGHT:
        return first, first
    return first, activity.last_day


def _bare(window: Window) -> list[Day]:
    today = clock.today()
    days = window.days
    exceptions = deadlines.exceptions({day.year for day in days})
    return [_day(on, window, today, exceptions.get(on)) for on in days]


def _day(on: dt.date, window: Window, today: dt.date, is_worked: bool | None) -> Day:
    moon = lunar.lunar_day(on) if on <= lunar.LAST_DAY else None
    return Day(
        on,
        is_out=not window.has(on),
        is_past=on < today,
        is_today=on == today,
        is_worked=is_worked,
        moon=moon.label if moon else "",
        is_feast=bool(moon and (moon.festivals or moon.term)),
    )


def _weeks(days: Sequence[Day]) -> list[list[Day]]:
    """Return the days that are no filling, week by week."""
    weeks: dict[dt.date, list[Day]] = {}
    for day in days:
        if not day.is_out:
            weeks.setdefault(day.on - dt.timedelta(days=day.on.weekday()), []).append(day)
    return list(weeks.values())


def _lay(week: list[Day], spans: list[tuple[Activity, SignupStatus, dt.date, dt.date]]) -> None:
    """Put what lasts several days in lanes of this week: the earlier and the longer above, none across another."""
    here = [span for span in spans if span[2] <= week[-1].on and span[3] >= week[0].on]
    here.sort(key=lambda span: (max(span[2], week[0].on), -(span[3] - span[2]).days, span[0].starts, span[0].pk))
    free_from: list[dt.date] = []  # of each lane, the first day it is free again
    for activity, stands, first, last in here:
        begin, end = max(first, week[0].on), min(last, week[-1].on)
        lane = next((number for number, free in enumerate(free_from) if free <= begin), len(free_from))
        free_from[lane : lane + 1] = [end + ONE_DAY]
        for day in week:
            if begin <= day.on <= end:
                entry = Entry(activity, stands, nth=(day.on - first).days + 1, total=(last - first).days + 1)
                if day.on == begin:
                    entry.length, entry.came, entry.goes = (end - begin).days + 1, first < begin, last > end
                day.entries += [None] * (lane + 1 - len(day.entries))
                day.entries[lane] = entry


def _tell_runs(days: list[Day], window: Window) -> None:
    """Let the first of several empty days say how long and what comes next; today begins a run of its own."""
    inside = [day for day in days if not day.is_out]
    next_day: dt.date | None = None
    run_ends: dt.date | None = None
    for place in range(len(inside) - 1, -1, -1):
        day = inside[place]
        if not day.is_empty:
            next_day, run_ends = day.on, None
            continue
        run_ends = run_ends or day.on
        before = inside[place - 1] if place else None
        if before is None or not before.is_empty or day.is_today:
            day.starts_run, day.run_ends, day.next_day = True, run_ends, next_day
            run_ends = None


def coming_days(rows: QuerySet, first: dt.date, last: dt.date, *, most: int) -> list[Day]:
    """Return the days of `[first, last]` on which something of `rows` takes place, for a card beside other things.

    At most `most` activities, those first that begin first. Days of another month than `first` say their month.
    """
    window = Window(LIST, first, last)
    days = [day for day in days_of(window, activities_in(rows, window, most=most)) if not day.is_empty]
    for day in days:
        day.names_month, day.is_anchor = day.on.month != first.month, False
    return days


def next_after(rows: QuerySet, window: Window) -> dt.date | None:
    """Return the day of the first activity of `rows` that begins after the window, or None."""
    starts = rows.filter(starts__gte=window.bounds[1]).order_by("starts").values_list("starts", flat=True).first()
    return timezone.localdate(starts) if starts else None


# ---- in words -------------------------------------------------------------------------------------------------------
def sums(activities: Sequence[Activity], window: Window) -> str:
    """Return `本月 32 场，17 场可以报名，2 场可以候补`."""
    stands = [standing(activity).code for activity in activities]
    held = len(stands) - stands.count("off")
    parts = [_("%(when)s %(count)d 场") % {"when": _when(window), "count": held}]
    can = sum(stands.count(code) for code in ("open", "few", "free"))
    parts += [_("%(count)d 场可以报名") % {"count": can}] if can else []
    full, off = stands.count("full"), stands.count("off")
    parts += [_("%(count)d 场可以候补") % {"count": full}] if full else []
    parts += [_("%(count)d 场已取消") % {"count": off}] if off else []
    return "，".join(parts)


def _when(window: Window) -> str:
    if window.has(clock.today()):
        return _("本周") if window.view == WEEK else _("本月")
    return window.title


def past_text(days: Sequence[Day], window: Window) -> str:
    """Return what unfolds the days that are over: `看9月1–15日，11 场`; empty when there is nothing to unfold."""
    past = [day for day in days if day.is_past and not day.is_out]
    count = len({entry.activity.pk for day in past for entry in day.entries if entry})
    if not past or not count or not window.has(clock.today()):
        return ""
    span = dates.days(past[0].on, past[-1].on + ONE_DAY, today=clock.today())
    return _("看%(days)s，%(count)d 场") % {"days": span, "count": count}
