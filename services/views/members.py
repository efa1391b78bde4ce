"""Who is in a team, what they can do and when they have time: for the team itself."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.web.forms import posted

from .. import actions, permissions
from ..forms import DescribeForm
from ..models import Team


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
    return render(request, "services/members.html", {"team": team, "posts": posts})


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
    form = DescribeForm(posted(request), instance=post)
    if request.method == "POST" and form.is_valid():
        try:
            actions.describe_post(post, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("写好了。"))
            return redirect("services:team-members", team.slug)
    return render(request, "services/describe.html", {"team": team, "post": post, "form": form}, status=form.status)
