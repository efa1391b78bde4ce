"""Objectives on the staff site: the plans of all owners, their objectives, figures and revisions."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengyang import clock
from chengyang.extensions import DetailRow, Section
from chengyang.platform.accounts.access import AccessScope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.bulk_verbs import of_decision
from chengyang.platform.staff.choices import limited
from chengyang.platform.staff.evidence import evidence
from chengyang.platform.staff.filters import period_filter, year_filter
from chengyang.platform.staff.links import page_url
from chengyang.platform.staff.record_hooks import Head

from . import actions, detail, owners, permissions
from .amounts import amount_text
from .forms import FigureForm, PlanForm, RevisionForm, objective_form
from .models import Figure, Objective, Plan, Revision
from .progress import how_counted, progress_of
from .states import PlanState
from .todos import AgreeToRevision, CheckFigure, PublishPlan

PLAN, FIGURE, REVISION = PublishPlan(), CheckFigure(), AgreeToRevision()
YEAR = gettext_lazy("年度")


class ObjectivesAdmin(ScopedAdmin):
    """What the lists of objectives have alike: staff and those who manage an owner by a post use them, each for their owners."""

    section = Section.FIGURES
    may_create = staticmethod(permissions.can_draft_some)

    def is_for(self, scope: AccessScope) -> bool:
        return scope.responsible

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.managed_by(request.user) if hasattr(rows, "managed_by") else rows

    @admin.display(description=gettext_lazy("谁的"))
    def owner_name(self, row: Any) -> str:
        return owners.name_of(row.owner)


@admin.register(Plan)
class PlanAdmin(ObjectivesAdmin):
    """The plans; each is begun here, or copied from the one before."""

    order = 30
    list_display = ("owner_name", "year", "state", "published_at")
    list_filter = ("state", year_filter("year", YEAR), "organization", "base", "team", "subdistrict")
    list_select_related = owners.KINDS
    search_fields = tuple(f"{kind}__name" for kind in owners.KINDS)
    form = PlanForm
    fields = PlanForm.Meta.fields
    bulk_verbs = (of_decision(PLAN, "publish", gettext_lazy("发布")),)
    buttons = (
        Button(
            "submit",
            gettext_lazy("请同事复核"),
            actions.submit_plan,
            lambda user, row: permissions.can_edit_plan(user, row) and row.objectives.exists(),
            main=True,
            why=gettext_lazy("写好以后，由负责的另一位工作人员复核发布；发布以后改要写理由。"),
            done=gettext_lazy("已提交，在同事的“今日待办”里。"),
        ),
        Button(
            "take-back",
            gettext_lazy("拿回来改"),
            actions.take_back_plan,
            permissions.can_take_back_plan,
            done=gettext_lazy("已拿回，可以再改。"),
        ),
        Button(
            "discard",
            gettext_lazy("不要这份草案"),
            actions.discard_plan,
            permissions.can_edit_plan,
            confirm=gettext_lazy("删去这份草案和里面的目标？"),
            done=gettext_lazy("已删去。"),
        ),
    )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if field is not None and db_field.name == "copied_from":
            rows = Plan.objects.managed_by(request.user).filter(state=PlanState.PUBLISHED).with_owners()
            field.queryset = rows.order_by("-year", "-pk")
            field.label, field.help_text = _("抄上一年的"), _("选了就从这一份抄到它的下一年，下面不用填")
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"year": clock.today().year, **super().get_changeform_initial_data(request)}

    def create(self, form: PlanForm, *, actor: Any) -> Plan:
        if plan := form.cleaned_data["copied_from"]:
            return actions.copy_plan(plan, percent=form.cleaned_data["percent"] or 0, actor=actor)
        return actions.draft_plan(form.owner(), year=form.cleaned_data["year"], actor=actor)

    def added_message(self, row: Plan) -> str:
        if getattr(row, "was_found", False):
            return super().added_message(row)
        return _("草案有了：加上目标，再请另一位同事复核发布。")

    def public_url(self, plan: Plan) -> str:
        return plan.get_absolute_url() if plan.is_published else ""

    def detail_rows(self, plan: Plan, user: Any) -> list[DetailRow]:
        editable = permissions.can_edit_plan(user, plan)
        return [*detail.plan_rows(plan), detail.objectives_row(plan, editable=editable)]


@admin.register(Objective)
class ObjectiveAdmin(ObjectivesAdmin):
    """The objectives of all plans; those of a draft are written here, and shown on the page of the plan."""

    order = 31
    list_display = ("what", "owner_name", "year", "target_text", "done", "light")
    export_more = ("metric", "unit", "starts", "every", "note", "agreed_on", "dropped_on", "dropped_why")
    list_filter = (year_filter("plan__year", YEAR), "every")
    list_select_related = tuple(f"plan__{kind}" for kind in owners.KINDS)
    search_fields = ("what", *(f"plan__{kind}__name" for kind in owners.KINDS))
    may_edit = staticmethod(permissions.can_edit_objective)
    buttons = (
        Button(
            "remove",
            gettext_lazy("去掉这一项"),
            actions.remove_objective,
            permissions.can_edit_objective,
            confirm=gettext_lazy("从草案里去掉这一项？"),
            done=gettext_lazy("已去掉。"),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_checked()

    @admin.display(description=gettext_lazy("年度"))
    def year(self, row: Objective) -> int:
        return row.plan.year

    @admin.display(description=gettext_lazy("目标"))
    def target_text(self, row: Objective) -> str:
        return amount_text(row.target, row.unit)

    @admin.display(description=gettext_lazy("做了"))
    def done(self, row: Objective) -> str:
        return amount_text(progress_of(row).done, row.unit)

    @admin.display(description=gettext_lazy("进度"))
    def light(self, row: Objective) -> Any:
        return progress_of(row).light.label if row.is_agreed else row.plan.get_state_display()

    def head(self, obj: Objective, user: Any) -> Head:
        if not obj.is_agreed:
            return Head([(_("不再做") if obj.dropped_on else obj.plan.get_state_display(), "")])
        at = progress_of(obj)
        return Head([(at.light.label, at.badge)])

    def public_url(self, objective: Objective) -> str:
        return objective.get_absolute_url() if objective.agreed_on and objective.plan.is_published else ""

    def _plan(self, request: HttpRequest) -> Plan | None:
        """Return the plan to which an objective is added; the address names it."""
        key = request.GET.get("plan", "")
        if not key.isdecimal() or len(key) > 18:
            return None
        plan = Plan.objects.managed_by(request.user).with_owners().filter(pk=key).first()
        return plan if plan and plan.state != PlanState.WAITING and not plan.is_past else None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._or_404(request)
        if self.has_add_permission(request) and self._plan(request) is None:
            return HttpResponseRedirect(reverse("admin:objectives_plan_changelist"))
        return super().add_view(request, form_url, extra_context)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> type:
        plan = obj.plan if obj else self._plan(request)
        form = objective_form(plan, is_published=bool(plan and plan.is_published and obj is None))
        form.plan = plan  # type: ignore[attr-defined]
        return form

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": list(self.get_form(request, obj).base_fields)})]

    def create(self, form: Any, *, actor: Any) -> Objective:
        data = dict(form.cleaned_data)
        if form.plan.is_published:
            return actions.add_to_plan(form.plan, reason=data.pop("reason"), actor=actor, **data).objective
        return actions.add_objective(form.plan, actor=actor, **data)

    def edit(self, objective: Objective, form: Any, *, actor: Any) -> Objective:
        return actions.edit_objective(objective, actor=actor, **form.cleaned_data)

    def added_message(self, row: Objective) -> str:
        if row.plan.is_published:
            return _("已提出加“%(name)s”，负责的另一位工作人员同意以后算数。") % {"name": row}
        return super().added_message(row)

    def detail_rows(self, objective: Objective, user: Any) -> list[DetailRow]:
        return detail.objective_rows(objective)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(require_safe(self.records_view))
        return [path("<int:pk>/records/", view, name="objectives_objective_records"), *super().get_urls()]

    def records_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the rows that the number of an objective counts; who may not read a row sees only the number.

        Answers 404 for an objective out of scope, and for one whose figures are entered.
        """
        self._or_404(request)
        objective = self.get_queryset(request).filter(pk=pk).first()
        metric = owners.metric_of(objective.metric) if objective else None
        if objective is None or metric is None:
            raise Http404(_("没有这一项，或者不归你管。"))
        about = _("%(text)s。%(how)s。") % {"text": progress_of(objective).text, "how": how_counted(objective)}
        context = evidence(
            self.admin_site,
            request,
            metric,
            objective.owner,
            objective.period(clock.today()),
            heading=objective.what,
            about=about,
            back=page_url(objective),
            of=objective.plan,
        )
        return self.admin_site.page(request, "staff/evidence.html", context)


@admin.register(Figure)
class FigureAdmin(ObjectivesAdmin):
    order = 32
    list_display = ("what", "owner_name", "on", "amount_words", "state", "entered_by")
    export_more = ("amount", "note", "link", "entered_at", "checked_by", "checked_at", "reason")
    list_filter = (
        "state",
        year_filter("objective__plan__year", YEAR),
        period_filter("on", gettext_lazy("日期"), is_moment=False),
    )
    list_select_related = ("entered_by", *(f"objective__plan__{kind}" for kind in owners.KINDS))
    search_fields = ("note", "objective__what")
    form = FigureForm
    fields = (*FigureForm.Meta.fields, "file")
    bulk_verbs = (
        of_decision(FIGURE, "check", gettext_lazy("核对无误，计入")),
        of_decision(FIGURE, "refuse", gettext_lazy("不采信"), needs_reason=True),
    )
    buttons = (
        Button(
            "withdraw",
            gettext_lazy("撤回"),
            actions.withdraw_figure,
            permissions.can_withdraw_figure,
            done=gettext_lazy("已撤回，不算数。"),
        ),
        Button(
            "reverse",
            gettext_lazy("冲回"),
            lambda row, *, actor, reason: actions.reverse_figure(row, reason, actor=actor),
            permissions.can_reverse_figure,
            needs_reason=True,
            done=gettext_lazy("冲回已填，第二个人核对以后从进度里减掉；要改数，再填一条对的。"),
        ),
    )

    @admin.display(description=gettext_lazy("目标"), ordering="objective")
    def what(self, row: Figure) -> Any:
        return row.objective

    @admin.display(description=gettext_lazy("数"))
    def amount_words(self, row: Figure) -> str:
        return row.text

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if field is not None and db_field.name == "objective":
            field.queryset = Objective.objects.managed_by(request.user).agreed().filter(metric="").with_owners()
            field.label_from_instance = _with_owner  # type: ignore[method-assign]
        return field

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> type:
        return limited(super().get_form(request, obj, change, **options), request.user)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"on": clock.today(), **super().get_changeform_initial_data(request)}

    def create(self, form: FigureForm, *, actor: Any) -> Figure:
        return actions.enter_figure(form.cleaned_data["objective"], actor=actor, **form.figure())

    def added_message(self, row: Figure) -> str:
        return _("已填报，第二个人核对以后计入。")

    def detail_rows(self, figure: Figure, user: Any) -> list[DetailRow]:
        state = DetailRow(_("状态"), figure.get_state_display())
        return [*detail.figure_rows(figure, user), state]


@admin.register(Revision)
class RevisionAdmin(ObjectivesAdmin):
    order = 33
    list_display = ("what", "owner_name", "kind", "before", "target", "state", "asked_at")
    export_more = ("reason", "asked_by", "decided_by", "decided_at", "answer")
    list_filter = ("state", "kind", year_filter("objective__plan__year", YEAR))
    list_select_related = tuple(f"objective__plan__{kind}" for kind in owners.KINDS)
    search_fields = ("reason", "objective__what")
    form = RevisionForm
    fields = RevisionForm.Meta.fields
    bulk_verbs = (of_decision(REVISION, "agree", gettext_lazy("同意")),)
    buttons = (
        Button(
            "withdraw",
            gettext_lazy("撤回"),
            actions.withdraw_revision,
            permissions.can_withdraw_revision,
            done=gettext_lazy("已撤回，目标没有变。"),
        ),
    )

    @admin.display(description=gettext_lazy("目标"), ordering="objective")
    def what(self, row: Revision) -> Any:
        return row.objective

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if field is not None and db_field.name == "objective":
            year = clock.today().year
            rows = Objective.objects.managed_by(request.user).agreed().filter(plan__year__gte=year)
            field.queryset = rows.with_owners()
            field.label_from_instance = _with_owner  # type: ignore[method-assign]
        return field

    def create(self, form: RevisionForm, *, actor: Any) -> Revision:
        data = form.cleaned_data
        return actions.revise_objective(data["objective"], target=data["target"], reason=data["reason"], actor=actor)

    def added_message(self, row: Revision) -> str:
        return _("已提出，负责的另一位工作人员同意以后改。")

    def detail_rows(self, revision: Revision, user: Any) -> list[DetailRow]:
        return [*detail.revision_rows(revision), DetailRow(_("状态"), revision.get_state_display())]


def _with_owner(objective: Objective) -> str:
    return f"{owners.name_of(objective.owner)} {objective.plan.year}：{objective.what}"
