"""What organizations add to the pages of records: memberships and posts, of a person and of an organization."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.staff.badges import state_badge
from chengyang.platform.standards.permissions import can_prepare
from chengyang.platform.standards.states import AssessmentState
from members.permissions import can_choose_person

from . import permissions
from .models import Assessment
from .states import OrganizationState

PERSON, ORGANIZATION = "members.Person", "organizations.Organization"


def _can_appoint(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and permissions.can_appoint(user, organization)


def _can_add(user: Any, organization: Any) -> bool:
    return organization.state == OrganizationState.FOUNDED and permissions.can_manage_organization(user, organization)


def _can_assess(user: Any, organization: Any) -> bool:
    running = (AssessmentState.OPEN, AssessmentState.SUBMITTED)
    is_open = organization.state != OrganizationState.DISSOLVED
    return (
        is_open and can_prepare(user, organization) and not organization.assessments.filter(state__in=running).exists()
    )


def _why_assess(user: Any, organization: Any) -> str:
    """Return that a foundation waits for an assessment (domain.md rule 3)."""
    waits = organization.state == OrganizationState.PREPARING
    if not waits or organization.assessments.passed_on(clock.today()).exists():
        return ""
    return _t("“五好”评定通过以后才能成立。")


STATE = TabColumn(_("状态"), lambda row: row.get_state_display(), badge=state_badge)
JOINED, LEFT = TabColumn(_("入会"), "joined_on"), TabColumn(_("退会"), "left_on")
TERM = TabColumn(_("任期"), lambda row: dates.days(row.starts, row.ends))
KIND = TabColumn(_("职务"), lambda row: row.get_kind_display())
TABS = [
    RecordTab(
        PERSON,
        "memberships",
        _("会员"),
        lambda person: person.memberships.all(),
        (TabColumn(_("组织"), "organization"), STATE, JOINED, LEFT),
        ("-applied_at", "-pk"),
        order=10,
        concerns=lambda row: row.person,
        related=("person", "organization"),
        in_history=True,
    ),
    RecordTab(
        PERSON,
        "posts",
        _("职务"),
        lambda person: person.organizations_posts.all(),
        (TabColumn(_("组织"), "organization"), KIND, TERM),
        ("-starts", "pk"),
        order=20,
        part="organizations",
        heading=_("组织职务"),
        concerns=lambda row: row.person,
        related=("person", "organization"),
        in_history=True,
    ),
    RecordTab(
        ORGANIZATION,
        "members",
        _("会员"),
        lambda organization: organization.memberships.all(),
        (TabColumn(_("姓名"), "person"), STATE, JOINED, LEFT),
        ("-applied_at", "-pk"),
        order=10,
        search=lambda rows, text: rows.search(text),
        concerns=lambda row: row.person,
        related=("person__subdistrict", "organization"),
    ),
    RecordTab(
        ORGANIZATION,
        "posts",
        _("职务"),
        lambda organization: organization.posts.all(),
        (TabColumn(_("姓名"), "person"), KIND, TERM),
        ("-starts", "pk"),
        order=20,
        search=lambda rows, text: rows.filter(person__name__icontains=text),
        concerns=lambda row: row.person,
        related=("person__subdistrict",),
        in_history=True,
    ),
    RecordTab(
        ORGANIZATION,
        "assessments",
        _("评定"),
        lambda organization: organization.assessments.all(),
        (TabColumn(_("标准"), "version"), STATE, TabColumn(_("评定"), "assessed_on")),
        ("-assessed_on", "-pk"),
        order=40,
        related=("version__standard",),
        in_history=True,
    ),
    RecordTab(
        "standards.Standard",
        "assessments",
        _("评定"),
        lambda standard: Assessment.objects.filter(version__standard=standard),
        (
            TabColumn(_("组织"), "organization"),
            STATE,
            TabColumn(_("评定"), "assessed_on"),
            TabColumn(_("版本"), "version"),
        ),
        ("-assessed_on", "-pk"),
        order=21,
        part="organizations",
        heading=_("联谊组织"),
        search=lambda rows, text: rows.filter(organization__name__icontains=text),
        related=("organization", "version__standard"),
    ),
]
VERBS = [
    RecordVerb(
        PERSON,
        "join",
        _("加入组织"),
        "organizations_membership",
        "person",
        can_choose_person,
        tab="memberships",
        order=20,
    ),
    RecordVerb(
        PERSON,
        "appoint-organization",
        _("给组织职务"),
        "organizations_post",
        "person",
        can_choose_person,
        tab="posts",
        order=30,
    ),
    RecordVerb(
        ORGANIZATION,
        "add-member",
        _("添加会员"),
        "organizations_membership",
        "organization",
        _can_add,
        tab="members",
        order=10,
    ),
    RecordVerb(
        ORGANIZATION, "appoint", _("给职务"), "organizations_post", "organization", _can_appoint, tab="posts", order=20
    ),
    RecordVerb(
        ORGANIZATION,
        "assess",
        _("开始“五好”评定"),
        "organizations_assessment",
        "organization",
        _can_assess,
        why=_why_assess,
        tab="assessments",
        order=30,
    ),
]
