"""The clock of a request as its page shows it: the drawing, and how the due date is counted day by day."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates
from chengyang.platform.workdays import deadlines

from . import due
from .models import Request
from .reckoning import ONE_DAY, Day, DayKind
from .states import RequestState

# The arc of the drawing is a quadratic curve; the sun stands on it by the share of the days that have passed.
START, BEND, END = (26.0, 16.0), (214.0, 30.0), (358.0, 120.0)
MOST_WEEKS = 12  # a longer count is shown as sentences only


class Point(NamedTuple):
    """A point of the drawing, in the units of its viewBox."""

    x: float
    y: float


class Cell(NamedTuple):
    """One day of the table: the words below its number, and the CSS class of its kind."""

    date: dt.date | None
    label: str
    words: str
    kind: str


@dataclass(frozen=True)
class Clock:
    """What the page shows of the clock of a request."""

    waits: bool
    is_provisional: bool
    days: list[tuple[Point, bool]]
    sun: Point
    gone: Point  # the control point of the part of the arc that is behind the sun
    label: str
    starts: str
    ends: str
    description: str
    weeks: list[list[Cell]]
    caption: str
    sentences: list[str]


def clock_of(request: Request, today: dt.date) -> Clock:
    """Return the clock of `request` as it stands on `today`; once it is answered, as it stood then."""
    answered = timezone.localdate(request.answered_at) if request.answered_at and not request.is_open else None
    days = due.days_of(request, answered or today)
    until = min(answered or today, days[-1].date)
    number = next((day.number for day in reversed(days) if day.date <= until), 0)
    total = max(1, days[-1].number)
    waits = request.state == RequestState.PAUSED
    due_on = days[-1].date if waits else max(request.due_on, days[-1].date)
    share = number / total
    label = _label(number, answered, waits, today > due_on and request.is_open)
    return Clock(
        waits=waits,
        is_provisional=waits or deadlines.is_provisional(due_on),
        days=[(_on_arc(step / total), step <= number) for step in range(total + 1) if step != number],
        sun=_on_arc(share),
        gone=_control(share),
        label=label,
        starts=_("%(day)s 收到") % {"day": dates.month_day(days[0].date)},
        ends=(_("暂定 %(day)s") if waits or deadlines.is_provisional(due_on) else _("%(day)s 到期"))
        % {"day": dates.month_day(due_on)},
        description=_("%(total)d 个工作日，%(label)s") % {"total": total, "label": label},
        weeks=_weeks(days, answered, due_on),
        caption=_caption(days, due_on),
        sentences=_sentences(request, days, due_on, waits),
    )


def _label(number, answered, waits, is_over):
    if answered and not number:
        return _("当天答复")
    if answered:
        return _("第 %(n)d 天答复") % {"n": number}
    if waits:
        return _("停在第 %(n)d 天") % {"n": number} if number else _("收到当天停住")
    if not number and not is_over:
        return _("当天收到")
    return _("已过期限") if is_over else _("第 %(n)d 天") % {"n": number}


def _on_arc(share):
    """Return the point of the arc at `share` (0 to 1) of its length in days."""
    first, second = _between(START, BEND, share), _between(BEND, END, share)
    return _between(first, second, share)


def _control(share):
    """Return the control point of the arc from its start to `share`."""
    return _between(START, BEND, share)


def _between(first, second, share):
    return Point(
        round(first[0] + (second[0] - first[0]) * share, 1), round(first[1] + (second[1] - first[1]) * share, 1)
    )


def weeks_of(days: list[Day], answered_at: dt.datetime | None, due_on: dt.date) -> list[list[Cell]]:
    """Return the calendar weeks of a count of `reckoning.count` (`days`) that ends on `due_on`; empty for more than twelve."""
    return _weeks(days, answered_at and timezone.localdate(answered_at), due_on)


# ---- the table ------------------------------------------------------------------------------------------------------
def _weeks(days: list[Day], answered: dt.date | None, due_on: dt.date) -> list[list[Cell]]:
    """Return the calendar weeks of the count, Monday first; empty when there are too many."""
    known = {day.date: day for day in days}
    last = max(due_on, days[-1].date)
    monday = days[0].date - ONE_DAY * days[0].date.weekday()
    count = ((last - monday).days // 7) + 1
    if count > MOST_WEEKS:
        return []
    dates_of = [[monday + ONE_DAY * (7 * week + day) for day in range(7)] for week in range(count)]
    return [[_cell(day, known.get(day), answered, due_on) for day in week] for week in dates_of]


def _cell(day: dt.date, counted: Day | None, answered: dt.date | None, due_on: dt.date) -> Cell:
    label = dates.month_day(day) if day.day == 1 else str(day.day)
    words, kind = _words(counted)
    if answered and day == answered:
        words, kind = _("答复"), "end"
    elif answered and day > answered and kind in ("count", "stop"):
        words, kind = "", ""
    if day == due_on:
        words, kind = (words, kind) if kind == "end" else (_("到期"), "due")
    if counted and counted.is_made_up and kind != "rest":
        words = _("班，%(what)s") % {"what": words} if words else _("班")
    return Cell(day, label, words, kind)


def _words(day: Day | None) -> tuple[Any, str]:
    if day is None:
        return "", ""
    return {
        DayKind.START: (_("收到"), ""),
        DayKind.COUNTED: (_("第 %(n)d 天") % {"n": day.number}, "count"),
        DayKind.STOPPED: (_("暂停"), "stop"),
        DayKind.REST: (_("休"), "rest"),
    }[day.kind]


def _caption(days, due_on):
    first, last = dates.month_text(days[0].date), dates.month_text(max(due_on, days[-1].date))
    return first if first == last else f"{first}–{last}"


# ---- the sentences --------------------------------------------------------------------------------------------------
def _sentences(request: Request, days: list[Day], due_on: dt.date, waits: bool) -> list[str]:
    """Return what was counted, in sentences; together they say all that moved the due date."""
    first = next((day.date for day in days if day.kind == DayKind.COUNTED), None)
    found = [_start_sentence(request, days[0].date, first)]
    found += [_pause_sentence(pause, days) for pause in request.pauses.all() if pause.round == request.round]
    found += [
        _("延长 %(n)d 个工作日：%(why)s") % {"n": row.days, "why": row.reason}
        for row in request.extensions.all()
        if row.round == request.round and row.state == "granted"
    ]
    made_up = [dates.day(day.date) for day in days if day.is_made_up]
    found.append(_("周六、周日和放假不算。"))
    if made_up:
        found.append(_("%(days)s 调休上班，照算。") % {"days": "、".join(made_up)})
    if not waits and due_on > days[-1].date:
        words = {"counted": dates.month_day(days[-1].date), "due": dates.month_day(due_on)}
        found.append(_("按现在的放假安排数到 %(counted)s；原来答应的是 %(due)s，不往前挪。") % words)
    return found


def _start_sentence(request, start, first):
    words = {"start": dates.month_day(start), "first": dates.month_day(first) if first else "—"}
    if request.complex_on == start:
        return _("%(start)s 定为复杂诉求，从下一个工作日 %(first)s 数起。") % words
    if request.reopened_at:
        return _("%(start)s 请再办，从下一个工作日 %(first)s 重新数起。") % words
    return _("%(start)s 收到，从下一个工作日 %(first)s 数起。") % words


def _pause_sentence(pause, days):
    stopped = sum(
        day.kind == DayKind.STOPPED and pause.asked_on < day.date <= (pause.resumed_on or day.date) for day in days
    )
    words = {"asked": dates.month_day(pause.asked_on), "n": stopped, "why": pause.reason}
    if pause.resumed_on is None:
        return _("%(asked)s 起等你补充，计时停着，已经 %(n)d 个工作日不算：%(why)s") % words
    words["resumed"] = dates.month_day(pause.resumed_on)
    return _("%(asked)s 问、%(resumed)s 答，中间 %(n)d 个工作日不算：%(why)s") % words
