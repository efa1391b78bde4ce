"""To-do kinds of services: requests to answer, outcomes to check."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.staff.detail_rows import remaining_rows
from chengyang.platform.staff.links import page_url

from . import actions, permissions
from .forms import ComplexField, HandlerField
from .models import Extension, ExtensionState, Outcome, Request
from .states import REQUEST_OPEN, REQUEST_RUNNING, OutcomeState

# Editable fields of an outcome that the heading and the rows below show; others follow by themselves.
OUTCOME_SHOWN_FIELDS = {"title", "kind", "happened_on", "amount", "quantity"}


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


def reported_at(outcome):
    """Return when `outcome` was reported, or None for imported ones."""
    label, key = subject_of(outcome)
    return (
        Entry.objects.filter(subject=label, subject_id=key, verb="outcome.reported")
        .values_list("at", flat=True)
        .first()
    )


def _where(activity):
    """Return time and place of `activity`, with which an outcome can be compared."""
    return f"{dates.span(activity.starts, activity.ends)}，{activity.place}".rstrip("，") if activity else ""


def evidence_rows(outcome, user):
    """Return a row for each file with evidence of `outcome` that `user` may open."""
    label, key = subject_of(outcome)
    found = File.objects.visible_to(user).filter(attached_to=label, attached_id=key)
    return [DetailRow(_("凭证"), file.name, url=file.get_absolute_url()) for file in found]


def _alike(row, user):
    """Return a row for each outcome that may be the same one: the same organizer and kind within a week."""
    week = dt.timedelta(days=7)
    near = (row.happened_on - week, row.happened_on + week)
    same = {name: getattr(row, f"{name}_id") for name in ("team", "base", "organization")}
    rows = Outcome.objects.visible_to(user).filter(kind=row.kind, happened_on__range=near, **same)
    return [
        DetailRow(
            _("可能重复"),
            other.title,
            f"{dates.full_day(other.happened_on)}，{other.number_text}，{other.get_state_display()}",
        )
        for other in rows.exclude(pk=row.pk)[:5]
    ]


class CheckOutcome(TodoKind):
    """A reported outcome that waits for the check by a second person."""

    code, label, section, model = "outcome", _("成果核实"), Section.SERVICES, Outcome
    related = ("team", "base", "organization", "activity")
    undoes = ("check", "refuse")
    quick_reasons = (_("请补凭证"), _("与另一条重复"), _("不在统计范围"))

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return Outcome.objects.none()
        rows = Outcome.objects.visible_to(user).filter(state=OutcomeState.REPORTED).exclude(reported_by=user)
        return rows if scope.district else rows.filter(self._areas(scope))

    def awaited_by(self, user):
        return Outcome.objects.visible_to(user).filter(reported_by=user, state=OutcomeState.REPORTED)

    def viewable_by(self, user):
        scope = access_scope(user)
        rows = Outcome.objects.visible_to(user)
        return rows if scope.district else rows.filter(self._areas(scope) | Q(reported_by=user))

    def _areas(self, scope):
        areas = Q(organization__subdistrict__in=scope.subdistricts) | Q(base__subdistrict__in=scope.subdistricts)
        return areas | Q(team__subdistrict__in=scope.subdistricts)

    def detail(self, row):
        return str(row.team or row.base or row.organization or "")

    def detail_rows(self, row, user):
        activity = row.activity
        return [
            DetailRow(_("类型"), row.get_kind_display()),
            DetailRow(_("数额"), row.number_text),
            DetailRow(_("日期"), dates.full_day(row.happened_on)),
            DetailRow(_("归属"), self.detail(row) or "—"),
            DetailRow(
                _("活动"), activity or "—", _where(activity), url=activity.get_absolute_url() if activity else ""
            ),
            *(evidence_rows(row, user) or [DetailRow(_("凭证"), _("没有附"))]),
            *_alike(row, user),
            *remaining_rows(row, Outcome.EDITABLE_FIELDS, shown=OUTCOME_SHOWN_FIELDS),
        ]

    def since(self, row):
        return reported_at(row)

    def history(self, row):
        steps = [HistoryEntry(_("上报"), reported_at(row), row.reported_by or "")]
        if row.checked_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.checked_at, row.checked_by or "", row.reason))
        return steps

    def options(self, row, user):
        if not permissions.can_check_outcome(user, row):
            return ()
        return [DecisionOption("check", _("核实，计入")), DecisionOption("refuse", _("不采信"), needs_reason=True)]

    def decide(self, row, choice, reason, *, actor):
        if choice == "check":
            return actions.check_outcome(row, actor=actor)
        return actions.refuse_outcome(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        return actions.reopen_outcome(row, actor=actor)
