"""Visits and travel times on the staff site."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DetailRow, todo_kind
from chengyang.lib.chinese import dates
from chengyang.platform.sheets.columns import Column
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.filters import period_filter
from chengyang.platform.staff.record_hooks import Head

from .. import actions, permissions
from ..forms import ReceptionForm, VisitPlanForm
from ..models import Post, Travel, Visit
from ..states import VisitState
from ..todos import AnswerVisit, RecordReception, visit_rows
from .bases import BaseRelatedAdmin, Section

ANSWER, RECEPTION = AnswerVisit(), RecordReception()


def _can_confirm(user: Any, row: Visit) -> bool:
    return bool(ANSWER.options(row, user))


def _can_cancel(user: Any, row: Visit) -> bool:
    ahead = row.state in (VisitState.PROPOSED, VisitState.CONFIRMED) and not row.has_begun()
    return ahead and permissions.can_answer_visit(user, row)


@admin.register(Visit)
class VisitAdmin(BaseRelatedAdmin):
    order = 45
    list_select_related = ("base", "guest")
    list_display = ("unit", "base", "starts", "people", "purpose", "state")
    export_more = (
        "ends",
        "came",
        Column(
            "contact",
            gettext_lazy("联系人"),
            lambda row: row.contact_name,
            personal=True,
            reads=("contact_name",),
            make=lambda name: name,
        ),
        "wishes",
        "record",
        "rating",
        "at",
    )
    list_filter = ("state", "base", "purpose", period_filter("starts", gettext_lazy("时间")))
    search_fields = ("unit", "base__name")
    concerns = staticmethod(lambda row: row.guest)
    may_edit = staticmethod(
        lambda user, row: permissions.can_answer_visit(user, row) and (row.is_open or row.state == VisitState.CONFIRMED)
    )
    buttons = (
        Button(
            "confirm",
            gettext_lazy("确认"),
            actions.confirm_visit,
            _can_confirm,
            done=gettext_lazy("已确认，对方会收到通知。"),
            main=True,
            why=gettext_lazy("对方在等答复。"),
        ),
        Button(
            "decline",
            gettext_lazy("不接待"),
            actions.decline_visit,
            _can_confirm,
            needs_reason=True,
            done=gettext_lazy("已答复，对方会收到通知。"),
        ),
        Button(
            "cancel",
            gettext_lazy("取消"),
            actions.cancel_visit,
            _can_cancel,
            needs_reason=True,
            confirm=gettext_lazy("取消以后这个时间给别人约，对方马上收到通知。取消？"),
            done=gettext_lazy("已取消，对方会收到通知。"),
        ),
    )

    def record_opening(self, request: Any, row: Visit) -> None:
        actions.record_opening(row, actor=request.user)

    def _is_reception(self, row: Visit) -> bool:
        return row.state == VisitState.CONFIRMED and row.has_begun()

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> Any:
        options["form"] = ReceptionForm if obj and self._is_reception(obj) else VisitPlanForm
        return super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        names = ("came", "record") if obj and self._is_reception(obj) else Visit.PLAN_FIELDS
        return [(None, {"fields": names})]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **options)
        match = request.resolver_match
        visit = self.get_object(request, match.kwargs.get("object_id", "")) if match else None
        posts = Post.objects.visible_to(request.user).on(clock.today()).select_related("person")
        field.queryset = posts.filter(base=visit.base_id if visit else None)
        return field

    def head(self, row: Visit, user: Any) -> Head:
        when = DetailRow(_("时间"), dates.span(row.starts, row.ends))
        number = DetailRow(_("人数"), _("%(n)d 位") % {"n": row.people})
        return Head([(row.get_state_display(), row.badge)], str(row.base), [when, number])

    def detail_rows(self, row: Visit, user: Any) -> list[DetailRow]:
        kind = next((kind for kind in (ANSWER, RECEPTION) if kind.options(row, user)), None)
        waits = todo_kind(kind.code).url(row) if kind else ""
        plan = [DetailRow(_("接待"), row.host or _("还没定")), DetailRow(_("讲解"), row.guide or _("还没定"))]
        return [
            DetailRow(_("状态"), row.get_state_display(), _("去办理") if waits else row.reason, url=waits),
            *visit_rows(row),
            *plan,
            DetailRow(_("当天怎么走"), row.programme or "—"),
            DetailRow(_("对方看到的页面"), _("编号 %(code)s") % {"code": row.code}, url=row.get_absolute_url()),
            *([DetailRow(_("答复"), row.decided_by or "—", dates.stamp(row.decided_at))] if row.decided_at else []),
            *([DetailRow(_("实到"), _("%(n)d 位") % {"n": row.came}, row.record)] if row.came else []),
            *([DetailRow(_("对方的评价"), row.rating, row.feedback)] if row.rating else []),
        ]

    def edit(self, row: Visit, form: Any, *, actor: Any) -> Visit:
        if self._is_reception(row):
            return actions.receive_visit(row, actor=actor, **form.cleaned_data)
        return actions.plan_visit(row, actor=actor, **form.cleaned_data)


@admin.register(Travel)
class TravelAdmin(ScopedAdmin):
    section, order = Section.BASES, 80
    managed_subject = "base"
    list_select_related = ("base", "other")
    list_display = ("base", "other", "minutes")
    search_fields = ("base__name", "other__name")
    free_choices = ("base", "other")
    may_create = staticmethod(lambda user: permissions.can_edit_travel(user, None))
    may_edit = staticmethod(permissions.can_edit_travel)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": ("minutes",) if obj else ("base", "other", "minutes")})]

    def detail_rows(self, row: Travel, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("从"), row.base),
            DetailRow(_("到"), row.other),
            DetailRow(_("路上"), _("%(n)d 分钟") % {"n": row.minutes}),
        ]

    def create(self, form: Any, *, actor: Any) -> Travel:
        data = dict(form.cleaned_data)
        return actions.add_travel(data.pop("base"), data.pop("other"), actor=actor, **data)

    def edit(self, row: Travel, form: Any, *, actor: Any) -> Travel:
        return actions.edit_travel(row, actor=actor, **form.cleaned_data)
