"""The objectives of the owners that somebody manages by a post, for the pages below /me/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from chengyang import clock
from chengyang.platform.accounts.access import access_scope

from . import owners
from .due import DueFigure, due_figure
from .models import Figure, Objective, Plan
from .progress import Stage, stages
from .states import Light, PlanState


def own_plans(user: Any) -> Any:
    """Return the plans of the owners that `user` manages by a post, in any state."""
    scope = access_scope(user)
    found = Q(pk__in=[])
    for kind in owners.ORGANIZERS:
        if ids := scope.managed(kind):
            found |= Q(**{f"{kind}__in": ids})
    return Plan.objects.visible_to(user).filter(found)


def own_objectives(user: Any) -> Any:
    """Return the objectives of the plans of `own_plans`."""
    return Objective.objects.visible_to(user).filter(plan__in=own_plans(user))


@dataclass(frozen=True)
class OwnPlan:
    """A plan with its objectives, the figures that are due, and the figures that wait or were refused."""

    plan: Plan
    rows: Sequence[Stage]
    due: Sequence[DueFigure]
    figures: Sequence[Figure]


@dataclass(frozen=True)
class ManagedOwner:
    """An owner that somebody manages: its plans, the latest year first, and whether the plan of this year is still missing."""

    kind: str
    owner: Any
    plans: Sequence[OwnPlan]
    is_missing: bool


LATEST = 3  # years on the page
OPEN_FIGURES = 12


def managed_owners(user: Any) -> list[ManagedOwner]:
    """Return the owners that `user` manages by a post, with their plans of the latest years."""
    scope, today, found = access_scope(user), clock.today(), []
    for kind in owners.ORGANIZERS:
        model = Plan._meta.get_field(kind).related_model
        for owner in model.objects.visible_to(user).filter(pk__in=scope.managed(kind)).order_by("pk"):
            plans = list(Plan.objects.visible_to(user).of(owner).with_owners()[:LATEST])
            is_missing = not owners.is_over(owner) and all(plan.year != today.year for plan in plans)
            found.append(ManagedOwner(kind, owner, [_own(plan, user) for plan in plans], is_missing))
    return found


def _own(plan: Plan, user: Any) -> OwnPlan:
    rows = plan.objectives.with_owners().with_checked().prefetch_related("revisions", "figures").order_by("order", "pk")
    if plan.state == PlanState.PUBLISHED:
        rows = rows.agreed()
    due = [one for row in rows if (one := due_figure(row, clock.today()))]
    figures = Figure.objects.visible_to(user).filter(objective__plan=plan).exclude(state="checked")
    return OwnPlan(plan, stages(rows), due, list(figures.select_related("objective")[:OPEN_FIGURES]))


def due_of(user: Any) -> list[DueFigure]:
    """Return the figures that are due in the owners that `user` manages by a post, the earliest date first."""
    scope = access_scope(user)
    if not any(scope.managed(kind) for kind in owners.ORGANIZERS):
        return []
    plans = own_plans(user).filter(state=PlanState.PUBLISHED, year__gte=clock.today().year - 1)
    rows = Objective.objects.visible_to(user).agreed().filter(plan__in=plans).exclude(every="")
    found = [due_figure(row, clock.today()) for row in rows.with_owners().prefetch_related("figures")]
    return sorted((one for one in found if one), key=lambda one: (one.by, one.objective.pk))


def mine_of(user: Any) -> list[tuple[Any, int, int]]:
    """Return (owner, number of objectives of this year, how many of them are late) of the owners that `user` manages by a post."""
    if not any(access_scope(user).managed(kind) for kind in owners.ORGANIZERS):
        return []
    plans = own_plans(user).filter(year=clock.today().year, state=PlanState.PUBLISHED)
    rows = Objective.objects.visible_to(user).agreed().filter(plan__in=plans).with_owners().with_checked()
    found: dict[Any, list[Stage]] = {}
    for one in stages(rows.prefetch_related("revisions").order_by("plan_id", "order", "pk")):
        found.setdefault(one.objective.owner, []).append(one)
    return [(owner, len(its), sum(one.progress.light == Light.LATE for one in its)) for owner, its in found.items()]
