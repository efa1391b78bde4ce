"""Proposals and the departments that answer them, on the staff site; district staff only."""

from django.contrib import admin
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.extensions import DetailRow, Section, todo_kind
from chengyang.lib.chinese import dates, phones
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.filters import offered, period_filter
from chengyang.platform.web.forms import ModelForm, PhoneField

from ..models import Department, Proposal, ProposalEdition, Referral
from ..states import PROPOSAL_WITH_OFFICE, ProposalState
from . import actions, permissions
from .todo_parts import file_rows, text_rows


class Progress(admin.SimpleListFilter):
    """A filter by what is left to do on a proposal."""

    title, parameter_name = _("办理"), "progress"

    def lookups(self, request, model_admin):
        return [
            ("office", _("等办公室")),
            ("unit", _("单位办理中")),
            ("overdue", _("已超期")),
            ("following", _("有答应的事没做完")),
            ("published", _("已公开")),
        ]

    def queryset(self, request, queryset):
        following = {"referrals__promises__state": "open"}
        shown = ProposalEdition.objects.published().values("proposal")
        chosen = {
            "office": Q(state__in=PROPOSAL_WITH_OFFICE),
            "unit": Q(state=ProposalState.FORWARDED),
            "overdue": Q(due_on__lt=clock.today()),
            "following": Q(pk__in=Proposal.objects.filter(**following).values("pk")),
            "published": Q(pk__in=shown),
        }
        return queryset.filter(chosen.get(self.value(), Q()))


class AtDepartment(admin.SimpleListFilter):
    """A filter by the department that has it or answered it."""

    title, parameter_name = _("承办单位"), "department"

    def lookups(self, request, model_admin):
        return offered(Department, request.user)

    def queryset(self, request, queryset):
        value = self.value()
        if not (value and value.isdecimal() and len(value) <= 18):
            return queryset
        rows = Referral.objects.filter(department=value, state__in=("open", "answered"))
        return queryset.filter(pk__in=rows.values("proposal"))


@admin.register(Proposal)
class ProposalAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 12
    list_display = ("number", "title", "topic", "state", "unit", "due_on")
    export_more = ("submitted_at", "answered_at", "rating", "closed_at", "openness")
    concerns = staticmethod(lambda proposal: proposal.author)
    reads_former = staticmethod(lambda user, proposal: False)  # what the author wrote before submitting is theirs
    list_filter = (Progress, "state", "topic", AtDepartment, period_filter("submitted_at", _("提出时间")))
    list_select_related = ("author",)
    ordering = ("-submitted_at", "-pk")
    search_help_text = _("编号、题目或内容")
    buttons = (
        Button(
            "accept",
            _("审核通过"),
            actions.accept_proposal,
            lambda user, row: row.state == ProposalState.SUBMITTED and permissions.can_review_proposal(user, row),
            main=True,
        ),
        Button(
            "take-down",
            _("从公开页撤下"),
            lambda row, *, actor, reason: _take_down(row, actor=actor, reason=reason),
            lambda user, row: _may_take_down(user, row),
            needs_reason=True,
            done=_("已撤下。"),
        ),
    )

    def is_for(self, scope):
        """Proposals go to the district office, not to subdistricts and organizers."""
        return scope.district

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        last = Referral.objects.filter(proposal=OuterRef("pk"), state__in=("open", "answered")).order_by("-pk")
        return rows.annotate(unit_name=Subquery(last.values("department__name")[:1]))

    @admin.display(description=_("承办单位"))
    def unit(self, proposal):
        return proposal.unit_name or "—"

    def record_opening(self, request, row):
        actions.record_reading(row, actor=request.user)

    def detail_rows(self, row, user):
        waits = todo_kind("proposal").url(row) if permissions.can_review_proposal(user, row) else ""
        answer = actions.answer_of(row)
        edition = ProposalEdition.objects.visible_to(user).filter(proposal=row).first()
        return [
            DetailRow(_("题目"), row.title, _("打开办理页"), url=row.get_absolute_url()),
            *text_rows(row),
            *file_rows(row, user),
            DetailRow(_("状态"), row.get_state_display(), _("去办理") if waits else "", url=waits),
            DetailRow(_("提出"), dates.stamp(row.submitted_at)),
            DetailRow(_("时限"), dates.day(row.due_on) if row.due_on else "—"),
            *([DetailRow(_("审核意见"), row.advice, row.reviewed_by or "")] if row.advice else []),
            *([DetailRow(_("并入"), row.merged_into)] if row.merged_into_id else []),
            *([DetailRow(_("答复"), answer.answer, answer.department), *file_rows(answer, user)] if answer else []),
            DetailRow(_("评价"), row.get_rating_display() or "—", row.rating_words),
            DetailRow(_("公开稿"), edition.get_state_display() if edition else "—"),
        ]


def _edition(row):
    return ProposalEdition.objects.filter(proposal=row).first()


def _may_take_down(user, row):
    edition = _edition(row)
    return edition is not None and permissions.can_take_down(user, edition)


def _take_down(row, *, actor, reason):
    edition = _edition(row)
    if edition is None:
        raise ActionError(_("这件建言没有公开稿。"), code="state")
    return actions.take_down(edition, actor=actor, reason=reason)


class DepartmentForm(ModelForm):
    """A department with its contact."""

    phone = PhoneField(label=_("联系人手机"), required=False, help_text=_("链接发到这个号码；校验码另行告诉联系人"))


@admin.register(Department)
class DepartmentAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 65
    list_display = ("name", "remit", "in_use")
    export_more = ("ended_on",)
    search_fields = ("name", "remit")
    form = DepartmentForm
    fields = Department.EDITABLE_FIELDS
    may_create = staticmethod(permissions.can_edit_departments)
    may_edit = staticmethod(lambda user, row: row.ended_on is None and permissions.can_edit_departments(user, row))
    buttons = (
        Button(
            "end",
            _("停用"),
            actions.end_department,
            lambda user, row: row.ended_on is None and permissions.can_edit_departments(user, row),
            confirm=_("停用这个单位？联系人和手机会删掉，答复都留着。"),
            done=_("已停用。"),
        ),
        Button(
            "resume",
            _("恢复使用"),
            actions.use_department_again,
            lambda user, row: row.ended_on is not None and permissions.can_edit_departments(user, row),
            done=_("又能转给它，请填联系人。"),
        ),
    )

    def is_for(self, scope):
        """Only the district forwards proposals."""
        return scope.district

    @admin.display(description=_("在用"))
    def in_use(self, row):
        return _("已停用") if row.ended_on else _("在用")

    def create(self, form, *, actor):
        return actions.add_department(actor=actor, **form.cleaned_data)

    def edit(self, row, form, *, actor):
        return actions.edit_department(row, actor=actor, **form.cleaned_data)

    def detail_rows(self, row, user):
        return [
            DetailRow(_("单位"), row.name),
            DetailRow(_("管什么"), row.remit or "—"),
            DetailRow(_("联系人"), row.contact_name or "—"),
            DetailRow(_("联系人手机"), phones.mask_phone(row.phone) if row.phone else "—"),
            DetailRow(_("在用"), self.in_use(row)),
        ]
