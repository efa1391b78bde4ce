"""The board of an owner in a period: seven steps with their figures, by month and by owner below it.

Everything is read from the kept figures in a few statements; figures that are not kept are counted. What a board holds are numbers and
words, so that it can be kept in memory and frozen in a report.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock, extensions
from chengyang.extensions import Metric
from chengyang.platform.objectives import pace, progress
from chengyang.platform.objectives.amounts import number_text
from chengyang.platform.objectives.models import Objective, Plan
from chengyang.platform.objectives.states import BADGES, PlanState
from chengyang.platform.web import content
from chengyang.platform.web.fragments import per_version

from . import charts, keeping, owners, period_figures, reading
from .days import DISTRICT, Number
from .periods import Span

STEPS = {  # domain.md, "七步"
    "people": gettext_lazy("人员聚起来"),
    "organizations": gettext_lazy("组织建起来"),
    "bases": gettext_lazy("平台搭起来"),
    "activities": gettext_lazy("活动嗨起来"),
    "brands": gettext_lazy("品牌亮起来"),
    "services": gettext_lazy("服务强起来"),
    "representatives": gettext_lazy("代表用起来"),
}
MOST_FIGURES = 8  # of a step
MOST_LARGE = 4  # of them in large type, the others stand below in small type
MOST_ROWS = 100  # organizers of a kind in the table of a subdistrict; the others stand together in one row
STALE = dt.timedelta(
    seconds=55
)  # then a page counts itself what the worker has not: a board is never older than a minute
NAMES = (content.SITE, content.PLACES)  # versions with which a board is made anew, too


@dataclass(frozen=True)
class Cell:
    """A figure of a board: what it is, its number, that of the year before (None without one), and its objective."""

    code: str
    label: str
    unit: str
    how: str
    value: Number
    before: Number | None = None
    target: str = ""
    light: str = ""
    badge: str = ""

    @property
    def change(self) -> str:
        """The difference to the year before in words: 比去年同期多 24."""
        if self.before is None:
            return ""
        return changed_text(self.value, self.before)


def changed_text(value: Number, before: Number, text: Callable[[Any], str] = number_text) -> str:
    """Return how `value` differs from that of a year before; `text` gives the words of a number."""
    difference = value - before
    if not difference:
        return _("与去年同期持平")
    word = _("比去年同期多 %(n)s") if difference > 0 else _("比去年同期少 %(n)s")
    return word % {"n": text(abs(difference))}


def in_rows(figures: Sequence[Any]) -> list[Sequence[Any]]:
    """Return the figures of a step that are shown in large type, and below them the further ones, if there are any."""
    return [row for row in (figures[:MOST_LARGE], figures[MOST_LARGE:]) if row]


@dataclass(frozen=True)
class Part:
    """One step: its figures, the chart of one of them by month, and the months with the year before."""

    code: str
    label: str
    cells: Sequence[Cell]
    chart: charts.Chart | None
    months: Sequence[
        tuple[str, Number, Number]
    ]  # label, number, number of the year before; years where the span is several
    charted: str = ""  # which figure the chart and the months show, with its unit
    over: str = ""  # 按月
    stack: Sequence[tuple[str, Sequence[Number]]] = ()  # names of the parts of that figure with their numbers by month

    @property
    def first(self) -> Cell:
        return self.cells[0]

    @property
    def large(self) -> Sequence[Cell]:
        """The two to four figures of the step that are shown first."""
        return self.rows[0]

    @property
    def rows(self) -> list[Sequence[Cell]]:
        """The `large` figures, and the further ones where there are any."""
        return in_rows(self.cells)

    @property
    def lines(self) -> list[tuple[str, Number, Number, list[Number]]]:
        """The months with the numbers of the parts, as a table shows them."""
        return [(*month, [values[place] for _name, values in self.stack]) for place, month in enumerate(self.months)]


@dataclass(frozen=True)
class Row:
    """The numbers of one owner below the board's own; `code` is empty for what belongs to none of them."""

    code: str
    label: str
    values: Sequence[Number | None]


@dataclass(frozen=True)
class Table:
    """The board's numbers by subdistrict, or by organizer of a subdistrict."""

    label: str
    columns: Sequence[tuple[str, str]]  # code of the figure, label
    rows: Sequence[Row]
    sums: Sequence[Number]
    note: str = ""  # why the rows do not add up to the sums

    @property
    def lines(self) -> list[tuple[Row, list[tuple[str, Number | None]]]]:
        """The rows, each number with the code of its figure, so that it can open its records."""
        codes = [code for code, _label in self.columns]
        return [(row, list(zip(codes, row.values, strict=True))) for row in self.rows]

    @property
    def foot(self) -> list[tuple[str, Number]]:
        """The sums with the codes of their figures."""
        return [(code, value) for (code, _label), value in zip(self.columns, self.sums, strict=True)]


@dataclass(frozen=True)
class Board:
    """A board; `at` is until when its records are counted, `version` that of the figures."""

    code: str
    name: str
    span: Span
    at: dt.datetime
    parts: Sequence[Part]
    table: Table | None
    version: int = 0

    @property
    def missing(self) -> list[str]:
        """The names of the steps of which nothing is counted for an owner of this kind."""
        known = {part.code for part in self.parts}
        return [str(label) for code, label in STEPS.items() if code not in known]


def metrics_of(kind: str) -> dict[str, list[Metric]]:
    """Return step → its metrics on the board of an owner of `kind`, at most MOST_FIGURES each."""
    found: dict[str, list[Metric]] = {step: [] for step in STEPS}
    for metric in sorted((one for one in extensions.metrics() if one.step), key=lambda one: (one.order, one.code)):
        if metric.stands_on(kind) and len(found[metric.step]) < MOST_FIGURES:
            found[metric.step].append(metric)
    return {step: metrics for step, metrics in found.items() if metrics}


def moment() -> keeping.Keeping:
    """Return until when the kept figures are true, after counting what has waited longer than a board may be old.

    While somebody else counts, the older figures are shown with their moment: no page waits.
    """
    state = keeping.state()
    if state is None or not dt.timedelta(0) <= clock.now() - state.at <= STALE:
        keeping.refresh(wait=state is None)
        state = keeping.state()
    assert state is not None
    return state


def board_of(owner: Any, span: Span) -> Board:
    """Return the board of `owner` (None: the district) in `span`; made once until a figure or a record changes."""
    state = moment()
    key = ("board", owners.code_of(owner), span.code, state.version, clock.today())
    made = per_version(key, lambda: _made(owner, span, state), names=NAMES)
    return replace(made, at=state.at, version=state.version)


def _made(owner: Any, span: Span, state: keeping.Keeping) -> Board:
    kind = owners.kind_of(owner)
    steps = metrics_of(kind)
    metrics = [metric for found in steps.values() for metric in found]
    kept = [metric for metric in metrics if metric.kept]
    now, before = reading.totals(kept, owner, [span.so_far, span.before])
    stacked = [part for one in kept if one.kept and not one.kept.lasts for part in parts_of(one, kind)]
    since = min(span.columns[0], span.months[0])
    by_month = reading.months([*kept, *stacked], owner, since.replace(year=since.year - 1))
    targets = _targets(owner, span)
    whole = [metric for metric in metrics if not metric.kept]
    counted = period_figures.numbers(
        whole, owner, [span.so_far] if span.is_years else [span.so_far, span.before], version=state.version
    )
    for numbers, more in zip((now, before), counted, strict=False):
        numbers.update(more)
    parts = []
    for step, found in steps.items():
        cells = [_cell(metric, span, now, before, targets) for metric in found]
        parts.append(_part(step, kind, cells, _charted(found, span, by_month), span, by_month))
    return Board(
        owners.code_of(owner), owners.name_of(owner), span, clock.now(), parts, _table(owner, kind, steps, span, now)
    )


# ---- figures -----------------------------------------------------------------------------------------------------------
def _cell(metric: Metric, span: Span, now: Mapping, before: Mapping, targets: Mapping[str, Objective]) -> Cell:
    value = now[metric.code]
    earlier = None if span.is_years else before[metric.code]
    objective = targets.get(metric.code)
    is_same = objective is None or objective.period(clock.today()) == span.so_far
    target, light, badge = _stand(objective, value if is_same else progress.done_of(objective, clock.today()))
    return Cell(
        metric.code, str(metric.label), str(metric.unit), str(metric.how_counted), value, earlier, target, light, badge
    )  # fmt: skip


def _targets(owner: Any, span: Span) -> dict[str, Objective]:
    """Return code → the agreed objective of `owner` in the year `span` that counts this metric."""
    if not span.is_year:
        return {}
    plans = Plan.objects.of(owner).filter(year=span.starts.year, state=PlanState.PUBLISHED)
    rows = Objective.objects.agreed().with_owners().filter(plan__in=plans).exclude(metric="")
    return {row.metric: row for row in rows}


def _stand(objective: Objective | None, value: Number) -> tuple[str, str, str]:
    """Return (target, light in words, class of its badge) of a figure with an objective; empty texts without one."""
    if objective is None:
        return "", "", ""
    found = pace.light(
        Decimal(value), objective.target, objective.starts, objective.ends, clock.today(), stops=objective.stops
    )
    return f"{number_text(objective.target)} {objective.unit}", str(found.label), BADGES[found][0]


# ---- months ------------------------------------------------------------------------------------------------------------
def _part(step: str, kind: str, cells: Sequence[Cell], metric: Metric | None, span: Span, by_month: Mapping) -> Part:
    label = str(STEPS[step])
    if metric is None:
        return Part(step, label, cells, None, ())
    today, years = clock.today(), span.is_years
    firsts = [first for first in span.columns if first <= today]
    values, earlier = (
        reading.series(metric, by_month.get(metric.code, {}), some, years=years)
        for some in (firsts, [first.replace(year=first.year - 1) for first in firsts])
    )
    labels = [str(first.year if years else first.month) for first in firsts]
    over = _("按年") if years else _("最近十二个月") if len(span.months) == 1 else _("按月")
    title = _("%(label)s，%(over)s") % {"label": metric.label, "over": over}
    stack = _stack(metric, kind, values, firsts, by_month, years=years)
    is_open = bool(firsts) and not years and _is_open(firsts[-1], today)
    if stack:
        chart = charts.stack(stack, labels, title=title, open_last=is_open)
    else:
        draw = charts.line if metric.kept and metric.kept.lasts else charts.bars
        chart = draw(values, labels, title=title, open_last=is_open)
    names = [(_("%(n)s 年") if years else _("%(n)s 月")) % {"n": label} for label in labels]
    months = list(zip(names, values, earlier, strict=True))
    return Part(step, label, cells, chart, months, f"{metric.label}（{metric.unit}）", over, stack)


def parts_of(metric: Metric, kind: str) -> list[Metric]:
    """Return the kept metrics that are parts of `metric` on the board of an owner of `kind`, in the order of their declaration."""
    return [one for one in keeping.kept_metrics() if one.part_of == metric.code and one.stands_on(kind)]


def _stack(
    metric: Metric, kind: str, values: Sequence[Number], firsts: Sequence[dt.date], by_month: Mapping, *, years: bool
) -> list[tuple[str, Sequence[Number]]]:
    """Return names and numbers of the parts of `metric`, and of the rest; empty where it has none, or lasts: that is a line."""
    if metric.kept and metric.kept.lasts:
        return []
    found: list[tuple[str, Sequence[Number]]] = []
    for one in parts_of(metric, kind):
        numbers = reading.series(one, by_month.get(one.code, {}), firsts, years=years)
        if any(numbers):
            found.append((str(one.label), numbers))
    rest = [value - sum(numbers[place] for _name, numbers in found) for place, value in enumerate(values)]
    if any(rest):
        found.append((_("其余"), rest))
    return found if len(found) > 1 else []  # one part is the whole


def _charted(metrics: Sequence[Metric], span: Span, by_month: Mapping) -> Metric | None:
    """Return the metric whose months are drawn: the first of what is done in them, else a number that lasts."""
    kept = [metric for metric in metrics if metric.kept]
    done = [metric for metric in kept if metric.kept and not metric.kept.lasts]
    moved = (one for one in done if any(first in by_month.get(one.code, {}) for first in span.months))
    return next(moved, kept[0] if kept else None)


def _is_open(first: dt.date, today: dt.date) -> bool:
    return (first.year, first.month) == (today.year, today.month)


# ---- by owner ----------------------------------------------------------------------------------------------------------
def _table(
    owner: Any, kind: str, steps: Mapping[str, Sequence[Metric]], span: Span, now: Mapping[str, Number]
) -> Table | None:
    if kind == DISTRICT:
        columns = [
            next((one for one in found if one.kept and "subdistrict" in one.kept.owners), None)
            for found in steps.values()
        ]
        return _by_area([metric for metric in columns if metric], span, now)
    return _by_organizer(owner, span, now) if kind == "subdistrict" else None


def _by_area(metrics: Sequence[Metric], span: Span, sums: Mapping[str, Number]) -> Table:
    """Return the table of the subdistricts; its last row is what belongs to none of them: the rest of `sums`, of the district."""
    found = reading.by_owner(metrics, "subdistrict", span.so_far)
    areas = list(owners.MODELS["subdistrict"].objects.all())
    rows = [
        Row(owners.code_of(area), area.short_name, [found[metric.code].get(area.pk, 0) for metric in metrics])
        for area in areas
    ]
    rest = [sums[metric.code] - sum(found[metric.code].values()) for metric in metrics]
    rows.append(Row("", _("区级"), rest))
    columns = [(metric.code, f"{metric.label}（{metric.unit}）") for metric in metrics]
    return Table(_("各街道"), columns, rows, [sums[metric.code] for metric in metrics])


BY_ORGANIZER = ("activities_completed", "attendances", "volunteer_hours", "donations")


def _by_organizer(area: Any, span: Span, sums: Mapping[str, Number]) -> Table:
    """Return the table of the organizations, bases and teams of the subdistrict `area`; `sums` are the numbers of the area itself.

    What an organization does at a base counts for both, and once for the area; what the area, or an organizer of the district, does
    there counts for none of them.
    """
    known = {metric.code: metric for metric in keeping.kept_metrics()}
    metrics = [known[code] for code in BY_ORGANIZER if code in sums]
    rows = []
    for kind in owners.ORGANIZERS:
        organizers = list(owners.MODELS[kind].objects.filter(subdistrict=area).order_by("name", "pk"))
        found = reading.by_owner(metrics, kind, span.so_far) if organizers else {}
        numbers = [[found.get(metric.code, {}).get(one.pk, 0) for metric in metrics] for one in organizers]
        named = zip(organizers[:MOST_ROWS], numbers, strict=False)
        rows += [Row(owners.code_of(one), str(one), values) for one, values in named]
        if rest := numbers[MOST_ROWS:]:
            label = _("其余 %(n)d 个%(kind)s") % {"n": len(rest), "kind": owners.LABELS[kind]}
            rows.append(Row("", label, [reading.number(sum(column)) for column in zip(*rest, strict=True)]))
    columns = [(metric.code, f"{metric.label}（{metric.unit}）") for metric in metrics]
    return Table(
        _("各组织、基地、服务队"),
        columns,
        rows,
        [sums[metric.code] for metric in metrics],
        _(
            "合计是街道的数：组织在基地办的活动，组织和基地都算，合计只算一次；街道自己办的、区级服务队来办的，只在合计里。"
        ),
    )
