"""Admins of platform apps: audit, deliveries, exceptional days, subdistricts and purposes."""

from functools import cache

from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import extensions
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Delivery
from chengyang.platform.offices.actions import edit_office
from chengyang.platform.offices.models import Office
from chengyang.platform.offices.permissions import can_edit_office
from chengyang.platform.privacy.models import Purpose
from chengyang.platform.workdays.models import WorkdayException

from . import actions, permissions
from .admin import Button, ScopedAdmin

NOT_SENT = (Delivery.State.FAILED, Delivery.State.UNCERTAIN)


@cache
def _tables():
    """Return the Chinese name of each table by its label ("app.Model")."""
    return {model._meta.label: model._meta.verbose_name for model in apps.get_models()}


def _table(label):
    """Return the Chinese name of the table `label`; the label itself for a table that no longer exists."""
    return _tables().get(label, label)


@admin.register(Entry)
class EntryAdmin(ScopedAdmin):
    """The list of audit entries, for the role `audit` only; opening the list is recorded (requirements S08, S11)."""

    section, order = Section.SECURITY, 10
    list_display = ("at", "actor", "verb_label", "subject_label", "subject_id", "result", "address")
    list_filter = ("result", "actor_kind")
    search_fields = ("actor", "subject_id", "verb")
    search_help_text = _("账号编号、对象编号或动作代码")
    ordering = ("-at", "-id")

    def is_for(self, scope):
        return scope.administrator == "audit"

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()[:60]
        if not term:
            return queryset, False
        verbs = [verb for verb, label in extensions.audit_verbs().items() if term in str(label)]
        return queryset.filter(Q(actor=term) | Q(subject_id=term) | Q(verb__in=[term, *verbs])), False

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        audit.record_alone("audit.read", Entry, actor=request.user)
        return response

    @admin.display(description=_("做了什么"))
    def verb_label(self, entry):
        return entry.verb_label

    @admin.display(description=_("对象"), empty_value="—")
    def subject_label(self, entry):
        return _table(entry.subject)

    def detail_rows(self, entry, user):
        return [
            DetailRow(_("时间"), dates.stamp(entry.at)),
            DetailRow(_("操作者"), entry.actor or "—", entry.get_actor_kind_display()),
            DetailRow(_("做了什么"), entry.verb_label),
            DetailRow(_("对象"), _table(entry.subject) or "—", entry.subject_id),
            DetailRow(_("涉及的人士"), entry.person or "—"),
            DetailRow(_("涉及的账号"), entry.user or "—"),
            DetailRow(_("字段"), "、".join(entry.fields) or "—"),
            DetailRow(_("理由代码"), entry.reason or "—"),
            DetailRow(_("结果"), entry.get_result_display()),
            DetailRow(_("地址"), entry.address or "—"),
            DetailRow(_("浏览器"), entry.agent or "—"),
            DetailRow(_("请求编号"), entry.request_id or "—"),
        ]


def _can_send_again(user, delivery):
    return delivery.state in NOT_SENT and permissions.can_send_again(user, delivery)


def _can_set_exceptions(user):
    return permissions.can_set_exception(user, None)


@admin.register(Delivery)
class DeliveryAdmin(ScopedAdmin):
    """The list of deliveries; it shows neither addresses nor texts."""

    section, order = Section.CONTENT, 40
    list_display = ("number", "channel", "state", "tries", "due_at", "sent_at", "error")
    list_filter = ("state", "channel")
    search_fields = ("key",)
    buttons = (
        Button(
            "send-again",
            _("再发一次"),
            actions.send_again,
            _can_send_again,
            confirm=_("再发一次？对方可能已经收到过。"),
            done=_("已排上队，一分钟内发出。"),
        ),
    )

    def is_for(self, scope):
        return scope.district

    @admin.display(description=_("编号"), ordering="key")
    def number(self, delivery):
        return delivery.key

    def detail_rows(self, delivery, user):
        return [
            DetailRow(_("通知编号"), delivery.notice.public_id),
            DetailRow(_("方式"), delivery.get_channel_display()),
            DetailRow(_("状态"), delivery.get_state_display(), delivery.error),
            DetailRow(_("次数"), delivery.tries),
            DetailRow(_("发出"), dates.stamp(delivery.sent_at) if delivery.sent_at else "—"),
        ]


@admin.register(WorkdayException)
class WorkdayAdmin(ScopedAdmin):
    section, order = Section.CONTENT, 10
    list_display = ("date", "name", "is_workday", "provisional", "source")
    list_filter = ("is_workday", "provisional")
    search_fields = ("name",)
    ordering = ("-date",)
    fields = ("date", "is_workday", "name", "source")
    may_create = staticmethod(_can_set_exceptions)
    buttons = (
        Button(
            "remove",
            _("删去这一天"),
            actions.remove_exception,
            permissions.can_set_exception,
            confirm=_("删去这一天？以后按星期算。"),
            done=_("已删去。"),
        ),
    )

    def create(self, form, *, actor):
        return actions.set_exception(actor=actor, **form.cleaned_data)


@admin.register(Subdistrict)
class SubdistrictAdmin(ScopedAdmin):
    section, order = Section.CONTENT, 20
    list_display = ("name", "code", "order")
    search_fields = ("name", "code")
    fields = ("name", "code", "order")


@admin.register(Office)
class OfficeAdmin(ScopedAdmin):
    """The office of the district and the windows of the subdistricts, as the public reads them."""

    section, order = Section.CONTENT, 15
    list_display = ("__str__", "address", "phone", "hours")
    search_fields = ("name", "subdistrict__name", "address")
    list_select_related = ("subdistrict",)
    ordering = ("subdistrict__order", "pk")
    fields = Office.EDITABLE_FIELDS
    may_edit = staticmethod(can_edit_office)

    def edit(self, office, form, *, actor):
        return edit_office(office, actor=actor, **form.cleaned_data)

    def detail_rows(self, office, user):
        page = reverse("offices:contact")
        public = DetailRow(_("公开页"), page, url=page)
        return [DetailRow(_("街道"), office.subdistrict or _("区办公室")), *super().detail_rows(office, user), public]


@admin.register(Purpose)
class PurposeAdmin(ScopedAdmin):
    section, order = Section.CONTENT, 31
    list_display = ("name", "basis", "retention", "necessary", "sensitive")
    search_fields = ("name", "text")
    fields = ("name", "text", "categories", "retention", "basis", "necessary", "sensitive")

    def is_for(self, scope):
        return scope.district
