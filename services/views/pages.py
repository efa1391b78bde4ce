"""Pages of services: the list of services, teams, new requests, and the progress by number and code."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock, extensions
from chengyang.errors import ActionError, require
from chengyang.lib.chinese.quotes import quoted
from chengyang.platform.accounts import limits
from chengyang.platform.accounts.asked_for import explained
from chengyang.platform.accounts.slugs import follows_former_slugs
from chengyang.platform.web.counted_forms import redirected
from chengyang.platform.web.forms import posted
from chengyang.platform.web.paging import numbered

from .. import actions, kept, permissions
from ..forms import QueryForm, RequestForm
from ..models import COMPLEX_DAYS, DAYS, Alliance, Assessment, Post, Request, Team, ThreadEntry

Kind = ThreadEntry.Kind
# What number and code show: how far it is, not what the author wrote.
ROUND = 10  # answered requests in public: exact, it would tell what the pages of teams leave out
SHOWN_BY_CODE = (Kind.STEP, Kind.APPOINTMENT, Kind.ANSWER, Kind.REOPENED)
WRONG_CODES = limits.Limit(
    "request-code",
    10,
    limits.HOUR,
    gettext_lazy("这个编号的查询码错得太多，请过一小时再试；提出人登录后在“我的诉求”里随时能看。"),
)  # for one number, known or not, from all addresses


@login_not_required
@require_safe
def services_home(request: HttpRequest) -> HttpResponse:
    """List the services that can be ordered, by team."""
    page = numbered(
        request,
        Team.objects.visible_to(request.user)
        .open()
        .select_related("subdistrict", "alliance")
        .prefetch_related("offers"),
    )
    context = {
        "page": page,
        "alliance": Alliance.objects.first(),
        "days": DAYS,
        "complex_days": COMPLEX_DAYS,
        "answered": extensions.metric("answered_requests").of() // ROUND * ROUND,
    }
    return render(request, "services/home.html", context)


@login_not_required
@require_safe
@follows_former_slugs(Team)
def team_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one team: its services, its leaders, its outcomes."""
    rows = Team.objects.visible_to(request.user).select_related("subdistrict", "alliance").prefetch_related("offers")
    team = get_object_or_404(rows, slug=slug)
    posts = Post.objects.published().filter(team=team, kind=Post.Kind.LEADER).select_related("person")
    passed = Assessment.objects.visible_to(request.user).passed_on(clock.today()).filter(team=team)
    context = {
        "team": team,
        "posts": posts,
        "days": DAYS,
        "assessment": passed.with_rays().first(),
        "kept": kept.record_of(team),
    }
    return render(request, "services/team.html", context)


def _before_request(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Show a visitor what they ask for, of whom, and what happens then; the button signs in and comes back."""
    team = (
        get_object_or_404(Team.objects.published().open().select_related("subdistrict", "alliance"), slug=slug)
        if slug
        else None
    )
    context = {
        "team": team,
        "service": _service_of(team, request.GET),
        "days": DAYS,
        "complex_days": COMPLEX_DAYS,
        "next_url": request.get_full_path(),
    }
    return render(request, "services/before_request.html", context)


def _service_of(team: Team | None, query: QueryDict) -> str:
    """Return the service that the query names, if `team` offers it."""
    named = query.get("service", "")
    return named if team and named in team.services else ""


def _asked_for(query: QueryDict, slug: str = "") -> str:
    team = Team.objects.published().open().filter(slug=slug).first() if slug else None
    if team is None:
        return "" if slug else _("提诉求")
    service = _service_of(team, query)
    return (
        _("请%(team)s帮忙：%(service)s") % {"team": team, "service": service}
        if service
        else _("请%(team)s帮忙") % {"team": team}
    )


@explained(_before_request, _asked_for)
@require_http_methods(["GET", "HEAD", "POST"])
@follows_former_slugs(Team)
def new_request(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Submit a request to a team, or without `slug` to the office."""
    team = get_object_or_404(Team.objects.visible_to(request.user).open(), slug=slug) if slug else None
    require(permissions.can_submit_request, request.user, team)
    form = RequestForm(
        posted(request), request.FILES or None, team=team, initial={"service": request.GET.get("service", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.submit_request(actor=request.user, team=team, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已收到，编号 %(number)s。") % {"number": asked.number})
            return redirect(asked)
    return render(request, "services/new_request.html", {"form": form, "team": team, "days": DAYS}, status=form.status)


@require_safe
def my_requests(request: HttpRequest) -> HttpResponse:
    """List the requests of the current user, newest first."""
    rows = (
        Request.objects.visible_to(request.user)
        .filter(author=request.user)
        .select_related("team")
        .order_by("-at", "-pk")
    )
    return render(request, "services/mine.html", {"page": numbered(request, rows)})


@require_POST
def resign(request: HttpRequest, slug: str) -> HttpResponse:
    """End the user's own posts in a team."""
    own = Post.objects.visible_to(request.user).own(request.user)
    team = get_object_or_404(own.of_subject(slug)[:1]).team
    actions.resign(team, actor=request.user)
    messages.success(request, _("你已退出%(name)s。") % {"name": quoted(team)})
    return redirect("me:home")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@redirected
def query_request(request: HttpRequest) -> HttpResponse:
    """Show the progress of a request by number and query code, without signing in.

    The answer is the same for a wrong number and a wrong code, and attempts are limited by network and by number, so that
    nothing can be guessed.
    """
    form = QueryForm(request.POST if request.method == "POST" else None)
    asked = _find_request(request, form) if form.is_bound else None
    entries = list(asked.thread().filter(kind__in=SHOWN_BY_CODE)) if asked else []
    for entry in entries:
        entry.by_author = entry.by_id is not None and entry.by_id == asked.author_id
        if entry.kind == Kind.REOPENED:
            entry.text = ""  # the reason of the author
    return TemplateResponse(request, "services/query.html", {"form": form, "asked": asked, "entries": entries})


def _find_request(request, form):
    """Return the request, or None with the error on the form."""
    if not form.is_valid():
        return None
    try:
        limits.slow_down(request, "request-query")
        wrong = limits.take(WRONG_CODES, form.cleaned_data["number"])
        asked = Request.objects.open_with(form.cleaned_data["number"], form.cleaned_data["code"])
        limits.give_back(wrong)
        return asked
    except ActionError as error:
        form.refuse(error)
        return None
