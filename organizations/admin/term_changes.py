"""换届 on the staff site: its list, the page of a change with its steps and candidates, and the candidates."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.files.models import File
from chengyang.platform.staff.admin import Button
from members.export_columns import about_person

from .. import actions, permissions
from ..models import Candidate, Organization, TermChange
from ..states import ChangeState
from ..todos import change_rows
from .organizations import OrganizationRelatedAdmin
from .term_pages import TermPages

START_FIELDS = ("organization", "number", "starts", "ends")


def _prepares(user: Any, row: TermChange) -> bool:
    return row.state == ChangeState.PREPARING and permissions.can_prepare_term_change(user, row.organization)


def _records(user: Any, row: Candidate) -> bool:
    return _prepares(user, row.change)


@admin.register(TermChange)
class TermChangeAdmin(TermPages, OrganizationRelatedAdmin):
    order = 47
    list_display = ("organization", "number", "starts", "state")
    list_filter = ("state", "organization")
    list_select_related = ("organization",)
    search_fields = ("organization__name",)
    template = "organizations/_term_change.html"
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("organization")))
    may_edit = staticmethod(_prepares)
    buttons = (
        Button(
            "submit",
            gettext_lazy("提交，请第二人确认"),
            actions.submit_term_change,
            _prepares,
            main=True,
            why=gettext_lazy("提名、公示、会议和结果都录入以后，请第二位工作人员确认。"),
            done=gettext_lazy("已提交，等第二人确认。"),
        ),
        Button(
            "withdraw",
            gettext_lazy("撤回确认"),
            actions.withdraw_term_change,
            lambda user, row: (
                row.state == ChangeState.AGREED and not row.is_over and permissions.can_withdraw_term_change(user, row)
            ),
            confirm=gettext_lazy("撤回这次换届的确认？原来的职务照旧，当选的人会收到通知。"),
            done=gettext_lazy("已撤回，等第二人重新确认。"),
        ),
        Button(
            "drop",
            gettext_lazy("不换了"),
            actions.drop_term_change,
            _prepares,
            confirm=gettext_lazy("这次换届不办了？已经录入的都留着，以后可以重新开始。"),
        ),
    )

    def get_urls(self) -> list:
        return [*self.term_urls(), *super().get_urls()]

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": TermChange.EDITABLE_FIELDS if obj else START_FIELDS})]

    def create(self, form: Any, *, actor: Any) -> TermChange:
        data = dict(form.cleaned_data)
        return actions.begin_term_change(data.pop("organization"), data, actor=actor)

    def edit(self, row: TermChange, form: Any, *, actor: Any) -> TermChange:
        return actions.edit_term_change(row, form.cleaned_data, actor=actor)

    def detail_rows(self, row: TermChange, user: Any) -> list[DetailRow]:
        return change_rows(row, user)


@admin.register(Candidate)
class CandidateAdmin(OrganizationRelatedAdmin):
    order = 48
    list_display = ("person", "kind", "change", "has_agreed", "has_declined", "votes", "is_elected")
    list_filter = ("kind", "has_agreed", "has_declined", "is_elected")
    list_select_related = ("change__organization", "person__subdistrict")
    search_fields = ("person__name", "change__organization__name")
    autocomplete_fields = ("person",)
    export_more = about_person("person")
    export_people = ("person",)
    concerns = staticmethod(lambda row: row.person)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("organization")))
    may_edit = staticmethod(_records)
    buttons = (
        Button(
            "elect",
            gettext_lazy("当选"),
            actions.elect,
            lambda user, row: row.has_agreed and not row.is_elected and _records(user, row),
        ),
        Button(
            "drop",
            gettext_lazy("撤回提名"),
            actions.drop_candidate,
            _records,
            confirm=gettext_lazy("撤回这个提名？登记会删除。"),
            done=gettext_lazy("提名已撤回。"),
        ),
    )

    def _managed_rows(self, rows: Any, scope: Any) -> Any:
        """Return the candidates of the changes that the officer manages: without own candidacies elsewhere."""
        prefix = "change__organization__"
        return rows if scope.district else rows.filter(Organization.objects.managed_q(scope, prefix=prefix))

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": Candidate.EDITABLE_FIELDS if obj else ("change", "person", "kind")})]

    def create(self, form: Any, *, actor: Any) -> Candidate:
        data = dict(form.cleaned_data)
        return actions.nominate(data.pop("change"), actor=actor, **data)

    def edit(self, row: Candidate, form: Any, *, actor: Any) -> Candidate:
        return actions.record_result(row, form.cleaned_data, actor=actor)

    def detail_rows(self, row: Candidate, user: Any) -> list[DetailRow]:
        votes = _("%(n)d 票赞成") % {"n": row.votes} if row.votes is not None else ""
        return [
            DetailRow(_("人士"), row.person),
            DetailRow(_("职务"), row.get_kind_display()),
            DetailRow(_("换届"), row.change, dates.full_day(row.change.starts)),
            DetailRow(_("本人的答复"), row.answer_words, dates.stamp(row.answered_at) if row.answered_at else ""),
            *_consent_rows(row, user),
            DetailRow(_("当选"), _("是") if row.is_elected else _("否"), votes),
        ]


def _consent_rows(row: Candidate, user: Any) -> list[DetailRow]:
    """Return the row with the file of an answer on paper, and who recorded it."""
    if not row.paper:
        return []
    file = File.objects.visible_to(user).filter(public_id=row.paper).first()
    url = file.get_absolute_url() if file else ""
    return [DetailRow(_("书面答复"), file or "—", row.answered_by or "", url=url)]
