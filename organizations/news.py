"""What happened in an organization lately, from its records: its life, its charter, its assessment, its terms."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chengyang import clock

from .models import Organization
from .states import ChangeState

SINCE = dt.timedelta(days=365)
MOST = 6


@dataclass(frozen=True)
class News:
    on: dt.date
    text: str
    url: str = ""


def news_of(organization: Organization) -> list[News]:
    """Return what happened in the last year, and what is decided for a coming day, the latest first; at most `MOST`."""
    first, today = clock.today() - SINCE, clock.today()
    found = [
        News(step.on, _("%(what)s，%(day)s起") % {"what": step.get_kind_display(), "day": _day(step.on)})
        for step in organization.life_steps.filter(state=ChangeState.AGREED, on__gte=first)
    ]
    found += [
        News(row.starts, _("章程%(title)s施行") % {"title": row.title}, row.get_absolute_url())
        for row in organization.charters.valid().filter(starts__gte=first)
    ]
    found += [
        News(row.assessed_on, _("“五好”达到 %(n)d 项") % {"n": row.met_count()})
        for row in organization.assessments.passed_on(today).filter(assessed_on__gte=first)
    ]
    found += [
        News(row.starts, _("%(term)s开始") % {"term": row.title})
        for row in organization.terms.filter(starts__gte=first, starts__lte=today)
    ]
    return sorted(found, key=lambda one: one.on, reverse=True)[:MOST]


def _day(day: dt.date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
