"""The public pages of objectives, and those below /me/ on which the managers of an owner enter figures."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.standards.numbers import public_rows
from chengyang.platform.web.forms import posted

from . import actions, own, owners, permissions, rollup
from .forms import OwnFigureForm
from .models import Objective, Plan
from .progress import Stage, how_counted, progress_of, records_of, rule, stages

MOST_RECORDS = 100  # on the public page of an objective


@login_not_required
@require_safe
def objective_list(request: HttpRequest) -> HttpResponse:
    """Show the objectives of a year, added up over a subdistrict (`?subdistrict=`, its code) or the district (`?year=`)."""
    years = rollup.years()
    typed = request.GET.get("year", "")
    year = int(typed) if typed.isdecimal() and len(typed) == 4 and int(typed) in years else clock.today().year
    areas = list(Subdistrict.objects.all())
    area = next((row for row in areas if row.code == request.GET.get("subdistrict", "")), None)
    plan = rollup.own_plan(year, area)
    context = {
        "year": year,
        "years": years,
        "areas": areas,
        "area": area,
        "sums": rollup.sums(rollup.objectives_of(year, area)[: rollup.MOST], public=True),
        "own": _stages(plan, request.user) if plan else [],
        "own_plan": plan,
        "name": owners.name_of(area),
        "rule": rule(),
    }
    return render(request, "objectives/list.html", context)


@login_not_required
@require_safe
def plan_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a plan with the progress of its objectives; drafts only to who manages the owner and to its staff."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).with_owners(), public_id=public_id)
    others = Plan.objects.visible_to(request.user).of(plan.owner).exclude(pk=plan.pk)
    context = {
        "plan": plan,
        "owner": plan.owner,
        "name": owners.name_of(plan.owner),
        "rows": _stages(plan, request.user),
        "others": others.order_by("-year")[:6],
        "rule": rule(),
    }
    return render(request, "objectives/plan.html", context)


def _stages(plan: Plan, user: Any) -> list[Stage]:
    rows = Objective.objects.visible_to(user).filter(plan=plan).with_owners().with_checked()
    rows = rows.agreed() if plan.is_published else rows
    is_own = permissions.can_work_on(user, plan)
    return stages(rows.prefetch_related("revisions").order_by("order", "pk"), public=not is_own)


@login_not_required
@require_safe
def objective_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an objective: where it stands, how that is counted, what was changed, and what is public of its records."""
    rows = Objective.objects.visible_to(request.user).with_owners().with_checked()
    objective = get_object_or_404(rows, public_id=public_id)
    is_own = permissions.can_work_on(request.user, objective.plan)
    at = progress_of(objective, public=not is_own)
    found = records_of(objective, clock.today(), public=not is_own)
    records = public_rows(found, MOST_RECORDS) if found is not None and at.done is not None else []
    context = {
        "objective": objective,
        "name": owners.name_of(objective.owner),
        "at": at,
        "how": how_counted(objective),
        "rule": rule(),
        "revisions": objective.revisions.agreed().order_by("decided_at", "pk"),
        "records": records,
        "more": found.count() - len(records) if found is not None and at.done is not None else 0,
        "figures": objective.figures.checked().order_by("-on", "-pk") if at.done is not None else [],
        "can_enter": permissions.can_enter_figure(request.user, objective)
        and permissions.manages(request.user, objective.owner),
    }
    return render(request, "objectives/objective.html", context)


# ---- below /me/ ------------------------------------------------------------------------------------------------------
@never_cache
@require_safe
def own_list(request: HttpRequest) -> HttpResponse:
    """Show the objectives of the owners that one manages by a post, with what is due."""
    context = {"owners": own.managed_owners(request.user), "rule": rule(), "today": clock.today()}
    return render(request, "objectives/own.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_figure(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter a figure of an objective of an owner that one manages by a post."""
    objective = get_object_or_404(own.own_objectives(request.user).with_owners(), public_id=public_id)
    require(permissions.can_enter_figure, request.user, objective)
    form = OwnFigureForm(posted(request), request.FILES or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.enter_figure(objective, actor=request.user, **form.figure())
            messages.success(request, _("已填报，第二个人核对以后计入。"))
            return redirect("objectives:own")
        except ActionError as error:
            form.refuse(error)
    context = {"objective": objective, "name": owners.name_of(objective.owner), "form": form}
    return render(request, "objectives/own_figure.html", context, status=form.status)
