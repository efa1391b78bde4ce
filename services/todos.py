"""To-do kinds of requests and teams: requests to answer, extensions and applications to decide on."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.links import page_url
from members import actions as members
from members.detail_rows import number_row

from . import actions, permissions
from .forms import ComplexField, HandlerField
from .models import Extension, ExtensionState, Request, Team, TeamApplication
from .states import REQUEST_OPEN, REQUEST_RUNNING, TeamApplicationState


class AnswerRequest(TodoKind):
    """A request that waits for an answer."""

    code, label, section, model = "request", _("诉求"), Section.SERVICES, Request
    reason_words, reason_length = (_("答复内容"), _("本人会看到原文")), Request._meta.get_field("answer").max_length
    related = ("team", "subdistrict")
    undoes = ("answer",)

    def waiting(self, user):
        scope = access_scope(user)
        handled = Q(team__in=scope.managed("team")) | Q(subdistrict__in=scope.subdistricts)
        if scope.district:
            handled |= Q(team__isnull=True, subdistrict__isnull=True) | Q(escalated_at__isnull=False)
            handled |= Q(team__isnull=False) & ~Q(team__in=Team.objects.led())
        # One whose author is asked waits for the author.
        return Request.objects.visible_to(user).filter(handled, state__in=REQUEST_RUNNING).exclude(author=user)

    def is_open(self, row):
        return row.state in REQUEST_OPEN

    def title(self, row):
        return row.title

    def detail(self, row):
        where = row.handler
        return _("%(where)s，已自动升级") % {"where": where} if row.escalated_at else where

    def since(self, row):
        return row.at

    def detail_rows(self, row, user):
        return [
            DetailRow(_("编号"), row.number, url=page_url(row)),
            DetailRow(_("内容"), row.text),
            *([DetailRow(_("请再办的理由"), row.reopen_reason)] if row.reopen_reason else []),
            DetailRow(_("点的服务"), row.service or "—"),
            DetailRow(_("承办"), row.handler),
            DetailRow(_("时限"), dates.day(row.due_on), _("复杂，15 个工作日") if row.is_complex else ""),
        ]

    def record_opening(self, row, *, actor):
        actions.record_opening(row, actor=actor)

    def history(self, row):
        steps = [
            HistoryEntry(_("提出"), row.at, _("本人")),
            HistoryEntry(_("超期，自动升级"), row.escalated_at),
            HistoryEntry(_("答复"), row.answered_at, row.answered_by, row.answer),
            HistoryEntry(_("没解决，请再办"), row.reopened_at, _("本人")),
        ]
        return sorted((step for step in steps if step.at), key=lambda step: step.at, reverse=True)

    def options(self, row, user):
        if not permissions.can_answer_request(user, row):
            return ()
        answer = DecisionOption("answer", _("答复"), needs_reason=True, done=_("已答复，对方会收到通知。"))
        # Only staff find a request complex; a team asks for an extension on its page, which somebody else decides.
        asks = ("handler", "is_complex") if access_scope(user).staff else ("handler",)
        route = DecisionOption("route", _("转办"), asks=asks, done=_("已转办，对方会收到通知。"))
        return [answer, route] if permissions.can_route_request(user, row) else [answer]

    def fields(self, row, user):
        return {"handler": HandlerField(row, user), "is_complex": ComplexField()}

    def decide(self, row, choice, reason, *, actor, handler=None, is_complex=False):
        if choice == "route":
            return actions.route_request(row, actor=actor, is_complex=is_complex, **handler)
        return actions.answer_request(row, actor=actor, answer=reason)

    def undo(self, row, option, *, actor):
        return actions.withdraw_answer(row, actor=actor)


class DecideExtension(TodoKind):
    """More time for a request, which a second person grants or refuses."""

    code, label, section, model = "extension", _("延期"), Section.SERVICES, Extension
    related = ("request__team", "request__subdistrict")
    locks = ("request",)
    quick_reasons = (_("还来得及，请按原来的期限"), _("请先答复已经能定的部分"))

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return Extension.objects.none()
        rows = Extension.objects.visible_to(user).filter(state=ExtensionState.ASKED)
        rows = rows.exclude(asked_by=user).exclude(request__author=user)
        return rows if scope.district else rows.filter(request__subdistrict__in=scope.subdistricts)

    def awaited_by(self, user):
        return Extension.objects.visible_to(user).filter(asked_by=user, state=ExtensionState.ASKED)

    def title(self, row):
        return _("%(title)s：延 %(n)d 个工作日") % {"title": row.request.title, "n": row.days}

    def detail(self, row):
        return row.request.handler

    def since(self, row):
        return row.asked_at

    def detail_rows(self, row, user):
        return [
            DetailRow(_("编号"), row.request.number, url=page_url(row.request)),
            DetailRow(_("内容"), row.request.text),
            DetailRow(_("承办"), row.request.handler),
            DetailRow(_("现在的期限"), dates.day(row.request.due_on)),
            DetailRow(_("延长"), _("%(n)d 个工作日") % {"n": row.days}),
            DetailRow(_("理由"), row.reason),
        ]

    def record_opening(self, row, *, actor):
        actions.record_opening(row.request, actor=actor)

    def history(self, row):
        asked = HistoryEntry(_("申请延期"), row.asked_at, row.asked_by or "", row.reason)
        if row.decided_at is None:
            return [asked]
        return [HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.decision), asked]

    def options(self, row, user):
        if row.state != ExtensionState.ASKED or not permissions.can_decide_extension(user, row):
            return ()
        granted = DecisionOption("grant", _("批准"), done=_("已批准，本人和承办的会收到通知。"))
        return [granted, DecisionOption("refuse", _("不批准"), needs_reason=True)]

    def decide(self, row, choice, reason, *, actor):
        if choice == "grant":
            return actions.grant_extension(row, actor=actor)
        return actions.refuse_extension(row, actor=actor, reason=reason)


class DecideTeamApplication(TodoKind):
    """An application to a team: for its leader, and for the staff of its area once it is late or when the team has no leader."""

    code, label, section, model = "team-application", _("入队申请"), Section.SERVICES, TeamApplication
    related = ("person__category", "person__subdistrict", "team")
    locks = ("team",)
    undoes = ("accept", "decline")
    quick_reasons = (
        (_("队里已满"), _("队里这季度排满了，下季度再收。")),
        (_("别的队更合适"), _("你会的和别的队更对得上，建议报那支队。")),
    )

    def waiting(self, user):
        scope = access_scope(user)
        teams = scope.managed("team")
        if not (scope.staff or teams):
            return TeamApplication.objects.none()
        rows = TeamApplication.objects.visible_to(user).waiting().exclude(person__user=user)
        if not scope.staff:
            return rows.filter(team__in=teams)
        return rows.filter(Q(team__in=teams) | Q(due_on__lt=clock.today()) | ~Q(team__in=Team.objects.led()))

    def viewable_by(self, user):
        scope = access_scope(user)
        rows = TeamApplication.objects.visible_to(user)
        if scope.staff or scope.managed("team"):
            return rows.exclude(person__user=user)
        return rows.none()

    def title(self, row):
        return row.person.name

    def detail(self, row):
        return str(row.team)

    def tags(self, row):
        return (str(row.team),)

    def since(self, row):
        return row.applied_at

    def detail_rows(self, row, user):
        """Return what the page of the application (templates/services/join_team.html) tells the person the leader sees."""
        person = row.person
        return [
            DetailRow(_("姓名"), person.name),
            DetailRow(_("会什么"), row.skills),
            DetailRow(_("哪天有空"), row.times),
            DetailRow(_("类别"), person.category),
            DetailRow(_("工作单位"), person.unit),
            DetailRow(_("工作"), person.job),
            DetailRow(_("所在街道"), person.subdistrict),
            number_row(person, person.phone, user),
            DetailRow(_("想加入"), row.team, url=page_url(row.team)),
        ]

    def history(self, row):
        steps = [HistoryEntry(_("报名"), row.applied_at, _("本人"))]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def record_opening(self, row, *, actor):
        members.record_opening(row.person, actor=actor)

    def options(self, row, user):
        if row.state != TeamApplicationState.APPLIED or not permissions.can_decide_application(user, row):
            return ()
        accept = DecisionOption("accept", _("收下"), done=_("已收下，对方会收到通知。"))
        return accept, DecisionOption("decline", _("不收"), needs_reason=True)

    def decide(self, row, choice, reason, *, actor):
        if choice == "accept":
            return actions.accept_application(row, actor=actor)
        return actions.decline_application(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        return actions.reopen_team_application(row, actor=actor)
