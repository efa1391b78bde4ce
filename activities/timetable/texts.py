"""The texts above the calendar: how many activities, and how many of them can be joined."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates

from ..models import Activity
from ..signup_status import signup_status_of
from ..windows import COMING, LAST, ONE_DAY, PAST, WEEK, Window
from .days import Day
from .lists import Results


def inside(activities: Iterable[Activity], window: Window) -> list[Activity]:
    """Return the activities that take place in the window: without those of the dates beside a month."""
    first, end = window.bounds
    return [activity for activity in activities if activity.starts < end and activity.ends > first]


def summary(activities: Iterable[Activity], window: Window) -> str:
    """Return the counts above the calendar: `本月 32 场，17 场可以报名，2 场可以候补`."""
    statuses = [signup_status_of(activity) for activity in inside(activities, window)]
    codes = [status.code for status in statuses]
    is_open, full, cancelled = sum(status.is_open for status in statuses), codes.count("full"), codes.count("off")
    parts = [_("%(when)s %(count)d 场") % {"when": _window_text(window), "count": len(codes) - cancelled}]
    parts += [_("%(count)d 场可以报名") % {"count": is_open}] if is_open else []
    parts += [_("%(count)d 场可以候补") % {"count": full}] if full else []
    parts += [_("%(count)d 场已取消") % {"count": cancelled}] if cancelled else []
    return "，".join(parts)


def search_summary(results: Results, window: Window) -> str:
    """Return the counts above the results of a search; of a search with several pages only how many it found."""
    if results.following is None:
        return summary(results.activities, window)
    return _("%(when)s %(count)d 场") % {"when": _window_text(window), "count": results.total}


def _window_text(window: Window) -> str:
    if window.view == COMING and window.last == LAST:
        return _("接下来") if window.first <= clock.today() else _("%(day)s起") % {"day": dates.month_day(window.first)}
    if window.view == PAST:
        return _("过去")
    if window.view == COMING:
        return window.title
    if window.has(clock.today()):
        return _("本周") if window.view == WEEK else _("本月")
    return window.title


def past_text(days: Sequence[Day], window: Window) -> str:
    """Return the label that unfolds the past days, `看9月1–15日，11 场`; empty when none of them has an activity."""
    past = [day for day in days if day.is_past and not day.is_outside]
    count = len({entry.activity.pk for day in past for entry in day.entries if entry})
    if not past or not count or not window.has(clock.today()):
        return ""
    span = dates.days(past[0].on, past[-1].on + ONE_DAY, today=clock.today())
    return _("看%(days)s，%(count)d 场") % {"days": span, "count": count}
