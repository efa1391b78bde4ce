"""The periods of boards and reports: months, half-years, years, and the years whose figures the district has published."""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.extensions import Period
from chengyang.platform.objectives.models.plans import FIRST_YEAR, LAST_YEAR
from chengyang.platform.objectives.pace import next_month
from chengyang.seed.facts import results

MOST_YEARS = 6  # tabs of a board
_CODE = re.compile(r"(20\d\d)(?:H([12])|-(0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True)
class Span:
    """A period with the code that stands in addresses: `2026`, `2026H1`, `2026-05`, or `2018-2023` for the published years."""

    code: str
    starts: dt.date
    ends: dt.date  # exclusive

    @property
    def period(self) -> Period:
        return Period(self.starts, self.ends)

    @property
    def label(self) -> str:
        year, month = self.starts.year, self.starts.month
        if self.is_years:
            return _("%(years)s 年") % {"years": self.code.replace("-", "–")}
        if "H" in self.code:
            return (_("%(year)d 年上半年") if month == 1 else _("%(year)d 年下半年")) % {"year": year}
        if "-" in self.code:
            return _("%(year)d 年 %(month)d 月") % {"year": year, "month": month}
        return _("%(year)d 年") % {"year": year}

    @property
    def is_years(self) -> bool:
        """Whether it is several years: then there is no year before to compare with."""
        return len(self.code) == len("2018-2023")

    @property
    def is_year(self) -> bool:
        return len(self.code) == len("2026")

    @property
    def is_over(self) -> bool:
        return self.ends <= clock.today()

    @property
    def so_far(self) -> Period:
        """The days of it that have begun."""
        return Period(self.starts, max(self.starts, min(self.ends, clock.today() + dt.timedelta(days=1))))

    @property
    def before(self) -> Period:
        """The same days a year earlier, only as many as have begun: an open year is compared with the same days."""
        starts, ends = self.so_far.starts, self.so_far.ends
        assert starts
        assert ends
        return Period(_year_before(starts), _year_before(ends))

    @property
    def months(self) -> list[dt.date]:
        """The first days of its months."""
        count = (self.ends.year - self.starts.year) * 12 + self.ends.month - self.starts.month
        return [next_month(self.starts, place) for place in range(count)]

    @property
    def columns(self) -> list[dt.date]:
        """The first days of what a chart of it shows: its months, the twelve up to a single one, or years where it is several."""
        if self.is_years:
            return [dt.date(year, 1, 1) for year in range(self.starts.year, self.ends.year)]
        return [next_month(self.starts, place) for place in range(-11, 1)] if len(self.months) == 1 else self.months


def _year_before(day: dt.date) -> dt.date:
    """Return `day` of the year before; 29 February, which only an exclusive end can be, becomes 1 March."""
    if (day.month, day.day) == (2, 29):
        return dt.date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)


def day_after(moment: dt.datetime) -> dt.date:
    """Return the day after that of `moment` here."""
    return timezone.localtime(moment).date() + dt.timedelta(days=1)


def parse(code: str) -> Span:
    """Return the period with `code`. Raises ValueError for another text, and for a year before the first organization."""
    if code == published().code:
        return published()
    found = _CODE.fullmatch(code)
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise ValueError(code)
    year = int(found[1])
    if found[2]:
        starts = dt.date(year, 1 if found[2] == "1" else 7, 1)
        return Span(code, starts, next_month(starts, 6))
    if found[3]:
        starts = dt.date(year, int(found[3]), 1)
        return Span(code, starts, next_month(starts, 1))
    return Span(code, dt.date(year, 1, 1), dt.date(year + 1, 1, 1))


def published() -> Span:
    """Return the years whose results the district has published."""
    first, last = (int(year) for year in results()["period"].split("–"))
    return Span(f"{first}-{last}", dt.date(first, 1, 1), dt.date(last + 1, 1, 1))


def this_year() -> Span:
    return parse(str(clock.today().year))


def tabs() -> list[Span]:
    """Return the periods that a board offers: the last years, and the published ones."""
    year = clock.today().year
    years = range(year, max(FIRST_YEAR, year - MOST_YEARS + 1) - 1, -1)
    return [*(parse(str(one)) for one in years), published()]


def choices(*more: Span) -> list[Span]:
    """Return the periods that a report can be about, the latest first: those that have begun of two years and a bit.

    `more` are others that may be chosen, too, such as the one of the page from which somebody comes.
    """
    today, found = clock.today(), []
    for year in (today.year, today.year - 1, today.year - 2):
        codes = [str(year), f"{year}H2", f"{year}H1", *(f"{year}-{month:02d}" for month in range(12, 0, -1))]
        found += [span for span in map(parse, codes) if span.starts <= today]
    return [*found, *(span for span in dict.fromkeys((*more, published())) if span not in found)]
