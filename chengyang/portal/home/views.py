"""Pages of the roof: the home page, what a signed-in person comes back to, and health."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chengyang import clock
from chengyang.lib.chinese.lunar import lunar_day
from chengyang.platform.web import elder
from chengyang.portal.board import steps
from chengyang.seed.facts import milestones

from . import health

MORNING, NOON, EVENING = 11, 13, 18  # hours at which the greeting changes


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is on this week, one clear way to join, and the seven steps with real numbers; in elder mode four doors."""
    if elder.size_of(request):
        today = clock.today()
        return render(request, "home/elder.html", {"today": today, "moon": lunar_day(today)})
    context = {"figures": steps.figures(), "milestones": milestones()[:3], "today": clock.today()}
    return render(request, "home/home.html", context)


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The next ticket, what waits, and everything else that is mine; drawn by the apps' panels."""
    return render(request, "home/me.html", {"greeting": _greeting(clock.now().hour), "today": clock.today()})


def _greeting(hour: int) -> str:
    if hour < MORNING:
        return "早上好"
    if hour < NOON:
        return "中午好"
    return "下午好" if hour < EVENING else "晚上好"


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that this process lives; asks nobody else."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, cache, worker and migrations are all in order, else 503, each by name."""
    found = health.report()
    ready = all(found.values())
    return JsonResponse({"status": "ok" if ready else "unready", **found}, status=200 if ready else 503)
