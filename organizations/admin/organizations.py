"""Organizations, their members, posts and assessments on the staff site."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.sheets.columns import Column
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.assessment_admin import OF_YEAR
from chengyang.platform.staff.assessment_admin import AssessmentAdmin as StandardAssessmentAdmin
from chengyang.platform.staff.assessment_admin import EvaluationAdmin as StandardEvaluationAdmin
from chengyang.platform.staff.bulk_verbs import PERSON, of_button, of_decision
from chengyang.platform.staff.filters import period_filter
from chengyang.platform.staff.forms import with_new_reason
from chengyang.platform.staff.links import page_url
from chengyang.platform.staff.organizer_admin import OrganizerAdmin
from chengyang.platform.staff.picture_admin import ShowsPictures
from chengyang.platform.staff.post_admin import InPost
from chengyang.platform.staff.post_admin import PostAdmin as StandardPostAdmin
from chengyang.platform.web.forms import CheckBoxes
from members.export_columns import about_person

from .. import actions, permissions
from ..actions.organizations import SETS
from ..former_names import former_names
from ..forms import new_membership_form
from ..models import Assessment, Evaluation, Membership, Organization, Post
from ..states import MembershipState, OrganizationState
from ..todos import MembershipTodo
from .duty_pages import DutyPages
from .founding_pages import FoundingPages

DATED_STATES = (MembershipState.ACTIVE, MembershipState.LEFT)
DATES = ("joined_on", "left_on", "reason")


class StateFilter(admin.SimpleListFilter):
    """A filter by the state of today, from the midnight of a step on."""

    title, parameter_name = gettext_lazy("状态"), "state"

    def lookups(self, request, model_admin):
        return OrganizationState.choices

    def queryset(self, request, queryset):
        return queryset.in_state(self.value()) if self.value() in OrganizationState.values else queryset


def _state_note(row):
    """Return since when it is suspended or dissolved, or what two officers decided for a coming day."""
    today = clock.today()
    if row.next_on and row.next_on > today:
        state = OrganizationState(row.next_state).label
        return _("%(day)s 零点起%(state)s") % {"day": dates.full_day(row.next_on), "state": state}
    day = row.dissolved_on or row.suspended_on
    return _("%(day)s 起") % {"day": dates.full_day(day)} if row.is_stopped and day else ""


def former_rows(row):
    """Return a row with the former names of an organization, none where it never had another."""
    names = former_names(row)
    text = "；".join(
        _("%(name)s（到 %(day)s）") % {"name": one.name, "day": dates.full_day(one.until)} for one in names
    )
    return [DetailRow(_("曾用名"), text)] if names else []


@admin.register(Organization)
class OrganizationAdmin(DutyPages, FoundingPages, ShowsPictures, OrganizerAdmin):
    section, order = Section.ORGANIZATIONS, 10
    managed_subject = "organization"
    more_fields = SETS
    list_display = ("name", "kind", "level", "subdistrict", "state", "founded_text", "is_published")
    list_select_related = ("subdistrict", "kind", "parent")
    list_filter = (
        "kind",
        "level",
        "subdistrict",
        StateFilter,
        ("parent", admin.RelatedOnlyFieldListFilter),
        "categories",
        "work_fields",
    )
    export_more = (
        Column(
            "state", gettext_lazy("状态"), lambda row: row.get_state_display()
        ),  # of today, see `Organization.from_db`
        *(
            "parent",
            "credit_code",
            "founded_on",
            "suspended_on",
            "dissolved_on",
            "place",
            "contact",
            "summary",
            "purpose",
        ),
        Column("categories", gettext_lazy("面向类别"), lambda row: "、".join(map(str, row.categories.all()))),
        Column("work_fields", gettext_lazy("工作领域"), lambda row: "、".join(map(str, row.work_fields.all()))),
        Column("former", gettext_lazy("曾用名"), lambda row: "；".join(one.name for one in former_names(row))),
    )
    search_help_text = gettext_lazy("名称、以前的名称或统一社会信用代码")
    free_choices = ("parent", "kind")
    may_edit = staticmethod(permissions.can_manage_organization)

    def get_urls(self):
        return [*self.duty_urls(), *self.founding_urls(), *self.picture_urls(), *super().get_urls()]

    def formfield_for_foreignkey(self, db_field, request, **options):
        """Offer the kinds that can still be chosen, and the own one; a parent may be any organization that the officer sees."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "kind":
            key = request.resolver_match.kwargs.get("object_id")
            own = (
                Organization.objects.filter(pk=key).values("kind")
                if key
                else Organization.objects.none().values("kind")
            )
            field.queryset = field.queryset.filter(Q(is_offered=True) | Q(pk__in=own))
        return field

    def formfield_for_manytomany(self, db_field, request, **options):
        return db_field.formfield(widget=CheckBoxes(size="one"), required=False)

    def detail_rows(self, row, user):
        latest = row.assessments.passed_on(clock.today()).first()
        founded = dates.partial(row.founded_text) if row.founded_text else "—"
        return [
            DetailRow(_("类型"), row.kind or "—"),
            DetailRow(_("级别"), row.get_level_display()),
            DetailRow(_("街道"), row.subdistrict or "—"),
            DetailRow(_("状态"), row.get_state_display(), _state_note(row)),
            DetailRow(_("成立"), founded, _("按公开报道录入") if row.by_record else ""),
            DetailRow(_("上级组织"), row.parent or "—", url=page_url(row.parent) if row.parent else ""),
            DetailRow(
                _("统一社会信用代码"), row.credit_code or "—", _("演示") if row.credit_code and row.is_demo else ""
            ),
            DetailRow(_("面向类别"), "、".join(map(str, row.categories.all())) or "—"),
            DetailRow(_("工作领域"), "、".join(map(str, row.work_fields.all())) or "—"),
            DetailRow(_("会员"), row.memberships.all().by_organization().get(row.pk, 0)),
            DetailRow(_("“五好”"), latest or _("未评定")),
            DetailRow(_("简介"), row.summary),
            DetailRow(_("宗旨"), row.purpose),
            DetailRow(_("活动场所"), row.place),
            DetailRow(_("公开联系方式"), row.contact),
            *former_rows(row),
            *self.public_rows(row),
        ]

    def create(self, form, *, actor):
        return actions.create_organization(form.cleaned_data, actor=actor)

    def edit(self, row, form, *, actor):
        return actions.edit_organization(row, form.cleaned_data, actor=actor)


class OrganizationRelatedAdmin(ScopedAdmin):
    """A list of rows that belong to an organization, for its secretary and the staff responsible for it."""

    section = Section.ORGANIZATIONS
    managed_subject, managed_prefix = "organization", "organization__"


APPLICATIONS = MembershipTodo()
NOTIFIED = gettext_lazy("每个人都会收到通知。")


@admin.register(Membership)
class MembershipAdmin(OrganizationRelatedAdmin):
    order = 20
    is_changed_by_actions = True
    messages_to = "people"
    list_display = ("person", "organization", "state", "joined_on", "left_on")
    export_more = (*about_person("person"), "applied_at", "reason")
    export_people = ("person",)
    ordering = ("-applied_at", "-pk")
    list_filter = ("state", "organization", period_filter("joined_on", gettext_lazy("入会"), is_moment=False))
    concerns = staticmethod(lambda membership: membership.person)
    list_select_related = ("organization", "person__subdistrict")
    search_help_text = gettext_lazy("姓名、名字的一部分、拼音、首字母或手机尾号四位")

    buttons = (
        Button(
            "accept",
            gettext_lazy("接纳"),
            actions.accept_membership,
            lambda user, row: row.state == MembershipState.APPLIED and permissions.can_decide_membership(user, row),
            main=True,
            why=gettext_lazy("本人申请入会，等组织答复。"),
        ),
        Button(
            "decline",
            gettext_lazy("不接纳"),
            actions.decline_membership,
            lambda user, row: row.state == MembershipState.APPLIED and permissions.can_decide_membership(user, row),
            needs_reason=True,
        ),
        Button(
            "end",
            gettext_lazy("代办退会"),
            actions.end_membership,
            lambda user, row: row.state == MembershipState.ACTIVE and permissions.can_decide_membership(user, row),
            needs_reason=True,
            confirm=gettext_lazy("从今天起不再是会员？本人会收到通知和理由。"),
            done=gettext_lazy("会员身份已结束，本人会收到通知。"),
        ),
    )
    bulk_verbs = (
        of_decision(APPLICATIONS, "accept", gettext_lazy("接纳"), unit=PERSON, note=NOTIFIED),
        of_decision(APPLICATIONS, "decline", gettext_lazy("不接纳"), needs_reason=True, unit=PERSON, note=NOTIFIED),
        of_button(buttons[2], unit=PERSON, note=NOTIFIED),
    )
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("organization")))
    may_edit = staticmethod(
        lambda user, row: row.state in DATED_STATES and permissions.can_decide_membership(user, row)
    )

    def get_form(self, request, obj=None, change=False, **options):
        if obj:
            return with_new_reason(super().get_form(request, obj, change, **options))
        return new_membership_form(request.user)

    def get_fieldsets(self, request, obj=None):
        names = DATES if obj else tuple(new_membership_form(request.user).base_fields)
        return [(None, {"fields": names})]

    def message_rows(self, rows):
        return rows.filter(state=MembershipState.ACTIVE)

    def create(self, form, *, actor):
        data = form.cleaned_data
        return actions.add_membership(
            data["organization"], person=data["person"], joined_on=data["joined_on"], actor=actor
        )

    def edit(self, row, form, *, actor):
        return actions.correct_membership(row, actor=actor, **form.cleaned_data)

    def detail_rows(self, row, user):
        return [
            DetailRow(_("人士"), row.person),
            DetailRow(_("组织"), row.organization),
            DetailRow(_("状态"), row.get_state_display()),
            DetailRow(_("申请"), dates.stamp(row.applied_at)),
            DetailRow(_("入会"), dates.full_day(row.joined_on) if row.joined_on else "—"),
            DetailRow(_("退会"), dates.full_day(row.left_on) if row.left_on else "—"),
            DetailRow(_("理由"), row.reason),
        ]


@admin.register(Post)
class PostAdmin(OrganizationRelatedAdmin, StandardPostAdmin):
    order = 30
    list_filter = ("kind", "organization", InPost)
    export_more = about_person("person")
    fields = (*StandardPostAdmin.fields, "ends")
    appoint, end_post = staticmethod(actions.appoint), staticmethod(actions.end_post)
    correct_post = staticmethod(actions.correct_post)
    may_end = staticmethod(lambda user, post: permissions.can_appoint(user, post.organization))


@admin.register(Assessment)
class AssessmentAdmin(OrganizationRelatedAdmin, StandardAssessmentAdmin):
    order = 40
    list_filter = ("state", "organization")
    search_fields = ("organization__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("organization")))


@admin.register(Evaluation)
class EvaluationAdmin(OrganizationRelatedAdmin, StandardEvaluationAdmin):
    order = 45
    list_filter = ("state", OF_YEAR, "organization")
    search_fields = ("organization__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("organization")))
