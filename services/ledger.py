"""The sums of outcomes: each is a sum of checked rows, and opens them (domain.md rule 11)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils.translation import gettext as _

from .models import ORGANIZERS, Outcome, OutcomeDouble, OutcomeKind, OutcomeParty
from .states import DoubleState


@dataclass(frozen=True)
class Total:
    """The sum of one kind: `number` in yuan or in its unit, of `rows` rows, reversing ones among them."""

    kind: OutcomeKind
    number: Decimal
    rows: int

    @property
    def text(self) -> str:
        """The sum as the site writes it: `5 万元`, `46 人`."""
        return number_text(self.kind, self.number)


def number_text(kind: OutcomeKind, number: Any) -> str:
    """Return a number of `kind` in words."""
    return kind.number_text(Decimal(number))


def totals(rows: QuerySet) -> list[Total]:
    """Return the sums of the counted ones of `rows`, one for each kind that has any, in the order of the kinds."""
    found = (
        rows.counted().order_by().values("kind").annotate(money=Sum("amount"), number=Sum("quantity"), n=Count("pk"))
    )
    kinds = {kind.code: kind for kind in OutcomeKind.objects.all()}
    sums = {row["kind"]: row for row in found}
    return [
        Total(kind, Decimal(sums[code]["money" if kind.is_money else "number"] or 0), sums[code]["n"])
        for code, kind in kinds.items()
        if code in sums
    ]


def in_year(rows: QuerySet, year: int | None) -> QuerySet:
    """Return those of `rows` that happened in the calendar year `year`, all for None."""
    if year is None:
        return rows
    return rows.filter(happened_on__gte=dt.date(year, 1, 1), happened_on__lt=dt.date(year + 1, 1, 1))


def years(rows: QuerySet) -> list[int]:
    """Return the years from the latest to the first one in which a counted one of `rows` happened."""
    ends = rows.counted().order_by().aggregate(first=Min("happened_on"), last=Max("happened_on"))
    return list(range(ends["last"].year, ends["first"].year - 1, -1)) if ends["first"] else []


@dataclass(frozen=True)
class Line:
    """One line of a table of sums: a year or an organizer, its key in an address, and a number or None for each kind."""

    label: Any
    key: str
    cells: list[tuple[str, str, str]]  # (code of the kind, its name, text; "" for none)


def by_year(rows: QuerySet, kinds: list[OutcomeKind]) -> list[Line]:
    """Return one line for each year, the latest first; at most some dozens."""
    found = rows.counted().order_by().values("happened_on__year", "kind")
    sums: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in found.annotate(money=Sum("amount"), number=Sum("quantity")):
        sums[row["happened_on__year"]][row["kind"]] = row
    return [
        Line(
            _("%(year)d 年") % {"year": year},
            str(year),
            [
                (
                    kind.code,
                    kind.name,
                    number_text(kind, row["money" if kind.is_money else "number"] or 0) if row else "",
                )
                for kind in kinds
                for row in [sums[year].get(kind.code)]
            ],
        )
        for year in sorted(sums, reverse=True)
    ]


def by_organizer(rows: QuerySet, kinds: list[OutcomeKind]) -> list[Line]:
    """Return one line for each organizer that has any of `rows`, of a year at most: what it reported, what it took part in, and
    what something that it reported is counted with. An outcome of two organizers is in both lines, and once in the total.
    """
    numbers = {row.pk: row for row in rows.counted().select_related("kind").prefetch_related(None)}
    linked = OutcomeDouble.objects.filter(state=DoubleState.LINKED, counted__in=numbers)
    counted_with = dict(linked.values_list("merged", "counted"))
    involved: dict[tuple[str, int], set[int]] = defaultdict(set)
    keys = [*numbers, *counted_with]
    for table, column in ((Outcome, "pk"), (OutcomeParty, "outcome")):
        for pk, *ids in table.objects.filter(**{f"{column}__in": keys}).values_list(column, *ORGANIZERS):
            for name, organizer in zip(ORGANIZERS, ids, strict=True):
                if organizer:
                    involved[name, organizer].add(counted_with.get(pk, pk))
    return sorted(_lines(involved, numbers, kinds), key=lambda line: str(line.label))


def _lines(involved, numbers, kinds):
    for name in ORGANIZERS:
        wanted = [pk for one, pk in involved if one == name]
        model = Outcome._meta.get_field(name).related_model
        for organizer in model._default_manager.filter(pk__in=wanted):
            sums: dict[str, Decimal] = {}
            for pk in involved[name, organizer.pk]:
                row = numbers[pk]
                sums[row.kind_id] = sums.get(row.kind_id, Decimal(0)) + row.number
            cells = [
                (kind.code, kind.name, number_text(kind, sums[kind.code]) if kind.code in sums else "")
                for kind in kinds
            ]
            yield Line(organizer, f"{name}:{organizer.pk}", cells)
