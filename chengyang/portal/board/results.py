"""The public edition of the board: figures by year, persons by subdistrict and category, and what the district has published."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.extensions import EVER, Metric, Period
from chengyang.platform.web import content
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.suppression import few_behind
from chengyang.seed.facts import facts, results
from members.metrics import CATEGORIES

from . import board as boards
from . import charts, keeping, owners, periods, reading, suppression
from .days import DISTRICT, ONE_DAY, Number
from .periods import Span

MOST_YEARS = 6


@dataclass(frozen=True)
class Figure:
    """A figure as everybody reads it: `value` is None where it is too small."""

    code: str
    label: str
    unit: str
    how: str
    value: Number | None


@dataclass(frozen=True)
class Part:
    """A step: its figures, and the first of them by year, with the number of the year before where both are shown."""

    code: str
    label: str
    figures: Sequence[Figure]
    chart: charts.Chart | None
    years: Sequence[tuple[str, Number | None]]

    @property
    def first(self) -> Figure:
        return self.figures[0]


@dataclass(frozen=True)
class Cells:
    """Persons by subdistrict and category on `day`: `rows` are (label, cells with the sum), the last one the sums."""

    day: dt.date
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[suppression.Cell]]]


@dataclass(frozen=True)
class Published:
    """A figure that the district has published: `published` in its words, and what the records say."""

    label: str
    published: str
    counted: Number | None  # None: few persons are behind it
    unit: str
    agrees: bool


@dataclass(frozen=True)
class Results:
    """The public results of a period; `day` is the day until which records are counted."""

    span: Span
    day: dt.date
    parts: Sequence[Part]
    persons: Cells
    published: Sequence[Published]


def results_of(span: Span) -> Results:
    """Return the public results of `span`, made once until a figure changes.

    Only the task counts again (`keeping.refresh`), not this page: it moves the version by which the page is kept for visitors.
    """
    state = keeping.state() or boards.moment()
    key = ("board.results", span.code, state.version, clock.today())
    return per_version(key, lambda: _made(span), names=(content.SITE, content.PLACES))


def _made(span: Span) -> Results:
    steps = {
        # What is a part of another number tells the rest of it, too, which may be few persons.
        step: [one for one in found if one.kept and not one.part_of]
        for step, found in boards.metrics_of(DISTRICT).items()
    }
    metrics = [metric for found in steps.values() for metric in found]
    spans = _years(span)
    now, *earlier = reading.totals(metrics, None, [span.so_far, *(year.so_far for year in spans)])
    parts = [_part(step, found, span, now, spans, earlier) for step, found in steps.items() if found]
    return Results(span, clock.today(), parts, _persons(span), published())


def _years(span: Span) -> list[Span]:
    last = span.ends.year - 1 if span.ends.month == 1 else span.ends.year
    return [periods.parse(str(year)) for year in range(max(periods.FIRST_YEAR, last - MOST_YEARS + 1), last + 1)]


def shown(metric: Metric, value: Number, period: Period = EVER) -> Number | None:
    """Return the `value` of `metric` for the district in `period` as the public reads it: None where one to four persons are behind it."""
    return None if few_behind(metric, value, None, period) else value


def _part(
    step: str, found: Sequence[Metric], span: Span, now: Any, spans: Sequence[Span], earlier: Sequence[Any]
) -> Part:
    figures = [
        Figure(one.code, str(one.label), str(one.unit), str(one.how_counted), shown(one, now[one.code], span.so_far))
        for one in found
    ]
    first = found[0]
    values = [shown(first, year[first.code], one.so_far) for one, year in zip(spans, earlier, strict=True)]
    labels = [span.code for span in spans]
    draw = charts.line if first.kept and first.kept.lasts else charts.bars
    chart = draw([value or 0 for value in values], labels, title=str(first.label), open_last=not spans[-1].is_over)
    return Part(step, str(boards.STEPS[step]), figures, chart, list(zip(labels, values, strict=True)))


# ---- persons by subdistrict and category --------------------------------------------------------------------------------
def _persons(span: Span) -> Cells:
    """Return the persons at the end of `span` by subdistrict and category, without a number from which one below five follows.

    They are those of the end of a month: who compares the table of two days would otherwise see one person come or go.
    """
    metrics = [extensions.metric(f"persons_{code}") for code in CATEGORIES]
    ends = min(span.ends, clock.today().replace(day=1))
    found = reading.by_owner(metrics, "subdistrict", Period(None, ends))
    areas = list(owners.MODELS["subdistrict"].objects.all())
    table = [[int(found[metric.code].get(area.pk, 0)) for metric in metrics] for area in areas]
    labels = [*(area.short_name for area in areas), _("全区")]
    rows = list(zip(labels, suppression.published(table), strict=False))
    return Cells(ends - ONE_DAY, [str(metric.label) for metric in metrics], rows)


# ---- the published figures ---------------------------------------------------------------------------------------------
RUNNING = ("xinxin_sessions", "xinxin_attendances")  # published as what 新心行动 has come to, without years
AT_LEAST = {  # metric → key in the published results
    "activities_in_programmes": "activities_in_programmes",
    "xinxin_sessions": "xinxin_sessions",
    "xinxin_attendances": "xinxin_beneficiaries",
    "incubated_firms": "incubated_firms",
    "donations": "donations_yuan",
}


def published() -> list[Published]:
    """Return the figures that the district has published, each with what the records say for the same time.

    Yearly counts must be equal, the sums of the published years at least as large: it published them as “… and more”.
    """
    asked: list[tuple[Metric, Period, str, str, int, bool]] = []  # … the number, whether it must be equal
    for count in facts()["organization_counts"]:
        year = Period(None, dt.date(count["year"] + 1, 1, 1))
        for code, number in count.items():
            if code != "year":
                metric = extensions.metric(code)
                label = _("%(label)s（%(year)d）") % {"label": metric.label, "year": count["year"]}
                asked.append((metric, year, label, f"{number} {metric.unit}", number, True))
    span = periods.published()
    for code, key in AT_LEAST.items():
        metric, number = extensions.metric(code), results()[key]
        years = _("至今") if code in RUNNING else span.label
        label = _("%(label)s（%(years)s）") % {"label": metric.label, "years": years}
        words = _("%(n)s 多 %(unit)s") % {"n": charts.short(number), "unit": metric.unit}
        asked.append((metric, EVER if code in RUNNING else span.period, label, words, number, False))
    metrics = list({metric.code: metric for metric, *_rest in asked}.values())
    sums = reading.totals(metrics, None, [period for _metric, period, *_rest in asked])
    return [
        Published(
            label,
            words,
            shown(metric, values[metric.code], period),
            str(metric.unit),
            values[metric.code] == number if is_exact else values[metric.code] >= number,
        )
        for (metric, period, label, words, number, is_exact), values in zip(asked, sums, strict=True)
    ]
