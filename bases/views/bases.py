"""Pages of bases: the list, one base, and resigning from one's own posts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengyang import clock
from chengyang.platform.accounts.slugs import follows_former_slugs
from chengyang.platform.files.models import Picture
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.content import not_kept
from chengyang.platform.web.paging import numbered

from .. import actions, figures
from ..forms import BaseFilter
from ..models import Assessment, Base, Post, Room
from ..opening_now import opening_of
from ..permissions import can_edit_base
from ..structured_data import place


@login_not_required
@require_safe
def base_list(request: HttpRequest) -> HttpResponse:
    """Show all visible bases, filtered by level and subdistrict."""
    chosen = BaseFilter(request.GET)
    rows = (
        chosen.apply(Base.objects.visible_to(request.user).listed())
        .select_related("subdistrict")
        .prefetch_related("honours")
        .with_open(clock.now())
    )
    page = numbered(request, rows)
    passed = (
        Assessment.objects.visible_to(request.user).passed_on(clock.today()).filter(base__in=list(page.object_list))
    )
    latest = {assessment.base_id: assessment for assessment in passed.order_by("assessed_on", "pk")}
    cards = [(base, latest.get(base.pk), base.is_open) for base in page.object_list]
    context = {
        "page": page,
        "cards": cards,
        "levels": Base.Level.choices,
        "chosen": chosen,
    }
    response = render(request, "bases/list.html", context)
    return response if chosen.is_complete else not_kept(response)


@login_not_required
@require_safe
@follows_former_slugs(Base)
def base_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one base: latest passed assessment, honours, published posts and panels."""
    base = get_object_or_404(Base.objects.visible_to(request.user).select_related("subdistrict"), slug=slug)
    today = clock.today()
    assessments = (
        Assessment.objects.visible_to(request.user).filter(base=base, state="passed").select_related("version")
    )
    assessment = assessments.order_by("-assessed_on", "-pk").first()
    posts = Post.objects.published().filter(base=base).select_related("person")
    photos = list(Picture.objects.visible_to(request.user).of(base))
    context = {
        "base": base,
        "data": place(base, request, photos[0] if photos else None),
        "photos": photos,
        "assessment": assessment,
        "light": assessment.light(today) if assessment else "",
        "honours": base.honours.all(),
        "posts": posts,
        "opening": opening_of(base),
        "rooms": Room.objects.visible_to(request.user).filter(base=base).open(),
    }
    return render(request, "bases/detail.html", context)


CHARTS = (
    ("occupancy", gettext_lazy("场地使用率"), "%"),
    ("visitors", gettext_lazy("观摩人次"), ""),
    ("activities", gettext_lazy("办的活动"), ""),
    ("attendances", gettext_lazy("参加人次"), ""),
)


@login_not_required
@never_cache
@require_safe
def base_figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the figures of one base by year, with charts; the public reads no number of persons below five."""
    base = get_object_or_404(Base.objects.visible_to(request.user), slug=slug)
    manages = can_edit_base(request.user, base)
    rows = figures.figures_of(base, public=not manages)
    context = {
        "base": base,
        "rows": rows,
        "charts": [(label, figures.bars_of(rows, name, unit=unit)) for name, label, unit in CHARTS],
        "record_url": page_url(base) if manages else "",
    }
    return render(request, "bases/figures.html", context)


@require_POST
def resign(request: HttpRequest, slug: str) -> HttpResponse:
    """End the user's own posts at a base."""
    own = Post.objects.visible_to(request.user).own(request.user)
    base = get_object_or_404(own.of_subject(slug)[:1]).base
    actions.resign(base, actor=request.user)
    messages.success(request, _("你已卸任“%(name)s”的职务。") % {"name": base})
    return redirect("me:home")
