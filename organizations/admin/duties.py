"""届, 会长轮值 and 轮值交接单 on the staff site: the lists and pages of their rows; the plan itself has a page of its own."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.record_hooks import Head
from members.export_columns import about_person

from .. import actions, hand_over, permissions
from ..models import Duty, HandOver, Term
from .organizations import OrganizationRelatedAdmin


@admin.register(Term)
class TermAdmin(OrganizationRelatedAdmin):
    order = 45
    list_display = ("organization", "number", "starts", "ends")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("organization__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff)
    may_edit = staticmethod(lambda user, row: permissions.can_record_term(user, row.organization))

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": Term.EDITABLE_FIELDS if obj else ("organization", *Term.EDITABLE_FIELDS)})]

    def create(self, form: Any, *, actor: Any) -> Term:
        data = dict(form.cleaned_data)
        return actions.record_term(data.pop("organization"), actor=actor, **data)

    def edit(self, row: Term, form: Any, *, actor: Any) -> Term:
        return actions.correct_term(row, actor=actor, **form.cleaned_data)

    def detail_rows(self, row: Term, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("组织"), row.organization),
            DetailRow(_("届"), row.title),
            DetailRow(_("任期"), dates.days(row.starts, row.ends)),
            DetailRow(_("轮值"), row.duties.shares().count(), live=True),
        ]


@admin.register(Duty)
class DutyAdmin(OrganizationRelatedAdmin):
    """The shares and the days of substitutes; they are planned on the page of their organization."""

    order = 50
    list_display = ("person", "organization", "kind", "starts", "ends", "state")
    export_more = about_person("person")
    export_people = ("person",)
    list_filter = ("kind", "state", "organization")
    list_select_related = ("organization", "person__subdistrict")
    search_fields = ("person__name", "organization__name")
    concerns = staticmethod(lambda duty: duty.person)

    def detail_rows(self, row: Duty, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("值班的人"), row.person or _("空缺")),
            DetailRow(_("组织"), row.organization),
            DetailRow(_("届"), row.term),
            DetailRow(_("类型"), row.get_kind_display()),
            DetailRow(_("哪些天"), dates.days(row.starts, row.ends)),
            DetailRow(_("状态"), row.get_state_display()),
            *([DetailRow(_("请假的事由"), row.reason)] if row.reason else []),
        ]


@admin.register(HandOver)
class HandOverAdmin(OrganizationRelatedAdmin):
    """The sheets; only the two confirm them, on their own pages."""

    order = 55
    list_display = ("giver", "taker", "organization", "on", "given_at", "taken_at")
    export_people = ("giver", "taker")
    list_filter = ("organization",)
    list_select_related = ("organization", "giver__subdistrict", "taker__subdistrict")
    search_fields = ("giver__name", "taker__name", "organization__name")
    concerns = staticmethod(lambda sheet: sheet.giver or sheet.taker)

    def head(self, obj: HandOver, user: Any) -> Head:
        given = (_("已交清"), "is-good") if obj.given_at else (_("等交清"), "is-soon")
        taken = (_("已接清"), "is-good") if obj.taken_at else (_("等接清"), "is-soon")
        return Head([given, taken])

    def detail_rows(self, row: HandOver, user: Any) -> list[DetailRow]:
        found = [
            DetailRow(_("组织"), row.organization),
            DetailRow(_("交班"), row.giver or _("空缺"), dates.stamp(row.given_at) if row.given_at else ""),
            DetailRow(_("接班"), row.taker or _("空缺"), dates.stamp(row.taken_at) if row.taken_at else ""),
            DetailRow(_("交接"), _("%(day)s 零点") % {"day": dates.full_day(row.on)}),
        ]
        found += [
            DetailRow(section.label, hand_over.words_of(section) or _("没有"), live=True)
            for section in hand_over.sections_of(row)
        ]
        if row.lines:
            found.append(DetailRow(_("另外要交代的"), row.lines))
        if row.question:
            found.append(DetailRow(_("退回"), row.question))
        return found
