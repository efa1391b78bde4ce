"""Assessments on the staff site, the same for persons, organizations, bases and teams (domain.md rules 2–5).

An app declares a to-do kind in its `extensions.py` and an admin:

    extend("members", todos=[AssessmentTodo(Assessment, Section.PEOPLE, _("“四有”评定"))], …)

    @admin.register(Assessment)
    class PersonAssessmentAdmin(AssessmentAdmin):
        section, order = Section.PEOPLE, 40
"""

from typing import Any

from django import forms
from django.db.models import DateField, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from chengyang.platform.standards import actions, permissions
from chengyang.platform.standards.models import Assessment
from chengyang.platform.standards.states import AssessmentState
from chengyang.platform.web.forms import ModelForm

from .admin import Button, ScopedAdmin
from .row_history import states_of

NOTE_LENGTH = 500


class AssessmentTodo(TodoKind):
    """The to-do kind of submitted assessments: pass, fail, or return to the author."""

    def __init__(self, model: type[Assessment], section: Section, label: Any) -> None:
        self.subject = model.SUBJECT
        self.code, self.label, self.section, self.model = f"assessment-{self.subject}", label, section, model
        self.related = (self.subject, "version__standard")

    def waiting(self, user: Any) -> QuerySet:
        rows = self.viewable_by(user).filter(state=AssessmentState.SUBMITTED).exclude(submitted_by=user)
        return rows.annotate(due_on=Value(None, output_field=DateField()))

    def awaited_by(self, user: Any) -> QuerySet:
        return self.model.objects.visible_to(user).filter(state=AssessmentState.SUBMITTED, submitted_by=user)

    def is_open(self, row: Any) -> bool:
        return row.state == AssessmentState.SUBMITTED

    def viewable_by(self, user: Any) -> QuerySet:
        """Return the assessments of subjects that `user` is responsible for. `visible_to` alone has public rows too: passed ones."""
        rows, scope = self.model.objects.visible_to(user), access_scope(user)
        return rows if scope.district else rows.filter(**{f"{self.subject}__subdistrict__in": scope.subdistricts})

    def title(self, row: Any) -> str:
        return str(row.subject)

    def detail(self, row: Any) -> str:
        return _("%(n)d 项达到") % {"n": row.met_count()}

    def tags(self, row: Any) -> list[str]:
        return [str(row.version)]

    def detail_rows(self, row: Any, user: Any) -> list[DetailRow]:
        return findings(row, user)

    def history(self, row: Any) -> list[HistoryEntry]:
        return states_of(row, note="note")

    def options(self, row: Any, user: Any) -> list[DecisionOption]:
        if row.state != AssessmentState.SUBMITTED or not permissions.can_assess(user, row):
            return []
        return [
            DecisionOption("pass", gettext_lazy("达标")),
            DecisionOption("return", gettext_lazy("退回补充"), needs_reason=True),
            DecisionOption("fail", gettext_lazy("未达标"), needs_reason=True),
        ]

    def decide(self, row: Any, choice: str, reason: str, *, actor: Any) -> Any:
        if choice == "return":
            return actions.return_assessment(row, reason, actor=actor)
        return actions.conclude_assessment(row, choice == "pass", actor=actor, note=reason)


def findings(assessment: Any, user: Any) -> list[DetailRow]:
    """Return one row for each criterion with its finding, and its evidence where `user` may open the file."""
    public_ids = [finding.get("file") for finding in assessment.findings.values() if finding.get("file")]
    evidence = {file.public_id: file for file in File.objects.visible_to(user).filter(public_id__in=public_ids)}
    return [_detail_row(criterion, finding, evidence) for criterion, finding in assessment.rows()]


def _detail_row(criterion, finding, evidence):
    if not finding:
        return DetailRow(criterion.name, _("还没有填"), criterion.guidance)
    parts = [_("达到") if finding.get("met") else _("没有达到"), finding.get("note", "")]
    file = evidence.get(finding.get("file", ""))
    value = "，".join(part for part in parts if part)
    return DetailRow(criterion.name, value, file.name if file else "", file.get_absolute_url() if file else "")


class FindingsForm(ModelForm):
    """A form with a checkbox, a note and a file for each criterion of the version."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.criteria = options["instance"].rows() if options.get("instance") else []
        super().__init__(*args, **options)

    def findings(self) -> list[dict[str, Any]]:
        """Return the typed values for each criterion."""
        return [
            {
                "criterion": criterion.code,
                "met": self.cleaned_data[f"met_{criterion.code}"],
                "note": self.cleaned_data[f"note_{criterion.code}"],
                "upload": self.cleaned_data[f"file_{criterion.code}"],
            }
            for criterion, _finding in self.criteria
        ]


def findings_form(assessment: Any) -> type[FindingsForm]:
    """Return the form class for the criteria of the version of `assessment`."""
    fields: dict[str, Any] = {}
    for criterion, finding in assessment.rows():
        met = forms.BooleanField(label=criterion.name, required=False, initial=finding.get("met", False))
        met.help_text = criterion.guidance
        fields[f"met_{criterion.code}"] = met
        fields[f"note_{criterion.code}"] = forms.CharField(
            label=_("依据：%(name)s") % {"name": criterion.name},
            required=False,
            initial=finding.get("note", ""),
            max_length=NOTE_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        fields[f"file_{criterion.code}"] = forms.FileField(label=_("文件"), required=False)
    meta = type("Meta", (), {"model": type(assessment), "fields": []})
    return type("FindingsForm", (FindingsForm,), {"Meta": meta, **fields})


def _can_fill_in(user: Any, row: Any) -> bool:
    return row.state == AssessmentState.OPEN and permissions.can_prepare_assessment(user, row)


class AssessmentAdmin(ScopedAdmin):
    """The admin of assessments of one kind of subject: create, fill in the criteria, submit."""

    list_filter = ("state",)
    may_edit = staticmethod(_can_fill_in)
    buttons = (
        Button(
            "submit",
            gettext_lazy("提交评定"),
            actions.submit_assessment,
            _can_fill_in,
            main=True,
            why=gettext_lazy("逐项填好以后提交，由另一位工作人员评定。"),
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
        return findings_form(obj) if obj else super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        fields = list(findings_form(obj).base_fields) if obj else [self.model.SUBJECT]
        return [(None, {"fields": fields})]

    def detail_rows(self, row: Any, user: Any) -> list[DetailRow]:
        until = dates.full_day(row.expires_on) if row.expires_on else ""
        return [
            DetailRow(_("评定对象"), row.subject),
            DetailRow(_("标准"), row.version),
            DetailRow(_("状态"), row.get_state_display(), _("有效至 %(day)s") % {"day": until} if until else ""),
            *findings(row, user),
            DetailRow(_("说明"), row.note),
        ]

    def create(self, form: Any, *, actor: Any) -> Any:
        return actions.open_assessment(form.cleaned_data[self.model.SUBJECT], actor=actor)

    def edit(self, row: Any, form: FindingsForm, *, actor: Any) -> Any:
        for finding in form.findings():
            upload = finding.pop("upload")
            file = files.store(upload, owner=actor) if upload else None
            row = actions.record_finding(row, finding.pop("criterion"), **finding, file=file, actor=actor)
        return row
