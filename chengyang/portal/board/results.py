"""The public edition of the board: figures by year, persons by subdistrict and category, and what the district has published."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.extensions import EVER, Metric, Period
from chengyang.platform.audit.models import Entry
from chengyang.platform.web import content
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.suppression import (
    few_behind,
    hidden_beside_sum,
    is_about_persons,
    is_few,
    is_left_out_few,
    is_rest_few,
)
from chengyang.seed.facts import facts, results
from members.metrics import CATEGORIES

from . import board as boards
from . import charts, keeping, owners, periods, reading, suppression
from .days import DISTRICT, ONE_DAY, Number
from .models import PublishedPersons
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

    @property
    def rows(self) -> list[Sequence[Figure]]:
        """The figures in large type, and the further ones where there are any."""
        return boards.in_rows(self.figures)


@dataclass(frozen=True)
class Cells:
    """Persons by subdistrict and category on `day`: `rows` are (label, numbers with the sum), the last one the sums; None is hidden."""

    day: dt.date
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | None]]]


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
        step: [extensions.public_metric(one) for one in found if one.kept and not one.part_of]
        for step, found in boards.metrics_of(DISTRICT).items()
    }
    metrics = [metric for found in steps.values() for metric in found]
    public = public_numbers(metrics)
    parts = [_part(step, found, span, public) for step, found in steps.items() if found]
    return Results(span, clock.today(), parts, _persons(span), published())


def _years(span: Span) -> list[str]:
    last = span.ends.year - 1 if span.ends.month == 1 else span.ends.year
    return [str(year) for year in range(max(periods.FIRST_YEAR, last - MOST_YEARS + 1), last + 1)]


def shown(metric: Metric, value: Number, period: Period = EVER) -> Number | None:
    """Return the `value` of `metric` for the district in `period` as the public reads it: None where it tells a number of few persons."""
    if few_behind(metric, value, None, period):
        return None
    whole = extensions.whole_of(metric)
    return None if whole and is_rest_few(whole, reading.total(whole, None, period), metric, value, period) else value


def public_numbers(metrics: Sequence[Metric]) -> dict[str, dict[str, Number | None]]:
    """Return code of the metric → code of the period → number, for each year and the published years; None for what is hidden.

    All are made at once, because who reads one year after another could compute a hidden one from the sums.
    """
    years = [periods.parse(str(year)) for year in range(periods.FIRST_YEAR, clock.today().year + 1)]
    spans = [*years, periods.published()]
    wholes = {metric.code: whole for metric in metrics if (whole := extensions.whole_of(metric))}
    asked = {one.code: one for one in (*metrics, *wholes.values())}
    found = reading.totals(list(asked.values()), None, [span.so_far for span in spans])
    values = {code: {span.code: numbers[code] for span, numbers in zip(spans, found, strict=True)} for code in asked}
    public = {}
    for metric in metrics:
        own, hidden = values[metric.code], set()
        for numbers, few in _aspects(metric, own, wholes.get(metric.code), values, spans):
            hidden |= _hidden_periods(metric, numbers, few, spans)
        public[metric.code] = {code: None if code in hidden else value for code, value in own.items()}
    return public


# Numbers by the code of the period, and the periods in which they are small.
Aspect = tuple[Mapping[str, Number], set[str]]


def _aspects(
    metric: Metric,
    own: Mapping[str, Number],
    whole: Metric | None,
    values: Mapping[str, Mapping[str, Number]],
    spans: Sequence[Span],
) -> Iterator[Aspect]:
    """Yield what tells small numbers of persons: the numbers of `metric`, what other pages leave out of them, the rest of `whole`."""
    if is_about_persons(metric):
        yield own, {span.code for span in spans if few_behind(metric, own[span.code], None, span.so_far)}
    if metric.shown_by:
        yield _left_out(metric, own, spans)
    if whole:
        all_of_them = values[whole.code]
        few = {
            span.code
            for span in spans
            if is_rest_few(whole, all_of_them[span.code], metric, own[span.code], span.so_far)
        }
        yield {code: all_of_them[code] - value for code, value in own.items()}, few


def _left_out(metric: Metric, own: Mapping[str, Number], spans: Sequence[Span]) -> Aspect:
    """Return what the pages of the owners (`shown_by`) do not show of the numbers `own`, because it is small, or of no owner."""
    lasts = bool(metric.kept and metric.kept.lasts)
    spans = [span for span in spans if own[span.code] and not (lasts and span.is_over)]  # pages show the present one
    found = reading.by_owner_in(metric, metric.shown_by, [span.so_far for span in spans])
    numbers, few = dict.fromkeys(own, 0), set()
    for span, by_owner in zip(spans, found, strict=True):
        numbers[span.code] = own[span.code] - sum(value for value in by_owner if not is_few(value))
        if is_left_out_few(own[span.code], by_owner):
            few.add(span.code)
    return numbers, few


def _hidden_periods(metric: Metric, values: Mapping[str, Number], few: set[str], spans: Sequence[Span]) -> set[str]:
    """Return the codes of the `spans`, years and the published ones, in which `metric` is hidden, because `values` are small at `few`.

    `values` are its numbers, or what remains of a whole without them. What happens in a year is also part of two sums: of the
    published years, and of all years until today, which other public pages show. The sum of the years that are not published years
    follows from both.
    """
    if metric.kept and metric.kept.lasts:  # a number at the end of a year is part of no sum
        return set(few)
    *years, total = spans
    groups: list[dict[str, Number]] = [{}, {}]
    for span in years:
        is_within = total.starts <= span.starts < total.ends
        groups[not is_within][span.code] = values[span.code]
    found = [hidden_beside_sum(group, [code for code in group if code in few]) for group in groups]
    hidden = set(few).union(*(codes for codes, _is_safe in found))
    if total.code in few or not all(is_safe for _codes, is_safe in found):
        # With the sum of the published years goes one number on each side at least, else those and the sum of all would say it.
        hidden.add(total.code)
        for group in groups:
            parts = sorted((value, code) for code, value in group.items() if value)
            hidden |= {code for _value, code in parts[:1]}
    return hidden


def _part(step: str, found: Sequence[Metric], span: Span, public: Mapping[str, Mapping[str, Number | None]]) -> Part:
    figures = [
        Figure(
            one.instead_of or one.code, str(one.label), str(one.unit), str(one.how_counted), public[one.code][span.code]
        )
        for one in found
    ]
    first, years = found[0], _years(span)
    values = [public[first.code][year] for year in years]
    draw = charts.line if first.kept and first.kept.lasts else charts.bars
    chart = draw(values, years, title=str(first.label), open_last=not periods.parse(years[-1]).is_over)
    return Part(step, str(boards.STEPS[step]), figures, chart, list(zip(years, values, strict=True)))


# ---- persons by subdistrict and category --------------------------------------------------------------------------------
def _persons(span: Span) -> Cells:
    """Return the persons at the end of `span` by subdistrict and category, as they were published at the end of that month.

    What was not published then is counted: the years before the portal, and the months before its first whole one.
    """
    ends = min(span.ends, clock.today().replace(day=1))
    found = PublishedPersons.objects.filter(day=ends - ONE_DAY).first()
    return Cells(found.day, found.columns, found.rows) if found else _counted_persons(ends)


def publish_persons(*, again: bool = False) -> None:
    """Keep the table of persons at the end of the last month as everybody reads it from now on; with `again`, also a kept one.

    The tables of the ends of earlier years are kept with the first one. Nothing is kept in the month in which the portal begins,
    because its records come in then, nor from figures of the month before. Safe to run twice at once.
    """
    begun = clock.today().replace(day=1)
    ends = {min(span.ends, begun) for span in periods.tabs()}
    known = set() if again else set(PublishedPersons.objects.values_list("day", flat=True))
    missing = sorted(day for day in ends if day - ONE_DAY not in known)
    state = keeping.state()
    if not missing or state is None or state.at < clock.at(begun):
        return
    if not Entry.objects.filter(at__lt=clock.at(begun)).exists():
        return
    for day in missing:
        found = _counted_persons(day)
        values = {"columns": found.columns, "rows": found.rows}
        write = PublishedPersons.objects.update_or_create if again else PublishedPersons.objects.get_or_create
        write(day=found.day, defaults=values)
    content.changed(keeping.VERSION)


def _counted_persons(ends: dt.date) -> Cells:
    """Return the persons on the day before `ends` by subdistrict and category, without a number from which one below five follows."""
    metrics = [extensions.metric(f"persons_{code}") for code in CATEGORIES]
    found = reading.by_owner(metrics, "subdistrict", Period(None, ends))
    areas = list(owners.MODELS["subdistrict"].objects.all())
    table = [[int(found[metric.code].get(area.pk, 0)) for metric in metrics] for area in areas]
    labels = [*(area.short_name for area in areas), _("全区")]
    rows = [
        (label, [cell.value for cell in cells])
        for label, cells in zip(labels, suppression.published(table), strict=False)
    ]
    return Cells(ends - ONE_DAY, [str(metric.label) for metric in metrics], rows)


# ---- the published figures ---------------------------------------------------------------------------------------------
RUNNING = ("xinxin_sessions", "xinxin_attendances")  # published as what 新心行动 has come to, without years
AT_LEAST = {  # metric → key in the published results; none of those of the published years counts persons (`_hidden_periods`)
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
        metric, number = extensions.public_metric(extensions.metric(code)), results()[key]
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
