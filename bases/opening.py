"""Opening hours of a base as pure values: reading what was typed, and the hours of a day with holidays and exceptions.

The typed text is the source. `models.OpeningTime` has its spans as rows, so that “open now” is a query.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

Span = tuple[dt.time, dt.time]  # opens, closes: half open, within one day
Week = Mapping[int, Sequence[Span]]  # day of the week, 1 for Monday to 7 → its spans in order

_DAYS = "一二三四五六日"
_WHOLE = {"每天": range(1, 8), "工作日": range(1, 6), "周末": (6, 7)}
_DAY = rf"(?:周|星期)([{_DAYS}天])"
_RANGE = re.compile(rf"{_DAY}(?:至|到|-){_DAY}")
_SINGLE = re.compile(_DAY)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})(?:-|至|到)(\d{1,2}):(\d{2})", re.ASCII)
_DASHES = re.compile(r"[–—~～−]")
_MAKE_UP_LIKE = 1  # a base opens on a working day at the weekend as on a Monday


class Special(NamedTuple):
    """An exception: from the day `starts` (inclusive) to `ends` (exclusive) it has the hours `spans`; none: it is closed."""

    starts: dt.date
    ends: dt.date
    spans: tuple[Span, ...] = ()
    reason: str = ""

    @property
    def words(self) -> str:
        """Return the hours of these days as text."""
        return spans_text(self.spans) if self.spans else _("不开放")


@dataclass(frozen=True)
class Calendar:
    """All that decides when a base is open.

    `holidays` are the exceptions of `platform.workdays`: day → whether it is a working day.
    """

    week: Week
    holidays: Mapping[dt.date, bool] = field(default_factory=dict)
    opens_on_holidays: bool = False
    specials: Sequence[Special] = ()

    @property
    def is_known(self) -> bool:
        """Whether any hours were typed."""
        return bool(self.week)


def parse_week(text: str) -> dict[int, list[Span]]:
    """Return the week in `text`: “周一至周五 9:00–12:00、13:30–17:00；周六 9:00–12:00”, or “每天 8:00–17:30”.

    An empty text is an empty week. Raises ValueError with a sentence for people: for a part that is not understood, a day that
    is named twice, and spans that end before they begin or overlap.
    """
    week: dict[int, list[Span]] = {}
    for part in filter(None, re.split(r"[;\n]", _plain(text))):
        days, spans = _days_of(part), _spans_of(part)
        if not days or not spans:
            raise ValueError(_("看不懂“%(part)s”，请照“周一至周五 9:00–17:00”这样写。") % {"part": part})
        for day in days:
            if day in week:
                raise ValueError(_("“周%(day)s”写了两次，请合成一行。") % {"day": _DAYS[day - 1]})
            week[day] = spans
    return dict(sorted(week.items()))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text or "")
    return _DASHES.sub("-", re.sub(r"[ \t]+", "", folded)).replace("；", ";")


def _days_of(part: str) -> list[int]:
    """Return the days that `part` names; an empty list when something before the first time is not understood."""
    head = _SPAN.split(part, maxsplit=1)[0]
    found: list[int] = []
    for name, days in _WHOLE.items():
        if name in head:
            head, found = head.replace(name, ""), [*found, *days]
    for first, last in _RANGE.findall(head):
        found += range(_number(first), _number(last) + 1)
    head = _RANGE.sub("", head)
    found += [_number(day) for day in _SINGLE.findall(head)]
    return [] if _SINGLE.sub("", head).strip("、,和:") else list(dict.fromkeys(found))


def _number(day: str) -> int:
    return 7 if day == "天" else _DAYS.index(day) + 1


def _spans_of(part: str) -> list[Span]:
    """Return the spans in `part`, in order; an empty list when something beside them is not understood."""
    start = _SPAN.search(part)
    rest = part[start.start() :] if start else ""
    spans = [(_time(*found[:2]), _time(*found[2:])) for found in _SPAN.findall(rest)]
    if _SPAN.sub("", rest).strip("、,和"):
        return []
    for before, after in zip([(dt.time.min, dt.time.min), *spans], spans, strict=False):
        if after[0] >= after[1] or after[0] < before[1]:
            raise ValueError(_("“%(part)s”里的时间前后不对，请检查。") % {"part": part})
    return spans


def _time(hour: str, minute: str) -> dt.time:
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(
            _("没有 %(hour)s:%(minute)s 这个时间，请写 0:00 至 23:59。") % {"hour": hour, "minute": minute}
        )
    return dt.time(int(hour), int(minute))


def parse_times(text: str) -> list[dt.time]:
    """Return the times in `text`, in order: “9:30、14:00”. Raises ValueError with a sentence for people."""
    parts = [part for part in re.split(r"[、,; ]+", unicodedata.normalize("NFKC", text or "").strip()) if part]
    found = []
    for part in parts:
        match = re.fullmatch(r"(\d{1,2}):(\d{2})", part, re.ASCII)
        if not match:
            raise ValueError(_("看不懂“%(part)s”，请照“9:30、14:00”这样写。") % {"part": part})
        found.append(_time(*match.groups()))
    return sorted(set(found))


def week_text(week: Week) -> str:
    """Return `week` as `parse_week` reads it, days with the same spans together: “周一至周五 09:00–17:00；周六 09:00–12:00”."""
    groups: list[tuple[list[int], Sequence[Span]]] = []
    for day in sorted(week):
        if groups and list(groups[-1][1]) == list(week[day]) and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        else:
            groups.append(([day], week[day]))
    return "；".join(f"{_days_text(days)} {spans_text(spans)}" for days, spans in groups)


def _days_text(days: Sequence[int]) -> str:
    if len(days) == 7:
        return _("每天")
    first, last = f"周{_DAYS[days[0] - 1]}", f"周{_DAYS[days[-1] - 1]}"
    if len(days) == 1:
        return first
    return f"{first}、{last}" if len(days) == 2 else _("%(first)s至%(last)s") % {"first": first, "last": last}


def spans_text(spans: Iterable[Span]) -> str:
    """Return spans as text: `09:00–12:00、13:30–17:00`."""
    return "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans)


def week_of(rows: Iterable[tuple[int, dt.time, dt.time]]) -> dict[int, list[Span]]:
    """Return the week of rows (day of the week, opens, closes) in any order."""
    week: dict[int, list[Span]] = {}
    for day, opens, closes in sorted(rows):
        week.setdefault(day, []).append((opens, closes))
    return week


def usual_weekday(day: dt.date, holidays: Mapping[dt.date, bool], *, opens_on_holidays: bool) -> tuple[int, ...]:
    """Return the days of the week whose hours hold on `day`, the first that has any; none: closed as a holiday.

    On a working day at the weekend a base that is closed then otherwise opens as on a Monday.
    """
    worked, weekday = holidays.get(day), day.isoweekday()
    if worked is False:
        return (weekday,) if opens_on_holidays else ()
    return (weekday, _MAKE_UP_LIKE) if worked and weekday > 5 else (weekday,)


def spans_on(day: dt.date, calendar: Calendar) -> Sequence[Span]:
    """Return the hours on `day`: those of an exception, else those of the week, none on a holiday unless it opens then."""
    for special in calendar.specials:
        if special.starts <= day < special.ends:
            return special.spans
    for weekday in usual_weekday(day, calendar.holidays, opens_on_holidays=calendar.opens_on_holidays):
        if weekday in calendar.week:
            return calendar.week[weekday]
    return ()
