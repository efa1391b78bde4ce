"""What organizations add to the pages of records: memberships, posts and duties, of a person and of an organization."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.mailings.links import compose_url
from chengyang.platform.staff.picture_admin import pictures_verb
from chengyang.platform.staff.record_parts import (
    PERSON,
    STATE,
    assessments_by_standard,
    assessments_of,
    can_start_assessment,
    evaluate_verb,
    evaluations_of,
    posts_of,
    posts_of_person,
    to_look_at_again,
    why_again,
)
from chengyang.platform.web.wording import yes_or_no
from members.permissions import can_choose_person

from . import permissions
from .models import Assessment, Evaluation, LifeStep
from .states import TAKES_MEMBERS, ChangeState, OrganizationState

ORGANIZATION = "organizations.Organization"


def _can_appoint(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and permissions.can_appoint(user, organization)


def _can_add(user: Any, organization: Any) -> bool:
    return organization.state in TAKES_MEMBERS and permissions.can_manage_organization(user, organization)


def _can_plan(user: Any, organization: Any) -> bool:
    return organization.state == OrganizationState.FOUNDED and permissions.can_plan_duty(user, organization)


def _can_nominate(user: Any, change: Any) -> bool:
    return change.state == ChangeState.PREPARING and permissions.can_prepare_term_change(user, change.organization)


def _can_add_papers(user: Any, change: Any) -> bool:
    return change.state != ChangeState.DROPPED and permissions.can_prepare_term_change(user, change.organization)


def _can_record_consent(user: Any, candidate: Any) -> bool:
    return not candidate.answered_self and _can_nominate(user, candidate.change)


def _can_change_term(user: Any, organization: Any) -> bool:
    if organization.state != OrganizationState.FOUNDED or organization.term_changes.open().exists():
        return False
    return permissions.can_prepare_term_change(user, organization)


def _can_assess(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and can_start_assessment(user, organization)


def _why_assess(user: Any, organization: Any) -> str:
    """Return that a foundation waits for an assessment (domain.md rule 3)."""
    passed = organization.assessments.passed_on(clock.today()).with_number_in_force().first()
    if passed is not None or organization.state != OrganizationState.PREPARING:
        return why_again(passed)
    return _t("“五好”评定通过以后才能成立。")


def _can_begin(kind: str, *states: str) -> Any:
    """Return the permission to begin the step `kind` of an organization that is in one of `states`."""

    def can(user: Any, organization: Any) -> bool:
        if organization.state not in states or not permissions.can_prepare_step(user, organization):
            return False
        return not organization.life_steps.open().exists()

    return can


def _can_found(user: Any, organization: Any) -> bool:
    return organization.state == OrganizationState.PREPARING and permissions.can_prepare_step(user, organization)


def _can_keep_charter(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and permissions.can_keep_charter(user, organization)


def _can_put_below(user: Any, organization: Any) -> bool:
    return organization.state != OrganizationState.DISSOLVED and access_scope(user).staff


def _verb(code: str, label: Any, kind: str, *states: str, order: int) -> RecordVerb:
    """Return the verb that begins the step `kind`."""
    return RecordVerb(
        ORGANIZATION,
        code,
        label,
        "organizations_lifestep",
        "organization",
        _can_begin(kind, *states),
        given={"kind": kind},
        tab="life",
        order=order,
    )


POST = TabColumn(_("职务"), lambda row: row.get_kind_display())
DAYS = TabColumn(_("哪些天"), lambda row: dates.days(row.starts, row.ends))
KIND = TabColumn(_("类型"), lambda row: row.get_kind_display())
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
    RecordTab(
        ORGANIZATION,
        "duties",
        _("轮值"),
        lambda organization: organization.duties.all(),
        (TabColumn(_("值班的人"), lambda row: row.person or _t("空缺")), DAYS, KIND, STATE),
        ("-starts", "-pk"),
        order=25,
        concerns=lambda row: row.person,
        related=("person__subdistrict", "organization"),
    ),
    assessments_of(ORGANIZATION),
    evaluations_of(ORGANIZATION),
    assessments_by_standard(Evaluation, _("组织"), part="organization-years", heading=_("联谊组织"), order=24),
    RecordTab(
        ORGANIZATION,
        "children",
        _("下级组织"),
        lambda organization: organization.children.all(),
        (TabColumn(_("名称"), "name"), TabColumn(_("类型"), "kind"), STATE, TabColumn(_("街道"), "subdistrict")),
        ("level", "pk"),
        order=60,
        related=("kind", "subdistrict"),
    ),
    RecordTab(
        ORGANIZATION,
        "charters",
        _("章程"),
        lambda organization: organization.charters.all(),
        (
            TabColumn(_("版本"), lambda row: row.title, note=lambda row: _t("已撤下") if row.withdrawn_at else ""),
            TabColumn(_("通过"), "adopted_on"),
            TabColumn(_("施行"), "starts"),
            TabColumn(_("改了什么"), "note"),
        ),
        ("-starts", "pk"),
        order=65,
        related=("organization",),
        in_history=True,
    ),
    RecordTab(
        ORGANIZATION,
        "life",
        _("成立和注销"),
        lambda organization: organization.life_steps.all(),
        (TabColumn(_("办什么"), lambda row: row.get_kind_display()), STATE, TabColumn(_("从哪天起"), "on")),
        ("-pk",),
        order=70,
        related=("organization",),
        in_history=True,
    ),
    assessments_by_standard(Assessment, _("组织"), part="organizations", heading=_("联谊组织"), order=21),
    to_look_at_again(Assessment, _("组织"), part="organizations", heading=_("联谊组织"), order=31),
]
TABS += [
    RecordTab(
        "organizations.TermChange",
        "candidates",
        _("提名"),
        lambda change: change.candidates.all(),
        (
            TabColumn(_("姓名"), "person"),
            POST,
            TabColumn(_("本人的答复"), lambda row: row.answer_words),
            TabColumn(_("赞成票"), "votes", is_number=True),
            TabColumn(_("当选"), lambda row: yes_or_no(row.is_elected)),
        ),
        ("kind", "pk"),
        order=10,
        concerns=lambda row: row.person,
        related=("person__subdistrict", "change__organization"),
        in_history=True,
    ),
]
VERBS = [
    evaluate_verb(ORGANIZATION, "organizations_evaluation"),
    pictures_verb(ORGANIZATION, _("标志"), order=60),
    RecordVerb(
        "organizations.TermChange",
        "table",
        _("提名和结果一起填"),
        "",
        "",
        _can_nominate,
        url=lambda change: reverse("admin:organizations_termchange_table", args=[change.pk]),
        tab="candidates",
        order=5,
    ),
    RecordVerb(
        "organizations.TermChange",
        "papers",
        _("会议材料"),
        "",
        "",
        _can_add_papers,
        url=lambda change: reverse("admin:organizations_termchange_papers", args=[change.pk]),
        order=20,
    ),
    RecordVerb(
        "organizations.Candidate",
        "consent",
        _("登记书面答复"),
        "",
        "",
        _can_record_consent,
        url=lambda row: reverse("admin:organizations_termchange_consent", args=[row.change_id, row.pk]),
        order=10,
    ),
    RecordVerb(
        "organizations.TermChange",
        "nominate",
        _("提名"),
        "organizations_candidate",
        "change",
        _can_nominate,
        tab="candidates",
        order=10,
    ),
    RecordVerb(
        ORGANIZATION,
        "term-change",
        _("换届"),
        "organizations_termchange",
        "organization",
        _can_change_term,
        tab="posts",
        order=27,
    ),
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
        "duty",
        _("会长轮值"),
        "",
        "",
        _can_plan,
        url=lambda organization: reverse("admin:organizations_organization_duty", args=[organization.pk]),
        tab="duties",
        order=25,
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
    RecordVerb(
        ORGANIZATION,
        "founding",
        _("筹建"),
        "",
        "",
        _can_found,
        why=lambda user, organization: _t("还在筹建，按“五好”看还缺什么，齐了就提交成立。"),
        url=lambda organization: reverse("admin:organizations_organization_founding", args=[organization.pk]),
        tab="life",
        order=5,
    ),
    RecordVerb(
        ORGANIZATION,
        "charter",
        _("上传章程"),
        "organizations_charter",
        "organization",
        _can_keep_charter,
        tab="charters",
        order=65,
    ),
    RecordVerb(
        ORGANIZATION,
        "child",
        _("添加下级组织"),
        "organizations_organization",
        "parent",
        _can_put_below,
        tab="children",
        order=66,
    ),
    _verb("suspend", _("暂停"), LifeStep.Kind.SUSPEND, OrganizationState.FOUNDED, order=70),
    _verb("resume", _("恢复"), LifeStep.Kind.RESUME, OrganizationState.SUSPENDED, order=70),
    _verb(
        "dissolve",
        _("注销"),
        LifeStep.Kind.DISSOLVE,
        OrganizationState.PREPARING,
        OrganizationState.FOUNDED,
        OrganizationState.SUSPENDED,
        order=71,
    ),
]
