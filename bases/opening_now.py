"""What a page says about the hours of a base at this moment, and when that changes."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.web.prepared import prepared

from .free_times import open_until, opens_next
from .models import Base, OpeningException, OpeningTime
from .states import BaseState

AHEAD = dt.timedelta(days=30)  # of the exceptions on the page of a base


@dataclass(frozen=True)
class Opening:
    """The hours of a base as its page shows them: whether it is open, one sentence about that, the exceptions to come."""

    is_open: bool
    words: str
    exceptions: list[Any]


def opening_of(base: Base) -> Opening | None:
    """Return the hours of `base` now; None where none were typed, or where it is not in operation."""
    now = clock.now()
    calendar = base.calendar(now.date(), now.date() + AHEAD)
    if not calendar.is_known or base.state != BaseState.OPERATING:
        return None
    coming = sorted(calendar.specials)
    if until := open_until(now, calendar):
        return Opening(True, _("现在开放，到 %(until)s") % {"until": f"{until:%H:%M}"}, coming)
    opens = opens_next(now, calendar)
    words = _("现在关闭，%(when)s 开放") % {"when": dates.span(opens)} if opens else _("近期不开放")
    return Opening(False, words, coming)


def next_opening_moment(now: dt.datetime) -> dt.datetime | None:
    """Return the next moment today at which a base may open or close, whatever the day of the week: kept pages end then."""
    found = _next_time(now.date(), timezone.localtime(now).time())
    return clock.at(now.date(), found[0][0]) if found else None


@prepared  # asked for on the first request after each change
def _next_time(day, time):
    specials = OpeningException.objects.filter(starts__lte=day, ends__gt=day)
    sources = [(rows, name) for rows in (OpeningTime.objects.all(), specials) for name in ("opens", "closes")]
    first, *others = [
        rows.filter(**{f"{name}__gt": time}).order_by(name).values_list(name)[:1] for rows, name in sources
    ]
    return first.union(*others).order_by("opens")[:1]
