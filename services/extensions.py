"""What this app declares for other apps; `chengyang.extensions` describes the slots."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import (
    MenuEntry,
    Panel,
    PeriodicTask,
    PersonRows,
    PostType,
    PublicPage,
    SearchSource,
    extend,
)

from .actions import requests
from .metrics import METRICS
from .models import Post, Request, Team
from .states import RequestState
from .todos import AnswerRequest, CheckOutcome


def _menu(request, subject):
    teams = Team.objects.published().exclude(services=[])[:2]
    return {"teams": teams, "days": requests.DAYS, "complex_days": requests.COMPLEX_DAYS}


def _mine(request, subject):
    rows = Request.objects.visible_to(request.user).filter(author=request.user).exclude(state=RequestState.WITHDRAWN)
    return {"requests": rows.order_by("-at", "-pk")[:3]}


def _my_teams(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("team").order_by("starts", "pk")
    return {"posts": posts} if (posts := list(own[:6])) else None


def _pages():
    yield PublicPage(reverse("services:home"))
    yield from (PublicPage(row.get_absolute_url()) for row in Team.objects.published())


extend(
    "services",
    public_pages=[_pages],
    todos=[AnswerRequest(), CheckOutcome()],
    search=[
        SearchSource(
            _("服务队"),
            lambda user, text: Team.objects.visible_to(user).filter(name__icontains=text),
            lambda team: (team.name, str(team.subdistrict or "")),
            lambda team: team.get_absolute_url(),
        )
    ],
    panels=[
        Panel("home.main", "services/_menu.html", _menu, order=30),
        Panel("me.home", "services/_mine.html", _mine, order=40),
        Panel("me.side", "services/_my_teams.html", _my_teams, order=40),
    ],
    menu=[
        MenuEntry("services:home", _("服务"), order=50, icon="hand"),
        MenuEntry("services:home", _("服务清单"), order=20, place="services"),
    ],
    metrics=METRICS,
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
    own_data_order=50,
    audit_verbs={
        "team.updated": _("修改服务队"),
        "request.created": _("提出诉求"),
        "request.routed": _("分派诉求"),
        "request.answered": _("答复诉求"),
        "request.reopened": _("请再办诉求"),
        "request.closed": _("办结诉求"),
        "request.withdrawn": _("撤回诉求"),
        "request.rated": _("评价诉求办理"),
        "request.escalated": _("诉求逾期上报"),
        "outcome.reported": _("上报成果"),
        "outcome.checked": _("核实成果"),
        "outcome.declined": _("退回成果"),
    },
)
