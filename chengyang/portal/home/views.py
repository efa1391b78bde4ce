"""The home page, the start page of a signed-in person, and the health checks."""

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
from members.models import Person

from . import health

MORNING, NOON, EVENING = 11, 13, 18  # hours at which the greeting changes


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the activities of the next seven days, the link to join and the seven steps; in elder mode four large links."""
    if elder.size_of(request):
        today = clock.today()
        return render(request, "home/elder.html", {"today": today, "moon": lunar_day(today)})
    context = {
        "figures": steps.figures(),
        "milestones": milestones()[:3],
        "today": clock.today(),
        "is_registered": _is_registered(request),
    }
    return render(request, "home/home.html", context)


def _is_registered(request):
    """Return whether the visitor is in the registry already, so that the page does not invite them to join."""
    if not request.user.is_authenticated:
        return False
    return Person.objects.visible_to(request.user).active().filter(user=request.user).exists()


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of the seven steps, how each is counted, and where the records behind it are."""
    return render(request, "home/figures.html", {"figures": steps.figures()})


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show the panels of the apps: next ticket, open steps, and everything else of the signed-in person."""
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
    """Answer 200 while this process runs; no other server is asked."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, cache, worker and migrations are in order, else 503; the JSON names each check."""
    found = health.report()
    ready = all(found.values())
    return JsonResponse({"status": "ok" if ready else "unready", **found}, status=200 if ready else 503)
