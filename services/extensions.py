"""What this app declares for other apps; `chengyang.extensions` describes the slots."""

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    NUMBER_VALUE,
    AccountRows,
    CachedPage,
    DeadlineRows,
    MenuEntry,
    OpenItem,
    OpenItems,
    OpenSection,
    Panel,
    Period,
    PeriodicTask,
    PersonRows,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    extend,
)
from chengyang.extensions import metric as extension_metric
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.choices import own_rows
from chengyang.platform.standards.papers import assessment_paper
from chengyang.platform.web import content
from chengyang.platform.web.fragments import own_per_version
from chengyang.platform.web.panels import each_reader, everybody
from chengyang.platform.web.suppression import FEWEST, suppress_small

from . import record_tabs
from .actions import requests
from .imports import OutcomeImport, TeamPostImport
from .metrics import METRICS
from .models import OFFICE, Assessment, Evaluation, Outcome, Post, Request, Team
from .states import REQUEST_OPEN, OutcomeState, RequestState
from .todos import AnswerRequest, CheckOutcome


def _menu(request, subject):
    teams = Team.objects.published().exclude(services=[])[:2]
    return {"teams": teams, "days": requests.DAYS, "complex_days": requests.COMPLEX_DAYS}


def _results(request, organization):
    """Return what an organization did this year and its latest checked outcomes, None for nothing.

    Numbers of persons below five are left out (domain.md rule 11).
    """
    year = Period(clock.today().replace(month=1, day=1))
    tally = []
    for code in ("activities_completed", "attendances", "volunteer_hours"):
        metric = extension_metric(code)
        number = metric.of(organization, year)
        shown = suppress_small(number) if code == "attendances" else number
        if shown:
            tally.append((f"{shown:,}", metric.unit, metric.label))
    rows = Outcome.objects.published().filter(organization=organization)
    few = Q(kind=Outcome.Kind.BENEFICIARIES, quantity__lt=FEWEST)
    outcomes = list(rows.exclude(few).order_by("-happened_on", "-pk")[:5])
    return {"year": year.starts.year, "tally": tally, "outcomes": outcomes} if tally or outcomes else None


def _find_requests(user, text):
    rows = Request.objects.visible_to(user).search(text).select_related("team", "subdistrict").by_urgency()
    return rows if access_scope(user).district else rows.exclude(author=user)  # one's own belong to /me/


def _mine(request, subject):
    rows = Request.objects.visible_to(request.user).filter(author=request.user).exclude(state=RequestState.WITHDRAWN)
    return {"requests": rows.order_by("-at", "-pk")[:3]}


def _my_teams(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("team").order_by("starts", "pk")
    posts = own_per_version(request.user, "services.posts", lambda: list(own[:6]))
    return {"posts": posts} if posts else None


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
    yield from (PublicPage(row.get_absolute_url()) for row in Team.objects.published())


extend(
    "services",
    public_pages=[_pages],
    papers=[assessment_paper(Assessment, _("志愿服务队评定表"))],
    todos=[
        AnswerRequest(),
        CheckOutcome(),
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
    ],
    open_items=[OpenItems(OpenSection.REQUESTS, _open_requests)],
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=[
        Panel("organizations.results", "services/_results.html", _results, order=10, shared_by=everybody),
        Panel("home.main", "services/_menu.html", _menu, order=30, shared_by=everybody),
        Panel("me.home", "services/_mine.html", _mine, order=40, shared_by=each_reader),
        Panel("me.side", "services/_my_teams.html", _my_teams, order=40),
    ],
    menu=[
        MenuEntry("services:home", _("服务"), order=50, icon="hand"),
        MenuEntry("services:home", _("服务清单"), order=20, place="services"),
    ],
    metrics=METRICS,
    assessments=[Assessment],
    evaluations=[Evaluation],
    file_access={
        "services.Outcome": Outcome.objects.public_ids_of_staff,
        "services.Assessment": Assessment.objects.public_ids_visible_to,
        "services.Evaluation": Evaluation.objects.public_ids_of_staff,
    },
    schedule={"services": PeriodicTask("services.run_periodic", 3600.0)},
    posts=[PostType(Post, Post.Kind.LEADER)],
    person_rows=[
        PersonRows(
            _("诉求"),
            leave=requests.withdraw_requests_of,
            erase=requests.erase_requests,
            summary=_("还没答复的诉求立即撤回；30 天后，诉求的内容和答复一起删除，只留件数。"),
        )
    ],
    account_rows=[
        AccountRows(
            _("诉求"),
            close=requests.close_requests_of,
            in_use=requests.accounts_in_use,
            summary=_("还没答复的诉求撤回；诉求的内容和答复删除，只留件数。"),
        )
    ],
    own_data_order=50,
    own_data=[
        TableDescription(
            "services.Request", technical={"reminders"}, row_title=lambda row: row.title, created_field="at"
        ),
        TableDescription(
            "services.Post", title=_("服务队职务"), row_title=lambda row: row.team, created_field="starts"
        ),
    ],
    deadlines=[
        DeadlineRows(lambda: Request.objects.filter(state__in=REQUEST_OPEN), moved=requests.notify_moved_due),
        DeadlineRows(lambda: Outcome.objects.filter(state=OutcomeState.REPORTED)),
    ],
    notice_kinds={"services": _("诉求和成果")},
    cached_pages=[CachedPage("services:home", {"page": NUMBER_VALUE}), CachedPage("services:team")],
    content={
        **dict.fromkeys(("request.read",), content.nothing),
        **dict.fromkeys(
            (
                "request.created",
                "request.routed",
                "request.extended",
                "request.reopened",
                "request.closed",
                "request.withdrawn",
                "request.answer_withdrawn",
                "request.rated",
                "request.escalated",
                "outcome.reported",
                "outcome.declined",
                "outcome.withdrawn",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        "team.created": _("建立服务队"),
        "team.renamed": _("服务队改名"),
        "team.moved": _("服务队调整街道"),
        "team.published": _("公开服务队"),
        "team.hidden": _("不再公开服务队"),
        "team.readdressed": _("更换服务队网址"),
        "team.closed": _("服务队停止"),
        "team.updated": _("修改服务队"),
        "request.created": _("提出诉求"),
        "request.read": _("查看诉求"),
        "request.routed": _("分派诉求"),
        "request.extended": _("延长诉求时限"),
        "request.answered": _("答复诉求"),
        "request.answer_withdrawn": _("撤回答复"),
        "request.reopened": _("请再办诉求"),
        "request.closed": _("办结诉求"),
        "request.withdrawn": _("撤回诉求"),
        "request.rated": _("评价诉求办理"),
        "request.escalated": _("诉求逾期上报"),
        "outcome.reported": _("上报成果"),
        "outcome.withdrawn": _("撤回成果"),
        "outcome.checked": _("核实成果"),
        "outcome.declined": _("退回成果"),
        "outcome.decision_undone": _("撤销成果核实"),
    },
)
