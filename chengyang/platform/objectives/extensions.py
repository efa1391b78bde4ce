"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from celery.schedules import crontab
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import (
    CODE_VALUE,
    NUMBER_VALUE,
    ApiRoute,
    CachedPage,
    DeadlineRows,
    MenuEntry,
    OpenItems,
    OpenSection,
    PeriodicTask,
    PublicPage,
    extend,
)
from chengyang.platform.web import content

from .api import ObjectiveViewSet
from .models import Figure, Plan, Revision
from .panels import PANELS, due_items
from .papers import PAPERS
from .record_tabs import TABS, VERBS
from .states import FigureState, PlanState
from .todos import AgreeToRevision, CheckFigure, PublishPlan


def _pages():
    yield PublicPage(reverse("objectives:list"))
    yield from (PublicPage(plan.get_absolute_url()) for plan in Plan.objects.published())


extend(
    "objectives",
    api=[ApiRoute("objectives", ObjectiveViewSet)],
    todos=[PublishPlan(), CheckFigure(), AgreeToRevision()],
    open_items=[OpenItems(OpenSection.DUE, due_items)],
    panels=PANELS,
    record_tabs=TABS,
    record_verbs=VERBS,
    papers=PAPERS,
    menu=[MenuEntry("objectives:list", _("年度目标"), order=35, place="services")],
    public_pages=[_pages],
    cached_pages=[
        CachedPage("objectives:list", {"year": NUMBER_VALUE, "subdistrict": CODE_VALUE}),
        CachedPage("objectives:plan"),
        CachedPage("objectives:objective"),
    ],
    notice_kinds={"objectives": _("年度目标")},
    file_access={"objectives.Figure": Figure.objects.public_ids_visible_to},
    schedule={"objectives": PeriodicTask("objectives.remind", crontab(hour=8, minute=20))},
    deadlines=[
        DeadlineRows(lambda: Plan.objects.filter(state=PlanState.WAITING)),
        DeadlineRows(lambda: Figure.objects.filter(state=FigureState.REPORTED)),
        DeadlineRows(Revision.objects.waiting),
    ],
    content=dict.fromkeys(
        (
            *(f"plan.{verb}" for verb in ("drafted", "copied", "submitted", "taken_back", "returned", "discarded")),
            *(f"objective.{verb}" for verb in ("added", "edited", "removed", "reminded")),
            *(f"figure.{verb}" for verb in ("entered", "reversed", "withdrawn", "refused")),
            *(f"revision.{verb}" for verb in ("asked", "withdrawn", "declined")),
        ),
        content.unpublished,
    ),
    audit_verbs={
        "plan.drafted": _("起草年度目标"),
        "plan.copied": _("抄上一年的年度目标"),
        "plan.submitted": _("提交年度目标"),
        "plan.taken_back": _("拿回年度目标"),
        "plan.returned": _("退回年度目标"),
        "plan.published": _("复核并发布年度目标"),
        "plan.decision_undone": _("撤销对年度目标的决定"),
        "plan.discarded": _("删去年度目标草案"),
        "objective.added": _("加上目标"),
        "objective.edited": _("修改目标"),
        "objective.removed": _("去掉目标"),
        "objective.reminded": _("提醒填目标进度"),
        "figure.entered": _("填报目标进度"),
        "figure.reversed": _("冲回目标进度"),
        "figure.withdrawn": _("撤回目标进度"),
        "figure.checked": _("核对目标进度"),
        "figure.refused": _("不采信目标进度"),
        "figure.decision_undone": _("撤销对目标进度的决定"),
        "revision.asked": _("提出调整目标"),
        "revision.withdrawn": _("撤回调整目标"),
        "revision.agreed": _("同意调整目标"),
        "revision.declined": _("不同意调整目标"),
        "revision.decision_undone": _("撤销对调整目标的决定"),
    },
)
