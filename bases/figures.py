"""The figures of a base by year: how much its rooms are used, who visited, activities, honours; and the bars of their charts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chengyang import clock, extensions
from chengyang.extensions import Period
from chengyang.platform.web.suppression import few_behind

from .free_times import DAY, Interval, open_on
from .models import Base, RoomBooking
from .states import BookingState

YEARS = 5  # on the page, this one included
WIDTH, HEIGHT, TOP, BOTTOM = 300, 120, 18, 98  # of a chart: bars stand on BOTTOM and end below TOP


@dataclass(frozen=True)
class YearFigures:
    """What happened at a base in one year. Hours are decimal; `occupancy` is per cent of the hours that its rooms are open."""

    year: int
    booked: float
    occupancy: float | None
    visits: int
    visitors: int | None  # None in public below five, as the next but one
    activities: int
    attendances: int | None
    honours: int
    is_partial: bool  # the year is not over


def period_of(year: int) -> Period:
    """Return the days of `year`."""
    return Period(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))


def figures_of(base: Base, *, last: int | None = None, years: int = YEARS, public: bool = False) -> list[YearFigures]:
    """Return the figures of the last `years` years up to `last` (this year), the oldest first; `public`: as everybody reads them."""
    last = last or clock.today().year
    return [_of_year(base, year, public) for year in range(last - years + 1, last + 1)]


def _of_year(base: Base, year: int, public: bool) -> YearFigures:
    period = period_of(year)
    counts = {code: _value(code, base, period, public) for code in METRIC_CODES}
    booked = booked_hours(base, period)
    available = open_hours(base, year) * base.rooms.open().count()
    return YearFigures(
        year=year,
        booked=booked,
        occupancy=round(100 * booked / available, 1) if available else None,
        visits=counts["visits"],
        visitors=counts["visitors"],
        activities=counts["activities_completed"],
        attendances=counts["attendances"],
        honours=counts["honours"],
        is_partial=year == clock.today().year,
    )


def _value(code: str, base: Base, period: Period, public: bool) -> Any:
    """Return a number of `base` in `period`; in `public` None where one to four persons are behind it (domain.md rule 11)."""
    metric = extensions.public_metric(extensions.metric(code)) if public else extensions.metric(code)
    value = metric.of(base, period)
    return None if public and few_behind(metric, value, base, period) else value


METRIC_CODES = ("visits", "visitors", "activities_completed", "attendances", "honours")


def booked_hours(base: Base, period: Period) -> float:
    """Return the hours of confirmed bookings of all rooms of `base` in `period`; those across its edge count in part."""
    whole = Interval(clock.at(period.starts), clock.at(period.ends))  # type: ignore[arg-type]
    rows = RoomBooking.objects.filter(room__base=base, state=BookingState.CONFIRMED).overlapping(*whole)
    times = (
        min(ends, whole.ends) - max(starts, whole.starts)
        for starts, ends in rows.order_by().values_list("starts", "ends")
    )
    return round(sum(times, dt.timedelta()) / dt.timedelta(hours=1), 1)


def open_hours(base: Base, year: int) -> float:
    """Return the hours for which `base` is open in `year`, up to today in this one, by its present weekly hours."""
    first, end = dt.date(year, 1, 1), min(dt.date(year + 1, 1, 1), clock.today() + DAY)
    if end <= first:
        return 0.0
    calendar = base.calendar(first, end - DAY)
    days = (first + DAY * number for number in range((end - first).days))
    spans = (one.ends - one.starts for day in days for one in open_on(day, calendar))
    return sum(spans, dt.timedelta()) / dt.timedelta(hours=1)


# ---- charts ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its place in the drawing, and the texts below and above it."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    label: str
    value: str
    is_partial: bool


def bars_of(rows: Sequence[YearFigures], name: str, *, unit: str = "") -> list[Bar]:
    """Return a bar for each year of `rows`: the highest fills the chart, a year without anything has a line of one unit.

    A value that is not shown, or not known, is None: its bar has no height and no number.
    """
    found = [getattr(row, name) for row in rows]
    values = [value or 0 for value in found]
    top = max([*values, 1])
    step = WIDTH // max(len(rows), 1)
    return [
        _bar(place * step, step, round((BOTTOM - TOP) * value / top), row, _number(found[place], unit))
        for place, (row, value) in enumerate(zip(rows, values, strict=True))
    ]


def _bar(left: int, step: int, height: int, row: YearFigures, value: str) -> Bar:
    height, width = max(height, 1), step * 3 // 5
    x = left + (step - width) // 2
    return Bar(x, BOTTOM - height, width, height, left + step // 2, str(row.year), value, row.is_partial)


def _number(value: Any, unit: str) -> str:
    return "" if value is None else f"{value:,.1f}".removesuffix(".0") + unit
