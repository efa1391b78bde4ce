"""章程, and 成立、暂停、恢复、注销 on the staff site; the foundation itself has a page of its own (`founding_pages`)."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import Button
from chengyang.platform.staff.links import page_url

from .. import actions, permissions
from ..forms import CharterForm, NewStepForm, StepForm
from ..models import Charter, LifeStep
from ..states import ChangeState
from ..todos import step_rows
from .organizations import OrganizationRelatedAdmin


def _manages(user: Any) -> bool:
    return access_scope(user).staff or bool(access_scope(user).managed("organization"))


def _prepares(user: Any, row: LifeStep) -> bool:
    return row.state == ChangeState.PREPARING and permissions.can_prepare_step(user, row.organization)


def _keeps(user: Any, row: Charter) -> bool:
    return row.withdrawn_at is None and permissions.can_keep_charter(user, row.organization)


@admin.register(Charter)
class CharterAdmin(OrganizationRelatedAdmin):
    order = 44
    list_display = ("organization", "number", "adopted_on", "starts")
    export_more = ("adopted_by", "note", "uploaded_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("organization__name", "note")
    form = CharterForm
    may_create = staticmethod(_manages)
    may_edit = staticmethod(_keeps)
    buttons = (
        Button(
            "withdraw",
            gettext_lazy("撤下"),
            actions.withdraw_charter,
            _keeps,
            needs_reason=True,
            confirm=gettext_lazy("撤下这一版？公开页上不再有它，上一版重新有效。"),
            done=gettext_lazy("已撤下，可以恢复。"),
        ),
        Button(
            "restore",
            gettext_lazy("恢复"),
            actions.restore_charter,
            lambda user, row: row.withdrawn_at is not None and permissions.can_keep_charter(user, row.organization),
            done=gettext_lazy("已恢复。"),
        ),
    )

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        names = (*Charter.EDITABLE_FIELDS, "upload")
        return [(None, {"fields": names if obj else ("organization", *names)})]

    def public_url(self, row: Charter) -> str:
        is_public = row.withdrawn_at is None and row.organization.is_published
        return row.get_absolute_url() if is_public else ""

    def create(self, form: Any, *, actor: Any) -> Charter:
        data = dict(form.cleaned_data)
        return actions.add_charter(data.pop("organization"), data, upload=data.pop("upload"), actor=actor)

    def edit(self, row: Charter, form: Any, *, actor: Any) -> Charter:
        data = dict(form.cleaned_data)
        upload = data.pop("upload", None)
        return actions.correct_charter(row, data, upload=upload, actor=actor)

    def detail_rows(self, row: Charter, user: Any) -> list[DetailRow]:
        file = row.file()
        return [
            DetailRow(_("组织"), row.organization, url=page_url(row.organization)),
            DetailRow(_("版本"), row.title, _("已撤下") if row.withdrawn_at else ""),
            DetailRow(_("通过"), dates.full_day(row.adopted_on), row.adopted_by),
            DetailRow(_("施行"), dates.full_day(row.starts)),
            DetailRow(_("改了什么"), row.note or "—"),
            DetailRow(_("文件"), file or _("缺"), url=file.get_absolute_url() if file else ""),
            *([DetailRow(_("撤下的理由"), row.reason)] if row.reason else []),
        ]


@admin.register(LifeStep)
class LifeStepAdmin(OrganizationRelatedAdmin):
    order = 46
    list_display = ("organization", "kind", "state", "on")
    export_more = ("resolution", "resolved_on", "approval", "approved_on", "agreed_at")
    list_filter = ("kind", "state", "organization")
    list_select_related = ("organization",)
    search_fields = ("organization__name",)
    form = StepForm
    may_create = staticmethod(_manages)
    may_edit = staticmethod(_prepares)
    buttons = (
        Button(
            "submit",
            gettext_lazy("提交，请第二人确认"),
            actions.submit_step,
            _prepares,
            main=True,
            why=gettext_lazy("日期、决议和批复都写好以后，请第二位工作人员确认。"),
            done=gettext_lazy("已提交，等第二人确认。"),
        ),
        Button(
            "withdraw",
            gettext_lazy("撤回确认"),
            actions.withdraw_step,
            lambda user, row: row.is_coming and permissions.can_withdraw_step(user, row),
            confirm=gettext_lazy("撤回这一件的确认？到那天不再生效，有关的人会收到通知。"),
            done=gettext_lazy("已撤回，等第二人重新确认。"),
        ),
        Button(
            "drop",
            gettext_lazy("不办了"),
            actions.drop_step,
            _prepares,
            confirm=gettext_lazy("这一件不办了？已经写的都留着，以后可以重新开始。"),
        ),
    )

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> Any:
        if obj is None:
            options["form"] = NewStepForm
        return super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        if obj is None:
            return [(None, {"fields": ("organization", "kind")})]
        unused = "cause" if obj.kind == LifeStep.Kind.FOUND else "plan"
        names = [name for name in LifeStep.EDITABLE_FIELDS if name != unused]
        return [(None, {"fields": (*names, "upload")})]

    def create(self, form: Any, *, actor: Any) -> LifeStep:
        return actions.begin_step(form.cleaned_data["organization"], kind=form.cleaned_data["kind"], actor=actor)

    def edit(self, row: LifeStep, form: Any, *, actor: Any) -> LifeStep:
        data, upload = form.data_of()
        return actions.edit_step(row, data, upload=upload, actor=actor)

    def detail_rows(self, row: LifeStep, user: Any) -> list[DetailRow]:
        return step_rows(row, user)
