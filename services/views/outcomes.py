"""The public page of the outcomes of an organizer."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengyang.platform.accounts.slugs import follows_former_slugs
from chengyang.platform.web.paging import numbered

from .. import ledger
from ..models import ORGANIZERS, Outcome, OutcomeKind


def _page(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    model: Any = Outcome._meta.get_field(subject).related_model
    organizer = get_object_or_404(model.objects.visible_to(request.user), slug=slug)
    rows = Outcome.objects.visible_to(request.user).published().of(organizer)
    known, kinds = ledger.years(rows), {kind.code: kind for kind in OutcomeKind.objects.visible_to(request.user)}
    wanted = request.GET.get("year", "")
    year = next((one for one in known if str(one) == wanted), None)
    kind = kinds.get(request.GET.get("kind", ""))
    of_year = ledger.in_year(rows, year)
    listed = of_year.filter(kind=kind) if kind else of_year
    context = {
        "organizer": organizer,
        "totals": ledger.totals(of_year),
        "years": known,
        "year": year,
        "kind": kind,
        "more": f"kind={kind.code}" if kind else "",
        "page": numbered(request, listed.select_related("kind", *ORGANIZERS).order_by("-happened_on", "-pk")),
    }
    return render(request, "services/outcomes.html", context)


PAGES = {
    name: follows_former_slugs(Outcome._meta.get_field(name).related_model)(_page)  # type: ignore[type-var]
    for name in ORGANIZERS
}


@login_not_required
@require_safe
def organizer_outcomes(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    """List what an organization, a base or a team achieved, checked, with the sums of what is listed."""
    if subject not in PAGES:
        raise Http404
    return PAGES[subject](request, subject=subject, slug=slug)
