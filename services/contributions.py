"""贡献记录: what a person, or an organizer, did, counted from records. It has no score, no rank and no comparison between persons."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import ServiceRecord, Signup
from chengyang import clock, extensions
from chengyang.extensions import EVER, Period
from chengyang.lib.chinese import dates
from chengyang.platform.web.suppression import FEWEST, few_behind, hidden_beside_sum, is_about_persons, is_few

from . import ledger
from .models import Outcome, Request
from .states import OutcomeState

MOST = 200  # rows of one part that are listed; all are counted
YEARS = 6  # that can be chosen


def period_of(year: int | None) -> Period:
    """Return the calendar year `year`, or no limit for None."""
    return Period(dt.date(year, 1, 1), dt.date(year + 1, 1, 1)) if year else EVER


def years() -> list[int]:
    """Return the years that can be chosen, this one first."""
    this = clock.today().year
    return list(range(this, this - YEARS, -1))


# ---- of a person -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """One line: the day in words, what it was, and a note. `leave_id` is the outcome from which one may take one's name."""

    day: str
    text: Any
    note: Any = ""
    leave_id: str = ""


@dataclass(frozen=True)
class Part:
    """What was done of one sort: the numbers in words, how they are counted, the lines, and how many are not listed."""

    code: str
    label: Any
    totals: Sequence[Any]
    how: Any
    entries: Sequence[Entry]
    more: int = 0


def of_person(user: Any, person: Any, year: int | None) -> list[Part]:
    """Return what `user`, who is `person` in the registry (or None), did in `year` (None: ever), from records.

    Only that person reads it. Parts without anything are left out.
    """
    period = period_of(year)
    made = [_activities(user, period), _hours(user, period), _requests(user, period)]
    if person is not None:
        made += [_outcomes(person, period), _posts(person, period)]
    return [part for part in made if part.totals]


def _moments(column: str, period: Period) -> dict[str, Any]:
    return {name: clock.at(day) for name, day in period.within(column).items()}


def _part(
    code: str, label: Any, rows: QuerySet, how: Any, entry: Callable[[Any], Entry], total: Callable[[int], Any]
) -> Part:
    count = rows.count()
    shown = list(rows[:MOST])
    return Part(code, label, [total(count)] if count else [], how, [entry(row) for row in shown], count - len(shown))


def _activities(user, period):
    rows = Signup.objects.of(user).filter(
        checkin__isnull=False, activity__ends__lte=clock.now(), activity__state="published"
    )
    rows = (
        rows.filter(**_moments("activity__starts", period))
        .select_related("activity")
        .order_by("-activity__starts", "-pk")
    )
    return _part(
        "activities",
        _("到场的活动"),
        rows,
        _("报名并签到的活动，办完了的才算；一场算一次。"),
        lambda row: Entry(dates.full_day(timezone.localdate(row.activity.starts)), row.activity.title),
        lambda count: _("%(n)s 场") % {"n": f"{count:,}"},
    )


def _hours(user, period):
    rows = ServiceRecord.objects.of(user).filter(hours__gt=0)
    rows = rows.filter(**_moments("checkin__signup__activity__starts", period))
    rows = rows.select_related("checkin__signup__activity").order_by("-checkin__signup__activity__starts", "-pk")
    total = rows.total()
    return _part(
        "hours",
        _("志愿服务时长"),
        rows,
        _("志愿服务活动按签到、签退记，半小时一档；更正过的按更正后的算。"),
        lambda row: Entry(
            dates.full_day(timezone.localdate(row.checkin.signup.activity.starts)),
            row.checkin.signup.activity.title,
            dates.hours(row.hours),
        ),
        lambda count: dates.hours(total),
    )


def _requests(user, period):
    rows = Request.objects.filter(answered_by=user, answered_at__isnull=False, **_moments("answered_at", period))
    return _part(
        "requests",
        _("答复的诉求"),
        rows.order_by("-answered_at", "-pk"),
        _("由你写答复的诉求。这里只写编号，不写别人的事。"),
        lambda row: Entry(dates.full_day(timezone.localdate(row.answered_at)), row.number, row.get_state_display()),
        lambda count: _("%(n)s 件") % {"n": f"{count:,}"},
    )


def _outcomes(person, period):
    rows = Outcome.objects.all().of(person).lasting().filter(**period.within("happened_on"))
    own = set(person.outcome_parties.values_list("outcome", flat=True))
    count = rows.count()
    shown = list(rows.select_related("kind").order_by("-happened_on", "-pk")[:MOST])
    waiting = Outcome.objects.filter(pk__in=own, state=OutcomeState.REPORTED, reverses__isnull=True)
    waiting = (
        waiting.filter(**period.within("happened_on")).select_related("kind").order_by("-happened_on", "-pk")[:MOST]
    )
    entries = [
        Entry(
            dates.full_day(row.happened_on),
            row.title,
            _("%(kind)s，还没有核实") % {"kind": row.kind},
            leave_id=row.public_id,
        )
        for row in waiting
    ]
    entries += [
        Entry(
            dates.full_day(row.happened_on),
            row.title,
            f"{row.kind}，{row.number_text}",
            leave_id=row.public_id if row.pk in own else "",
        )
        for row in shown
    ]
    how = _("单位上报、写了你参与、另一个人核实过的。数额是整件事的，不是你一个人的。")
    return Part(
        "outcomes", _("参与的成果"), [_("%(n)s 项") % {"n": count}] if count else [], how, entries, count - len(shown)
    )


def _posts(person, period):
    entries = []
    for post_type in extensions.post_types():
        rows = post_type.model.objects.valid().filter(person=person, starts__lte=period.last_day)
        if period.starts:
            rows = rows.exclude(ends__lte=period.starts)
        entries += [(row.starts, row) for row in rows.select_related(post_type.subject)[:MOST]]
    entries.sort(key=lambda pair: pair[0], reverse=True)
    lines = [Entry(dates.days(row.starts, row.ends), row.subject, row.get_kind_display()) for _day, row in entries]
    total = [_("%(n)s 个") % {"n": len(lines)}] if lines else []
    return Part("posts", _("担任的职务"), total, _("在组织、基地、服务队里的任职记录；误登的不算。"), lines)


# ---- of an organizer -------------------------------------------------------------------------------------------------
FIGURES = ("activities_completed", "attendances", "volunteer_hours", "answered_requests")
MOMENTS = {  # metric → the moment of its rows, and what is added up
    "activities_completed": ("starts", None),
    "attendances": ("starts", "attendance"),
    "volunteer_hours": ("checkin__signup__activity__starts", "hours"),
    "answered_requests": ("answered_at", None),
}
HIDDEN = gettext_lazy("收起")
WIDTH, TOP, BOTTOM = 336, 20, 108  # of the chart, in its own units


@dataclass(frozen=True)
class Column:
    """One figure by month: label, unit, how it is counted, the twelve numbers as text, and the sum."""

    code: str
    label: Any
    unit: Any
    how: Any
    numbers: Sequence[str]
    total: str

    @property
    def is_hidden(self) -> bool:
        """Whether few persons are behind the sum."""
        return self.total == HIDDEN


@dataclass(frozen=True)
class Bar:
    """One bar of the chart of activities by month."""

    x: int
    y: int
    height: int
    middle: int
    width: int
    month: int
    text: str
    is_partial: bool


@dataclass(frozen=True)
class Record:
    """What an organizer did in a year: figures by month, the bars of the first one, the outcomes."""

    columns: Sequence[Column]
    months: Sequence[tuple[int, Sequence[str]]]
    bars: Sequence[Bar]
    outcomes: Sequence[ledger.Total]
    latest: Sequence[Outcome]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is recorded."""
        return not self.outcomes and all(column.total in ("0", "") for column in self.columns)


def of_organizer(organizer: Any, year: int) -> Record:
    """Return what `organizer` (an organization, base or team) did in `year`, by month, as everybody may read it.

    A number with one to four persons behind it is not shown, nor is a month that could be computed from the sum (domain.md
    rule 11).
    """
    name, today = organizer._meta.model_name, clock.today()
    last = today.month if year == today.year else 12
    columns, first = [], []
    for code in FIGURES:
        if name not in extensions.metric(code).subjects:
            continue
        metric = extensions.public_metric(extensions.metric(code))
        numbers = _by_month(metric, code, organizer, year)[:last]
        first = first or numbers
        texts, shown = _public(metric, code, organizer, period_of(year), numbers)
        columns.append(Column(code, metric.label, metric.unit, metric.how_counted, texts, shown))
    rows = Outcome.objects.published().of(organizer)
    rows = ledger.in_year(rows, year)
    latest = list(rows.select_related("kind").order_by("-happened_on", "-pk")[:MOST])
    months = [(month + 1, [column.numbers[month] for column in columns]) for month in range(last)]
    return Record(columns, months, _bars(first, year == today.year), ledger.totals(rows), latest)


def _by_month(metric, code, organizer, year):
    moment, column = MOMENTS[code]
    rows = metric.records(organizer, period_of(year)).order_by()
    found = rows.values(f"{moment}__month").annotate(number=Sum(column) if column else Count("pk"))
    numbers = {row[f"{moment}__month"]: Decimal(row["number"] or 0) for row in found}
    return [numbers.get(month, Decimal(0)) for month in range(1, 13)]


def _public(metric, code, organizer, period, numbers):
    """Return the texts of the months and of their sum."""
    total = sum(numbers, Decimal(0))
    if not is_about_persons(metric):
        return [plain(number) for number in numbers], plain(total)
    people = _persons_by_month(metric, code, organizer, period) if metric.persons else {}
    few = {
        place
        for place, number in enumerate(numbers)
        if number and (people.get(place + 1, 0) < FEWEST if metric.persons else is_few(number))
    }
    return texts_of(numbers, few, is_total_few=few_behind(metric, total, organizer, period))


def _persons_by_month(metric, code, organizer, period):
    """Return month → how many different persons are behind its number."""
    month = f"{MOMENTS[code][0]}__month"
    rows = metric.records(organizer, period).order_by().values(month)
    return dict(rows.annotate(persons=Count(metric.persons, distinct=True)).values_list(month, "persons"))


def texts_of(numbers: Sequence[Decimal], few: set[int], *, is_total_few: bool = False) -> tuple[list[str], str]:
    """Return the texts of `numbers` and of their sum, without those at the places `few`, and so that none can be computed.

    What is hidden is called alike, whether it is few or protects another one.
    """
    hidden, is_safe = hidden_beside_sum(dict(enumerate(numbers)), few)
    total = plain(sum(numbers, Decimal(0)))
    if is_total_few:
        hidden, total = {place for place, number in enumerate(numbers) if number}, str(HIDDEN)
    elif not is_safe:  # the sum stands on other pages, too: hide also which months have none
        hidden = set(range(len(numbers)))
    return [str(HIDDEN) if place in hidden else plain(number) for place, number in enumerate(numbers)], total


def plain(number: Any) -> str:
    """Return `number` with one decimal place, if it has any."""
    return f"{number:,.1f}".removesuffix(".0")


def _bars(numbers, is_this_year):
    top, step = max([*numbers, Decimal(1)]), WIDTH // max(len(numbers), 1)
    found = []
    for place, number in enumerate(numbers):
        height = max(int((BOTTOM - TOP) * number / top), 1)
        partial = is_this_year and place == len(numbers) - 1
        left, width = place * step, step * 3 // 5
        middle = left + step // 2
        found.append(
            Bar(middle - width // 2, BOTTOM - height, height, middle, width, place + 1, plain(number), partial)
        )
    return found
