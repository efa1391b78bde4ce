"""The page of the members of an organization with its roll, and the download of a charter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengyang.platform.accounts.slugs import follows_former_slugs
from chengyang.platform.audit import readings
from chengyang.platform.files.views import content_of
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.web.paging import numbered
from members.actions import decide_purpose

from .. import news, roll, roster
from ..models import Charter, Organization, Post

TEXT_LENGTH = 30  # characters of a name that are searched for


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@follows_former_slugs(Organization)
def members_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the members of an organization its news, activities, duty and papers, and the roll of those who agreed to be on it.

    Who is on a page of the roll reads on 我的数据 that a member has seen them. A POST gives or withdraws the own consent to it.
    """
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    membership = roll.membership_of(request.user, organization)
    if membership is None:
        raise Http404
    if request.method == "POST":
        given = request.POST.get("do") == "give"
        decide_purpose(request.user, roll.PURPOSE, given=given, actor=request.user)
        messages.success(
            request, _("你已在名单里，随时可以撤下。") if given else _("已从名单撤下，别的会员看不到你了。")
        )
        return redirect("organizations:members", organization.slug)
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH]
    page = numbered(request, roll.roll_of(organization, text), roll.PER_PAGE)
    rows = [(row, dict(Post.Kind.choices).get(row.post, "")) for row in page.object_list]
    people = [row.person for row, _post in rows]
    readings.record("list.read", people, actor=request.user, subject=organization)
    context = {
        "organization": organization,
        "membership": membership,
        "page": page,
        "rows": rows,
        "text": text,
        "is_on_roll": privacy.holds(request.user, roll.PURPOSE),
        "news": news.news_of(organization),
        "watch": roster.watch_of(organization),
        "charters": list(_charters(request, organization)[:5]),
    }
    return render(request, "organizations/members.html", context)


def _charters(request: HttpRequest, organization: Organization) -> QuerySet[Charter]:
    rows = Charter.objects.visible_to(request.user).valid().filter(organization=organization)
    return rows.select_related("organization")


@login_not_required
@require_safe
def charter(request: HttpRequest, slug: str, public_id: str) -> HttpResponseBase:
    """Send the PDF of a version of a charter to everybody who sees the organization."""
    rows = Charter.objects.visible_to(request.user).filter(organization__slug=slug)
    found = get_object_or_404(rows, public_id=public_id).file()
    if found is None:
        raise Http404
    return content_of(found)
