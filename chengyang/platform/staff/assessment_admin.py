"""Assessments on the staff site, the same for persons, organizations, bases and teams (domain.md rules 2–5).

An app declares a to-do kind in its `extensions.py` and an admin:

    extend("members", todos=[AssessmentTodo(Assessment, Section.PEOPLE, _("“四有”评定"))], …)

    @admin.register(Assessment)
    class PersonAssessmentAdmin(AssessmentAdmin):
        section, order = Section.PEOPLE, 40
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind, todo_kind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.standards import actions, permissions
from chengyang.platform.standards.forms import StatementsForm, asked_of, statements_form
from chengyang.platform.standards.models import Assessment
from chengyang.platform.standards.states import WITH_OFFICERS, AssessmentState
from chengyang.platform.standards.subjects import open_years

from .admin import Button, ScopedAdmin
from .assessment_rows import field_names, fields_of, findings, form_fields_of, past, who_acted
from .filters import year_filter
from .row_history import states_of

S = AssessmentState


class AssessmentTodo(TodoKind):
    """The to-do kind of assessments: a first officer finds, a second one confirms, a third one decides on an appeal."""

    undoes = ("find", "return", "confirm", "amend", "send_back", "uphold", "change")

    def __init__(self, model: type[Assessment], section: Section, label: Any) -> None:
        self.subject = model.SUBJECT
        self.code, self.label, self.section, self.model = f"assessment-{model.code()}", label, section, model
        self.related = (self.subject, "version__standard")

    def waiting(self, user: Any) -> QuerySet:
        """Return what `user` may decide: nobody decides on what they submitted, and nobody twice (see `can_assess`)."""
        own = Q(submitted_by=user)
        second = own | Q(found_by=user)
        third = second | Q(assessed_by=user) | Q(appealed_by=user)
        waits = Q(state=S.SUBMITTED) & ~own | Q(state=S.FOUND) & ~second | Q(state=S.APPEALED) & ~third
        return self.viewable_by(user).filter(waits).filter(self._not_oneself(user))

    def awaited_by(self, user: Any) -> QuerySet:
        acted = Q(submitted_by=user) | Q(found_by=user) | Q(appealed_by=user)
        return self.model.objects.visible_to(user).filter(acted, state__in=WITH_OFFICERS)

    def is_open(self, row: Any) -> bool:
        return row.state in WITH_OFFICERS

    def viewable_by(self, user: Any) -> QuerySet:
        """Return the assessments of subjects that `user` is responsible for. `visible_to` alone has public rows too: passed ones."""
        rows, scope = self.model.objects.visible_to(user), access_scope(user)
        return rows if scope.district else rows.filter(**{f"{self.subject}__subdistrict__in": scope.subdistricts})

    def _not_oneself(self, user: Any) -> Q:
        return ~Q(person__user=user) if self.subject == "person" else Q()

    def title(self, row: Any) -> str:
        return str(row.subject)

    def detail(self, row: Any) -> str:
        return _STEPS.get(row.state, row.get_state_display()) % {"n": row.met_count()}

    def tags(self, row: Any) -> list[str]:
        return [str(row.version), row.get_state_display()]

    def detail_rows(self, row: Any, user: Any) -> list[DetailRow]:
        asks = row.state in WITH_OFFICERS and permissions.can_assess(user, row)
        return [*who_acted(row), *past(row), *findings(row, user, asks=asks)]

    def history(self, row: Any) -> list[HistoryEntry]:
        return states_of(row, note="note")

    def options(self, row: Any, user: Any) -> list[DecisionOption]:
        if row.state not in WITH_OFFICERS or not permissions.can_assess(user, row):
            return []
        asks = tuple(name for criterion in row.criteria for name in field_names(row, criterion))
        if row.state == S.SUBMITTED:
            return [
                DecisionOption(
                    "find", gettext_lazy("评好了，请人复核"), asks=asks, done=_("已记下，等另一位工作人员复核。")
                ),
                DecisionOption("return", gettext_lazy("退回补充"), needs_reason=True),
            ]
        if row.state == S.FOUND:
            return [
                DecisionOption("confirm", _RESULTS[row.YEARLY, not row.short()], asks=asks),
                DecisionOption(
                    "amend",
                    gettext_lazy("改后同意"),
                    needs_reason=True,
                    asks=asks,
                    done=_("已按你改的定下，初评人会收到通知。"),
                ),
                DecisionOption("send_back", gettext_lazy("退回初评"), needs_reason=True),
            ]
        return [
            DecisionOption("uphold", gettext_lazy("维持原结论"), needs_reason=True),
            DecisionOption("change", gettext_lazy("改结论"), needs_reason=True, asks=asks),
        ]

    def fields(self, row: Any, user: Any) -> dict[str, forms.Field]:
        return form_fields_of(row)

    def decide(self, row: Any, choice: str, reason: str, *, actor: Any, **asked: Any) -> Any:
        if choice == "return":
            return actions.return_assessment(row, reason, actor=actor)
        if choice == "send_back":
            return actions.send_back_assessment(row, reason, actor=actor)
        if choice == "uphold":
            return actions.decide_appeal(row, reason=reason, actor=actor)
        found = {
            one.code: {name: asked[f"{name}_{one.code}"] for name in fields_of(row)} for one in row.criteria if asked
        }
        if choice == "confirm":
            self._require_unchanged(row, found)
            return actions.confirm_assessment(row, actor=actor)
        if choice == "amend":
            return actions.amend_assessment(row, found, reason=reason, actor=actor)
        if choice == "change":
            return actions.decide_appeal(row, reason=reason, found=found, actor=actor)
        return actions.find_assessment(row, found, actor=actor)

    def _require_unchanged(self, row: Any, found: dict[str, Any]) -> None:
        """Raise ActionError("changed") where a plain agreement would lose what the second officer changed in the fields."""
        changed = actions.changed_in(row, found) if found else set()
        if names := [str(one) for one in row.criteria if one.code in changed]:
            text = _("你改了“%(names)s”，要照改的定，请选“改后同意”并写理由；不改就还原那几项。")
            raise ActionError(text % {"names": "、".join(names)}, code="changed", field="choice")

    def undo(self, row: Any, option: str, *, actor: Any) -> Any:
        return actions.undo_assessment_decision(row, actor=actor)


_RESULTS = {  # (is it a yearly evaluation, is everything met) → what the second officer agrees to
    (False, True): gettext_lazy("同意，定为达标"),
    (False, False): gettext_lazy("同意，定为未达标并发整改单"),
    (True, True): gettext_lazy("同意，公布结果"),
    (True, False): gettext_lazy("同意，过了申诉期公布结果"),
}
_STEPS = {
    S.SUBMITTED: gettext_lazy("自述交来，等初评"),
    S.FOUND: gettext_lazy("初评 %(n)d 项做到，等复核"),
    S.APPEALED: gettext_lazy("对结果有异议，等第三位工作人员定"),
}


def _can_fill_in(user: Any, row: Any) -> bool:
    return row.is_filled_in and bool(asked_of(row)) and permissions.can_prepare_assessment(user, row)


def _can_submit(user: Any, row: Any) -> bool:
    return row.state == S.OPEN and permissions.can_prepare_assessment(user, row)


def _can_submit_again(user: Any, row: Any) -> bool:
    fixed = any(finding.fixed for _criterion, finding in row.short())
    return row.state == S.FAILED and row.is_filled_in and fixed and permissions.can_prepare_assessment(user, row)


def _can_appeal(user: Any, row: Any) -> bool:
    return row.is_appealable_on(clock.today()) and permissions.can_appeal(user, row)


class AssessmentAdmin(ScopedAdmin):
    """The admin of assessments of one kind of subject: create, say how each criterion is met, submit, put right, appeal."""

    list_filter = ("state",)
    may_edit = staticmethod(_can_fill_in)
    buttons = (
        Button(
            "submit",
            gettext_lazy("提交评定"),
            actions.submit_assessment,
            _can_submit,
            main=True,
            why=gettext_lazy("逐项填好以后提交，由一位工作人员初评、另一位复核。"),
        ),
        Button(
            "submit-again",
            gettext_lazy("补好了，再交一次"),
            actions.submit_assessment,
            _can_submit_again,
            main=True,
            why=gettext_lazy("只重新看补过的几项。"),
        ),
        Button(
            "take-back", gettext_lazy("拿回来改"), actions.take_back_assessment, permissions.can_take_back_assessment
        ),
        Button(
            "discard",
            gettext_lazy("不评了"),
            lambda row, *, actor, reason: actions.discard_assessment(row, reason, actor=actor),
            _can_submit,
            needs_reason=True,
            done=gettext_lazy("这次评定不评了，填过的都留着，可以接着评。"),
        ),
        Button(
            "resume",
            gettext_lazy("接着评"),
            actions.resume_assessment,
            lambda user, row: row.state == S.DISCARDED and permissions.can_prepare_assessment(user, row),
            main=True,
            done=gettext_lazy("接着填吧，原来填的都在。"),
        ),
        Button(
            "appeal",
            gettext_lazy("申诉"),
            lambda row, *, actor, reason: actions.appeal_assessment(row, reason, actor=actor),
            _can_appeal,
            needs_reason=True,
            done=gettext_lazy("申诉已收到，由没有参加过这次评定的工作人员来定。"),
        ),
    )

    @property
    def list_display(self) -> tuple[str, ...]:
        return (self.model.SUBJECT, "version", "state", "assessed_on", "expires_on")

    @property
    def list_select_related(self) -> tuple[str, ...]:
        subject = self.model.SUBJECT
        return (f"{subject}__subdistrict", "version__standard")

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> type[forms.ModelForm]:
        return statements_form(obj) if obj else super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        fields = list(statements_form(obj).base_fields) if obj else [self.model.SUBJECT]
        return [(None, {"fields": fields})]

    def detail_rows(self, row: Any, user: Any) -> list[DetailRow]:
        until = dates.full_day(row.expires_on) if row.expires_on else ""
        until_day = dates.full_day(row.appeal_until) if row.is_appealable_on(clock.today()) else ""
        kind = todo_kind(f"assessment-{self.model.code()}")
        waits = kind.url(row) if kind and row.state in WITH_OFFICERS and permissions.can_assess(user, row) else ""
        note = _("去办理") if waits else _("有效至 %(day)s") % {"day": until} if until else ""
        return [
            DetailRow(_("评定对象"), row.subject),
            DetailRow(_("标准"), row.version),
            DetailRow(_("状态"), row.get_state_display(), note, url=waits),
            *([DetailRow(_("可以申诉到"), until_day)] if until_day else []),
            *findings(row, user),
            *who_acted(row),
        ]

    def create(self, form: Any, *, actor: Any) -> Any:
        return actions.open_assessment(form.cleaned_data[self.model.SUBJECT], actor=actor)

    def edit(self, row: Any, form: StatementsForm, *, actor: Any) -> Any:
        return actions.record_statements(row, form.statements(), actor=actor)


OF_YEAR = year_filter("version__standard__year", gettext_lazy("年度"))


class EvaluationAdmin(AssessmentAdmin):
    """The admin of the yearly evaluations of one kind of organizer: the same steps, by the scheme of a year."""

    list_filter = ("state", OF_YEAR)

    @property
    def list_display(self) -> tuple[str, ...]:
        return (self.model.SUBJECT, "of_year", "state", "met", "final_on")

    @admin.display(description=gettext_lazy("年度"), ordering="version")
    def of_year(self, row: Any) -> int:
        return row.year

    @admin.display(description=gettext_lazy("做到"))
    def met(self, row: Any) -> str:
        return _("%(n)d 项") % {"n": row.met_count()} if row.findings else "—"

    def public_url(self, row: Any) -> str:
        return reverse("standards:evaluation", args=[row.code(), row.public_id]) if row.is_final() else ""

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> type[forms.ModelForm]:
        if obj:
            return super().get_form(request, obj, change, **options)
        years = open_years(self.model.SUBJECT)

        class EvaluationForm(ScopedAdmin.form):
            year = forms.TypedChoiceField(
                label=_("年度"),
                coerce=int,
                choices=[(year, _("%(year)d 年") % {"year": year}) for year in years],
                help_text=_("列出的是评价办法已经发布的年度"),
            )

            class Meta:
                model = self.model
                fields = (self.model.SUBJECT,)

        return super(AssessmentAdmin, self).get_form(request, obj, change, **{**options, "form": EvaluationForm})

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        if obj:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": [self.model.SUBJECT, "year"]})]

    def create(self, form: Any, *, actor: Any) -> Any:
        data = form.cleaned_data
        return actions.open_evaluation(data[self.model.SUBJECT], year=data["year"], actor=actor)

    def detail_rows(self, row: Any, user: Any) -> list[DetailRow]:
        rows = super().detail_rows(row, user)
        if row.final_on is None:
            return rows
        words = _("已公布") if row.is_final() else _("过了申诉期公布")
        return [*rows[:3], DetailRow(_("结果确定"), dates.full_day(row.final_on), words), *rows[3:]]
