"""Contribution records: one's own, and the public one of an organization, a base or a team."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengyang import clock
from chengyang.platform.accounts.slugs import follows_former_slugs
from members.own_rows import own_person

from .. import actions, contributions
from ..models import ORGANIZERS, Outcome, OutcomeParty


def _year(request: HttpRequest) -> int | None:
    wanted = request.GET.get("year", "")
    return next((year for year in contributions.years() if str(year) == wanted), None)


@never_cache
@require_safe
def my_contribution(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person what they did, counted from records, to read and to print; nobody else reads it."""
    year = _year(request)
    person = own_person(request)
    context = {
        "parts": contributions.of_person(request.user, person, year),
        "year": year,
        "years": contributions.years(),
        "person": person,
        "at": clock.now(),
    }
    return render(request, "services/my_contribution.html", context)


@require_POST
def leave_outcome(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own name off an outcome."""
    rows = OutcomeParty.objects.visible_to(request.user).filter(person__user=request.user, outcome__public_id=public_id)
    party = get_object_or_404(rows.select_related("outcome", "person"))
    actions.leave_outcome(party, actor=request.user)
    messages.success(request, _("已拿掉你的名字；成果的数额不变。"))
    return redirect("services:contribution")


def _page(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    model: Any = Outcome._meta.get_field(subject).related_model
    organizer = get_object_or_404(model.objects.visible_to(request.user), slug=slug)
    year = _year(request) or clock.today().year
    context = {
        "organizer": organizer,
        "subject": subject,
        "year": year,
        "years": contributions.years(),
        "record": contributions.of_organizer(organizer, year),
        "day": clock.today(),
    }
    return render(request, "services/contribution.html", context)


PAGES = {
    name: follows_former_slugs(Outcome._meta.get_field(name).related_model)(_page)  # type: ignore[type-var]
    for name in ORGANIZERS
}


@login_not_required
@require_safe
def organizer_contribution(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    """Show what an organization, a base or a team did in a year, by month, counted from records; to print, too."""
    if subject not in PAGES:
        raise Http404
    return PAGES[subject](request, subject=subject, slug=slug)
