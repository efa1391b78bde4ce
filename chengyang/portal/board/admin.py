"""Reports on the staff site: the list, and the page of each with its figures and editions."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import AccessScope
from chengyang.platform.objectives.amounts import amount_text
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.record_hooks import Head

from . import actions, owners, permissions
from .models import Report


@admin.register(Report)
class ReportAdmin(ScopedAdmin):
    """The reports; they are made on the board."""

    section = Section.FIGURES
    order = 20
    list_display = ("title", "owner_name", "as_of", "made_by", "note", "withdrawn_at")
    list_filter = ("organization", "base", "team", "subdistrict")
    list_select_related = (*owners.MODELS, "made_by")
    search_fields = ("note", "period")
    fields = ("note",)
    template = "board/_report.html"
    may_edit = staticmethod(permissions.can_edit_report)
    buttons = (
        Button(
            "withdraw",
            gettext_lazy("作废"),
            actions.withdraw_report,
            permissions.can_withdraw_report,
            done=gettext_lazy("已作废；还能看，可以恢复。"),
        ),
        Button(
            "restore",
            gettext_lazy("恢复"),
            actions.restore_report,
            permissions.can_restore_report,
            done=gettext_lazy("已恢复。"),
        ),
    )

    def is_for(self, scope: AccessScope) -> bool:
        return scope.responsible

    @admin.display(description=gettext_lazy("报告"), ordering="starts")
    def title(self, row: Report) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("谁的"))
    def owner_name(self, row: Report) -> str:
        return owners.name_of(row.owner)

    def edit(self, obj: Report, form: Any, *, actor: Any) -> Report:
        return actions.edit_report(obj, form.cleaned_data, actor=actor)

    def head(self, obj: Report, user: Any) -> Head:
        return Head([(_("作废"), "is-bad")] if obj.is_withdrawn else [])

    def detail_rows(self, report: Report, user: Any) -> list[DetailRow]:
        rows = [
            DetailRow(_("谁的"), owners.name_of(report.owner)),
            DetailRow(_("数据截至"), dates.stamp(report.as_of), _("以后记录有改动，这一份不变")),
            DetailRow(_("谁出的"), report.made_by),
        ]
        if report.note:
            rows.append(DetailRow(_("备注"), report.note))
        for step in report.contents["steps"]:
            figures = (f"{one['label']} {amount_text(one['value'], one['unit'])}" for one in step["figures"])
            rows.append(DetailRow(step["label"], "，".join(figures)))
        return rows
