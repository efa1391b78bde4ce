"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import AccountRows, JobKind, PeriodicTask, TableDescription, extend
from chengyang.platform.web import content

from . import actions, marked, steps

VERBS = {
    "import.started": _("上传表格"),
    "import.prepared": _("读完表格"),
    "import.refused": _("没有收表格"),
    "sheet.read": _("和表格比对"),
    "import.mapped": _("对列"),
    "import.dropped": _("放弃导入"),
    "import.writing": _("开始写入表格"),
    "import.written": _("写完表格"),
    "import.stopped": _("写入停下"),
    "import.undoing": _("开始撤销导入"),
    "import.undone": _("撤销导入"),
}


extend(
    "imports",
    job_kinds=[
        JobKind(steps.READ, _("读表格"), steps.read, unit=_("行"), on_end=steps.on_end, url=marked.page_of),
        JobKind(steps.WRITE, _("写入表格"), steps.write, unit=_("行"), on_end=steps.on_end, url=marked.page_of),
        JobKind(
            steps.UNDO,
            _("撤销导入"),
            steps.undo,
            unit=_("行"),
            on_end=steps.on_end,
            url=marked.page_of,
            can_cancel=False,
        ),
        JobKind(steps.MARK, _("标好的表"), marked.step, unit=_("行"), url=marked.page_of),
    ],
    schedule={"imports-tidy": PeriodicTask("imports.empty_old", 3600.0)},
    account_rows=[AccountRows(_("表格导入"), close=actions.delete_imports_of)],
    own_data_order=96,
    own_data=[
        TableDescription(
            "imports.Import",
            hidden={
                "kind",
                "digest",
                "mapping",
                "choices",
                "job",
                "headers",
                "notes",
                "header_row",
                "results",
                "counts",
            },
            technical={"emptied_at"},
            created_field="created_at",
        )
    ],
    content=dict.fromkeys(VERBS, content.nothing),
    audit_verbs=VERBS,
)
