"""What services register for other floors (docs/architecture.md)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import reach, register_posts
from chengyang.platform.staff.registry import Choice, Decision, Fact, Job, SearchSource, Step, register, register_search
from chengyang.platform.web import panels
from members import erasure

from . import actions, permissions
from .actions.requests import COMPLEX_DAYS, DAYS
from .models import Outcome, Post, Request, Team
from .states import REQUEST_OPEN, OutcomeState, RequestState


# ---- posts -----------------------------------------------------------------------------------------------------------
def _kept(user_id, day):
    posts = Post.objects.on(day).filter(person__user_id=user_id, person__state="active", kind=Post.Kind.LEADER)
    return posts.values_list("team_id", flat=True)


register_posts("teams", _kept)


# ---- what the person decides -----------------------------------------------------------------------------------------
erasure.register(
    _("诉求"),
    leave=actions.withdraw_requests_of,
    erase=actions.erase_requests,
    said=_("还没答复的诉求立即撤回；30 天后，诉求的内容和答复一起删除，只留件数。"),
)


# ---- the desk --------------------------------------------------------------------------------------------------------
class AnswerRequest(Decision):
    """A request that waits for an answer."""

    code, label, job, model = "request", _("诉求"), Job.SERVICES, Request
    reason_words = (_("答复内容"), _("本人会看到原文"))
    related = ("team", "subdistrict")

    def waiting(self, user):
        seen = reach(user)
        mine = Q(team__in=seen.teams) | Q(subdistrict__in=seen.subdistricts)
        if seen.district:
            mine |= Q(team__isnull=True, subdistrict__isnull=True) | Q(escalated_at__isnull=False)
        return Request.objects.visible_to(user).filter(mine, state__in=REQUEST_OPEN).exclude(author=user)

    def title(self, row):
        return row.title

    def detail(self, row):
        where = row.team or row.subdistrict or _("待转办")
        return _("%(where)s，已自动升级") % {"where": where} if row.escalated_at else str(where)

    def since(self, row):
        return row.at

    def facts(self, row, user):
        return [
            Fact(_("编号"), row.number, url=row.get_absolute_url()),
            Fact(_("内容"), row.text),
            Fact(_("点的服务"), row.service or "—"),
            Fact(_("承办"), row.team or row.subdistrict or _("待转办")),
            Fact(_("时限"), dates.day(row.due_on), _("复杂，15 个工作日") if row.is_complex else ""),
            Fact(_("转办"), _("去诉求页转给服务队或街道"), url=row.get_absolute_url()),
        ]

    def history(self, row):
        steps = [
            Step(_("提出"), row.at, _("本人")),
            Step(_("超期，自动升级"), row.escalated_at),
            Step(_("答复"), row.answered_at, row.answered_by, row.answer),
            Step(_("没解决，请再办"), row.reopened_at, _("本人")),
        ]
        return sorted((step for step in steps if step.at), key=lambda step: step.at, reverse=True)

    def choices(self, row, user):
        if not permissions.can_answer_request(user, row):
            return ()
        return [Choice("answer", _("答复"), needs_reason=True, done=_("已答复，对方会收到通知。"))]

    def decide(self, row, choice, reason, *, actor):
        return actions.answer_request(row, actor=actor, answer=reason)


class CheckOutcome(Decision):
    """An outcome that waits for a second person's check."""

    code, label, job, model = "outcome", _("成果核实"), Job.SERVICES, Outcome
    related = ("team", "base", "organization")
    quick_reasons = (_("请补凭证"), _("与另一条重复"), _("不在统计范围"))

    def waiting(self, user):
        seen = reach(user)
        if not seen.staff:
            return Outcome.objects.none()
        rows = Outcome.objects.visible_to(user).filter(state=OutcomeState.REPORTED).exclude(reported_by=user)
        return rows if seen.district else rows.filter(self._areas(seen))

    def seen(self, user):
        seen = reach(user)
        rows = Outcome.objects.visible_to(user)
        return rows if seen.district else rows.filter(self._areas(seen) | Q(reported_by=user))

    def _areas(self, seen):
        areas = Q(organization__subdistrict__in=seen.subdistricts) | Q(base__subdistrict__in=seen.subdistricts)
        return areas | Q(team__subdistrict__in=seen.subdistricts)

    def detail(self, row):
        return str(row.team or row.base or row.organization or "")

    def facts(self, row, user):
        number = dates.money(row.amount) if row.amount else row.quantity or "—"
        return [
            Fact(_("类型"), row.get_kind_display()),
            Fact(_("数额"), number),
            Fact(_("日期"), dates.full_day(row.happened_on)),
            Fact(_("上报"), self.detail(row) or "—", row.reported_by or ""),
        ]

    def choices(self, row, user):
        if not permissions.can_check_outcome(user, row):
            return ()
        return [Choice("check", _("核实，计入")), Choice("refuse", _("不采信"), needs_reason=True)]

    def decide(self, row, choice, reason, *, actor):
        if choice == "check":
            return actions.check_outcome(row, actor=actor)
        return actions.refuse_outcome(row, actor=actor, reason=reason)


register(AnswerRequest())
register(CheckOutcome())
register_search(
    SearchSource(
        _("服务队"),
        lambda user, text: Team.objects.visible_to(user).filter(name__icontains=text),
        lambda team: (team.name, str(team.subdistrict or "")),
        lambda team: team.get_absolute_url(),
    )
)


# ---- pages -----------------------------------------------------------------------------------------------------------
def _menu(request, subject):
    return {"teams": Team.objects.published().exclude(services=[])[:2], "days": DAYS, "complex_days": COMPLEX_DAYS}


def _mine(request, subject):
    rows = Request.objects.visible_to(request.user).filter(author=request.user).exclude(state=RequestState.WITHDRAWN)
    return {"requests": rows.order_by("-at", "-pk")[:3]}


def _my_teams(request, subject):
    own = Post.objects.visible_to(request.user).own(request.user).select_related("team").order_by("starts", "pk")
    return {"posts": posts} if (posts := list(own[:6])) else None


panels.register("home.main", "services/_menu.html", _menu, order=30)
panels.register("me.home", "services/_mine.html", _mine, order=40)
panels.register("me.side", "services/_my_teams.html", _my_teams, order=40)
