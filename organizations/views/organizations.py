"""Pages of organizations: the list, one organization, applying, and one's own memberships and posts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.lib.chinese.quotes import quoted
from chengyang.platform.accounts.asked_for import explained
from chengyang.platform.accounts.slugs import follows_former_slugs
from chengyang.platform.files.models import Picture
from chengyang.platform.web.content import not_kept
from chengyang.platform.web.paging import numbered
from chengyang.platform.web.suppression import suppress_small
from members.models import Person

from .. import actions, roll, roster, tree
from ..former_names import former_names
from ..forms import OrganizationFilter
from ..metrics import member_counts
from ..models import Assessment, Candidate, Charter, Membership, Organization, Post
from ..states import MEMBERSHIP_OPEN, OrganizationState
from ..structured_data import organization_data


@login_not_required
@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    """Show all visible organizations, filtered by level, subdistrict and category."""
    chosen = OrganizationFilter(request.GET)
    visible = Organization.objects.visible_to(request.user)
    rows = chosen.apply(visible).select_related("subdistrict", "kind").prefetch_related("categories")
    page = numbered(request, rows.order_by("level", "founded_on", "pk"))
    passed = _valid_assessments(request.user, list(page.object_list))
    members = member_counts()
    cards = [(row, passed.get(row.pk), suppress_small(members.get(row.pk, 0))) for row in page.object_list]
    context = {"page": page, "cards": cards, "chosen": chosen, "levels": chosen.levels(visible)}
    response = render(request, "organizations/list.html", context)
    return response if chosen.is_complete else not_kept(response)


def _valid_assessments(user: Any, rows: list[Organization]) -> dict[int, Assessment]:
    """Return the latest “五好” assessment that is valid today for each organization in `rows`, by organization id."""
    found = Assessment.objects.visible_to(user).passed_on(clock.today()).filter(organization__in=rows)
    return {assessment.organization_id: assessment for assessment in found.order_by("assessed_on", "pk")}


@login_not_required
@require_safe
@follows_former_slugs(Organization)
def organization_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one organization: description, assessment, published posts, member count and panels."""
    organization = _visible(request, slug)
    assessments = Assessment.objects.visible_to(request.user).filter(organization=organization)
    logo = Picture.objects.visible_to(request.user).of(organization).first()
    charters = Charter.objects.published().filter(organization=organization).select_related("organization")
    context = {
        "organization": organization,
        "former": former_names(organization),
        "above": tree.above(organization, request.user),
        "below": tree.below(organization, request.user),
        "charter": charters.on(clock.today()).first(),
        "charters": list(charters[:10]),
        "is_member": roll.membership_of(request.user, organization) is not None,
        "data": organization_data(organization, request, logo),
        "assessment": assessments.passed_on(clock.today()).select_related("version").first(),
        "logo": logo,
        "posts": Post.objects.published().filter(organization=organization).select_related("person"),
        "watch": roster.watch_of(organization) if organization.state == OrganizationState.FOUNDED else None,
        "members": suppress_small(member_counts().get(organization.pk, 0)),
        "membership": _own_membership(request.user, organization),
        "can_apply": organization.state == OrganizationState.FOUNDED and organization.is_published,
    }
    return render(request, "organizations/detail.html", context)


def _visible(request: HttpRequest, slug: str) -> Organization:
    rows = Organization.objects.visible_to(request.user).select_related("subdistrict", "kind")
    return get_object_or_404(rows, slug=slug)


def _own_membership(user: Any, organization: Organization) -> Membership | None:
    own = Membership.objects.visible_to(user).filter(person__user=user.pk, organization=organization)
    return own.filter(state__in=MEMBERSHIP_OPEN).first()


def _before_apply(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a visitor what joining means; the button signs in and comes back."""
    organization = get_object_or_404(Organization.objects.published().select_related("subdistrict"), slug=slug)
    context = {"organization": organization, "days": actions.DECIDE_WITHIN, "next_url": request.get_full_path()}
    return render(request, "organizations/before_apply.html", context)


def _asked_for(query: QueryDict, slug: str) -> str:
    organization = Organization.objects.published().filter(slug=slug).first()
    return _("申请加入%(name)s") % {"name": organization} if organization else ""


@explained(_before_apply, _asked_for)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@follows_former_slugs(Organization)
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the secretary will see of the person, and apply for membership on POST."""
    organization = _visible(request, slug)
    people = Person.objects.visible_to(request.user).filter(user=request.user, state="active")
    person = people.select_related("category", "subdistrict").first()
    if person is None:
        request.session["after_joining"] = {"url": request.path, "name": organization.name}
        return redirect("members:join")
    if request.method == "POST":
        actions.apply_for_membership(organization, person=person, actor=request.user)
        messages.success(request, _("已申请，秘书长会在 %(n)d 个工作日内答复。") % {"n": actions.DECIDE_WITHIN})
        return redirect("organizations:mine")
    if _own_membership(request.user, organization):
        return redirect("organizations:mine")
    context = {"organization": organization, "person": person, "days": actions.DECIDE_WITHIN}
    return render(request, "organizations/apply.html", context)


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's own memberships and posts, current and former."""
    rows = Membership.objects.visible_to(request.user).filter(person__user=request.user)
    rows = rows.select_related("organization").order_by("-applied_at", "-pk")
    posts = Post.objects.visible_to(request.user).filter(person__user=request.user)
    today = clock.today()
    context = {
        "open": [row for row in rows if row.is_open],
        "former": [row for row in rows if not row.is_open],
        "posts": [(post, post.holds(today)) for post in posts.select_related("organization")],
        "nominations": Candidate.objects.visible_to(request.user).to_answer(request.user),
        "days": actions.DECIDE_WITHIN,
    }
    return render(request, "organizations/mine.html", context)


@require_POST
def resign(request: HttpRequest, slug: str) -> HttpResponse:
    """End the user's own posts in an organization."""
    own = Post.objects.visible_to(request.user).own(request.user)
    organization = get_object_or_404(own.of_subject(slug)[:1]).organization
    actions.resign(organization, actor=request.user)
    messages.success(request, _("你已卸任“%(name)s”的职务。") % {"name": organization})
    return redirect("organizations:mine")


@require_POST
def answer_nomination(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Answer whether one would take the post for which one is nominated."""
    rows = Candidate.objects.visible_to(request.user).filter(person__user=request.user)
    candidate = get_object_or_404(rows.select_related("change"), change__public_id=public_id, kind=kind)
    answer = request.POST.get("answer", "")
    if answer not in ("agree", "decline"):
        raise Http404
    actions.answer_nomination(candidate, agrees=answer == "agree", actor=request.user)
    messages.success(request, _("已答复，谢谢。提交结果以前可以改。"))
    return redirect("organizations:mine")


@require_POST
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """End an own membership at once, or withdraw an own application."""
    rows = Membership.objects.visible_to(request.user).filter(person__user=request.user)
    membership = get_object_or_404(rows.select_related("organization"), public_id=public_id)
    if membership.state == "applied":
        actions.withdraw_membership_application(membership, actor=request.user)
        messages.success(request, _("申请已撤回。"))
    else:
        actions.leave_organization(membership, actor=request.user)
        messages.success(request, _("你已退出%(name)s。") % {"name": quoted(membership.organization)})
    return redirect("organizations:mine")
