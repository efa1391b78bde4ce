"""Proposals for everybody: the list of published ones, one of them, following it; and the figures of a year for the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit import readings
from chengyang.platform.web.content import not_kept
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.paging import numbered

from ...models import ANSWER_DAYS, TOPICS, Follower, Proposal, ProposalEdition
from .. import actions, figures, public_pages


@login_not_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """List the published proposals, the latest answers first: `?q=&topic=&department=&stage=&year=`."""
    filters = public_pages.Filters.of(request.GET)
    rows = filters.apply(ProposalEdition.objects.published().select_related("department", "proposal"))
    page = numbered(request, rows.order_by("-answered_on", "-pk"), 12)
    shown = list(page)
    public_pages.mark(shown, filters.text)
    year = filters.year or clock.today().year
    year_figures = per_version(("proposals.figures", year), lambda: figures.for_public(figures.of_year(year)))
    context = {
        "page": page,
        "shown": shown,
        "filters": filters,
        "topics": TOPICS.items(),
        "departments": public_pages.departments(),
        "stages": public_pages.STAGES.items(),
        "years": public_pages.years(),
        "figures": year_figures,
        "other_years": [one for one in public_pages.years_with_answers() if one != year],
        "days": ANSWER_DAYS,
    }
    response = render(request, "services/proposals.html", context)
    return response if filters.is_complete else not_kept(response)


@login_not_required
@require_safe
def proposal_public(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one published proposal: its words, its answer, what was promised, and every step with its date."""
    edition = get_object_or_404(
        ProposalEdition.objects.published().select_related("department", "proposal__author__person"),
        public_id=public_id,
    )
    context = {
        **public_pages.context_of(edition),
        "follows": Follower.objects.visible_to(request.user).filter(edition=edition).exists(),
        "next_url": edition.get_absolute_url(),
    }
    return render(request, "services/proposal_public.html", context)


def _edition(request: HttpRequest, public_id: str) -> ProposalEdition:
    return get_object_or_404(ProposalEdition.objects.published().select_related("proposal"), public_id=public_id)


@require_POST
def follow_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Follow a published proposal."""
    edition = _edition(request, public_id)
    actions.follow_proposal(edition, actor=request.user)
    messages.success(request, _("已关注，有进展发一条通知。"))
    return redirect(edition)


@require_POST
def unfollow_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Follow a published proposal no longer."""
    edition = _edition(request, public_id)
    actions.unfollow_proposal(edition, actor=request.user)
    messages.success(request, _("不再关注。"))
    return redirect(edition)


@never_cache
@require_safe
def proposal_figures_of_year(request: HttpRequest) -> HttpResponse:
    """Show the list of a year and its figures by department, for district staff: `?year=2026`.

    Whose proposals are on the page reads on 我的数据 that an officer has read the list, as with those of the staff site.
    """
    if not access_scope(request.user).district:
        raise NotAllowed("proposal_figures_of_year")
    text = request.GET.get("year", "")
    year = int(text) if text in [str(one) for one in public_pages.years()] else clock.today().year
    rows = figures.list_of(year, request.user)
    page = numbered(request, rows)
    shown = public_pages.with_referrals(list(page))
    readings.record("list.read", [row.author for row in shown], actor=request.user, subject=Proposal)
    context = {
        "year": year,
        "years": public_pages.years(),
        "figures": figures.of_year(year),
        "page": page,
        "shown": shown,
    }
    return render(request, "services/proposal_figures.html", context)
