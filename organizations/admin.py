"""Organizations on the desk."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import reach
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.assessment_admin import AssessmentAdmin as StandardAssessmentAdmin
from chengyang.platform.staff.post_admin import PostAdmin as StandardPostAdmin
from chengyang.platform.staff.registry import Fact, Job
from chengyang.platform.web.forms import CheckBoxes

from . import actions, permissions
from .models import Assessment, Membership, Organization, Post
from .states import MembershipState, OrganizationState


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    job, order = Job.ORGANIZATIONS, 10
    list_display = ("name", "level", "subdistrict", "state", "founded_text", "is_published")
    list_filter = ("level", "subdistrict", "state", "categories")
    list_select_related = ("subdistrict",)
    search_fields = ("name",)
    template = "organizations/_desk.html"
    may_edit = staticmethod(permissions.can_keep)
    buttons = (
        Button(
            "found",
            gettext_lazy("成立"),
            actions.found_organization,
            lambda user, row: row.state == OrganizationState.PREPARING and permissions.can_found(user, row),
            main=True,
        ),
        Button(
            "dissolve",
            gettext_lazy("注销"),
            actions.dissolve_organization,
            lambda user, row: row.state != OrganizationState.DISSOLVED and permissions.can_dissolve(user, row),
            confirm=gettext_lazy("注销这个组织？会员和职务立即结束，页面和历史都留着。"),
        ),
    )

    def is_for(self, seen):
        return seen.staff or bool(seen.organizations)

    def get_queryset(self, request):
        return _kept(super().get_queryset(request), request.user, "")

    def get_fieldsets(self, request, obj=None):
        new = ("name", "level", "subdistrict", "categories", "summary", "contact")
        return [(None, {"fields": (*actions.EDITABLE, "categories") if obj else new})]

    def formfield_for_manytomany(self, db_field, request, **options):
        return db_field.formfield(widget=CheckBoxes(size="one"), required=False)

    def facts(self, row, user):
        latest = row.assessments.passed_on(clock.today()).first()
        founded = dates.partial(row.founded_text) if row.founded_text else "—"
        return [
            Fact(_("级别"), row.get_level_display()),
            Fact(_("街道"), row.subdistrict or "—"),
            Fact(_("状态"), row.get_state_display(), _("按公开报道录入") if row.by_record else ""),
            Fact(_("成立"), founded),
            Fact(_("会员"), row.memberships.active().count()),
            Fact(_("“五好”"), latest or _("未评定")),
            Fact(_("简介"), row.summary),
            Fact(_("公开联系方式"), row.contact),
            Fact(_("公开页"), row.get_absolute_url(), url=row.get_absolute_url()),
        ]

    def create(self, form, *, actor):
        return actions.create_organization(form.cleaned_data, actor=actor)

    def edit(self, row, form, *, actor):
        return actions.edit_organization(row, form.cleaned_data, actor=actor)


def _kept(rows, user, prefix):
    seen = reach(user)
    return rows if seen.district else rows.filter(Organization.objects.all().kept_by(seen, prefix=prefix))


class OfOrganization(ScopedAdmin):
    """What hangs on an organization: for who keeps it and for staff responsible for it."""

    job = Job.ORGANIZATIONS

    def is_for(self, seen):
        return seen.staff or bool(seen.organizations)

    def get_queryset(self, request):
        return _kept(super().get_queryset(request), request.user, "organization__")


@admin.register(Membership)
class MembershipAdmin(OfOrganization):
    order = 20
    list_display = ("person", "organization", "state", "joined_on", "left_on")
    list_filter = ("state", "organization")
    list_select_related = ("organization", "person")
    search_help_text = gettext_lazy("姓名、名字的一部分、拼音、首字母或手机尾号四位")

    buttons = (
        Button(
            "accept",
            gettext_lazy("接纳"),
            actions.accept_membership,
            lambda user, row: row.state == MembershipState.APPLIED and permissions.can_decide_membership(user, row),
            main=True,
        ),
        Button(
            "decline",
            gettext_lazy("不接纳"),
            actions.decline_membership,
            lambda user, row: row.state == MembershipState.APPLIED and permissions.can_decide_membership(user, row),
            needs_reason=True,
        ),
    )

    def facts(self, row, user):
        return [
            Fact(_("人士"), row.person),
            Fact(_("组织"), row.organization, url=row.organization.get_absolute_url()),
            Fact(_("状态"), row.get_state_display()),
            Fact(_("申请"), dates.stamp(row.applied_at)),
            Fact(_("入会"), dates.full_day(row.joined_on) if row.joined_on else "—"),
            Fact(_("退会"), dates.full_day(row.left_on) if row.left_on else "—"),
            Fact(_("理由"), row.reason),
        ]


@admin.register(Post)
class PostAdmin(OfOrganization, StandardPostAdmin):
    order = 30
    list_filter = ("kind", "organization")
    fields = (*StandardPostAdmin.fields, "ends")
    appoint, end_post = staticmethod(actions.appoint), staticmethod(actions.end_post)
    may_end = staticmethod(lambda user, post: permissions.can_appoint(user, post.organization))


@admin.register(Assessment)
class AssessmentAdmin(OfOrganization, StandardAssessmentAdmin):
    order = 40
    list_filter = ("state", "organization")
    search_fields = ("organization__name",)
    may_create = staticmethod(lambda user: reach(user).staff or bool(reach(user).organizations))
