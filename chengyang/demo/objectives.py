"""年度目标 of the current and of the last year: counted ones, entered ones with their figures, and what waits for officers."""

import datetime as dt
from decimal import Decimal
from typing import Any

from chengyang import clock
from chengyang.extensions import Period
from chengyang.platform.objectives import owners, pace
from chengyang.platform.objectives.models import Figure, Objective, Plan, Revision
from chengyang.platform.objectives.states import CHECK_DAYS, PUBLISH_DAYS, FigureState, PlanState, RevisionKind

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

# What each kind of owner wants to have done: (what, metric, how the target follows from the last twelve months).
COUNTED = {
    "organization": (("办活动", "activities_completed"), ("会员", "memberships")),
    "base": (("在基地办活动", "activities_completed"), ("接待观摩", "visits")),
    "team": (("志愿服务", "volunteer_hours"), ("答复诉求", "answered_requests")),
    "subdistrict": (("街道办的活动", "activities_completed"),),
    "district": (("全区活动", "activities_completed"), ("服务时长", "volunteer_hours")),
}
ENTERED = {  # what, unit, in a year
    "organization": ("走访会员", "人次", 120),
    "base": ("开放日", "场", 24),
    "team": ("进社区", "次", 40),
}
FACTORS = (0.8, 0.95, 1.05, 1.2, 1.6)  # of the last twelve months: from easy to too much
QUARTER = (0.3, 0.24, 0.2, 0.28)  # shares of an entered target
WAITING = "xiazhuang"  # the organization with a figure and a revision that wait
DRAFTED = "xiaxin-lianxin"  # the team whose plan of the next year waits


def make_objectives(dataset: Dataset) -> None:
    """Create published plans of all organizers, of the subdistricts and of the district, and what waits for a second person."""
    rng = dataset.random_source("objectives")
    organizers = (dataset.organizations, dataset.bases, dataset.teams, dataset.subdistricts)
    found = [row for rows in organizers for row in rows.values() if _is_there(row)]
    years = (dataset.today.year - 1, dataset.today.year)
    plans = insert([_plan(dataset, rng, owner, year) for owner in (None, *found) for year in years])
    rows = insert([row for plan in plans for row in _objectives(dataset, rng, plan)])
    insert([figure for row in rows if not row.metric for figure in _figures(dataset, rng, row)])
    _waiting(dataset, rng, rows)


def _is_there(owner: Any) -> bool:
    is_open = getattr(owner, "state", "") not in ("preparing", "closed", "dissolved")
    return is_open and getattr(owner, "is_published", True) and not owners.stopped_on(owner)


def _people(dataset: Dataset, owner: Any) -> tuple[Any, Any]:
    """Return who works on the plan of `owner`, and the officer who looks at it."""
    area = owner if owners.kind_of(owner) == "subdistrict" else getattr(owner, "subdistrict", None)
    officer = dataset.officer(area) if owner is not None else dataset.personas["district_2"]
    first = dataset.managers.get(owner) if owner is not None else None
    first = first if first is not None and first.pk != officer.pk else dataset.personas["district"]
    return first, officer


def _plan(dataset: Dataset, rng: RandomSource, owner: Any, year: int) -> Plan:
    first, officer = _people(dataset, owner)
    day = min(dt.date(year, 1, 20), dataset.ago(2))
    return Plan(
        public_id=rng.public_id(),
        year=year,
        state=PlanState.PUBLISHED,
        drafted_by=first,
        submitted_by=first,
        submitted_at=clock.at(day - dt.timedelta(days=3), dt.time(10, 5)),
        published_by=officer,
        published_at=clock.at(day, dt.time(15, 40)),
        is_demo=True,
        **owners.keys(owner),
    )


def _objectives(dataset: Dataset, rng: RandomSource, plan: Plan) -> list[Objective]:
    starts, ends = pace.year_of(plan.year)
    began = owners.began_on(plan.owner)
    common = {"plan": plan, "starts": max(starts, began) if began and began < ends else starts, "is_demo": True}
    common["agreed_on"] = plan.published_at.date()
    found = []
    for what, code in COUNTED[plan.kind]:
        metric = owners.metric_of(code)
        target = _target(dataset, rng, plan.owner, metric)
        found.append(
            Objective(
                public_id=rng.public_id(),
                what=what,
                metric=code,
                unit=str(metric.unit),
                target=target,
                order=len(found),
                **common,
            )
        )
    if entered := ENTERED.get(plan.kind):
        what, unit, target = entered
        found.append(
            Objective(
                public_id=rng.public_id(),
                what=what,
                unit=unit,
                target=target,
                every="quarter",
                order=len(found),
                **common,
            )
        )
    return found


def _target(dataset: Dataset, rng: RandomSource, owner: Any, metric: Any) -> Decimal:
    """Return a target near what the last twelve months had."""
    usual = metric.of(owner, Period(dataset.ago(365), dataset.today))
    return Decimal(max(round(float(usual) * rng.choice(FACTORS)), 4))


def _figures(dataset: Dataset, rng: RandomSource, row: Objective) -> list[Figure]:
    first, officer = _people(dataset, row.plan.owner)
    found = []
    over = [ends for _starts, ends in pace.periods(row.starts, row.ends, 3) if ends <= dataset.ago(8)]
    for share, ends in zip(QUARTER, over, strict=False):
        on = ends - dt.timedelta(days=rng.randrange(1, 8))
        entered = clock.at(ends + dt.timedelta(days=2), dt.time(9, 30))
        found.append(
            Figure(
                public_id=rng.public_id(),
                objective=row,
                amount=Decimal(max(round(float(row.target) * share * rng.choice((0.8, 1.0, 1.1))), 1)),
                on=max(on, row.starts),
                note=f"这个季度的{row.what}，按台账汇总。",
                state=FigureState.CHECKED,
                entered_by=first,
                entered_at=entered,
                checked_by=officer,
                checked_at=entered + dt.timedelta(days=2, hours=3),
                is_demo=True,
            )
        )
    return found


def _waiting(dataset: Dataset, rng: RandomSource, rows: list[Objective]) -> None:
    """Create a figure and a revision of the organization in 夏庄 that wait for an officer, and a plan of the next year."""
    organization, day = dataset.organizations[WAITING], dataset.ago(1)
    row = next(
        one
        for one in rows
        if one.plan.organization == organization and not one.metric and one.plan.year == dataset.today.year
    )
    manager = dataset.managers.get(organization) or dataset.personas["district"]
    common = {"objective": row, "is_demo": True}
    on = max(dataset.ago(3), row.starts)
    insert(
        [
            Figure(
                public_id=rng.public_id(),
                amount=Decimal(9),
                on=on,
                note="走访直播园区的会员，按走访台账。",
                entered_by=manager,
                entered_at=clock.at(day, dt.time(16, 20)),
                due_on=dataset.due(day, CHECK_DAYS),
                **common,
            )
        ]
    )
    insert(
        [
            Revision(
                public_id=rng.public_id(),
                kind=RevisionKind.TARGET,
                before=row.target,
                target=Decimal(110),
                reason="第三季度有两周封园改造，走访改在明年春天补。",
                asked_by=manager,
                asked_at=clock.at(day, dt.time(16, 40)),
                due_on=dataset.due(day, PUBLISH_DAYS),
                **common,
            )
        ]
    )
    _next_year(dataset, rng)


def _next_year(dataset: Dataset, rng: RandomSource) -> None:
    team, day = dataset.teams[DRAFTED], dataset.ago(1)
    first = dataset.managers.get(team) or dataset.personas["district"]
    year = dataset.today.year + 1
    (plan,) = insert(
        [
            Plan(
                public_id=rng.public_id(),
                year=year,
                state=PlanState.WAITING,
                drafted_by=first,
                submitted_by=first,
                submitted_at=clock.at(day, dt.time(11, 10)),
                due_on=dataset.due(day, PUBLISH_DAYS),
                is_demo=True,
                **owners.keys(team),
            )
        ]
    )
    what, unit, target = ENTERED["team"]
    starts = pace.year_of(year)[0]
    insert(
        [
            Objective(
                public_id=rng.public_id(),
                plan=plan,
                what=what,
                unit=unit,
                target=target + 8,
                every="quarter",
                starts=starts,
                is_demo=True,
            )
        ]
    )
