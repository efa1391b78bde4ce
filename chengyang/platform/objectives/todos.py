"""What of objectives waits in 今日待办: plans to publish, figures to check, revisions to agree to."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.platform.accounts.access import access_scope

from . import actions, detail, owners, permissions
from .models import Figure, Plan, Revision
from .models.plans import managed_q
from .states import FigureState, PlanState, RevisionState


def _of_offices(rows: Any, user: Any, prefix: str = "") -> Any:
    """Return those of `rows` for which `user` is responsible staff: managers of an owner do not decide."""
    scope = access_scope(user)
    if not scope.staff:
        return rows.none()
    if scope.district:
        return rows
    return rows.filter(managed_q(type(scope)(user_id=scope.user_id, subdistricts=scope.subdistricts), prefix))


class PublishPlan(TodoKind):
    """A plan that waits for a second officer."""

    code, label, section, model = "objectives-plan", gettext_lazy("年度目标复核"), Section.FIGURES, Plan
    related = (*owners.KINDS, "submitted_by")
    undoes = ("publish", "return")
    quick_reasons = (gettext_lazy("目标数请对照去年的再看一遍。"), gettext_lazy("请写清按什么数算。"))

    def waiting(self, user: Any) -> Any:
        return _of_offices(Plan.objects.filter(state=PlanState.WAITING), user).exclude(submitted_by=user)

    def viewable_by(self, user: Any) -> Any:
        return _of_offices(Plan.objects.all(), user)

    def awaited_by(self, user: Any) -> Any:
        return Plan.objects.managed_by(user).filter(state=PlanState.WAITING, submitted_by=user)

    def detail(self, row: Plan) -> str:
        return _("%(who)s提交") % {"who": row.submitted_by}

    def since(self, row: Plan) -> Any:
        return row.submitted_at

    def detail_rows(self, row: Plan, user: Any) -> list[DetailRow]:
        return [*detail.plan_rows(row), detail.objectives_row(row)]

    def history(self, row: Plan) -> list[HistoryEntry]:
        return [HistoryEntry(_("提交复核"), row.submitted_at, row.submitted_by)] if row.submitted_by else []

    def options(self, row: Plan, user: Any) -> Sequence[DecisionOption]:
        if row.state != PlanState.WAITING or not permissions.can_decide_plan(user, row):
            return ()
        return (
            DecisionOption("publish", gettext_lazy("发布"), done=gettext_lazy("已发布，今天起算进度。")),
            DecisionOption("return", gettext_lazy("退回修改"), needs_reason=True),
        )

    def decide(self, row: Plan, option: str, reason: str, *, actor: Any) -> Any:
        if option == "publish":
            return actions.publish_plan(row, actor=actor)
        return actions.return_plan(row, reason, actor=actor)

    def undo(self, row: Plan, option: str, *, actor: Any) -> Any:
        return actions.undo_plan_decision(row, actor=actor)


class CheckFigure(TodoKind):
    """A figure that waits for the check by a second person."""

    code, label, section, model = "objectives-figure", gettext_lazy("目标进度核对"), Section.FIGURES, Figure
    related = ("objective", *(f"objective__plan__{kind}" for kind in owners.KINDS))
    locks = ("objective",)
    undoes = ("check", "refuse")
    quick_reasons = (gettext_lazy("请补材料。"), gettext_lazy("和另一条重复。"), gettext_lazy("不在目标的范围里。"))

    def waiting(self, user: Any) -> Any:
        rows = Figure.objects.filter(state=FigureState.REPORTED)
        return _of_offices(rows, user, "objective__plan__").exclude(entered_by=user)

    def viewable_by(self, user: Any) -> Any:
        return _of_offices(Figure.objects.all(), user, "objective__plan__")

    def awaited_by(self, user: Any) -> Any:
        return Figure.objects.visible_to(user).filter(state=FigureState.REPORTED, entered_by=user)

    def detail(self, row: Figure) -> str:
        return owners.name_of(row.owner)

    def since(self, row: Figure) -> Any:
        return row.entered_at

    def detail_rows(self, row: Figure, user: Any) -> list[DetailRow]:
        return detail.figure_rows(row, user)

    def history(self, row: Figure) -> list[HistoryEntry]:
        steps = [HistoryEntry(_("填报"), row.entered_at, row.entered_by or "")]
        if row.checked_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.checked_at, row.checked_by or "", row.reason))
        return steps

    def options(self, row: Figure, user: Any) -> Sequence[DecisionOption]:
        if row.state != FigureState.REPORTED or not permissions.can_check_figure(user, row):
            return ()
        return (
            DecisionOption("check", gettext_lazy("核对无误，计入"), done=gettext_lazy("已计入进度。")),
            DecisionOption("refuse", gettext_lazy("不采信"), needs_reason=True),
        )

    def decide(self, row: Figure, option: str, reason: str, *, actor: Any) -> Any:
        if option == "check":
            return actions.check_figure(row, actor=actor)
        return actions.refuse_figure(row, reason, actor=actor)

    def undo(self, row: Figure, option: str, *, actor: Any) -> Any:
        return actions.undo_figure_decision(row, actor=actor)


class AgreeToRevision(TodoKind):
    """A change of a published plan that waits for a second officer."""

    code, label, section, model = "objectives-revision", gettext_lazy("目标调整复核"), Section.FIGURES, Revision
    related = ("objective", *(f"objective__plan__{kind}" for kind in owners.KINDS))
    locks = ("objective",)
    undoes = ("agree", "decline")

    def waiting(self, user: Any) -> Any:
        return _of_offices(Revision.objects.waiting(), user, "objective__plan__").exclude(asked_by=user)

    def viewable_by(self, user: Any) -> Any:
        return _of_offices(Revision.objects.all(), user, "objective__plan__")

    def awaited_by(self, user: Any) -> Any:
        return Revision.objects.visible_to(user).waiting().filter(asked_by=user)

    def detail(self, row: Revision) -> str:
        return owners.name_of(row.owner)

    def since(self, row: Revision) -> Any:
        return row.asked_at

    def detail_rows(self, row: Revision, user: Any) -> list[DetailRow]:
        return detail.revision_rows(row)

    def history(self, row: Revision) -> list[HistoryEntry]:
        steps = [HistoryEntry(_("提出"), row.asked_at, row.asked_by or "")]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.answer))
        return steps

    def options(self, row: Revision, user: Any) -> Sequence[DecisionOption]:
        if row.state != RevisionState.WAITING or not permissions.can_decide_revision(user, row):
            return ()
        return (
            DecisionOption("agree", gettext_lazy("同意，从今天起")),
            DecisionOption("decline", gettext_lazy("不同意"), needs_reason=True),
        )

    def decide(self, row: Revision, option: str, reason: str, *, actor: Any) -> Any:
        if option == "agree":
            return actions.agree_to_revision(row, actor=actor)
        return actions.decline_revision(row, reason, actor=actor)

    def undo(self, row: Revision, option: str, *, actor: Any) -> Any:
        return actions.undo_revision_decision(row, actor=actor)
