"""The pages of the handbook: standards with criteria and results, and the working methods."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengyang import clock

from .. import numbers
from ..comparing import differences
from ..models import Standard
from ..modes import MODES
from ..reached import reached


@login_not_required
@require_safe
def standard_list(request: HttpRequest) -> HttpResponse:
    """Show all standards with their criteria, and 1+6, 五化, 七步, 七加."""
    today = clock.today()
    shown = [
        (standard, standard.current(), reached(standard, request.user, today))
        for standard in Standard.objects.published()
    ]
    return render(request, "standards/list.html", {"standards": shown, "modes": MODES})


@login_not_required
@require_safe
def standard_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show one standard: criteria with guidance, how it is assessed, versions, organizers that reached it."""
    standard = get_object_or_404(Standard.objects.published(), code=code)
    found = reached(standard, request.user, clock.today(), named=True)
    version = standard.current()
    context = {
        "standard": standard,
        "version": version,
        "criteria": [(criterion, numbers.requirement(criterion)) for criterion in version.criteria.all()],
        "reached": found,
        "organizers": [(row.subject, row) for row in found.rows],
        "versions": standard.versions.published(),
    }
    return render(request, "standards/detail.html", context)


@login_not_required
@require_safe
def version_detail(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show one published version of a standard: its criteria, and what it changed."""
    standard = get_object_or_404(Standard.objects.published(), code=code)
    version = get_object_or_404(standard.versions.published(), number=number)
    former = version.former()
    context = {
        "standard": standard,
        "version": version,
        "criteria": [(criterion, numbers.requirement(criterion)) for criterion in version.criteria.all()],
        "current": standard.current(),
        "former": former,
        "differences": differences(former, version) if former else [],
    }
    return render(request, "standards/version.html", context)
