"""导入: the own imports as a list, and the page of each with its steps: upload, columns, preview, writing, result, taking back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import extensions
from chengyang.errors import REASON_LENGTH, ActionError
from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.imports import actions, marked, permissions, preview, reading
from chengyang.platform.imports.models import Import
from chengyang.platform.imports.states import ImportState, Outcome
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.sheets import workbook
from chengyang.platform.web import refused_forms
from chengyang.platform.web.forms import Form, RadioBoxes, posted

from .admin import Button, ScopedAdmin
from .detail_rows import cell_text

SECONDS = 2.0  # that the answer to an upload waits for a small sheet to be read
STEPS = (gettext_lazy("上传"), gettext_lazy("对列"), gettext_lazy("预览"), gettext_lazy("写入"))
STEP_OF = {  # state → the step that is shown as the present one
    ImportState.READING: 1,
    ImportState.MAPPING: 1,
    ImportState.PREVIEW: 2,
    ImportState.REFUSED: 0,
}


class UploadForm(Form):
    """The sheet to import."""

    creates = True

    file = forms.FileField(
        label=gettext_lazy("表格"),
        help_text=gettext_lazy("Excel、WPS 的 .xlsx、.xls、.et，.ods 或 .csv；最多 50,000 行、20 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et,.ods,.xlsb,.csv,.txt"}),
    )


class WriteForm(Form):
    """How a preview is written."""

    marks_optional = False

    how = forms.ChoiceField(label=gettext_lazy("怎么写"), widget=RadioBoxes(), initial="good")
    note = forms.CharField(
        label=gettext_lazy("为什么改"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, owner: Import, **options: Any) -> None:
        super().__init__(*args, **options)
        bad = owner.unwritable
        self.fields["how"].choices = [("good", _("只写没问题的")), ("whole", _("有一行不行就都不写"))]
        if bad:
            self.fields["how"].help_text = _("有 %(n)d 行现在不能写；选第二项就要先改好整张表。") % {"n": bad}
        kind = owner.declared
        has_changes = owner.counts.get(Outcome.CHANGED) or owner.counts.get(Outcome.CLASH)
        if kind is None or not kind.asks_note or not (has_changes or kind.note_for_new):
            del self.fields["note"]
        else:
            if kind.note_for_new:
                self.fields["note"].label = _("依据")
            self.fields["note"].help_text = kind.note_hint


class ColumnsForm(Form):
    """Which column of the sheet is which; `columns_form` adds the fields."""

    marks_optional = False

    def mapping(self) -> dict[str, int]:
        """Return code → place of the columns that were chosen."""
        return {code: int(place) for code, place in self.cleaned_data.items() if place != ""}


def columns_form(owner: Import) -> type[ColumnsForm]:
    """Return the form with a field for each column that can be read, and the columns of the sheet as its choices."""
    kind = owner.declared
    named = ((str(n), f"{n + 1}. {header or _('（空）')}") for n, header in enumerate(owner.headers))
    places = [("", _("没有这一列")), *named]
    fields = {
        column.code: forms.ChoiceField(
            label=column.header,
            choices=places,
            required=False,
            initial=str(owner.mapping.get(column.code, "")),
            help_text=column.hint or (_("必填") if column.required else ""),
        )
        for column in (reading.all_columns(kind) if kind else ())
    }
    return type("ColumnsForm", (ColumnsForm,), fields)


@admin.register(Import)
class ImportAdmin(ScopedAdmin):
    """It stands in the navigation itself, in no section: the sheets come to all of them."""

    section = None
    list_display = ("file_name", "what", "state", "result", "created_at", "undo_until_text")
    list_filter = ("state",)
    search_fields = ("file_name",)
    ordering = ("-created_at", "-id")
    change_form_template = "imports/import.html"
    # The page shows them beside what they are about.
    buttons = (
        Button(
            "undo",
            gettext_lazy("撤销整个导入"),
            actions.undo_import,
            lambda user, row: row.can_be_undone and permissions.can_steer(user, row),
            confirm=gettext_lazy("撤销这次导入？新增的删去，更改的改回；后来有变化的不动，列给你看。"),
            done=gettext_lazy("正在撤销。"),
        ),
        Button(
            "drop",
            gettext_lazy("不导入了"),
            actions.drop_import,
            lambda user, row: (
                row.state in (ImportState.MAPPING, ImportState.PREVIEW) and permissions.can_steer(user, row)
            ),
            done=gettext_lazy("已放弃，上传的内容已经删除。"),
        ),
        Button(
            "compare",
            gettext_lazy("重新比对"),
            actions.compare_again,
            lambda user, row: row.state == ImportState.PREVIEW and permissions.can_steer(user, row),
            done=gettext_lazy("正在重新比对。"),
        ),
    )

    def is_for(self, scope: Any) -> bool:
        return scope.officer

    # ---- the list ----------------------------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("内容"))
    def what(self, row: Import) -> str:
        return str(row.kind_label)

    @admin.display(description=gettext_lazy("结果"))
    def result(self, row: Import) -> str:
        if row.written_at:
            made, changed = row.results.get("made", 0), row.results.get("changed", 0)
            return _("新增 %(made)d，更改 %(changed)d") % {"made": made, "changed": changed}
        return _("%(n)d 行") % {"n": row.rows} if row.rows else "—"

    @admin.display(description=gettext_lazy("还能撤销"))
    def undo_until_text(self, row: Import) -> str:
        if not row.can_be_undone or row.undo_until is None:
            return "—"
        return dates.days_left(timezone.localdate(row.undo_until))

    def detail_rows(self, row: Import, user: Any) -> list[DetailRow]:
        found = [
            DetailRow(_("内容"), row.kind_label),
            DetailRow(_("上传"), cell_text(row.created_at)),
            DetailRow(_("行数"), f"{row.rows:,}"),
        ]
        if row.sheet:
            found.append(DetailRow(_("工作表"), row.sheet))
        if row.written_at:
            found.append(DetailRow(_("写入"), cell_text(row.written_at)))
        return found

    # ---- the page ----------------------------------------------------------------------------------------------------
    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        both = require_http_methods(["GET", "HEAD", "POST"])
        own = [
            path("new/<slug:code>/", view(both(self.new_view)), name="imports_import_new"),
            path("template/<slug:code>/", view(require_safe(self.template_view)), name="imports_import_template"),
            path("<int:object_id>/headings/", view(both(self.headings_view)), name="imports_import_headings"),
            path("<int:object_id>/choose/", view(require_POST(self.choose_view)), name="imports_import_choose"),
            path("<int:object_id>/marked/", view(require_POST(self.marked_view)), name="imports_import_marked"),
            path("<int:object_id>/write/", view(both(self.write_view)), name="imports_import_write"),
        ]
        return [*own, *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        self._or_404(request)
        owner = self.get_object(request, str(object_id)) if object_id else None
        shown = self._context(request, owner) if owner is not None and request.method == "GET" else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def _context(self, request: HttpRequest, owner: Import) -> dict[str, Any]:
        show = request.GET.get("show", "")
        show = show if show in Outcome.values and owner.counts.get(show) else ""
        page = max(int(text), 1) if (text := request.GET.get("page", "")).isdecimal() and len(text) < 6 else 1
        total = owner.counts.get(show, 0)
        pages = max(-(-total // preview.PER_PAGE), 1)
        page = min(page, pages)
        is_there = owner.has_cells and owner.state not in (
            ImportState.READING,
            ImportState.MAPPING,
            ImportState.REFUSED,
        )
        if not is_there:
            found = []
        elif show:
            rows = preview.rows_of(owner, show, (page - 1) * preview.PER_PAGE, preview.PER_PAGE)
            found = [preview.Group(Outcome(show), total, list(rows))]
        else:
            found = preview.groups(owner)
        kind = owner.declared
        return {
            "owner": owner,
            "steps": _steps(owner),
            "columns": preview.columns_of(owner),
            "groups": found,
            "show": show,
            "page_number": page,
            "earlier": page - 1 if show and page > 1 else 0,
            "later": page + 1 if show and page < pages else 0,
            "counts": [
                (one, owner.counts.get(one, 0)) for one in (Outcome.NEW, Outcome.CHANGED, Outcome.SAME, Outcome.REFUSED)
            ],
            "clashes": owner.counts.get(Outcome.CLASH, 0),
            "undecided": owner.undecided,
            "to_write": owner.writable,
            "unread": reading.unread(kind, owner.headers, owner.mapping) if kind else [],
            "write_form": self._write_form(request, owner),
            "import_job": owner.job if owner.job and (owner.is_busy or owner.job.is_open) else None,
        }

    def _write_form(self, request: HttpRequest, owner: Import) -> WriteForm | None:
        if owner.state not in (ImportState.PREVIEW, ImportState.PAUSED) or not owner.has_cells:
            return None
        again = refused_forms.shown_again(_as_path(request, owner), lambda typed: WriteForm(typed, owner=owner))
        return again or WriteForm(owner=owner, initial={"note": owner.note, "how": "whole" if owner.whole else "good"})

    def new_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Take a sheet of the kind `code`. Answers 404 for a kind that the officer may not import."""
        kind = self._kind(request, code)
        form = UploadForm(posted(request), request.FILES or None)
        if form.is_bound and form.is_valid():
            try:
                owner = actions.start_import(code, form.cleaned_data["file"], actor=request.user)
                jobs.do_now(owner.job, seconds=SECONDS)
                return HttpResponseRedirect(owner.get_absolute_url())
            except ActionError as error:
                form.refuse(error)
        context = {
            "title": _("导入：%(what)s") % {"what": kind.label},
            "kind": kind,
            "form": form,
            "steps": _steps(None),
        }
        return self._render(request, "imports/new.html", context, form.status)

    def template_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Send the template workbook of a kind."""
        kind = self._kind(request, code)
        response = HttpResponse(marked.template(kind, request.user), content_type=workbook.CONTENT_TYPE)
        name = _("%(what)s模板.xlsx") % {"what": kind.label}
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _kind(self, request: HttpRequest, code: str) -> Any:
        kind = extensions.import_kind(code)
        if kind is None or not permissions.can_import(request.user, kind):
            raise Http404
        return kind

    def headings_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask which column is which, and read the sheet again with the answer."""
        owner = self._own(request, object_id)
        if owner.state not in (ImportState.MAPPING, ImportState.PREVIEW) or not owner.has_cells:
            return HttpResponseRedirect(owner.get_absolute_url())
        form = columns_form(owner)(posted(request))
        if form.is_bound and form.is_valid():
            try:
                owner = actions.set_mapping(owner, form.mapping(), actor=request.user)
                jobs.do_now(owner.job, seconds=SECONDS)
                return HttpResponseRedirect(owner.get_absolute_url())
            except ActionError as error:
                form.refuse(error)
        lacking = reading.missing(owner.declared, owner.mapping) if owner.declared else []
        context = {
            "title": _("对列"),
            "owner": owner,
            "form": form,
            "lacking": lacking,
            "steps": _steps(owner, present=1),
        }
        return self._render(request, "imports/columns.html", context, form.status)

    def choose_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take the decisions on clashes: for each row `row-<number>` the side that counts."""
        owner = self._choose(request, self._own(request, object_id))
        return HttpResponseRedirect(f"{owner.get_absolute_url()}#write")

    def _choose(self, request: HttpRequest, owner: Import) -> Import:
        given = ((name.removeprefix("row-"), side) for name, side in request.POST.items() if name.startswith("row-"))
        sides = {int(number): side for number, side in given if number.isdecimal() and len(number) < 8}
        return actions.choose(owner, sides, actor=request.user) if sides else owner

    def write_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Write the rows of the preview; a refusal is shown at its field on the page of the import."""
        owner = self._own(request, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(f"{owner.get_absolute_url()}#write")
        form = WriteForm(request.POST, owner=owner)
        if not form.is_valid():
            return refused_forms.redirect_to(request)
        try:
            data, owner = form.cleaned_data, self._choose(request, owner)
            owner = actions.write_import(
                owner, whole=data["how"] == "whole", note=data.get("note", ""), actor=request.user
            )
        except ActionError as error:
            return refused_forms.redirect_to(request, error)
        jobs.do_now(owner.job, seconds=SECONDS)
        return HttpResponseRedirect(owner.get_absolute_url())

    def marked_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make the sheet with the marks: a small one is sent at once, a large one is a job."""
        job = jobs.do_now(actions.mark(self._own(request, object_id), actor=request.user), seconds=SECONDS)
        if job.has_result and not job.is_open:
            return HttpResponseRedirect(reverse("admin:jobs_job_result", args=[job.public_id]))
        return HttpResponseRedirect(job.get_absolute_url())

    def _own(self, request: HttpRequest, object_id: int) -> Import:
        self._or_404(request)
        return get_object_or_404(Import.objects.visible_to(request.user), pk=object_id)

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        page = {"opts": self.opts, "list_url": self.list_url(request), **context}
        return self.admin_site.page(request, template, page, status)


def _as_path(request: HttpRequest, owner: Import) -> HttpRequest:
    """Return `request` as one for the address of the form that writes `owner`, whose refusal is shown on its page."""
    asked = HttpRequest()
    asked.method, asked.session, asked.path = (
        "GET",
        request.session,
        reverse("admin:imports_import_write", args=[owner.pk]),
    )  # type: ignore[attr-defined]
    return asked


def _steps(owner: Import | None, *, present: int | None = None) -> list[tuple[int, Any, str]]:
    """Return (number, label, `done`, `now` or "") of the four steps."""
    if present is None:
        present = 0 if owner is None else STEP_OF.get(ImportState(owner.state), 3)
    is_over = owner is not None and owner.state in (ImportState.WRITTEN, ImportState.UNDONE)
    return [
        (n + 1, label, "done" if n < present or is_over else "now" if n == present else "")
        for n, label in enumerate(STEPS)
    ]
