"""组织类型 and 工作领域 on the staff site: lists that the district office keeps."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _

from chengyang.extensions import DetailRow, Section
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import ScopedAdmin
from chengyang.platform.web.wording import yes_or_no

from .. import actions
from ..models import Kind, WorkField


class ListedAdmin(ScopedAdmin):
    section = Section.ORGANIZATIONS
    list_filter = ("is_offered",)
    search_fields = ("name",)
    may_create = staticmethod(lambda user: access_scope(user).district)
    may_edit = staticmethod(lambda user, row: access_scope(user).district)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        names = self.model.EDITABLE_FIELDS
        return [(None, {"fields": names if obj else ("code", *names)})]

    def create(self, form: Any, *, actor: Any) -> Any:
        return actions.add_listed(self.model(**form.cleaned_data), actor=actor)

    def edit(self, row: Any, form: Any, *, actor: Any) -> Any:
        return actions.edit_listed(row, form.cleaned_data, actor=actor)


@admin.register(Kind)
class KindAdmin(ListedAdmin):
    order = 60
    list_display = ("name", "text", "may_register", "is_offered")

    def detail_rows(self, row: Kind, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("名称"), row.name),
            DetailRow(_("是什么"), row.text or "—"),
            DetailRow(_("可以登记为法人"), yes_or_no(row.may_register)),
            DetailRow(_("还能选"), yes_or_no(row.is_offered)),
            DetailRow(_("组织"), row.organizations.count(), live=True),
        ]


@admin.register(WorkField)
class WorkFieldAdmin(ListedAdmin):
    order = 61
    list_display = ("name", "is_offered")

    def detail_rows(self, row: WorkField, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("名称"), row.name),
            DetailRow(_("还能选"), yes_or_no(row.is_offered)),
            DetailRow(_("组织"), row.organization_set.count(), live=True),
        ]
