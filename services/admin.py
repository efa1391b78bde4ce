"""Services on the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import reach
from chengyang.platform.staff.admin import ScopedAdmin
from chengyang.platform.staff.post_admin import PostAdmin as StandardPostAdmin
from chengyang.platform.staff.registry import Fact, Job

from . import actions, permissions
from .models import Assessment, Outcome, Post, Request, Team


@admin.register(Team)
class TeamAdmin(ScopedAdmin):
    job, order = Job.SERVICES, 30
    list_display = ("name", "field_label", "subdistrict", "is_published")
    list_filter = ("subdistrict",)
    list_select_related = ("subdistrict",)
    search_fields = ("name",)
    fields = actions.teams.EDITABLE
    may_edit = staticmethod(permissions.can_edit_team)

    def is_for(self, seen):
        return seen.staff or bool(seen.teams)

    @admin.display(description=_("领域"), ordering="field")
    def field_label(self, team):
        return team.field_label

    def get_queryset(self, request):
        return _kept(super().get_queryset(request), request.user, "")

    def facts(self, team, user):
        return [
            Fact(_("领域"), team.field_label),
            Fact(_("街道"), team.subdistrict or "—"),
            Fact(_("能提供的服务"), "、".join(team.services) or "—"),
            Fact(_("简介"), team.summary),
            Fact(_("公开联系方式"), team.contact),
            Fact(_("公开页"), team.get_absolute_url(), url=team.get_absolute_url()),
        ]

    def edit(self, team, form, *, actor):
        return actions.edit_team(team, actor=actor, **form.cleaned_data)


@admin.register(Request)
class RequestAdmin(ScopedAdmin):
    job, order = Job.SERVICES, 10
    list_display = ("number", "title", "state", "team", "subdistrict", "due_on")
    list_filter = ("state", "team", "subdistrict")
    list_select_related = ("team", "subdistrict")
    search_fields = ("number", "title")

    def is_for(self, seen):
        return seen.staff or bool(seen.teams)

    def get_queryset(self, request):
        seen = reach(request.user)
        rows = super().get_queryset(request)  # visible_to adds one's own, which belong to /me/
        return rows if seen.district else rows.exclude(author=request.user)

    def facts(self, asked, user):
        return [
            Fact(_("标题"), asked.title, url=asked.get_absolute_url()),
            Fact(_("内容"), asked.text),
            Fact(_("状态"), asked.get_state_display()),
            Fact(_("承办"), asked.team or asked.subdistrict or _("待转办")),
            Fact(_("提出"), dates.stamp(asked.at)),
            Fact(_("时限"), dates.day(asked.due_on)),
            Fact(_("答复"), asked.answer),
            Fact(_("评价"), asked.rating or "—"),
        ]


@admin.register(Outcome)
class OutcomeAdmin(ScopedAdmin):
    job, order = Job.SERVICES, 20
    list_display = ("title", "kind", "happened_on", "amount", "quantity", "team", "state")
    list_filter = ("kind", "state", "team")
    list_select_related = ("team",)
    search_fields = ("title",)
    fields = ("team", "kind", "title", "happened_on", "amount", "quantity")
    may_create = staticmethod(lambda user: reach(user).staff or bool(reach(user).teams))

    def is_for(self, seen):
        return seen.staff or bool(seen.teams)

    def formfield_for_foreignkey(self, db_field, request, **options):
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if field is not None:
            field.required = True
        return field

    def create(self, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.report_outcome(data.pop("team"), actor=actor, **data)

    def facts(self, outcome, user):
        return [
            Fact(_("类型"), outcome.get_kind_display()),
            Fact(_("日期"), dates.full_day(outcome.happened_on)),
            Fact(_("金额"), dates.money(outcome.amount) if outcome.amount else "—"),
            Fact(_("数量"), outcome.quantity or "—"),
            Fact(_("归属"), outcome.team or outcome.base or outcome.organization or "—"),
            Fact(_("状态"), outcome.get_state_display(), outcome.reason),
            Fact(_("上报"), outcome.reported_by or "—"),
            Fact(_("核实"), outcome.checked_by or "—"),
        ]


@admin.register(Post)
class PostAdmin(StandardPostAdmin):
    job, order = Job.SERVICES, 40
    list_filter = ("kind", "team")
    appoint, end_post = staticmethod(actions.appoint), staticmethod(actions.end_post)
    may_end = staticmethod(permissions.can_end_post)

    def is_for(self, seen):
        return seen.staff or bool(seen.teams)

    def get_queryset(self, request):
        return _kept(super().get_queryset(request), request.user, "team__")


@admin.register(Assessment)
class AssessmentAdmin(ScopedAdmin):
    job, order = Job.SERVICES, 50
    list_display = ("team", "version", "state", "assessed_on", "expires_on")
    list_filter = ("state",)
    list_select_related = ("team", "version__standard")
    search_fields = ("team__name",)
    fields = ("team", "version", "state", "submitted_by", "assessed_by", "assessed_on", "expires_on", "note")

    def get_queryset(self, request):
        return _kept(super().get_queryset(request), request.user, "team__")


def _kept(rows, user, prefix):
    """Keep the teams that `user` is responsible for: the rest has its public page."""
    seen = reach(user)
    return rows if seen.district else rows.filter(Team.objects.all().kept_by(seen, prefix=prefix))
