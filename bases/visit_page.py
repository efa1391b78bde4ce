"""What the pages of a visit show: three weeks of free times, the stages of one matter, and the stops of a route."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.workdays import deadlines

from . import visit_times
from .free_times import DAY
from .models import Base, Travel, Visit
from .states import VisitState

WEEKS = 3


@dataclass(frozen=True)
class SlotDay:
    """One day of the free times; `mark` is 休 or 班 of the holidays, `why` says why nobody can come."""

    day: dt.date
    is_today: bool
    mark: str
    why: str
    times: list[Any]
    is_off: bool = False  # a day off, also where the base is open


@dataclass(frozen=True)
class Slot:
    """One time at which a visit can begin. `value` stands in the form."""

    value: str
    label: str
    spoken: str
    is_free: bool
    is_chosen: bool


class SlotWindow:
    """Three weeks of a base from a Monday; for a further stop of a route, only its day and what can be reached in time."""

    def __init__(self, base: Base, first: str, *, chosen: str, route: Visit | None) -> None:
        self.base, self.chosen, self.route = base, chosen, route
        day = _day(first) or clock.today()
        self.first = (route.day if route else day) - DAY * (route.day if route else day).weekday()
        self.last = self.first + DAY * (7 * (1 if route else WEEKS) - 1)

    @cached_property
    def days(self) -> list[SlotDay]:
        """The days in order."""
        today = clock.today()
        found = visit_times.slots(self.base, self.first, self.last)
        calendar = self.base.calendar(self.first, self.last)
        reasons = {day: one.reason for one in calendar.specials for day in found if one.starts <= day < one.ends}
        stops = self._stops()
        return [
            SlotDay(
                day,
                day == today,
                {False: _("休"), True: _("班")}.get(deadlines.exceptions([day.year]).get(day), ""),
                _("今天") if day == today else reasons.get(day, ""),
                [self._slot(time.starts, is_free and self._is_reachable(time, stops)) for time, is_free in times],
                is_off=deadlines.exceptions([day.year]).get(day) is False,
            )
            for day, times in found.items()
        ]

    def _stops(self) -> list[Any]:
        if self.route is None:
            return []
        minutes = Travel.objects.minutes_from(self.base)
        rows = Visit.objects.of_route(self.route)
        return [(visit.time, minutes.get(visit.base_id, 0)) for visit in rows]

    def _is_reachable(self, time: Any, stops: list[Any]) -> bool:
        is_day = self.route is None or self.route.day == time.starts.date()
        return is_day and bool(visit_times.reachable([time], stops))

    def _slot(self, starts: dt.datetime, is_free: bool) -> Slot:
        value = f"{starts:%Y-%m-%d %H:%M}"
        spoken = dates.day(starts.date())
        return Slot(value, f"{starts:%H:%M}", spoken, is_free, value == self.chosen)

    @property
    def has_free(self) -> bool:
        return any(slot.is_free for day in self.days for slot in day.times)

    @property
    def heading(self) -> str:
        """Return which days these are: 9月14日–10月4日."""
        return dates.days(self.first, self.last + DAY)

    @property
    def earlier(self) -> str:
        """Return the Monday of the page before, "" where that is over."""
        return "" if self.route or self.first <= clock.today() else (self.first - DAY * 7 * WEEKS).isoformat()

    @property
    def later(self) -> str:
        """Return the Monday of the next page, "" beyond the last day that can be asked for."""
        end = clock.today() + DAY * visit_times.LAST_DAY
        return "" if self.route or self.last >= end else (self.last + DAY).isoformat()


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    today = clock.today()
    return day if today - DAY * 7 * WEEKS <= day <= today + DAY * 366 else None


# ---- one visit ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Stage:
    """One step of the way of a visit: `kind` is done, current or next."""

    title: str
    note: str
    kind: str


def stages_of(visit: Visit) -> list[Stage]:
    """Return the way of a visit: asked, answered, perhaps proposed, confirmed, visited; ended early, its end instead."""
    asked = visit.asked_starts or visit.starts
    people = _("%(when)s，%(n)d 位") % {"when": f"{dates.span(asked)}", "n": visit.people}
    stages = [Stage(_("提出"), f"{dates.stamp(visit.at)}，{people}", "done")]
    if visit.decided_at:
        stages.append(Stage(_("基地答复"), dates.stamp(visit.decided_at), "done"))
    until = dates.day(visit.due_on) if visit.due_on else ""
    waiting = {
        VisitState.REQUESTED: Stage(_("等基地答复"), _("%(day)s以前") % {"day": until} if until else "", "current"),
        VisitState.PROPOSED: Stage(
            _("等你答复"),
            _("%(when)s 前") % {"when": dates.span(visit.kept_until)} if visit.kept_until else "",
            "current",
        ),
    }
    coming = Stage(_("观摩"), dates.span(visit.starts, visit.ends), "next")
    if visit.state in waiting:
        return [*stages, waiting[visit.state], Stage(_("确认"), _("确认后两边都能存进日历"), "next"), coming]
    if visit.state == VisitState.CONFIRMED:
        return [*stages, Stage(_("已确认"), coming.note, "current"), coming]
    if visit.state == VisitState.DONE:
        return [*stages, Stage(_("已观摩"), coming.note, "done")]
    return [*stages, Stage(str(visit.get_state_display()), visit.reason, "current")]


@dataclass(frozen=True)
class Stop:
    """One base of a route: `minutes` on the way from the stop before, None for the first or where none were typed in."""

    visit: Visit
    minutes: int | None
    free_before: str


def stops_of(visit: Visit) -> list[Stop]:
    """Return the stops of the route of `visit` on its day, by start; only itself where it is no route or no longer open."""
    rows = list(Visit.objects.of_route(visit).select_related("base", "host__person", "guide__person"))
    if visit not in rows:
        rows = [visit]
    found: list[Stop] = []
    for number, one in enumerate(rows):
        before = rows[number - 1] if number else None
        minutes = Travel.objects.minutes_from(one.base).get(before.base_id) if before else None
        pause = (
            f"{before.ends.astimezone(clock.now().tzinfo):%H:%M}–{one.starts.astimezone(clock.now().tzinfo):%H:%M}"
            if before
            else ""
        )
        found.append(Stop(one, minutes, pause))
    return found
