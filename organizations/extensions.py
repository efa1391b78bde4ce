"""Entries of the organizations app in the extension slots, which `chengyang.extensions` describes."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    CODE_VALUE,
    NUMBER_VALUE,
    AccountRows,
    CachedPage,
    DeadlineRows,
    MenuEntry,
    OpenItem,
    OpenItems,
    OpenSection,
    Panel,
    PeriodicTask,
    PersonRows,
    PictureSet,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    UpcomingDate,
    extend,
)
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.choices import own_rows
from chengyang.platform.staff.links import page_url
from chengyang.platform.web import content
from chengyang.platform.web.panels import each_reader

from . import actions, panels, papers, permissions, record_tabs, roster
from .actions import memberships
from .imports import MembershipImport, OrganizationPostImport
from .metrics import METRICS
from .models import (
    Assessment,
    Charter,
    Duty,
    Evaluation,
    LifeStep,
    Membership,
    Organization,
    Post,
    Term,
    TermChange,
    state_q,
)
from .states import MEMBERSHIP_OPEN, ChangeState, MembershipState, OrganizationState
from .todos import LifeStepTodo, MembershipTodo, TermChangeTodo


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


def _terms_ending(user, first, last):
    """Return the terms that end from `first` to `last` and have no successor, in the organizations that `user` manages."""
    scope = access_scope(user)
    later = Term.objects.filter(organization=OuterRef("organization"), starts__gte=OuterRef("ends"))
    rows = Term.objects.filter(~Exists(later), ends__range=(first, last))
    if not scope.district:
        rows = rows.filter(Organization.objects.managed_q(scope, prefix="organization__"))
    text = _t("%(name)s %(term)s任期满，准备换届")
    return [
        UpcomingDate(row.ends, text % {"name": row.organization, "term": row.title}, page_url(row.organization))
        for row in rows.select_related("organization").order_by("ends", "pk")[:10]
    ]


def _vacancies(user, first, last):
    """Return the vacant days of the rotating chair from `first` to `last` in the organizations that `user` manages, at most ten."""
    scope = access_scope(user)
    rows = Duty.objects.uncovered().within(first, last + roster.rota.ONE_DAY)
    if not scope.district:
        rows = rows.filter(Organization.objects.managed_q(scope, prefix="organization__"))
    rows = rows.filter(state_q([OrganizationState.FOUNDED], first, "organization__")).select_related("organization")
    text = _t("%(name)s %(days)s没有人轮值")
    return [
        UpcomingDate(
            day,
            text % {"name": row.organization, "days": roster.name_of(row.starts, row.ends)},
            reverse("admin:organizations_organization_duty", args=[row.organization_id]),
        )
        for row, day in roster.vacant_shares(rows.order_by("starts", "pk")[:10], first)
        if day <= last
    ]


def _put_right(organization, first, last):
    """Return the criteria that the latest assessment of `organization` found short, and that are not put right yet."""
    latest = organization.assessments.filter(state__in=["passed", "failed"]).order_by("-assessed_on", "-pk").first()
    if latest is None:
        return []
    note = _t("%(day)s 评定提出") % {"day": dates.full_day(latest.assessed_on)}
    short = [(criterion, finding) for criterion, finding in latest.short() if not finding.fixed_on]
    return [OpenItem(criterion.name, note, on=finding.due_on) for criterion, finding in short]


def _waiting(organization, first, last):
    """Return the applications for membership that wait, as one thing: the chair reads how many, and not who."""
    rows = organization.memberships.filter(state=MembershipState.APPLIED, person__state="active")
    found = list(rows.order_by("applied_at").values_list("applied_at", "due_on"))
    if not found:
        return []
    note = _t("最早的一份 %(day)s 提出") % {"day": dates.month_day(timezone.localdate(found[0][0]))}
    due = min((day for _at, day in found if day), default=None)
    return [OpenItem(_t("%(n)d 份入会申请等答复") % {"n": len(found)}, note, due)]


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
    todos=[
        MembershipTodo(),
        TermChangeTodo(),
        AssessmentTodo(Assessment, Section.ORGANIZATIONS, _("“五好”评定")),
        AssessmentTodo(Evaluation, Section.ORGANIZATIONS, _("组织年度评价")),
        LifeStepTodo(),
    ],
    imports=[MembershipImport(), OrganizationPostImport()],
    search=[
        SearchSource(
            _("组织"),
            lambda user, text: own_rows(Organization.objects.visible_to(user), user).search(text),
            lambda row: (row.name, f"{row.get_level_display()}，{row.get_state_display()}"),
            lambda row: reverse("admin:organizations_organization_change", args=[row.pk]),
            "organizations_organization",
        )
    ],
    upcoming=[_posts_ending, _vacancies, _terms_ending],
    open_items=[OpenItems(OpenSection.PUT_RIGHT, _put_right), OpenItems(OpenSection.DUE, _waiting)],
    papers=papers.PAPERS,
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=[Panel("me.side", "organizations/_mine.html", _mine, order=20, shared_by=each_reader), *panels.PANELS],
    menu=[
        MenuEntry("organizations:list", _("组织"), order=40, where="wide"),
        MenuEntry("organizations:list", _("联谊组织"), order=30, place="visit"),
    ],
    metrics=METRICS,
    posts=[PostType(Post, Post.Kind.SECRETARY)],
    assessments=[Assessment],
    pictures=[
        PictureSet(
            Organization,
            _("标志"),
            1,
            120,
            permissions.can_manage_organization,
            lambda user: Organization.objects.visible_to(user).values("public_id"),
            _("放在公开页名称旁边。最好是透明底的 PNG，四周不留白边。"),
        )
    ],
    evaluations=[Evaluation],
    file_access={
        "organizations.Assessment": Assessment.objects.public_ids_visible_to,
        "organizations.Evaluation": Evaluation.objects.public_ids_of_staff,
        "organizations.Charter": Charter.objects.public_ids_visible_to,
        "organizations.LifeStep": LifeStep.objects.public_ids_visible_to,
        "organizations.TermChange": lambda user: TermChange.objects.visible_to(user).values("public_id"),
    },
    person_rows=[
        PersonRows(
            _("组织"),
            leave=memberships.end_memberships,
            erase=memberships.erase_memberships,
            summary=_("你在各组织的会员身份立即结束，没有答复的入会申请撤回。"),
        ),
        PersonRows(
            _("会长轮值"),
            leave=actions.stop_duties,
            erase=actions.erase_duties,
            summary=_("你的轮值空出来，等答复的换班和代班撤回。"),
        ),
    ],
    account_rows=[AccountRows(_("轮值日历"), close=actions.switch_off_feed, summary=_("轮值日历的地址马上失效。"))],
    own_data_order=20,
    own_data=[
        TableDescription(
            "organizations.Membership", row_title=lambda row: row.organization, created_field="applied_at"
        ),
        TableDescription(
            "organizations.Post", title=_("组织职务"), row_title=lambda row: row.organization, created_field="starts"
        ),
        TableDescription(
            "organizations.Duty",
            hidden={"announced_at", "began_at"},
            row_title=lambda row: row.organization,
            created_field="starts",
        ),
        TableDescription(
            "organizations.DutySwap",
            hidden={"reminded_on"},
            row_title=lambda row: row.organization,
            created_field="asked_at",
            related=("giver", "taker", "given__person", "taken__person"),
        ),
        TableDescription(
            "organizations.Candidate",
            hidden={"paper"},
            row_title=lambda row: row.change,
            related=("change__organization",),
        ),
        TableDescription("organizations.DutyFeed", hidden={"public_id"}, created_field="made_at"),
        TableDescription(
            "organizations.HandOver",
            hidden={"items"},
            row_title=lambda row: row.organization,
            created_field="on",
            related=("giver", "taker"),
        ),
    ],
    schedule={"organizations": PeriodicTask("organizations.run_periodic", 60.0)},
    deadlines=[
        DeadlineRows(lambda: Membership.objects.filter(state=MembershipState.APPLIED)),
        DeadlineRows(lambda: TermChange.objects.filter(state=ChangeState.SUBMITTED), latest=lambda change: change.eve),
        DeadlineRows(lambda: LifeStep.objects.filter(state=ChangeState.SUBMITTED), latest=lambda step: step.on),
    ],
    notice_kinds={"organizations": _("加入组织")},
    cached_pages=[
        CachedPage(
            "organizations:list",
            {"page": NUMBER_VALUE, **dict.fromkeys(("level", "subdistrict", "category", "kind", "field"), CODE_VALUE)},
        ),
        CachedPage("organizations:detail"),
    ],
    content={
        **dict.fromkeys(
            (
                "membership.applied",
                "membership.declined",
                "membership.withdrawn",
                "duty.announced",
                "swap.asked",
                "swap.answered",
                "swap.reminded",
                "swap.declined",
                "swap.withdrawn",
                "swap.lapsed",
                "substitute.asked",
                "substitute.declined",
                "substitute.lapsed",
                "hand_over.given",
                "hand_over.returned",
                "hand_over.taken",
                "life_step.begun",
                "life_step.updated",
                "life_step.submitted",
                "life_step.returned",
                "life_step.return_undone",
                "life_step.dropped",
                "duty_feed.made",
                "duty_feed.renewed",
                "duty_feed.switched_off",
                "candidate.answered",
                "candidate.consent_recorded",
                "term_change.paper_added",
                "term_change.paper_removed",
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
        "organization.suspended": _("联谊组织暂停"),
        "organization.resumed": _("联谊组织恢复"),
        "organization.closed": _("联谊组织终止"),
        "organization_kind.added": _("添加组织类型"),
        "organization_kind.updated": _("修改组织类型"),
        "work_field.added": _("添加工作领域"),
        "work_field.updated": _("修改工作领域"),
        "charter.added": _("上传章程"),
        "charter.corrected": _("更正章程"),
        "charter.withdrawn": _("撤下章程"),
        "charter.restored": _("恢复章程"),
        "life_step.begun": _("开始办成立、暂停或注销"),
        "life_step.updated": _("修改成立、暂停或注销的材料"),
        "life_step.submitted": _("提交成立、暂停或注销"),
        "life_step.returned": _("退回成立、暂停或注销"),
        "life_step.return_undone": _("撤销退回"),
        "life_step.agreed": _("确认成立、暂停或注销"),
        "life_step.withdrawn": _("撤回确认"),
        "life_step.dropped": _("成立、暂停或注销不办了"),
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
        "term.recorded": _("登记届"),
        "term.corrected": _("更正届"),
        "duty.planned": _("排轮值"),
        "duty.moved": _("调整轮值顺序"),
        "duty.filled": _("补上轮值空缺"),
        "duty.swapped": _("换班"),
        "duty.announced": _("提前通知轮值交接"),
        "duty.began": _("轮值交接"),
        "duty_feed.made": _("生成轮值日历地址"),
        "duty_feed.renewed": _("更换轮值日历地址"),
        "duty_feed.switched_off": _("关闭轮值日历地址"),
        "swap.asked": _("提出换班"),
        "swap.answered": _("同意换班"),
        "swap.reminded": _("提醒答复换班"),
        "swap.agreed": _("换班定下"),
        "swap.declined": _("不同意换班"),
        "swap.withdrawn": _("撤回换班"),
        "swap.lapsed": _("换班过期"),
        "substitute.asked": _("请人代班"),
        "substitute.agreed": _("同意代班"),
        "substitute.declined": _("不同意代班"),
        "substitute.withdrawn": _("取消代班"),
        "substitute.lapsed": _("代班过期没答复"),
        "term_change.begun": _("开始换届"),
        "term_change.updated": _("修改换届"),
        "term_change.submitted": _("提交换届结果"),
        "term_change.returned": _("退回换届结果"),
        "term_change.return_undone": _("撤销退回换届"),
        "term_change.agreed": _("确认换届"),
        "term_change.withdrawn": _("撤回换届确认"),
        "term_change.dropped": _("换届不办了"),
        "term_change.reminded": _("提醒换届"),
        "candidate.nominated": _("换届提名"),
        "term_change.paper_added": _("添加换届材料"),
        "term_change.paper_removed": _("删去换届材料"),
        "candidate.answered": _("答复换届提名"),
        "candidate.consent_recorded": _("登记书面答复"),
        "candidate.recorded": _("录入换届结果"),
        "candidate.dropped": _("撤回提名"),
        "hand_over.given": _("轮值交清"),
        "hand_over.returned": _("退回交接单"),
        "hand_over.taken": _("轮值接清"),
    },
)
