"""What organizations register for other floors (docs/architecture.md)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.platform.accounts.access import reach, register_posts
from chengyang.platform.staff import registry
from chengyang.platform.staff.assessment_admin import AssessmentDecision
from chengyang.platform.web import panels
from members import erasure
from members.personal_data import describe

from .actions import memberships
from .models import Assessment, Membership, Organization, Post
from .states import MEMBERSHIP_OPEN
from .todos import AcceptMember


# ---- posts -----------------------------------------------------------------------------------------------------------
def _kept(user_id, day):
    posts = Post.objects.on(day).filter(person__user_id=user_id, person__state="active", kind=Post.Kind.SECRETARY)
    return posts.values_list("organization_id", flat=True)


register_posts("organizations", _kept)

# ---- what the person decides -----------------------------------------------------------------------------------------
erasure.register(
    gettext_lazy("组织"),
    leave=memberships.end_memberships,
    erase=memberships.erase_memberships,
    said=gettext_lazy("你在各组织的会员身份立即结束，没有答复的入会申请撤回。"),
)
describe("organizations.Membership", born="applied_at")
describe("organizations.Post", title=gettext_lazy("组织职务"), born="starts")


# ---- the desk --------------------------------------------------------------------------------------------------------
registry.register(AcceptMember())
registry.register(AssessmentDecision(Assessment, registry.Job.ORGANIZATIONS, gettext_lazy("“五好”评定")))
registry.register_search(
    registry.SearchSource(
        gettext_lazy("组织"),
        lambda user, text: Organization.objects.visible_to(user).filter(name__icontains=text).order_by("pk"),
        lambda row: (row.name, row.get_level_display()),
        lambda row: row.get_absolute_url(),
    )
)


def _posts_ending(user, first, last):
    """Return the posts that end between two days in the organizations `user` is responsible for."""
    seen = reach(user)
    rows = Post.objects.on(first).filter(ends__range=(first, last))
    if not seen.district:
        rows = rows.filter(Organization.objects.all().kept_by(seen, prefix="organization__"))
    rows = rows.select_related("person", "organization").order_by("ends", "pk")
    said = _("%(name)s %(kind)s任期结束")
    return [
        registry.Day(
            row.ends, said % {"name": row.person, "kind": row.get_kind_display()}, row.organization.get_absolute_url()
        )
        for row in rows[:10]
    ]


registry.register_days(_posts_ending)


# ---- pages -----------------------------------------------------------------------------------------------------------
def _mine(request, subject):
    """My organizations and posts, for the margin of /me/."""
    own = Membership.objects.visible_to(request.user).filter(person__user=request.user, state__in=MEMBERSHIP_OPEN)
    posts = Post.objects.visible_to(request.user).filter(person__user=request.user).on(clock.today())
    rows = list(own.select_related("organization").order_by("applied_at", "pk")[:5])
    return {"memberships": rows, "posts": list(posts.select_related("organization")[:5])}


panels.register("me.side", "organizations/_mine.html", _mine, order=20)
