"""What organizations add to the pages of records: memberships and posts, of a person and of an organization."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.platform.mailings.links import compose_url
from chengyang.platform.staff.record_parts import (
    PERSON,
    STATE,
    assessments_by_standard,
    assessments_of,
    can_start_assessment,
    posts_of,
    posts_of_person,
    to_look_at_again,
    why_again,
)
from members.permissions import can_choose_person

from . import permissions
from .models import Assessment
from .states import OrganizationState

ORGANIZATION = "organizations.Organization"


def _can_appoint(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and permissions.can_appoint(user, organization)


def _can_add(user: Any, organization: Any) -> bool:
    return organization.state == OrganizationState.FOUNDED and permissions.can_manage_organization(user, organization)


def _can_assess(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and can_start_assessment(user, organization)


def _why_assess(user: Any, organization: Any) -> str:
    """Return that a foundation waits for an assessment (domain.md rule 3)."""
    passed = organization.assessments.passed_on(clock.today()).with_number_in_force().first()
    if passed is not None or organization.state != OrganizationState.PREPARING:
        return why_again(passed)
    return _t("“五好”评定通过以后才能成立。")


JOINED, LEFT = TabColumn(_("入会"), "joined_on"), TabColumn(_("退会"), "left_on")
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
    posts_of_person("organizations", "organization", _("组织"), _("组织职务"), order=20),
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
    posts_of(ORGANIZATION, order=20),
    assessments_of(ORGANIZATION),
    assessments_by_standard(Assessment, _("组织"), part="organizations", heading=_("联谊组织"), order=21),
    to_look_at_again(Assessment, _("组织"), part="organizations", heading=_("联谊组织"), order=31),
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
        "message",
        _("给会员发消息"),
        "",
        "",
        _can_add,
        url=lambda organization: compose_url("organizations.Membership", f"organization__id__exact={organization.pk}"),
        tab="members",
        order=15,
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
