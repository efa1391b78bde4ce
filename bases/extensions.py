"""Entries of the bases app in the extension slots, which `chengyang.extensions` describes."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    CODE_VALUE,
    NUMBER_VALUE,
    CachedPage,
    MenuEntry,
    Panel,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    UpcomingDate,
    extend,
)
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.choices import own_rows
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.panels import everybody

from . import papers, record_tabs
from .imports import BasePostImport, HonourImport
from .metrics import METRICS
from .models import Assessment, Base, Post


def _expiring(user, first, last):
    """Return “六有” assessments valid on `first` and expiring by `last`, of the bases that `user` manages; at most ten."""
    scope = access_scope(user)
    bases = Base.objects.all() if scope.district else Base.objects.filter(Base.objects.managed_q(scope))
    rows = Assessment.objects.passed_on(first).filter(base__in=bases, expires_on__lte=last).select_related("base")
    return [
        UpcomingDate(row.expires_on, _t("%(base)s“六有”到期") % {"base": row.base}, page_url(row.base))
        for row in rows.order_by("expires_on")[:10]
    ]


def _latest_assessments(bases):
    """Return the latest “六有” assessment that is valid today for each of `bases`, by base id."""
    passed = Assessment.objects.passed_on(clock.today()).filter(base__in=bases).order_by("assessed_on", "pk")
    return {assessment.base_id: assessment for assessment in passed}


def _home(request, subject):
    return per_version("bases.home", _best_known)


def _best_known():
    """Return the three bases with the most honours and how many there are, for the home page."""
    rows = Base.objects.published().select_related("subdistrict").prefetch_related("honours")
    shown = sorted(rows, key=lambda base: (-len(base.honours.all()), base.pk))[:3]
    latest = _latest_assessments(shown)
    return {"cards": [(base, latest.get(base.pk)) for base in shown], "total": len(rows)}


def _mine(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("base").order_by("starts", "pk")
    return {"posts": posts} if (posts := list(own[:6])) else None


def _pages():
    yield PublicPage(reverse("bases:list"))
    yield from (PublicPage(row.get_absolute_url()) for row in Base.objects.published())


extend(
    "bases",
    public_pages=[_pages],
    todos=[AssessmentTodo(Assessment, Section.BASES, _("“六有”评定"))],
    imports=[HonourImport(), BasePostImport()],
    search=[
        SearchSource(
            _("基地"),
            lambda user, text: own_rows(Base.objects.visible_to(user), user).filter(name__icontains=text),
            lambda base: (base.name, base.get_level_display()),
            lambda base: reverse("admin:bases_base_change", args=[base.pk]),
            "bases_base",
        )
    ],
    upcoming=[_expiring],
    papers=papers.PAPERS,
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=[
        Panel("home.main", "bases/_home.html", _home, order=20, shared_by=everybody),
        Panel("me.side", "bases/_mine.html", _mine, order=30),
    ],
    menu=[
        MenuEntry("bases:list", _("基地"), order=30, where="wide"),
        MenuEntry("bases:list", _("实践创新基地"), order=20, place="visit"),
    ],
    metrics=METRICS,
    posts=[PostType(Post, Post.Kind.MANAGER)],
    assessments=[Assessment],
    file_access={"bases.Assessment": Assessment.objects.public_ids_visible_to},
    own_data_order=30,
    cached_pages=[
        CachedPage("bases:list", {"page": NUMBER_VALUE, "level": CODE_VALUE, "subdistrict": CODE_VALUE}),
        CachedPage("bases:detail"),
    ],
    audit_verbs={
        "base.created": _("建立基地"),
        "base.renamed": _("基地改名"),
        "base.moved": _("基地调整级别或街道"),
        "base.published": _("公开基地"),
        "base.hidden": _("不再公开基地"),
        "base.readdressed": _("更换基地网址"),
        "base.updated": _("修改基地"),
        "base.opened": _("基地启用"),
        "base.closed": _("基地停用"),
        "honour.added": _("登记荣誉"),
        "honour.corrected": _("更正荣誉"),
        "honour.removed": _("删除误登的荣誉"),
    },
)
