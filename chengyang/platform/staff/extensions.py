"""What the staff site declares itself; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DeadlineRows, JobKind, ListLink, Panel, PeriodicTask, extend
from chengyang.platform.web import content

from . import bulk_actions, list_exports
from .export_admin import AgreeToExport, export_url
from .models import ListExport, ListExportState
from .rules_admin import CheckRules
from .standards_admin import PublishVersion
from .watched import watched_views

extend(
    "staff",
    todos=[CheckRules(), AgreeToExport(), PublishVersion()],
    job_kinds=[
        JobKind("list-export", _("导出名单"), list_exports.step),
        JobKind(
            "bulk",
            _("批量办理"),
            bulk_actions.step,
            undo=bulk_actions.undo_step,
            can_undo=bulk_actions.can_undo,
            url=bulk_actions.url_of,
        ),
    ],
    list_links=[ListLink("export", _("导出"), export_url, lambda user, model_admin: True, order=90)],
    panels=[Panel("staff.margin", "staff/_watched.html", watched_views, order=20)],
    deadlines=[DeadlineRows(lambda: ListExport.objects.filter(state=ListExportState.WAITING))],
    schedule={
        "staff-exports": PeriodicTask("staff.end_old_exports", 3600.0),
        "staff-bulk": PeriodicTask("staff.delete_old_runs", 3600.0),
    },
    notice_kinds={"staff": _("待办转交和替班")},
    content={
        **dict.fromkeys(
            (
                "rules.proposed",
                "rules.revised",
                "rules.withdrawn",
                "rules.returned",
                "todo.taken",
                "todo.returned",
                "todo.handed_over",
                "absence.entered",
                "absence.ended",
                "decision.undone",
                "export.asked",
                "export.agreed",
                "export.refused",
                "export.withdrawn",
                "view.saved",
                "view.changed",
                "view.deleted",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        "rules.proposed": _("拟写个人信息保护规则"),
        "rules.revised": _("修改规则草案"),
        "rules.withdrawn": _("撤回规则草案"),
        "rules.published": _("复核并发布规则"),
        "rules.returned": _("退回规则草案"),
        "todo.taken": _("接办"),
        "todo.returned": _("放回待办"),
        "todo.handed_over": _("转交待办"),
        "absence.entered": _("登记不在岗"),
        "absence.ended": _("结束不在岗"),
        "decision.undone": _("撤销决定"),
        "export.asked": _("请人同意导出"),
        "export.agreed": _("同意导出"),
        "export.refused": _("不同意导出"),
        "export.withdrawn": _("撤回导出"),
        "view.saved": _("存成视图"),
        "view.changed": _("修改视图"),
        "view.deleted": _("删除视图"),
    },
)
