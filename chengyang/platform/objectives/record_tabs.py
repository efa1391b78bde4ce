"""What objectives add to the pages of records: the objectives of an owner, figures and revisions, and the way to their forms."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.platform.staff.badges import state_badge

from . import owners, permissions
from .amounts import amount_text
from .models import Figure, Objective, Revision
from .progress import progress_of

SUBJECTS = {
    "organization": "organizations.Organization",
    "base": "bases.Base",
    "team": "services.Team",
    "subdistrict": "accounts.Subdistrict",
}
PLAN, OBJECTIVE = "objectives.Plan", "objectives.Objective"
STATE = TabColumn(_("状态"), lambda row: row.get_state_display(), badge=state_badge)
TARGET = TabColumn(_("目标"), lambda row: amount_text(row.target, row.unit))
DAY = TabColumn(_("哪天"), "on")


def _light(row: Objective) -> Any:
    return progress_of(row).light.label if row.is_agreed else row.plan.get_state_display()


def _of_owner(kind: str) -> RecordTab:
    """Return the objectives of an owner of `kind`, on its page."""
    return RecordTab(
        SUBJECTS[kind],
        "objectives",
        _("年度目标"),
        lambda owner: Objective.objects.filter(**{f"plan__{kind}": owner}),
        (
            TabColumn(_("做什么"), "what"),
            TabColumn(_("年度"), lambda row: row.plan.year),
            TARGET,
            TabColumn(_("做了"), lambda row: amount_text(progress_of(row).done, row.unit)),
            TabColumn(_("进度"), _light, badge=lambda row: progress_of(row).badge if row.is_agreed else ""),
        ),
        ("-pk",),
        order=45,
        related=tuple(f"plan__{one}" for one in owners.KINDS),
    )


def _figures(subject: str, path: str) -> RecordTab:
    return RecordTab(
        subject,
        "figures",
        _("进度"),
        lambda record: Figure.objects.filter(**{path: record}),
        (TabColumn(_("目标"), "objective"), DAY, TabColumn(_("数"), lambda row: row.text), STATE),
        ("-on", "-pk"),
        order=10,
        related=tuple(f"objective__plan__{one}" for one in owners.KINDS),
        in_history=True,
    )


def _revisions(subject: str, path: str) -> RecordTab:
    return RecordTab(
        subject,
        "revisions",
        _("调整"),
        lambda record: Revision.objects.filter(**{path: record}),
        (
            TabColumn(_("目标"), "objective"),
            TabColumn(_("怎么改"), lambda row: row.get_kind_display()),
            TabColumn(_("为什么"), "reason"),
            STATE,
        ),
        ("-asked_at", "-pk"),
        order=20,
        related=tuple(f"objective__plan__{one}" for one in owners.KINDS),
        in_history=True,
    )


TABS = [
    *(_of_owner(kind) for kind in owners.KINDS),
    _figures(PLAN, "objective__plan"),
    _figures(OBJECTIVE, "objective"),
    _revisions(PLAN, "objective__plan"),
    _revisions(OBJECTIVE, "objective"),
]


def _can_begin(user: Any, owner: Any) -> bool:
    if owners.is_over(owner) or not permissions.can_draft(user, owner):
        return False
    return not owner.objective_plans.filter(year=clock.today().year).exists()


def _can_add(user: Any, plan: Any) -> bool:
    return permissions.can_edit_plan(user, plan) or permissions.can_add_to(user, plan)


def _why_add(user: Any, plan: Any) -> str:
    is_empty = permissions.can_edit_plan(user, plan) and not plan.objectives.exists()
    return _t("先写今年要做成的事，再请同事复核。") if is_empty else ""


def _begin(kind: str) -> RecordVerb:
    return RecordVerb(
        SUBJECTS[kind],
        "objectives",
        _("定年度目标"),
        "objectives_plan",
        kind,
        _can_begin,
        tab="objectives",
        order=45,
    )


VERBS = [
    *(_begin(kind) for kind in owners.KINDS),
    RecordVerb(
        PLAN, "add-objective", _("加一项目标"), "objectives_objective", "plan", _can_add, why=_why_add, order=10
    ),
    RecordVerb(PLAN, "copy", _("抄到下一年"), "objectives_plan", "copied_from", permissions.can_copy_plan, order=20),
    RecordVerb(
        OBJECTIVE,
        "enter",
        _("填数"),
        "objectives_figure",
        "objective",
        permissions.can_enter_figure,
        tab="figures",
        order=10,
    ),
    RecordVerb(
        OBJECTIVE,
        "revise",
        _("调整目标"),
        "objectives_revision",
        "objective",
        permissions.can_revise,
        tab="revisions",
        order=20,
    ),
]
