"""Who is in a team, what they can do and when they have time, for the team itself; and how one becomes a member of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts.asked_for import explained
from chengyang.platform.accounts.slugs import follows_former_slugs
from chengyang.platform.web.forms import posted
from members.models import Person

from .. import actions, permissions
from ..actions.volunteers import DECIDE_WITHIN
from ..forms import DescribeForm, TeamApplicationForm
from ..models import Offer, OfferAlert, Post, Team, TeamApplication


def _team(request: HttpRequest, slug: str) -> Team:
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=slug)
    if not permissions.can_see_members(request.user, team):
        raise Http404
    return team


@never_cache
@require_safe
def team_members(request: HttpRequest, slug: str) -> HttpResponse:
    """List who is in a team today, with what they offer; for those who are in it, its leader and staff of its area."""
    team = _team(request, slug)
    posts = list(
        team.posts.on(clock.today()).filter(person__state="active").select_related("person").order_by("kind", "pk")
    )
    for post in posts:
        post.team = team
        post.may_describe = permissions.can_describe_post(request.user, post)
    may_decide = permissions.can_appoint_volunteer(request.user, team)
    waiting = TeamApplication.objects.visible_to(request.user).waiting().filter(team=team) if may_decide else ()
    context = {"team": team, "posts": posts, "waiting": list(waiting[:50]) if may_decide else []}
    return render(request, "services/members.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def describe_post(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Write what the holder of a post can do, and when they have time."""
    team = _team(request, slug)
    rows = team.posts.on(clock.today()).filter(person__state="active")
    post = rows.filter(person__public_id=public_id).select_related("person", "team").order_by("kind", "pk").first()
    if post is None:
        raise Http404
    require(permissions.can_describe_post, request.user, post)
    is_holder = permissions.can_agree_to_be_named(request.user, post)
    form = DescribeForm(posted(request), instance=post, is_holder=is_holder)
    if request.method == "POST" and form.is_valid():
        try:
            actions.describe_post(post, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("写好了。"))
            return redirect("services:team-members", team.slug)
    return render(request, "services/describe.html", {"team": team, "post": post, "form": form}, status=form.status)


# ---- applications ---------------------------------------------------------------------------------------------------
def _before_join(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a visitor how one becomes a member of a team; the button signs in and comes back."""
    team = get_object_or_404(Team.objects.published().open(), slug=slug)
    context = {"team": team, "days": DECIDE_WITHIN, "next_url": request.get_full_path()}
    return render(request, "services/before_join.html", context)


def _asked_for(query: QueryDict, slug: str = "") -> str:
    team = Team.objects.published().filter(slug=slug).first()
    return _("到%(team)s当队员") % {"team": team} if team else ""


@explained(_before_join, _asked_for)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@follows_former_slugs(Team)
def join_team(request: HttpRequest, slug: str) -> HttpResponse:
    """Apply to volunteer in a team; one who has applied sees it here and takes it back."""
    waiting = TeamApplication.objects.visible_to(request.user).waiting().filter(person__user=request.user)
    applied = waiting.filter(team__slug=slug, team__closed_on__isnull=True).select_related("team").first()
    team = applied.team if applied else get_object_or_404(Team.objects.visible_to(request.user).open(), slug=slug)
    people = Person.objects.visible_to(request.user).filter(user=request.user, state="active")
    person = people.select_related("category", "subdistrict").first()
    if person is None:
        request.session["after_joining"] = {"url": request.path, "name": team.name}
        return redirect("members:join")
    form = TeamApplicationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.apply_to_team(team, person=person, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            words = _("已报名，队长会在 %(n)d 个工作日内回话。") % {"n": DECIDE_WITHIN}
            messages.success(request, words)
            return redirect("services:team-join", team.slug)
    own = TeamApplication.objects.visible_to(request.user).filter(person=person, team=team)
    context = {
        "team": team,
        "person": person,
        "form": form,
        "days": DECIDE_WITHIN,
        "latest": own.order_by("-applied_at", "-pk").first(),
        "is_member": Post.objects.visible_to(request.user).own(request.user).filter(team=team).exists(),
    }
    return render(request, "services/join_team.html", context, status=form.status)


@require_POST
def withdraw_application(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own application to a team back."""
    rows = TeamApplication.objects.visible_to(request.user).filter(person__user=request.user).select_related("team")
    row = get_object_or_404(rows, public_id=public_id)
    actions.withdraw_application(row, actor=request.user)
    messages.success(request, _("已撤回报名。"))
    return redirect(row.team if row.team.is_published and not row.team.closed_on else "me:home")


# ---- offers that are switched off -----------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer_alert(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say, or say no longer, that one wants to know when an offer can be ordered again."""
    rows = Offer.objects.visible_to(request.user).select_related("team")
    offer = get_object_or_404(rows, public_id=public_id)
    require(permissions.can_submit_request, request.user, None)
    waits = OfferAlert.objects.visible_to(request.user).filter(offer=offer).exists()
    if request.method == "POST":
        if request.POST.get("do") == "cancel":
            actions.cancel_alert(offer, actor=request.user)
            messages.success(request, _("不再告诉你了。"))
        else:
            actions.ask_alert(offer, actor=request.user)
            messages.success(request, _("记下了，恢复接单时告诉你一次。"))
        return redirect(offer.team)
    return render(request, "services/offer_alert.html", {"offer": offer, "team": offer.team, "waits": waits})
