"""The pages of the handbook: standards with criteria and results, and the working methods."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengyang import clock

from .. import numbers
from ..comparing import differences
from ..models import Standard
from ..modes import MODES
from ..reached import reached
from ..results import items_of
from ..subjects import table_of

MOST_SCHEMES, MOST_RESULTS = 12, 60  # on a page


@login_not_required
@require_safe
def standard_list(request: HttpRequest) -> HttpResponse:
    """Show all standards with their criteria, and 1+6, 五化, 七步, 七加."""
    today = clock.today()
    shown = [
        (standard, standard.current(), reached(standard, request.user, today))
        for standard in Standard.objects.published().lasting()
    ]
    context = {"standards": shown, "schemes": Standard.objects.published().yearly()[:MOST_SCHEMES], "modes": MODES}
    return render(request, "standards/list.html", context)


@login_not_required
@require_safe
def standard_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show one standard: criteria with guidance, how it is assessed, versions, organizers that reached it."""
    standard = get_object_or_404(Standard.objects.published(), code=code)
    if standard.year:
        return _scheme(request, standard)
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


def _scheme(request: HttpRequest, standard: Standard) -> HttpResponse:
    """Show the scheme of a year: its criteria, and the final results."""
    version, table = standard.current(), table_of(standard.kind)
    rows = table.objects.published().filter(version__standard=standard).select_related(table.SUBJECT)
    context = {
        "standard": standard,
        "version": version,
        "criteria": [(criterion, numbers.requirement(criterion)) for criterion in version.criteria.all()],
        "evaluations": rows.with_rays().order_by("-final_on", "-pk")[:MOST_RESULTS],
        "versions": standard.versions.published(),
        "code": table.code(),
    }
    return render(request, "standards/scheme.html", context)


@login_not_required
@require_safe
def evaluation(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Show the final result of an organizer for a year: what was found of each item, and every number with its records."""
    try:
        table = table_of(kind)
    except LookupError:
        raise Http404 from None
    if not table.YEARLY:
        raise Http404
    rows = table.objects.published().select_related(table.SUBJECT, "version__standard")
    row = get_object_or_404(rows, public_id=public_id)
    context = {
        "evaluation": row,
        "kind": kind,
        "items": items_of(row),
        "before": row.before(),
        "others": row.siblings().published().exclude(pk=row.pk).select_related("version__standard").with_rays()[:6],
    }
    return render(request, "standards/evaluation.html", context)


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
