"""What bases register for other floors (docs/architecture.md)."""

from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.platform.accounts.access import reach, register_posts
from chengyang.platform.staff.assessment_admin import AssessmentDecision
from chengyang.platform.staff.registry import Day, Job, SearchSource, register, register_days, register_search
from chengyang.platform.web import panels

from .models import Assessment, Base, Post


# ---- posts -----------------------------------------------------------------------------------------------------------
def _kept(user_id, day):
    posts = Post.objects.on(day).filter(person__user_id=user_id, person__state="active", kind=Post.Kind.MANAGER)
    return posts.values_list("base_id", flat=True)


register_posts("bases", _kept)


# ---- the desk --------------------------------------------------------------------------------------------------------
def _lapsing(user, first, last):
    """Return the six-haves that end between two days, for those responsible for the base."""
    kept = Base.objects.all().kept_by(reach(user)) if not reach(user).district else None
    bases = Base.objects.all() if kept is None else Base.objects.filter(kept)
    rows = Assessment.objects.passed_on(first).filter(base__in=bases, expires_on__lte=last).select_related("base")
    return [
        Day(row.expires_on, _("%(base)s“六有”到期") % {"base": row.base}, row.base.get_absolute_url())
        for row in rows.order_by("expires_on")[:10]
    ]


register_days(_lapsing)
register(AssessmentDecision(Assessment, Job.BASES, _("“六有”评定")))
register_search(
    SearchSource(
        _("基地"),
        lambda user, text: Base.objects.visible_to(user).filter(name__icontains=text),
        lambda base: (base.name, base.get_level_display()),
        lambda base: base.get_absolute_url(),
    )
)


# ---- pages -----------------------------------------------------------------------------------------------------------
def latest_assessments(bases):
    """Return the passed six-haves that hold today, by base id."""
    passed = Assessment.objects.passed_on(clock.today()).filter(base__in=bases).order_by("assessed_on", "pk")
    return {assessment.base_id: assessment for assessment in passed}


def _home(request, subject):
    rows = Base.objects.published().select_related("subdistrict").prefetch_related("honours")
    shown = sorted(rows, key=lambda base: (-len(base.honours.all()), base.pk))[:3]
    latest = latest_assessments(shown)
    return {"cards": [(base, latest.get(base.pk)) for base in shown], "total": len(rows)}


def _mine(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("base").order_by("starts", "pk")
    return {"posts": posts} if (posts := list(own[:6])) else None


panels.register("home.main", "bases/_home.html", _home, order=20)
panels.register("me.side", "bases/_mine.html", _mine, order=30)
