"""What this app declares for other apps; `chengyang.extensions` describes the slots."""

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import (
    NUMBER_VALUE,
    AccountRows,
    ApiRoute,
    CachedPage,
    DeadlineRows,
    MenuEntry,
    OpenItem,
    OpenItems,
    OpenSection,
    Panel,
    PeriodicTask,
    PersonRows,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    extend,
)
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.choices import own_rows
from chengyang.platform.standards.papers import assessment_paper
from chengyang.platform.web import content
from chengyang.platform.web.fragments import own_per_version
from chengyang.platform.web.panels import each_reader, everybody

from . import outcome_extensions as outcomes
from . import record_tabs
from .actions import alerts, request_upkeep, teams, volunteers
from .actions.timing import notify_moved_due
from .boards import works_on_requests
from .due import later_due
from .imports import OutcomeImport, TeamPostImport
from .metrics import METRICS
from .models import (
    COMPLEX_DAYS,
    DAYS,
    OFFICE,
    Assessment,
    Evaluation,
    Extension,
    ExtensionState,
    Offer,
    Outcome,
    Post,
    ProposalEdition,
    Request,
    Team,
    TeamApplication,
    ThreadEntry,
)
from .outcome_todos import CheckOutcome, DecideDouble
from .proposals import extensions as proposals
from .proposals.api import ProposalViewSet
from .proposals.record_tabs import TABS as PROPOSAL_TABS
from .proposals.todos import PROPOSAL_TODOS
from .states import REQUEST_OPEN, REQUEST_RUNNING, RequestState, TeamApplicationState
from .todos import AnswerRequest, DecideExtension, DecideTeamApplication


def _menu(request, subject):
    listed = Offer.objects.listed().filter(team=OuterRef("pk"))
    teams = Team.objects.published().open().filter(Exists(listed)).prefetch_related("offers")[:2]
    return {"teams": teams, "days": DAYS, "complex_days": COMPLEX_DAYS}


def _find_requests(user, text):
    rows = Request.objects.visible_to(user).search(text).select_related("team", "subdistrict").by_urgency()
    return rows if access_scope(user).district else rows.exclude(author=user)  # one's own belong to /me/


def _mine(request, subject):
    rows = Request.objects.visible_to(request.user).filter(author=request.user).exclude(state=RequestState.WITHDRAWN)
    return {"requests": rows.order_by("-at", "-pk")[:3]}


def _my_teams(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("team").order_by("starts", "pk")
    posts = own_per_version(request.user, "services.posts", lambda: list(own[:6]))
    rows = TeamApplication.objects.visible_to(request.user).filter(
        person__user=request.user, state=TeamApplicationState.APPLIED
    )
    applied = own_per_version(request.user, "services.applied", lambda: list(rows.select_related("team")[:6]))
    return {"posts": posts, "applied": applied} if posts or applied else None


def _my_board(request, subject):
    """Return the numbers of the board of those who work on requests, None for others."""
    if not works_on_requests(request.user):
        return None
    rows = Request.objects.visible_to(request.user).exclude(author=request.user).filter(state__in=REQUEST_OPEN)
    asked = Q(state=RequestState.SUBMITTED)
    return rows.order_by().aggregate(count=Count("pk"), waiting=Count("pk", filter=asked))


def _open_requests(organization, first, last):
    """Return how many requests wait where `organization` belongs: with its subdistrict, or with the office.

    One line with a number: only the handlers read what a request is about (domain.md rule 9).
    """
    rows = Request.objects.filter(state__in=REQUEST_OPEN, team__isnull=True, subdistrict=organization.subdistrict_id)
    found = rows.order_by().aggregate(n=Count("pk"), due=Min("due_on"))
    if not found["n"]:
        return []
    title = _t("%(handler)s经办的诉求 %(n)d 件") % {"handler": organization.subdistrict or OFFICE, "n": found["n"]}
    return [OpenItem(title, _t("只列件数；内容只有经办的人能看"), found["due"])]


def _pages():
    yield PublicPage(reverse("services:home"))
    yield PublicPage(reverse("services:proposals"))
    yield from (PublicPage(row.get_absolute_url(), row.published_at) for row in ProposalEdition.objects.published())
    yield from (PublicPage(row.get_absolute_url()) for row in Team.objects.published())


extend(
    "services",
    public_pages=[_pages],
    papers=[assessment_paper(Assessment, _("志愿服务队评定表"))],
    todos=[
        AnswerRequest(),
        DecideExtension(),
        DecideTeamApplication(),
        CheckOutcome(),
        DecideDouble(),
        *PROPOSAL_TODOS,
        AssessmentTodo(Assessment, Section.SERVICES, _("服务队评定")),
        AssessmentTodo(Evaluation, Section.SERVICES, _("服务队年度评价")),
    ],
    imports=[OutcomeImport(), TeamPostImport()],
    search=[
        SearchSource(
            _("服务队"),
            lambda user, text: own_rows(Team.objects.visible_to(user), user).filter(name__icontains=text),
            lambda team: (team.name, str(team.subdistrict or "")),
            lambda team: reverse("admin:services_team_change", args=[team.pk]),
            "services_team",
        ),
        SearchSource(
            _("诉求"),
            _find_requests,
            lambda row: (row.title, f"{row.number}，{row.handler}，{row.get_state_display()}"),
            lambda row: reverse("admin:services_request_change", args=[row.pk]),
            "services_request",
            concerns=lambda row: row.author,
        ),
        outcomes.SEARCH,
        proposals.SEARCH,
    ],
    list_links=[outcomes.TOTALS, proposals.TAKE_LINK, proposals.YEAR_LINK],
    open_items=[OpenItems(OpenSection.REQUESTS, _open_requests)],
    record_tabs=[*record_tabs.TABS, *PROPOSAL_TABS],
    record_verbs=record_tabs.VERBS,
    panels=[
        *outcomes.PANELS,
        Panel("home.main", "services/_menu.html", _menu, order=30, shared_by=everybody),
        Panel("me.home", "services/_mine.html", _mine, order=40, shared_by=each_reader),
        Panel("me.home", "services/_my_proposals.html", proposals.mine, order=45, shared_by=each_reader),
        Panel("me.side", "services/_board_link.html", _my_board, order=38),
        Panel("me.side", "services/_my_teams.html", _my_teams, order=40),
    ],
    menu=[
        MenuEntry("services:home", _("服务"), order=50, icon="hand"),
        MenuEntry("services:home", _("服务清单"), order=20, place="services"),
        MenuEntry("services:proposals", _("建言献策"), order=30, place="services"),
    ],
    api=[ApiRoute("proposals", ProposalViewSet)],
    metrics=METRICS,
    assessments=[Assessment],
    evaluations=[Evaluation],
    file_access={
        "services.Outcome": Outcome.objects.public_ids_of_staff,
        "services.Assessment": Assessment.objects.public_ids_visible_to,
        "services.Evaluation": Evaluation.objects.public_ids_of_staff,
        "services.ThreadEntry": ThreadEntry.objects.public_ids_visible_to,
        **proposals.FILE_ACCESS,
    },
    schedule={"services": PeriodicTask("services.run_periodic", 3600.0)},
    posts=[PostType(Post, Post.Kind.LEADER)],
    person_rows=[
        PersonRows(
            _("诉求"),
            leave=request_upkeep.withdraw_requests_of,
            erase=request_upkeep.erase_requests,
            summary=_("还没答复的诉求立即撤回；30 天后，诉求的内容和答复一起删除，只留件数。"),
        ),
        outcomes.PERSON_ROWS,
        proposals.PERSON_ROWS,
        PersonRows(
            _("入队申请"),
            leave=volunteers.withdraw_applications_of,
            erase=volunteers.erase_applications,
            summary=_("还没回话的报名立即撤回；30 天后全部删除。"),
        ),
        PersonRows(_("服务队里写的会什么、哪天有空"), erase=teams.delete_offers_of, summary=_("30 天后删除。")),
    ],
    account_rows=[
        AccountRows(
            _("诉求"),
            close=request_upkeep.close_requests_of,
            in_use=request_upkeep.accounts_in_use,
            summary=_("还没答复的诉求撤回；诉求的内容和答复删除，只留件数。"),
        ),
        proposals.ACCOUNT_ROWS,
        AccountRows(_("等恢复的服务"), close=alerts.delete_alerts_of, summary=_("不再等，立即删除。")),
    ],
    own_data_order=50,
    own_data=[
        TableDescription(
            "services.Request", technical={"reminders"}, row_title=lambda row: row.title, created_field="at"
        ),
        outcomes.OWN_DATA,
        TableDescription(
            "services.Post", title=_("服务队职务"), row_title=lambda row: row.team, created_field="starts"
        ),
        *proposals.OWN_DATA,
        TableDescription("services.TeamApplication", row_title=lambda row: row.team, created_field="applied_at"),
        TableDescription(
            "services.Share",
            title=_("点名请你办的诉求"),
            # Only its author and who works on it read what a request is about.
            row_title=lambda row: row.request.number,
            show={"request": lambda row: row.request.number},
            created_field="asked_at",
        ),
        TableDescription("services.OfferAlert", row_title=lambda row: row.offer, created_field="at"),
    ],
    deadlines=[
        # One whose author is asked is counted anew when its clock goes on.
        DeadlineRows(
            lambda: Request.objects.filter(state__in=REQUEST_RUNNING), moved=notify_moved_due, recount=later_due
        ),
        *outcomes.DEADLINES,
        DeadlineRows(lambda: Extension.objects.filter(state=ExtensionState.ASKED)),
        *proposals.DEADLINES,
        DeadlineRows(lambda: TeamApplication.objects.filter(state=TeamApplicationState.APPLIED)),
    ],
    notice_kinds={"services": _("诉求、建言和成果")},
    cached_pages=[
        CachedPage("services:home", {"page": NUMBER_VALUE}),
        CachedPage("services:team"),
        *proposals.CACHED_PAGES,
        *outcomes.CACHED_PAGES,
    ],
    content={
        **outcomes.CONTENT,
        **proposals.CONTENT,
        **dict.fromkeys(("request.read",), content.nothing),
        **dict.fromkeys(
            (
                "request.created",
                "request.routed",
                "request.extended",
                "request.extension_asked",
                "request.extension_refused",
                "request.paused",
                "request.resumed",
                "request.asked",
                "request.message_added",
                "request.step_recorded",
                "request.appointment_made",
                "request.appointment_cancelled",
                "request.teams_asked",
                "request.accepted",
                "request.declined",
                "request.handed_in",
                "request.released",
                "request.share_moved",
                "request.diverted",
                "request.message_corrected",
                "request.readers_changed",
                "request.message_withdrawn",
                "team_post.described",
                "team_application.applied",
                "team_application.accepted",
                "team_application.declined",
                "team_application.withdrawn",
                "team_application.decision_undone",
                "offer.alert_asked",
                "offer.alert_cancelled",
                "routing_rule.added",
                "routing_rule.updated",
                "routing_rule.ended",
                "request.withdrawn",
                "request.escalated",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        **outcomes.VERBS,
        **proposals.VERBS,
        "team.created": _("建立服务队"),
        "team.renamed": _("服务队改名"),
        "team.moved": _("服务队调整街道"),
        "team.published": _("公开服务队"),
        "team.hidden": _("不再公开服务队"),
        "team.readdressed": _("更换服务队网址"),
        "team.closed": _("服务队停止"),
        "team.updated": _("修改服务队"),
        "team_application.applied": _("报名当队员"),
        "team_application.accepted": _("收下队员"),
        "team_application.declined": _("没有收下报名"),
        "team_application.withdrawn": _("撤回入队报名"),
        "team_application.decision_undone": _("撤销入队报名的回话"),
        "team_post.described": _("写明会什么、哪天有空"),
        "routing_rule.added": _("添分办规则"),
        "routing_rule.updated": _("修改分办规则"),
        "routing_rule.ended": _("停用分办规则"),
        "offer.added": _("清单上添一项"),
        "offer.updated": _("修改清单上的一项"),
        "offer.ended": _("从清单上拿下一项"),
        "offer.alert_asked": _("要知道哪天恢复接单"),
        "offer.alert_cancelled": _("不再等恢复接单"),
        "request.created": _("提出诉求"),
        "request.read": _("查看诉求"),
        "request.routed": _("分派诉求"),
        "request.extended": _("延长诉求时限"),
        "request.extension_asked": _("申请延长诉求时限"),
        "request.extension_refused": _("没有批准延长诉求时限"),
        "request.paused": _("暂停诉求计时"),
        "request.resumed": _("继续诉求计时"),
        "request.asked": _("就诉求回问"),
        "request.message_added": _("在诉求里补充"),
        "request.readers_changed": _("改诉求给谁看"),
        "request.message_corrected": _("改诉求里写的一条"),
        "request.message_withdrawn": _("撤回诉求里写的一条"),
        "request.step_recorded": _("记下诉求的一步"),
        "request.appointment_made": _("就诉求约见面"),
        "request.appointment_cancelled": _("取消诉求的见面"),
        "request.teams_asked": _("请服务队承办诉求"),
        "request.accepted": _("服务队接下诉求"),
        "request.declined": _("服务队没有接诉求"),
        "request.handed_in": _("协办的交了意见"),
        "request.released": _("不再等协办"),
        "request.share_moved": _("承办有变化"),
        "request.diverted": _("诉求转告别的渠道"),
        "request.answered": _("答复诉求"),
        "request.answer_withdrawn": _("撤回答复"),
        "request.reopened": _("请再办诉求"),
        "request.closed": _("办结诉求"),
        "request.withdrawn": _("撤回诉求"),
        "request.rated": _("评价诉求办理"),
        "request.escalated": _("诉求逾期上报"),
    },
)
