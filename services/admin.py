"""Services on the staff site."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import DetailRow, Section, todo_kind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.assessment_admin import OF_YEAR
from chengyang.platform.staff.assessment_admin import AssessmentAdmin as StandardAssessmentAdmin
from chengyang.platform.staff.assessment_admin import EvaluationAdmin as StandardEvaluationAdmin
from chengyang.platform.staff.bulk_verbs import of_decision
from chengyang.platform.staff.detail_rows import remaining_rows
from chengyang.platform.staff.filters import period_filter
from chengyang.platform.staff.links import page_url
from chengyang.platform.staff.organizer_admin import OrganizerAdmin
from chengyang.platform.staff.post_admin import InPost
from chengyang.platform.staff.post_admin import PostAdmin as StandardPostAdmin
from members.export_columns import about_person

from . import actions, permissions
from . import outcome_admin as outcome_admin  # registers the lists of outcomes
from .models import Assessment, Evaluation, Offer, Post, Request, RoutingRule, Team, TeamApplication
from .proposals.admin import DepartmentAdmin, ProposalAdmin
from .states import REQUEST_OPEN, TeamApplicationState
from .todos import DecideTeamApplication

__all__ = ["DepartmentAdmin", "ProposalAdmin"]  # registered by their own module


@admin.register(Team)
class TeamAdmin(OrganizerAdmin):
    section, order = Section.SERVICES, 30
    managed_subject = "team"
    list_display = ("name", "field_label", "subdistrict", "is_published")
    export_more = ("summary", "contact", "closed_on")
    list_filter = ("subdistrict",)
    search_fields = ("name",)
    may_edit = staticmethod(permissions.can_edit_team)
    own_buttons = (
        Button(
            "close",
            _("停止"),
            actions.close_team,
            lambda user, team: team.closed_on is None and permissions.can_close_team(user, team),
            confirm=_("停止这支服务队？职务今天结束，没办完的诉求转给区委统战部，页面和历史都留着。"),
            done=_("已停止。"),
        ),
    )

    @admin.display(description=_("领域"), ordering="field")
    def field_label(self, team):
        return team.field_label

    def detail_rows(self, team, user):
        return [
            DetailRow(_("领域"), team.field_label),
            DetailRow(_("街道"), team.subdistrict or "—"),
            DetailRow(_("点单清单"), "、".join(offer.name for offer in team.listed_offers()) or "—"),
            DetailRow(_("简介"), team.summary),
            DetailRow(_("公开联系方式"), team.contact),
            *remaining_rows(team, Team.EDITABLE_FIELDS, shown={"summary", "contact"}),
            DetailRow(_("停止"), dates.full_day(team.closed_on) if team.closed_on else _("没有")),
            *self.public_rows(team),
        ]

    def create(self, form, *, actor):
        return actions.create_team(actor=actor, **form.cleaned_data)

    def edit(self, team, form, *, actor):
        return actions.edit_team(team, actor=actor, **form.cleaned_data)


class Progress(admin.SimpleListFilter):
    """A filter by what is left to do on a request."""

    title, parameter_name = _("办理"), "progress"

    def lookups(self, request, model_admin):
        return [
            ("open", _("没办完")),
            ("overdue", _("已超期")),
            ("handed-over", _("区委统战部转出的")),
            ("done", _("办完了")),
        ]

    def queryset(self, request, queryset):
        is_open = Q(state__in=REQUEST_OPEN)
        chosen = {
            "open": is_open,
            "overdue": is_open & Q(due_on__lt=clock.today()),
            "handed-over": Q(handed_over_at__isnull=False),
            "done": ~is_open,
        }
        return queryset.filter(chosen.get(self.value(), Q()))


@admin.register(Request)
class RequestAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 10
    managed_subject = "team"
    list_display = ("number", "title", "state", "team", "subdistrict", "due_on")
    export_more = ("at", "service", "category", "intake", "answered_at", "solved", "useful", "handed_over_at")
    concerns = staticmethod(lambda request: request.author)
    list_filter = (
        Progress,
        "state",
        "team",
        "subdistrict",
        period_filter("at", _("提出时间")),
    )
    list_select_related = ("team", "subdistrict", "author")
    search_help_text = _("编号或标题")

    def get_ordering(self, request):
        return ("is_done", "open_until", "-at", "-pk")

    def record_opening(self, request, row):
        actions.record_opening(row, actor=request.user)

    def get_queryset(self, request):
        rows = Request.objects.visible_to(request.user).by_urgency()
        # visible_to includes one's own requests, which belong to /me/
        return rows if access_scope(request.user).district else rows.exclude(author=request.user)

    def detail_rows(self, row, user):
        waits = todo_kind("request").url(row) if permissions.can_answer_request(user, row) else ""
        return [
            DetailRow(_("标题"), row.title),
            DetailRow(_("内容"), row.text),
            DetailRow(_("编号"), row.number),
            DetailRow(_("状态"), row.get_state_display(), _("去办理") if waits else "", url=waits),
            DetailRow(_("承办"), row.handler),
            DetailRow(_("提出"), dates.stamp(row.at)),
            DetailRow(_("时限"), dates.day(row.due_on)),
            DetailRow(_("答复"), row.answer),
            DetailRow(_("类别"), row.get_category_display() or "—"),
            DetailRow(_("怎么提的"), row.get_intake_display()),
            DetailRow(_("评价"), "，".join(filter(None, (row.get_solved_display(), row.get_useful_display()))) or "—"),
        ]


def _may_edit(offer: Offer, user: Any) -> bool:
    return permissions.can_edit_team(user, offer.team)


@admin.register(Offer)
class OfferAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 35
    managed_subject, managed_prefix = "team", "team__"
    list_display = ("name", "team", "price", "state_label")
    export_more = ("for_whom", "duration", "times", "lead_days", "area", "off_from", "off_until", "ended_on")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "team__name")
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("team")))
    may_edit = staticmethod(lambda user, offer: offer.ended_on is None and _may_edit(offer, user))
    buttons = (
        Button(
            "off",
            _("暂停接单"),
            actions.switch_off_offer,
            lambda user, offer: offer.ended_on is None and not offer.is_off and _may_edit(offer, user),
            needs_reason=True,
            done=_("暂停接单，清单上写着为什么。"),
        ),
        Button(
            "on",
            _("恢复接单"),
            actions.switch_on_offer,
            lambda user, offer: offer.ended_on is None and offer.is_off and _may_edit(offer, user),
            done=_("又接单了。"),
        ),
        Button(
            "end",
            _("从清单上拿下"),
            actions.end_offer,
            lambda user, offer: offer.ended_on is None and _may_edit(offer, user),
            done=_("已拿下；点过的单照办。"),
        ),
        Button(
            "list-again",
            _("放回清单"),
            actions.list_offer_again,
            lambda user, offer: offer.ended_on is not None and _may_edit(offer, user),
            done=_("又在清单上。"),
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": Offer.EDITABLE_FIELDS if obj else ("team", *Offer.EDITABLE_FIELDS)})]

    @admin.display(description=_("接单"))
    def state_label(self, offer):
        if offer.ended_on:
            return _("已拿下")
        return _("暂停接单") if offer.is_off else _("正在接单")

    def create(self, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.add_offer(data.pop("team"), actor=actor, **data)

    def edit(self, offer, form, *, actor):
        return actions.edit_offer(offer, actor=actor, **form.cleaned_data)

    def detail_rows(self, offer, user):
        until = dates.full_day(offer.off_until) if offer.off_until else ""
        return [
            DetailRow(_("服务队"), offer.team, url=page_url(offer.team)),
            DetailRow(_("接单"), self.state_label(offer), until or offer.off_reason),
            *remaining_rows(offer, Offer.EDITABLE_FIELDS, shown={"off_until"}),
        ]


@admin.register(RoutingRule)
class RoutingRuleAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 60
    list_display = ("category", "subdistrict", "team", "in_use")
    export_more = ("ended_on",)
    list_filter = ("category", "team")
    list_select_related = ("team", "subdistrict")
    may_create = staticmethod(permissions.can_edit_rules)
    may_edit = staticmethod(lambda user, rule: rule.ended_on is None and permissions.can_edit_rules(user, rule))
    fields = RoutingRule.EDITABLE_FIELDS
    buttons = (
        Button(
            "end",
            _("停用"),
            actions.end_rule,
            lambda user, rule: rule.ended_on is None and permissions.can_edit_rules(user, rule),
            done=_("已停用，这一类先到区委统战部。"),
        ),
    )

    def is_for(self, scope):
        """Only the district makes rules."""
        return scope.district

    @admin.display(description=_("在用"))
    def in_use(self, rule):
        return _("已停用") if rule.ended_on else _("在用")

    def create(self, form, *, actor):
        return actions.add_rule(actor=actor, **form.cleaned_data)

    def edit(self, rule, form, *, actor):
        return actions.edit_rule(rule, actor=actor, **form.cleaned_data)

    def detail_rows(self, rule, user):
        return [
            DetailRow(_("类别"), rule.get_category_display()),
            DetailRow(_("提出人所在街道"), rule.subdistrict or _("都是")),
            DetailRow(_("交给哪支队"), rule.team, url=page_url(rule.team)),
            DetailRow(_("在用"), self.in_use(rule)),
        ]


APPLICATIONS = DecideTeamApplication()


@admin.register(TeamApplication)
class TeamApplicationAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 45
    managed_subject, managed_prefix = "team", "team__"
    list_display = ("person", "team", "state", "applied_at")
    export_more = (*about_person("person"), "skills", "times", "decided_at", "reason")
    export_people = ("person",)
    ordering = ("-applied_at", "-pk")
    list_filter = ("state", "team")
    concerns = staticmethod(lambda row: row.person)
    list_select_related = ("team", "person__subdistrict")
    bulk_verbs = (
        of_decision(APPLICATIONS, "accept", _("收下")),
        of_decision(APPLICATIONS, "decline", _("不收"), needs_reason=True),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(person__user=request.user)  # one's own belong to /me/

    def detail_rows(self, row, user):
        waits = row.state == TeamApplicationState.APPLIED and permissions.can_decide_application(user, row)
        url = todo_kind("team-application").url(row) if waits else ""
        return [
            DetailRow(_("服务队"), row.team, url=page_url(row.team)),
            DetailRow(_("会什么"), row.skills),
            DetailRow(_("哪天有空"), row.times),
            DetailRow(_("报名"), dates.stamp(row.applied_at)),
            DetailRow(_("状态"), row.get_state_display(), _("去回话") if waits else row.reason, url=url),
            DetailRow(_("经办"), row.decided_by or "—"),
        ]


@admin.register(Assessment)
class AssessmentAdmin(StandardAssessmentAdmin):
    section, order = Section.SERVICES, 50
    managed_subject, managed_prefix = "team", "team__"
    list_filter = ("state", "team")
    search_fields = ("team__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("team")))


@admin.register(Evaluation)
class EvaluationAdmin(StandardEvaluationAdmin):
    section, order = Section.SERVICES, 55
    managed_subject, managed_prefix = "team", "team__"
    list_filter = ("state", OF_YEAR, "team")
    search_fields = ("team__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("team")))


@admin.register(Post)
class PostAdmin(StandardPostAdmin):
    section, order = Section.SERVICES, 40
    managed_subject, managed_prefix = "team", "team__"
    list_filter = ("kind", "team", InPost)
    export_more = about_person("person")
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("team")))
    appoint, end_post = staticmethod(actions.appoint), staticmethod(actions.end_post)
    correct_post = staticmethod(actions.correct_post)
    may_end = staticmethod(permissions.can_end_post)

    def formfield_for_choice_field(self, db_field, request, **options):
        """Offer a leader only the post of a volunteer; staff appoint leaders."""
        field = super().formfield_for_choice_field(db_field, request, **options)
        if db_field.name == "kind" and not access_scope(request.user).staff:
            field.choices = [(code, label) for code, label in field.choices if code == Post.Kind.VOLUNTEER]
            field.initial = Post.Kind.VOLUNTEER
        return field
