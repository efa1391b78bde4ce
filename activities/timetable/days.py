"""The days of the calendar and the activities on each day, ready for a template to draw.

Month, week and list view are one ordered list of days with the same markup. On a wide screen `static/css/calendar.css`
draws that list as a calendar grid: seven columns, Monday first, one week row for each seven days.

Words used here:

window      the first and last date that one page shows, and its view (windows.py)
day         one cell of the grid, or one heading of the list, with its entries in the order they are drawn
entry       one activity on one day
segment     the part of an activity of several days that lies in one week row; it is drawn as one bar
lane        one horizontal line in a week row; a segment stays in the same lane on all its days
empty run   days without activities that follow each other; only the first of them shows a text

How the days are computed (`days_of`):

1. Make a `Day` for every date to draw, without entries (`_days_without_entries`).
2. Split the activities: those of one day are kept for step 4, those of several days go to step 3.
3. For each week row, cut the activities of several days to the row and assign a lane to each segment (`_add_segments`).
4. Append the activities of one day. They come last so that they stand below all bars of their day.
5. In the list view, drop the empty days; today stays.
6. Mark the empty runs (`_mark_empty_runs`).

Why the server assigns the lanes: a day is one element of a list, and CSS cannot line up boxes in different list elements.
Drawing each day by itself, in the order of time, would put one activity on the first line on Tuesday and on the second on
Wednesday, and its bar would break. A second, overlaid list of bars would keep the line, but then a screen reader and a phone
would need another markup than the grid, and the two could disagree.
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates, lunar
from chengyang.platform.workdays import deadlines

from ..models import Activity, Programme
from ..signup_status import SignupStatus, signup_status_of, with_attendance
from ..windows import LIST, ONE_DAY, Window

# A shorter activity that runs over midnight, such as an evening until 02:00, is shown on its first day only: two bars for
# one evening would look like two events.
ONE_NIGHT = dt.timedelta(hours=12)


# ---- entries and days -----------------------------------------------------------------------------------------------
@dataclass
class Entry:
    """One activity on one day: day `day_number` of `day_count`.

    An activity of several days has an entry on each of them. The first entry of a segment draws the bar over
    `segment_length` columns; the others only keep the lane free.
    """

    activity: Activity
    status: SignupStatus
    day_number: int = 1
    day_count: int = 1
    segment_length: int = 0  # days from this one to the end of the segment; 0: not the first day of a segment
    continues_before: bool = False  # the activity began before this week row (or before the window)
    continues_after: bool = False  # the activity goes on after this week row (or after the window)

    @property
    def is_several_days(self) -> bool:
        return self.day_count > 1

    @property
    def contents(self) -> tuple[Hashable, ...]:
        """Return everything that the entry is drawn from."""
        activity, programme = self.activity, self.activity.programme
        return (
            activity.public_id,
            activity.title,
            activity.starts,
            activity.ends,
            activity.mode,
            programme and (programme.code, programme.name),
            self.where,
            self.status,
            self.day_number,
            self.day_count,
            self.segment_length,
            self.continues_before,
            self.continues_after,
        )

    @property
    def css(self) -> str:
        """Return the class names of calendar.css, separated by spaces."""
        programme, draws_bar = self.activity.programme, self.segment_length > 0
        names = {
            "ev": True,
            programme.code if programme else "ev--plain": True,
            f"ev--{self.status.code}": self.status.code in ("off", "past"),
            "ev--span": self.is_several_days,
            f"n{self.segment_length}": draws_bar,
            "ev--runs": self.day_number > 1,
            "ev--goes": draws_bar and self.continues_after,
            "ev--came": draws_bar and self.continues_before,
        }
        return " ".join(name for name, applies in names.items() if applies)

    @property
    def time(self) -> str:
        """Return the time as a cell shows it: `09:00`, `09:00 起，共 3 天`, from the second day on `第 2 天`."""
        if self.day_number > 1:
            return _("第 %(nth)d 天") % {"nth": self.day_number}
        begins = f"{timezone.localtime(self.activity.starts):%H:%M}"
        if self.is_several_days:
            return _("%(time)s 起，共 %(days)d 天") % {"time": begins, "days": self.day_count}
        return begins

    @property
    def datetime(self) -> str:
        """Return the time of `time` for programs: the start, from the second day on the date of that day."""
        starts = timezone.localtime(self.activity.starts)
        if self.day_number > 1:
            return f"{starts.date() + ONE_DAY * (self.day_number - 1)}"
        return f"{starts:%Y-%m-%dT%H:%M%z}"

    @property
    def time_ends(self) -> str:
        """Return the end, `–11:30`, which a narrow cell hides; empty for an activity of several days."""
        return "" if self.is_several_days else f"–{timezone.localtime(self.activity.ends):%H:%M}"

    @property
    def where(self) -> str:
        """Return the place in short: the base, the place or, online, the organizer; and the team where it has another name."""
        activity = self.activity
        place = activity.base.name if activity.base else activity.place
        if activity.mode == Activity.Mode.ONLINE:
            place = str(activity.organizer or _("线上"))
        team = activity.team.name if activity.team and activity.team.name != place else ""
        return " · ".join(filter(None, (place, team)))


@dataclass
class Day:
    """One day of the calendar.

    `entries` has the segments first, in the order of their lanes, then the activities of one day in the order of their
    start. None is a lane that is empty on this day while a lane below it is not.
    """

    on: dt.date
    is_outside: bool = False  # belongs to the month before or after; drawn to fill the grid
    is_past: bool = False
    is_today: bool = False
    is_worked: bool | None = None  # True or False: an official exception; None: as the weekday says
    lunar_label: str = ""  # the festival or solar term of the day, else its lunar day
    is_festival: bool = False
    entries: list[Entry | None] = field(default_factory=list)
    starts_empty_run: bool = False
    empty_run_ends: dt.date | None = None  # the last day of the run that starts here
    next_day: dt.date | None = None  # the next day with an activity, on this page or (set by the view) after it
    next_url: str = ""
    shows_month: bool = False
    is_anchor: bool = True  # has an `id` that links can point at; False in a panel on another page

    @property
    def contents(self) -> tuple[Hashable, ...]:
        """Return everything that the day is drawn from."""
        own = tuple(value for name, value in vars(self).items() if name != "entries")
        return own, tuple(entry and entry.contents for entry in self.entries)

    @property
    def is_empty(self) -> bool:
        """Whether the day has no activity; a lane that is kept free does not count."""
        return not any(self.entries)

    @property
    def count(self) -> int:
        """Return how many activities the day has."""
        return sum(entry is not None for entry in self.entries)

    @property
    def programmes(self) -> list[Programme | None]:
        """Return the programmes of the day's activities in their order, each once; None stands for those without one."""
        found = [entry.activity.programme for entry in self.entries if entry and entry.status.code != "off"]
        return list(dict.fromkeys(found))

    @property
    def anchor(self) -> str:
        return f"d{self.on.day}"

    @property
    def number(self) -> str:
        """Return the number to show: `16`, with the month where the heading of the page has another one: `10/8`."""
        return f"{self.on.month}/{self.on.day}" if self.is_outside or self.shows_month else str(self.on.day)

    @property
    def weekday(self) -> str:
        return dates.weekday(self.on)

    @property
    def css(self) -> str:
        """Return the class names of calendar.css, separated by spaces."""
        modifiers = {
            "out": self.is_outside,
            "past": self.is_past and not self.is_outside,
            "today": self.is_today,
            "empty": self.is_empty,
            "rest": self.is_empty and not self.is_outside and not self.starts_empty_run,
        }
        return " ".join(["day", *(f"day--{name}" for name, applies in modifiers.items() if applies)])

    @property
    def empty_run_text(self) -> str:
        """Return the text of the first day of an empty run: `到 21 日没有活动`, for a run of one day `没有活动`."""
        if self.empty_run_ends and self.empty_run_ends != self.on:
            return _("到 %(day)d 日没有活动") % {"day": self.empty_run_ends.day}
        return _("没有活动")


@dataclass(frozen=True)
class _DatedActivity:
    """An activity with the first and last day that it is shown on."""

    activity: Activity
    status: SignupStatus
    first: dt.date
    last: dt.date


def activities_in(rows: QuerySet, window: Window, *, most: int | None = None) -> list[Activity]:
    """Return the activities of `rows` on the dates that are drawn, by start, at most `most`, with all that an entry shows."""
    return list(with_entry_data(rows.overlapping(*window.drawn_bounds).order_by("starts", "id"))[:most])


def with_entry_data(rows: QuerySet) -> QuerySet:
    """Return `rows` with all that an entry shows."""
    return with_attendance(rows).select_related("programme", "organization", "team", "base")


def days_of(window: Window, activities: Iterable[Activity]) -> list[Day]:
    """Return the days of the window with their entries; `activities` are those that `activities_in` returns, in its order.

    The module docstring describes the steps.
    """
    days = _days_without_entries(window)
    dated = [_DatedActivity(activity, signup_status_of(activity), *dates_of(activity)) for activity in activities]
    spans = [one for one in dated if one.first < one.last]
    for week in _week_rows(days):
        _add_segments(week, spans)
    by_date = {day.on: day for day in days}
    for one in dated:
        if one.first == one.last and one.first in by_date:
            by_date[one.first].entries.append(Entry(one.activity, one.status))
    if window.view == LIST or window.is_search:
        days = [day for day in days if not day.is_empty or day.is_today]
    _mark_empty_runs(days)
    return days


def dates_of(activity: Activity) -> tuple[dt.date, dt.date]:
    """Return the first and last day that an activity is shown on; both are the first day if it lasts less than 12 hours."""
    first = activity.first_day
    if activity.ends - activity.starts < ONE_NIGHT:
        return first, first
    return first, activity.last_day


def _days_without_entries(window: Window) -> list[Day]:
    today = clock.today()
    days = window.days
    exceptions = deadlines.exceptions({day.year for day in days})
    return [_day(on, window, today, exceptions.get(on)) for on in days]


def _day(on: dt.date, window: Window, today: dt.date, is_worked: bool | None) -> Day:
    lunar_day = lunar.lunar_day(on) if on <= lunar.LAST_DAY else None
    return Day(
        on,
        is_outside=not window.has(on),
        is_past=on < today,
        is_today=on == today,
        is_worked=is_worked,
        lunar_label=lunar_day.label if lunar_day else "",
        is_festival=bool(lunar_day and (lunar_day.festivals or lunar_day.term)),
    )


def _week_rows(days: Sequence[Day]) -> list[list[Day]]:
    """Return the days, one list for each week from Monday; in a list the first and last may be shorter than seven days."""
    weeks: dict[dt.date, list[Day]] = {}
    for day in days:
        weeks.setdefault(day.on - dt.timedelta(days=day.on.weekday()), []).append(day)
    return list(weeks.values())


def _add_segments(week: list[Day], spans: list[_DatedActivity]) -> None:
    """Cut the activities of several days to the week row `week`, assign a lane to each, and add the entries.

    This is greedy interval partitioning: take the segments by their first day and give each the topmost lane that is free
    on that day. Sorted by first day, no other assignment needs fewer lanes: a new lane is opened only when all lanes are
    busy on that very day. The lanes are assigned anew in each week row; an activity may so change its line from one row to
    the next, where nobody can see it, instead of leaving holes above itself.
    """
    monday, sunday = week[0].on, week[-1].on  # or the edges of a list
    segments = [one for one in spans if one.first <= sunday and one.last >= monday]
    # Among segments with the same first day, the longest activity comes first: it keeps the top lane. An activity that began
    # in an earlier week counts as beginning on Monday: sorted by its real first day, one that ends on Monday would stand
    # above one that lasts the whole week. The start and the key only make the order definite.
    segments.sort(
        key=lambda one: (max(one.first, monday), -(one.last - one.first).days, one.activity.starts, one.activity.pk)
    )
    lane_free_from: list[dt.date] = []  # for each lane, the first day after its last segment
    for one in segments:
        first, last = max(one.first, monday), min(one.last, sunday)
        lane = next((number for number, free in enumerate(lane_free_from) if free <= first), len(lane_free_from))
        lane_free_from[lane : lane + 1] = [last + ONE_DAY]  # replaces the lane's entry, or appends a new lane
        for day in week:
            if first <= day.on <= last:
                _put(day, lane, _segment_entry(one, day.on, first, last))


def _segment_entry(one: _DatedActivity, on: dt.date, first: dt.date, last: dt.date) -> Entry:
    """Return the entry for the day `on` of a segment from `first` to `last`."""
    numbers = {"day_number": (on - one.first).days + 1, "day_count": (one.last - one.first).days + 1}
    if on > first:
        return Entry(one.activity, one.status, **numbers)
    return Entry(
        one.activity,
        one.status,
        **numbers,
        segment_length=(last - first).days + 1,
        continues_before=one.first < first,
        continues_after=one.last > last,
    )


def _put(day: Day, lane: int, entry: Entry) -> None:
    """Set the entry of `lane`; the lanes above it that have none on this day become None, which draws an empty line."""
    day.entries += [None] * (lane + 1 - len(day.entries))
    day.entries[lane] = entry


def _mark_empty_runs(days: list[Day]) -> None:
    """Set on the first day of each empty run where the run ends and which day with an activity follows.

    A run also begins today: the days before today are folded away on a phone, and a run that began there would leave the
    visible empty days without a text. The days are read from the last to the first, because a day must know what follows.
    """
    inside = [day for day in days if not day.is_outside]
    next_day: dt.date | None = None
    run_ends: dt.date | None = None
    for place in range(len(inside) - 1, -1, -1):
        day = inside[place]
        if not day.is_empty:
            next_day, run_ends = day.on, None
            continue
        run_ends = run_ends or day.on
        previous = inside[place - 1] if place else None
        if previous is None or not previous.is_empty or day.is_today:
            day.starts_empty_run, day.empty_run_ends, day.next_day = True, run_ends, next_day
            run_ends = None
