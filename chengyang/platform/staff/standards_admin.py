"""Standards on the staff site: drafts of versions with their criteria, the to-do of the second officer, records behind numbers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengyang import clock, extensions
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.standards import actions, numbers, permissions
from chengyang.platform.standards.comparing import differences
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.standards.states import VersionState
from chengyang.platform.standards.subjects import table_of

from .admin import Button, ScopedAdmin
from .evidence import evidence
from .filters import year_filter
from .links import page_url
from .record_hooks import Head

SUBJECTS = {
    "person": gettext_lazy("人士"),
    "organization": gettext_lazy("联谊组织"),
    "base": gettext_lazy("实践创新基地"),
    "team": gettext_lazy("服务队"),
}
BADGES = {VersionState.DRAFT: "is-info", VersionState.WAITING: "is-soon", VersionState.PUBLISHED: "is-good"}


def affected(version: Version) -> int:
    """Return how many subjects must be looked at again: those whose valid assessment is of a version before `version`."""
    if version.standard.year:
        return 0  # what was evaluated by the scheme of a year stands
    table = table_of(version.standard.kind)
    rows = table.objects.of_former_versions(version, clock.today())
    return rows.order_by().values(table.SUBJECT).distinct().count()


def change_rows(version: Version) -> list[DetailRow]:
    """Return the rows about what a version changes, and whom: differences from the version before it, and subjects affected."""
    former = version.former()
    found = differences(former, version)
    words = "\n".join(f"{one.label} {one.name} {one.changes}" for one in found)
    number = affected(version) if former else 0
    again = _("%(n)d 个对象现在有效的评定是按以前的版本做的，要重新看，名单在“要重新看的”里") % {"n": number}
    return [
        DetailRow(_("改自"), former or _("还没有发布过")),
        DetailRow(_("改了什么"), words, template="staff/_version_changes.html", data=found),
        DetailRow(_("影响"), again if number else _("没有要重新看的评定"), live=True),
    ]


class PublishVersion(TodoKind):
    """A draft of a standard that waits for a second officer of the district."""

    code, label, section, model = "standard-version", gettext_lazy("标准复核"), Section.FIGURES, Version
    related = ("standard", "submitted_by")
    locks = ("standard",)
    undoes = ("return",)  # what is published is public, and never changes

    def waiting(self, user: Any) -> Any:
        rows = Version.objects.all() if access_scope(user).district else Version.objects.none()
        return rows.waiting().exclude(submitted_by=user)

    def viewable_by(self, user: Any) -> Any:
        return Version.objects.visible_to(user) if access_scope(user).district else Version.objects.none()

    def awaited_by(self, user: Any) -> Any:
        return Version.objects.visible_to(user).waiting().filter(submitted_by=user)

    def detail(self, row: Version) -> str:
        return _("%(who)s提交") % {"who": row.submitted_by}

    def since(self, row: Version) -> Any:
        return row.submitted_at

    def detail_rows(self, row: Version, user: Any) -> list[DetailRow]:
        return [*change_rows(row), DetailRow(_("说明"), row.text), criteria_row(row)]

    def history(self, row: Version) -> list[HistoryEntry]:
        return [HistoryEntry(_("提交复核"), row.submitted_at, row.submitted_by)] if row.submitted_by else []

    def options(self, row: Version, user: Any) -> list[DecisionOption]:
        if row.state != VersionState.WAITING or not permissions.can_publish_version(user, row):
            return []
        return [
            DecisionOption("publish", gettext_lazy("发布，以后不能再改"), done=_("已发布，今天起按这一版评定。")),
            DecisionOption("return", gettext_lazy("退回修改"), needs_reason=True, done=_("已退回，提交人会收到通知。")),
        ]

    def decide(self, row: Version, option: str, reason: str, *, actor: Any) -> Any:
        if option == "publish":
            return actions.publish_version(row, actor=actor)
        return actions.return_version(row, reason, actor=actor)

    def undo(self, row: Version, option: str, *, actor: Any) -> Any:
        return actions.undo_return_version(row, actor=actor)


def criteria_row(version: Version, *, editable: bool = False) -> DetailRow:
    """Return the row with the criteria of `version`; `editable` adds the verbs of a draft to each."""
    rows = [(criterion, numbers.requirement(criterion)) for criterion in version.criteria.all()]
    words = "\n".join(f"{one.name} {one.guidance} {one.evidence} {one.weight} {number}" for one, number in rows)
    data = {"rows": rows, "editable": editable}
    return DetailRow(_("评定项"), words, template="staff/_criteria.html", data=data)


# ---- standards ------------------------------------------------------------------------------------------------------
@admin.register(Standard)
class StandardAdmin(ScopedAdmin):
    """The standards; each has one draft at most, which this page begins."""

    section, order = Section.FIGURES, 10
    list_display = ("name", "subject_label", "year")
    list_filter = (year_filter("year", gettext_lazy("评价年度")),)
    search_fields = ("name",)
    may_create = staticmethod(permissions.can_draft)
    may_edit = staticmethod(permissions.can_edit_standard)
    buttons = (
        Button(
            "draft",
            gettext_lazy("拟新的一版"),
            actions.draft_version,
            lambda user, row: permissions.can_draft(user) and row.draft is None,
            main=True,
            why=gettext_lazy("发布过的一版不再改；要改，就拟新的一版。"),
            done=gettext_lazy("草案已经有了，从现行的一版抄来，在“版本”里改。"),
        ),
        Button(
            "remove",
            gettext_lazy("删去这个标准"),
            actions.remove_standard,
            permissions.can_edit_standard,
            confirm=gettext_lazy("删去这个还没有发布过的标准和它的草案？"),
            done=gettext_lazy("已删去。"),
        ),
    )

    @admin.display(description=gettext_lazy("评定对象"), ordering="subject")
    def subject_label(self, standard: Standard) -> Any:
        return SUBJECTS.get(standard.subject, standard.subject)

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": ("name",) if obj else ("name", "subject", "year")})]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        if db_field.name == "year":
            text = _("拟一年的评价办法才填；抄上一年的评价项。人士没有年度评价")
            return super().formfield_for_dbfield(db_field, request, help_text=text, **options)
        if db_field.name != "subject":
            return super().formfield_for_dbfield(db_field, request, **options)
        tables = {table.SUBJECT for table in extensions.assessment_tables()}
        choices = [(kind, label) for kind, label in SUBJECTS.items() if kind in tables]
        text = _("一类对象一个标准；已有标准的，请拟新的一版")
        return forms.ChoiceField(label=db_field.verbose_name, choices=choices, help_text=text)

    def create(self, form: Any, *, actor: Any) -> Standard:
        return actions.create_standard(actor=actor, **form.cleaned_data)

    def edit(self, standard: Standard, form: Any, *, actor: Any) -> Standard:
        return actions.edit_standard(standard, actor=actor, name=form.cleaned_data["name"])

    def added_message(self, row: Standard) -> str:
        return _("已添加，第 1 版的草案在“版本”里：加上评定项，再请另一位同事复核发布。")

    def public_url(self, standard: Standard) -> str:
        return standard.get_absolute_url() if standard.current() else ""

    def detail_rows(self, standard: Standard, user: Any) -> list[DetailRow]:
        draft = standard.draft if access_scope(user).district else None
        return [
            DetailRow(_("名称"), standard.name),
            DetailRow(_("评定对象"), self.subject_label(standard)),
            *([DetailRow(_("评价年度"), _("%(year)d 年") % {"year": standard.year})] if standard.year else []),
            DetailRow(_("现行版本"), standard.current() or _("还没有发布")),
            *([DetailRow(_("草案"), draft, draft.get_state_display())] if draft else []),
        ]

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(require_safe(self.records_view))
        where = "records/<slug:kind>/<public_id:public_id>/<slug:code>/"
        return [path(where, view, name="standards_standard_records"), *super().get_urls()]

    def records_view(self, request: HttpRequest, kind: str, public_id: str, code: str) -> HttpResponse:
        """Show the rows that the number beside a criterion of an assessment counts; who may not read a row sees only the number.

        Answers 404 for an assessment out of scope, and for a criterion without a number.
        """
        assessment, criterion = self._counted(request, kind, public_id, code)
        day = assessment.found_on or clock.today()
        number = numbers.count(assessment.subject, criterion, day)
        words = {"text": number.text, "day": dates.full_day(day), "how": number.how_counted}
        context = evidence(
            self.admin_site,
            request,
            numbers.metric_of(criterion),
            assessment.subject,
            numbers.period_of(criterion, day),
            heading=criterion.name,
            about=_("%(text)s。数到 %(day)s。%(how)s。") % words,
            of=assessment.subject,
            back=page_url(assessment),
        )
        return self.admin_site.page(request, "staff/evidence.html", context)

    def _counted(self, request: HttpRequest, kind: str, public_id: str, code: str) -> tuple[Any, Criterion]:
        try:
            other = self.admin_site._registry[table_of(kind)]
        except LookupError:
            raise Http404 from None
        rows = other.get_queryset(request) if other.has_view_permission(request) else other.model.objects.none()
        assessment = rows.filter(public_id=public_id).first()
        criterion = next((one for one in assessment.criteria if one.code == code), None) if assessment else None
        if criterion is None or numbers.metric_of(criterion) is None:
            raise Http404(_("没有这一项，或者不归你管。"))
        return assessment, criterion


# ---- versions -------------------------------------------------------------------------------------------------------
@admin.register(Version)
class VersionAdmin(ScopedAdmin):
    section, order = Section.FIGURES, 20
    list_display = ("standard", "number", "state_label", "published_on")
    list_filter = ("standard",)
    list_select_related = ("standard",)
    search_fields = ("standard__name",)
    fields = ("text",)
    may_edit = staticmethod(permissions.can_edit_version)
    buttons = (
        Button(
            "submit",
            gettext_lazy("请同事复核"),
            actions.submit_version,
            permissions.can_edit_version,
            main=True,
            why=gettext_lazy("改好以后，由区里另一位同事复核发布；发布以后不能再改。"),
            done=gettext_lazy("已提交，在区里同事的“今日待办”里。"),
        ),
        Button(
            "take-back",
            gettext_lazy("拿回来改"),
            actions.take_back_version,
            permissions.can_take_back_version,
            done=gettext_lazy("已拿回，可以再改。"),
        ),
        Button(
            "discard",
            gettext_lazy("不要这份草案"),
            actions.discard_version,
            permissions.can_edit_version,
            confirm=gettext_lazy("删去这份草案和里面的评定项？"),
            done=gettext_lazy("已删去。"),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("standard")

    @admin.display(description=gettext_lazy("状态"), ordering="published_on")
    def state_label(self, version: Version) -> Any:
        return version.get_state_display()

    def head(self, obj: Version, user: Any) -> Head:
        return Head([(obj.get_state_display(), BADGES[obj.state])])

    def public_url(self, version: Version) -> str:
        return version.get_absolute_url() if version.published_on else ""

    def edit(self, version: Version, form: Any, *, actor: Any) -> Version:
        return actions.edit_version(version, actor=actor, text=form.cleaned_data["text"])

    def detail_rows(self, version: Version, user: Any) -> list[DetailRow]:
        published = dates.partial(version.published_text) if version.published_text else version.published_on
        return [
            DetailRow(_("标准"), version.standard),
            DetailRow(_("版本"), version.number),
            DetailRow(_("发布"), published or "—", version.published_by or ""),
            *(
                [DetailRow(_("提交"), version.submitted_by, dates.stamp(version.submitted_at))]
                if version.submitted_at
                else []
            ),
            *([DetailRow(_("退回理由"), version.reason)] if version.reason else []),
            *change_rows(version),
            DetailRow(_("说明"), version.text),
            criteria_row(version, editable=permissions.can_edit_version(user, version)),
        ]


def _criterion_form(standard: Standard | None) -> type[forms.ModelForm]:
    """Return the form of a criterion; a standard about persons has no metric (domain.md, "What the portal refuses to hold")."""
    metrics = numbers.metrics_for(standard.subject) if standard else []
    names = [name for name in Criterion.EDITABLE_FIELDS if metrics or name not in ("metric", "at_least", "months")]

    class CriterionForm(ScopedAdmin.form):
        if metrics:
            metric = forms.ChoiceField(
                label=_("按哪个数"),
                required=False,
                choices=[("", _("不按数")), *((one.code, f"{one.label}（{one.unit}）") for one in metrics)],
                help_text=_("选了以后，评定时这个数和它的记录放在这一项旁边"),
            )

        class Meta:
            model = Criterion
            fields = names

    return CriterionForm


@admin.register(Criterion)
class CriterionAdmin(ScopedAdmin):
    """The criteria of all versions; those of a draft are written here and shown on the page of the version."""

    section, order = Section.FIGURES, 21
    list_display = ("name", "version", "weight", "requirement")
    list_select_related = ("version__standard",)
    ordering = ("-version_id", "order", "pk")
    search_fields = ("name", "guidance")
    may_create = staticmethod(permissions.can_draft)
    may_edit = staticmethod(permissions.can_edit_criterion)
    buttons = (
        Button("up", gettext_lazy("往前挪"), actions.move_criterion_up, permissions.can_edit_criterion),
        Button("down", gettext_lazy("往后挪"), actions.move_criterion_down, permissions.can_edit_criterion),
        Button(
            "remove",
            gettext_lazy("去掉这一项"),
            actions.remove_criterion,
            permissions.can_edit_criterion,
            confirm=gettext_lazy("从草案里去掉这一项？"),
            done=gettext_lazy("已去掉。"),
        ),
    )

    @admin.display(description=gettext_lazy("要求的数"), empty_value="—")
    def requirement(self, criterion: Criterion) -> str:
        return numbers.requirement(criterion)

    def _version(self, request: HttpRequest) -> Version | None:
        """Return the draft to which a criterion is added; the address names it."""
        key = request.GET.get("version", "")
        if not key.isdecimal() or len(key) > 18:
            return None
        return Version.objects.visible_to(request.user).drafted().filter(pk=key).select_related("standard").first()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._or_404(request)
        if self.has_add_permission(request) and self._version(request) is None:
            return HttpResponseRedirect(reverse("admin:standards_version_changelist"))
        return super().add_view(request, form_url, extra_context)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> type:
        version = obj.version if obj else self._version(request)
        form = _criterion_form(version.standard if version else None)
        form.draft = version
        return form

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": list(self.get_form(request, obj).base_fields)})]

    def url_of(self, obj: Any, kept: str = "") -> str:
        """Return the address of the version, on which the criterion is written."""
        return page_url(obj.version, kept=kept)

    def list_url(self, request: HttpRequest) -> str:
        match = request.resolver_match
        obj = self.get_object(request, match.kwargs.get("object_id", "")) if match else None
        return self.url_of(obj) if obj is not None else super().list_url(request)

    def create(self, form: Any, *, actor: Any) -> Criterion:
        return actions.add_criterion(form.draft, actor=actor, **_without_empty(form.cleaned_data))

    def edit(self, criterion: Criterion, form: Any, *, actor: Any) -> Criterion:
        return actions.edit_criterion(criterion, actor=actor, **_without_empty(form.cleaned_data))

    def detail_rows(self, criterion: Criterion, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("版本"), criterion.version),
            DetailRow(_("名称"), criterion.name),
            DetailRow(_("看什么"), criterion.guidance),
            DetailRow(_("什么算依据"), criterion.evidence),
            DetailRow(_("分量"), criterion.weight),
            DetailRow(_("要求的数"), numbers.requirement(criterion)),
        ]


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` without a metric where none was chosen: then there is no number either."""
    return data if data.get("metric") else {**data, "metric": "", "at_least": None}
