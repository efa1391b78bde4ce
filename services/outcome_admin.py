"""Outcomes on the staff site: what was reported, who took part, pairs that may be the same thing, kinds, and the sums."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from chengyang.errors import ActionError
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.bulk_verbs import of_decision
from chengyang.platform.staff.detail_rows import remaining_rows
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.forms import posted
from chengyang.platform.web.wording import yes_or_no

from . import actions, ledger, permissions
from .models import ORGANIZERS, Outcome, OutcomeDouble, OutcomeKind, OutcomeParty
from .outcome_filters import Counting, InYear, OfKind, OfOrganizer
from .outcome_forms import CorrectionForm, EvidenceForm, OutcomeForm, PartyForm
from .outcome_todos import (
    OUTCOME_SHOWN_FIELDS,
    SIDES,
    CheckOutcome,
    correction_rows,
    double_detail_rows,
    double_rows,
    evidence_rows,
    party_rows,
)
from .record_tabs import may_correct
from .states import DoubleState, OutcomeState

CHECK = CheckOutcome()


class OutcomePages:
    """The part of the admin of outcomes with pages of its own: a correction, one more file, the sums."""

    admin_site: Any

    def outcome_urls(self) -> list:
        """Return the addresses of the pages."""
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("totals/", view(require_safe(self.totals_view)), name="services_outcome_totals"),
            path("<int:object_id>/correct/", view(both(self.correct_view)), name="services_outcome_correct"),
            path("<int:object_id>/evidence/", view(both(self.evidence_view)), name="services_outcome_evidence"),
        ]

    def correct_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say what is right about a checked outcome; a row that takes it back and the right one are checked as one."""
        outcome = self._found(request, object_id, permissions.can_correct_outcome)
        values = {name: getattr(outcome, name) for name in Outcome.EDITABLE_FIELDS}
        form = CorrectionForm(posted(request), request.FILES or None, initial=values)
        kinds = OutcomeKind.objects.offered() | OutcomeKind.objects.filter(pk=outcome.kind.pk)
        form.fields["kind"].queryset = kinds
        if request.method == "POST" and form.is_valid():
            data = dict(form.cleaned_data)
            evidence, reason = data.pop("file"), data.pop("reason")
            try:
                row = actions.correct_outcome(outcome, actor=request.user, reason=reason, evidence=evidence, **data)
            except ActionError as error:
                form.refuse(error)
            else:
                messages.success(request, _t("更正已上报，另一位工作人员核实以后，合计跟着改。"))
                return HttpResponseRedirect(page_url(row))
        title = _t("更正：%(name)s") % {"name": outcome}
        about = _t(
            "核实过的不能直接改：原来的一条冲销，改对的另记一条，两条一起由另一位工作人员核实。核实以前，合计不变。"
        )
        return self._form_page(request, form, outcome, title, about, _t("上报更正"))

    def evidence_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Add one more file that shows an outcome."""
        outcome = self._found(request, object_id, permissions.can_add_evidence)
        form = EvidenceForm(posted(request), request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                actions.add_evidence(outcome, actor=request.user, evidence=form.cleaned_data["file"])
            except ActionError as error:
                form.refuse(error)
            else:
                messages.success(request, _t("凭证已补上。"))
                return HttpResponseRedirect(page_url(outcome))
        title = _t("补凭证：%(name)s") % {"name": outcome}
        return self._form_page(request, form, outcome, title, outcome.kind.evidence, _t("补上"))

    def totals_view(self, request: HttpRequest) -> HttpResponse:
        """Show the sums by year and kind, and of one year by organizer; each opens the list of its rows."""
        self._or_404(request)
        rows = Outcome.objects.visible_to(request.user)
        kinds = list(OutcomeKind.objects.all())
        known = ledger.years(rows)
        wanted = request.GET.get("year", "")
        year = int(wanted) if wanted.isdecimal() and int(wanted[:5]) in known else (known[0] if known else None)
        context = {
            "title": _t("成果合计"),
            "kinds": kinds,
            "totals": ledger.totals(rows),
            "by_year": ledger.by_year(rows, kinds),
            "years": known,
            "year": year,
            "by_organizer": ledger.by_organizer(ledger.in_year(rows, year), kinds) if year else [],
            "list_url": reverse("admin:services_outcome_changelist"),
        }
        return self.admin_site.page(request, "services/outcome_totals.html", context)

    def _found(self, request, object_id, may):
        self._or_404(request)
        outcome = self.get_object(request, str(object_id))
        if outcome is None or not may(request.user, outcome):
            raise Http404
        return outcome

    def _form_page(self, request, form, outcome, title, about, verb):
        context = {"title": title, "form": form, "about": about, "verb": verb, "outcome": outcome}
        return self.admin_site.page(
            request, "services/outcome_form.html", {**context, "back_url": page_url(outcome)}, form.status
        )


@admin.register(Outcome)
class OutcomeAdmin(OutcomePages, ScopedAdmin):
    section, order = Section.SERVICES, 20
    list_display = ("title", "kind", "happened_on", "number", "organizer_name", "state")
    export_more = ("amount", "quantity", "organization", "base", "team", "checked_at", "why")
    list_filter = (OfKind, "state", OfOrganizer, InYear, Counting)
    list_select_related = ("team", "base", "organization", "kind")
    search_fields = ("title",)
    bulk_verbs = (
        of_decision(CHECK, "check", _("核实，计入")),
        of_decision(CHECK, "refuse", _("不采信"), needs_reason=True),
    )
    form = OutcomeForm
    may_create = staticmethod(lambda user: access_scope(user).responsible)
    may_edit = staticmethod(lambda user, row: permissions.can_edit_outcome(user, row))
    buttons = (
        Button(
            "withdraw",
            _("撤回上报"),
            actions.withdraw_outcome,
            lambda user, row: row.state == OutcomeState.REPORTED and permissions.can_withdraw_outcome(user, row),
            confirm=_("撤回以后这一条删掉，凭证也删掉。撤回？"),
            done=_("已撤回。"),
        ),
        Button(
            "reverse",
            _("冲销：整条不算"),
            actions.reverse_outcome,
            may_correct,
            needs_reason=True,
            done=_("冲销已上报，另一位工作人员核实以后，合计跟着改。"),
        ),
    )

    def is_for(self, scope):
        """Officers, and those who manage an organization, a base or a team by a post."""
        return scope.responsible

    def get_urls(self):
        return [*self.outcome_urls(), *super().get_urls()]

    def get_fieldsets(self, request, obj=None):
        """Return the organizers that the officer acts for, and what was achieved."""
        if obj:
            return [(None, {"fields": (*Outcome.EDITABLE_FIELDS, "file")})]
        scope = access_scope(request.user)
        offered = [name for name in ORGANIZERS if scope.staff or scope.managed(name)]
        return [(None, {"fields": (*offered, *Outcome.EDITABLE_FIELDS, "file")})]

    def get_form(self, request, obj=None, change=False, **options):
        form = super().get_form(request, obj, change, **options)
        offered = [name for name in ORGANIZERS if name in form.base_fields]
        if len(offered) == 1:
            form.base_fields[offered[0]].required = True
        return form

    def formfield_for_foreignkey(self, db_field, request, **options):
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "kind" and field is not None:
            field.queryset = field.queryset.filter(is_offered=True)
        return field

    @admin.display(description=_("数额"))
    def number(self, outcome):
        return outcome.number_text

    @admin.display(description=_("归属"))
    def organizer_name(self, outcome):
        return str(outcome.organizer or "—")

    def create(self, form, *, actor):
        data = dict(form.cleaned_data)
        organizers = [data.pop(name, None) for name in ORGANIZERS]
        organizer = next(one for one in organizers if one)
        return actions.report_outcome(organizer, actor=actor, evidence=data.pop("file"), **data)

    def edit(self, outcome, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.edit_outcome(outcome, actor=actor, evidence=data.pop("file"), **data)

    def detail_rows(self, outcome, user):
        return [
            DetailRow(_("类型"), outcome.kind),
            DetailRow(_("日期"), dates.full_day(outcome.happened_on)),
            DetailRow(_("数额"), outcome.number_text),
            *evidence_rows(outcome, user),
            DetailRow(_("归属"), outcome.organizer or "—"),
            *party_rows(outcome, user),
            DetailRow(_("状态"), outcome.get_state_display(), outcome.reason),
            *correction_rows(outcome),
            *double_rows(outcome, user),
            DetailRow(_("上报"), outcome.reported_by or "—"),
            DetailRow(_("核实"), outcome.checked_by or "—"),
            *remaining_rows(outcome, Outcome.EDITABLE_FIELDS, shown=OUTCOME_SHOWN_FIELDS),
        ]


@admin.register(OutcomeParty)
class OutcomePartyAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 24
    list_display = ("outcome", "kind_label", "who_name")
    list_filter = (("outcome__kind", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("outcome", "person", "organization", "base", "team", "programme", "activity")
    search_fields = ("outcome__title",)
    concerns = staticmethod(lambda party: party.person)
    autocomplete_fields = ("outcome", "person", "activity")
    free_choices = ("organization", "base", "team")
    fields = ("outcome", *OutcomeParty.EDITABLE_FIELDS)
    form = PartyForm
    may_create = staticmethod(lambda user: access_scope(user).responsible)
    buttons = (
        Button(
            "remove",
            _("去掉"),
            actions.remove_party,
            lambda user, party: permissions.can_change_parties(user, party.outcome),
            done=_("已去掉。"),
        ),
    )

    def is_for(self, scope):
        """Officers, and those who manage an organization, a base or a team by a post."""
        return scope.responsible

    @admin.display(description=_("是什么"))
    def kind_label(self, party):
        return OutcomeParty._meta.get_field(party.kind_name).verbose_name

    @admin.display(description=_("参与方"))
    def who_name(self, party):
        return str(party.who)

    def create(self, form, *, actor):
        data = {name: value for name, value in form.cleaned_data.items() if value}
        return actions.add_party(data.pop("outcome"), actor=actor, **data)

    def detail_rows(self, party, user):
        return [
            DetailRow(_("成果"), party.outcome, party.outcome.get_state_display(), url=page_url(party.outcome)),
            DetailRow(self.kind_label(party), party.who),
        ]


@admin.register(OutcomeDouble)
class OutcomeDoubleAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 22
    list_display = ("pair_name", "signs", "at", "state")
    export_more = ("first", "second", "counted", "decided_at", "reason")
    list_filter = ("state",)
    list_select_related = SIDES
    search_fields = ("first__title", "second__title")
    autocomplete_fields = ("first", "second")
    fields = ("first", "second")
    may_create = staticmethod(lambda user: access_scope(user).responsible)
    buttons = (
        Button(
            "undo",
            _("撤销认定"),
            actions.undo_double,
            lambda user, pair: pair.state != DoubleState.SUSPECTED and permissions.can_decide_double(user, pair),
            needs_reason=True,
            done=_("已撤销，两条各计各的，重新等认定。"),
        ),
    )

    def is_for(self, scope):
        """Officers, and those who manage an organization, a base or a team by a post."""
        return scope.responsible

    @admin.display(description=_("两条成果"))
    def pair_name(self, pair):
        return str(pair)

    def create(self, form, *, actor):
        return actions.note_double(form.cleaned_data["first"], form.cleaned_data["second"], actor=actor)

    def detail_rows(self, pair, user):
        return double_detail_rows(pair, user)


@admin.register(OutcomeKind)
class OutcomeKindAdmin(ScopedAdmin):
    section, order = Section.SERVICES, 70
    list_display = ("name", "count_by", "unit", "order", "is_offered")
    export_more = ("code", "evidence", "counts_people")
    list_filter = ("is_offered",)
    search_fields = ("name",)
    may_create = staticmethod(permissions.can_keep_outcome_kinds)
    may_edit = staticmethod(permissions.can_keep_outcome_kinds)

    def get_fieldsets(self, request, obj=None):
        names = OutcomeKind.EDITABLE_FIELDS
        return [(None, {"fields": names if obj else (*OutcomeKind.FIXED_FIELDS, *names)})]

    def create(self, form, *, actor):
        return actions.add_outcome_kind(actor=actor, **form.cleaned_data)

    def edit(self, kind, form, *, actor):
        return actions.edit_outcome_kind(kind, form.cleaned_data, actor=actor)

    def detail_rows(self, kind, user):
        return [
            DetailRow(_("代码"), kind.code),
            DetailRow(_("按什么算"), kind.get_count_by_display(), kind.unit),
            DetailRow(_("数的是人"), yes_or_no(kind.counts_people)),
            DetailRow(_("什么算凭证"), kind.evidence or "—"),
            DetailRow(_("次序"), kind.order),
            DetailRow(_("还能选"), yes_or_no(kind.is_offered)),
        ]
