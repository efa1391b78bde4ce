"""Entries of the organizations app in the extension slots, which `chengyang.extensions` describes."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    CODE_VALUE,
    NUMBER_VALUE,
    CachedPage,
    DeadlineRows,
    MenuEntry,
    Panel,
    PersonRows,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    UpcomingDate,
    extend,
)
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.choices import own_rows
from chengyang.platform.staff.links import page_url
from chengyang.platform.web import content
from chengyang.platform.web.panels import each_reader

from . import papers, record_tabs
from .actions import memberships
from .imports import MembershipImport, OrganizationPostImport
from .metrics import METRICS
from .models import Assessment, Membership, Organization, Post
from .states import MEMBERSHIP_OPEN, MembershipState
from .todos import MembershipTodo


def _posts_ending(user, first, last):
    """Return posts ending from `first` to `last` in the organizations that `user` manages, at most ten."""
    scope = access_scope(user)
    rows = Post.objects.on(first).filter(ends__range=(first, last))
    if not scope.district:
        rows = rows.filter(Organization.objects.managed_q(scope, prefix="organization__"))
    rows = rows.select_related("person", "organization").order_by("ends", "pk")
    text = _t("%(name)s %(kind)s任期结束")
    return [
        UpcomingDate(row.ends, text % {"name": row.person, "kind": row.get_kind_display()}, page_url(row.organization))
        for row in rows[:10]
    ]


def _mine(request, subject):
    """Return the context of the side panel of /me/: own memberships and current posts, at most five of each."""
    own = Membership.objects.visible_to(request.user).filter(person__user=request.user, state__in=MEMBERSHIP_OPEN)
    posts = Post.objects.visible_to(request.user).filter(person__user=request.user).on(clock.today())
    rows = list(own.select_related("organization").order_by("applied_at", "pk")[:5])
    return {"memberships": rows, "posts": list(posts.select_related("organization")[:5])}


def _pages():
    yield PublicPage(reverse("organizations:list"))
    yield from (PublicPage(row.get_absolute_url()) for row in Organization.objects.published())


extend(
    "organizations",
    public_pages=[_pages],
    todos=[MembershipTodo(), AssessmentTodo(Assessment, Section.ORGANIZATIONS, _("“五好”评定"))],
    imports=[MembershipImport(), OrganizationPostImport()],
    search=[
        SearchSource(
            _("组织"),
            lambda user, text: own_rows(Organization.objects.visible_to(user), user).filter(name__icontains=text),
            lambda row: (row.name, row.get_level_display()),
            lambda row: reverse("admin:organizations_organization_change", args=[row.pk]),
            "organizations_organization",
        )
    ],
    upcoming=[_posts_ending],
    papers=papers.PAPERS,
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=[Panel("me.side", "organizations/_mine.html", _mine, order=20, shared_by=each_reader)],
    menu=[
        MenuEntry("organizations:list", _("组织"), order=40, where="wide"),
        MenuEntry("organizations:list", _("联谊组织"), order=30, place="visit"),
    ],
    metrics=METRICS,
    posts=[PostType(Post, Post.Kind.SECRETARY)],
    assessments=[Assessment],
    file_access={"organizations.Assessment": Assessment.objects.public_ids_visible_to},
    person_rows=[
        PersonRows(
            _("组织"),
            leave=memberships.end_memberships,
            erase=memberships.erase_memberships,
            summary=_("你在各组织的会员身份立即结束，没有答复的入会申请撤回。"),
        )
    ],
    own_data_order=20,
    own_data=[
        TableDescription(
            "organizations.Membership", row_title=lambda row: row.organization, created_field="applied_at"
        ),
        TableDescription(
            "organizations.Post", title=_("组织职务"), row_title=lambda row: row.organization, created_field="starts"
        ),
    ],
    deadlines=[DeadlineRows(lambda: Membership.objects.filter(state=MembershipState.APPLIED))],
    notice_kinds={"organizations": _("加入组织")},
    cached_pages=[
        CachedPage(
            "organizations:list",
            {"page": NUMBER_VALUE, **dict.fromkeys(("level", "subdistrict", "category"), CODE_VALUE)},
        ),
        CachedPage("organizations:detail"),
    ],
    content={
        **dict.fromkeys(
            (
                "membership.applied",
                "membership.declined",
                "membership.withdrawn",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        "organization.created": _("建立联谊组织"),
        "organization.renamed": _("联谊组织改名"),
        "organization.moved": _("联谊组织调整级别或街道"),
        "organization.published": _("公开联谊组织"),
        "organization.hidden": _("不再公开联谊组织"),
        "organization.readdressed": _("更换联谊组织网址"),
        "organization.updated": _("修改联谊组织"),
        "organization.founded": _("联谊组织成立"),
        "organization.closed": _("联谊组织终止"),
        "membership.applied": _("申请入会"),
        "membership.accepted": _("同意入会"),
        "membership.declined": _("不同意入会"),
        "membership.decision_undone": _("撤销入会决定"),
        "membership.withdrawn": _("撤回入会申请"),
        "membership.left": _("退会"),
        "membership.added": _("登记会员"),
        "membership.ended": _("代办退会"),
        "membership.removed": _("撤销登记的会员"),
        "membership.corrected": _("更正会员日期"),
    },
)
