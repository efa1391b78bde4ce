"""Objectives of many owners in one: those of a subdistrict or of the district with the same metric and unit, added up."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from chengyang import clock

from . import owners, pace
from .models import Objective, Plan
from .progress import Progress, Stage, stages
from .states import Light, PlanState

MOST = 600  # objectives of a year on one page


@dataclass(frozen=True)
class Sum:
    """Objectives of several owners with the same metric and unit, and their sum; `parts` are the objectives."""

    label: Any
    progress: Progress
    parts: Sequence[Stage]

    @property
    def late(self) -> int:
        """How many of the parts are late or missed."""
        return sum(part.progress.light in (Light.LATE, Light.MISSED) for part in self.parts)


def objectives_of(year: int, area: Any = None) -> Any:
    """Return the agreed objectives of public organizers in `year`: of the subdistrict `area`, or of all (None).

    The own objectives of a subdistrict and of the district are not among them: what they count contains what organizers do.
    """
    of_organizers = Q(**{f"plan__{kind}__isnull": False for kind in owners.ORGANIZERS}, _connector=Q.OR)
    rows = Objective.objects.agreed().filter(of_organizers, plan__in=Plan.objects.published().filter(year=year))
    if area is not None:
        of_area = {f"plan__{kind}__subdistrict": area for kind in owners.ORGANIZERS}
        rows = rows.filter(Q(**of_area, _connector=Q.OR))
    return rows.with_owners().with_checked().prefetch_related("revisions").order_by("plan_id", "order", "pk")


def own_plan(year: int, area: Any = None) -> Plan | None:
    """Return the published plan of the subdistrict `area`, of the district for None; None without one."""
    return Plan.objects.of(area).filter(year=year, state=PlanState.PUBLISHED).first()


def sums(rows: Iterable[Objective], day: dt.date | None = None, *, public: bool = False) -> list[Sum]:
    """Return the objectives `rows` added up by metric and unit, those with figures by what they are; most parts first.

    The share of the time of a sum is that of its parts, each with the weight of its target. With `public` without small
    numbers of people, also in the sums: otherwise what is hidden of one part could be computed from the others.
    """
    groups: dict[tuple[str, str, str], list[Stage]] = {}
    for one in stages(rows, day, public=public):
        row = one.objective
        groups.setdefault((row.metric, row.unit, "" if row.metric else row.what), []).append(one)
    found = [_sum(metric, unit, what, parts) for (metric, unit, what), parts in groups.items()]
    return sorted(found, key=lambda one: (-len(one.parts), str(one.label)))


def _sum(code: str, unit: str, what: str, parts: Sequence[Stage]) -> Sum:
    metric = owners.metric_of(code)
    done = sum((part.progress.done or Decimal(0) for part in parts), Decimal(0))
    target = sum((part.objective.target for part in parts), Decimal(0))
    passed = float(sum(part.objective.target * Decimal(str(part.progress.passed)) for part in parts) / target)
    progress = Progress(done, target, unit, passed, _light(done, target, passed, parts))
    return Sum(metric.label if metric else what, progress, parts)


def _light(done: Decimal, target: Decimal, passed: float, parts: Sequence[Stage]) -> Light:
    if done >= target:
        return Light.REACHED
    lights = {part.progress.light for part in parts}
    if lights == {Light.NOT_YET}:
        return Light.NOT_YET
    if passed >= 1:
        return Light.MISSED
    return pace.compared(done / target, passed)


def years() -> list[int]:
    """Return the years that have a published plan, and this one, the latest first."""
    found = set(Plan.objects.published().order_by().values_list("year", flat=True).distinct())
    return sorted(found | {clock.today().year}, reverse=True)
