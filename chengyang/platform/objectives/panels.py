"""Objectives on pages of other apps: what an owner wants to have done this year, and figures that are due."""

from collections.abc import Callable
from typing import Any

from chengyang import clock
from chengyang.extensions import OpenItem, Panel
from chengyang.lib.chinese import dates
from chengyang.platform.web.panels import each_reader, everybody

from .due import due_figure
from .models import Objective, Plan
from .own import due_of, mine_of
from .progress import rule, stages

PLACES = {"organizations.detail": "organization", "bases.detail": "base", "services.team": "team"}


def _goals(request: Any, owner: Any) -> dict[str, Any] | None:
    """Return the agreed objectives of `owner` in this year, None without any."""
    plan = Plan.objects.published().of(owner).filter(year=clock.today().year).first()
    if plan is None:
        return None
    rows = plan.objectives.agreed().with_owners().with_checked().prefetch_related("revisions").order_by("order", "pk")
    found = stages(rows, public=True)
    return {"plan": plan, "rows": found, "rule": rule()} if found else None


def _due(request: Any, subject: Any) -> dict[str, Any] | None:
    """Return the figures that the reader has to enter, None without any."""
    rows = due_of(request.user)
    return {"rows": rows, "today": clock.today()} if rows else None


def _mine(request: Any, subject: Any) -> dict[str, Any] | None:
    """Return this year's plans of the owners that the reader manages by a post, each with how many objectives are late."""
    found = mine_of(request.user)
    return {"rows": found} if found else None


def due_items(organization: Any, first: Any, last: Any) -> list[OpenItem]:
    """Return the figures that are due in `organization`, for the sheet with which its chair hands over."""
    plans = Plan.objects.published().of(organization)
    rows = Objective.objects.agreed().filter(plan__in=plans).exclude(every="").with_owners().prefetch_related("figures")
    found = (due_figure(row, first) for row in rows)
    return [OpenItem(one.objective.what, dates.days(one.starts, one.ends), one.by) for one in found if one]


def _panel(place: str, context: Callable[[Any, Any], Any]) -> Panel:
    return Panel(place, "objectives/_panel.html", context, order=60, shared_by=everybody)


PANELS = [
    *(_panel(place, _goals) for place in PLACES),
    Panel("me.tasks", "objectives/_due.html", _due, order=50, shared_by=each_reader),
    Panel("me.side", "objectives/_mine.html", _mine, order=30, shared_by=each_reader),
]
