"""Papers on the staff site: the versions of Word templates, the print pages, and the question before a Word file is made."""

import io
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chengyang import extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import DetailRow, Paper, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit import readings
from chengyang.platform.files import contents, names
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.staff import list_exports
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.export_admin import conditions_of
from chengyang.platform.staff.links import page_url
from chengyang.platform.staff.models import ListExportState
from chengyang.platform.web.forms import posted

from . import actions, defaults, filling, pages
from .defaults import ROW_NAME
from .forms import FileForm, TemplateForm
from .models import PaperTemplate
from .permissions import can_manage_templates
from .states import TemplateState

AT_ONCE = 5  # files; so few are ready with the answer
PEOPLE_ON_SCREEN = list_exports.LARGE  # people on print pages; more is a file, to which a second officer agrees
RECORDS_ON_SCREEN = 100


@admin.register(PaperTemplate)
class PaperTemplateAdmin(ScopedAdmin):
    """The versions of all templates, and above them which one each paper is filled in with."""

    section, order = Section.CONTENT, 60
    list_display = ("paper_label", "version", "state", "uploaded_by", "uploaded_at", "in_force_at")
    list_filter = ("state",)
    list_select_related = ("uploaded_by",)
    ordering = ("-uploaded_at", "-id")
    change_list_template = "papers/templates.html"
    template = "papers/_placeholders.html"
    form = TemplateForm
    may_create = staticmethod(can_manage_templates)
    buttons = (
        Button(
            "in-force",
            gettext_lazy("启用这一版"),
            actions.put_in_force,
            lambda user, row: row.state != TemplateState.IN_FORCE and can_manage_templates(user, row),
            done=gettext_lazy("已启用，从现在起用这一版。"),
            main=True,
            why=gettext_lazy("先看看预览，没有问题再启用。"),
        ),
        Button(
            "retire",
            gettext_lazy("停用，改用默认模板"),
            actions.retire,
            lambda user, row: row.state == TemplateState.IN_FORCE and can_manage_templates(user, row),
            done=gettext_lazy("已停用，从现在起用默认模板。"),
        ),
    )

    def is_for(self, scope: Any) -> bool:
        return scope.district

    @admin.display(description=gettext_lazy("哪一种"), ordering="paper")
    def paper_label(self, row: PaperTemplate) -> Any:
        return row.label

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ("paper", "upload", "note")})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> type:
        return TemplateForm

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().changelist_view(request, {"papers": _overview(), **(extra_context or {})})

    def create(self, form: Any, *, actor: Any) -> PaperTemplate:
        data = form.cleaned_data
        return actions.upload_template(data["paper"], data["upload"], note=data["note"], actor=actor)

    def detail_rows(self, row: PaperTemplate, user: Any) -> list[DetailRow]:
        found = [
            DetailRow(_("打印件"), row.label),
            DetailRow(_("第几版"), row.version, row.note),
            DetailRow(_("状态"), row.get_state_display(), _state_note(row)),
            DetailRow(_("上传"), row.uploaded_by, dates.stamp(row.uploaded_at)),
            DetailRow(_("文件"), row.file.name, url=reverse("admin:papers_papertemplate_file", args=[row.pk])),
        ]
        if row.unknown:
            found.append(DetailRow(_("不认识的占位符"), "、".join(row.unknown), _("填不进内容，请改好再上传一版")))
        if row.missing:
            found.append(DetailRow(_("没有用到的占位符"), "、".join(row.missing), _("不用也可以")))
        if not row.unknown and not row.missing:
            found.append(DetailRow(_("占位符"), _("全部用到，没有不认识的")))
        return found

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        context = {"placeholders": None, **(extra_context or {})}
        if object_id and (row := self.get_object(request, object_id)) and row.declared:
            context["placeholders"] = placeholders_of(row.declared, row.missing)
        return super().changeform_view(request, object_id, form_url, context)

    # ---- addresses --------------------------------------------------------------------------------------------------
    def get_urls(self) -> list:
        view, name = self.admin_site.admin_view, "papers_papertemplate"
        asks = require_http_methods(["GET", "HEAD", "POST"])
        own = [
            path("<int:pk>/file/", view(require_safe(self.file_view)), name=f"{name}_file"),
            path("<int:pk>/preview/", view(require_safe(self.preview_view)), name=f"{name}_preview"),
            path("default/<slug:code>/", view(require_safe(self.default_view)), name=f"{name}_default"),
            path("print/<slug:code>/", view(require_safe(self.print_view)), name=f"{name}_print"),
            path("word/<slug:code>/", view(asks(self.word_view)), name=f"{name}_word"),
        ]
        return [*own, *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the file of a version. Answers 404 for anybody but those who manage templates."""
        row = self._version(request, pk)
        return _word_answer(row.read(), str(row))

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a version filled with the example values. Answers 404 as `file_view`, 409 for one that cannot be filled."""
        row = self._version(request, pk)
        if row.declared is None or row.unknown:
            raise Http404
        data = filling.word_file(row.read(), filling.examples(row.declared))
        return _word_answer(data, _("%(paper)s 预览") % {"paper": row})

    def default_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Send the default template of a paper, to be changed in WPS or Word."""
        self._or_404(request)
        paper = extensions.paper(code)
        if paper is None or not paper.has_word:
            raise Http404
        return _word_answer(defaults.default_file(paper), _("%(paper)s 默认模板") % {"paper": paper.label})

    def _version(self, request: HttpRequest, pk: int) -> PaperTemplate:
        self._or_404(request)
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        return row

    # ---- printing ---------------------------------------------------------------------------------------------------
    def print_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show a paper for one record (`?record=`), or for the rows of a list (its query string), each on a page of its own.

        Answers 404 for a paper or a record that the officer does not have; what is too many for a page is said there.
        """
        paper, asked = _asked(request, code)
        rows = _rows(paper, request, asked)
        order = request.GET.get("order", "")
        is_large = len(rows) > RECORDS_ON_SCREEN or _people(paper, rows, request.user) > PEOPLE_ON_SCREEN
        sheets = [] if is_large else [filling.fill(paper, row, user=request.user, order=order) for row in rows]
        for row, filled in zip(rows, sheets, strict=False):
            readings.record("paper.printed", filled.people, actor=request.user, subject=row)
        context = {
            **self._page_context(request, paper, rows, asked),
            "sheets": [pages.parts_of(paper, filled.values) for filled in sheets],
            "is_large": is_large,
            "large": PEOPLE_ON_SCREEN,
            "orders": _orders(paper, request, order),
        }
        return TemplateResponse(request, "papers/print.html", context)

    def word_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Ask how and what for, and fill a paper into Word. Answers 404 as `print_view`."""
        paper, asked = _asked(request, code)
        if not paper.has_word:
            raise Http404
        rows = _rows(paper, request, asked)
        form = FileForm(posted(request), paper=paper, is_one=bool(asked["record"]))
        if form.is_bound and form.is_valid():
            try:
                return self._filled(request, paper, asked, form, len(rows))
            except ActionError as error:
                form.refuse(error)
        context = {
            **self._page_context(request, paper, rows, asked),
            "form": form,
            "people": _people(paper, rows, request.user) if paper.is_personal else 0,
            "large": list_exports.LARGE,
        }
        return TemplateResponse(request, "papers/word.html", context, status=form.status)

    def _filled(self, request: HttpRequest, paper: Paper, asked: dict, form: FileForm, many: int) -> HttpResponse:
        export = actions.ask_for_file(paper, form.data_of(), actor=request.user, **asked)
        if export.state == ListExportState.WAITING:
            return HttpResponseRedirect(export.get_absolute_url())
        job = jobs.do_now(export.job) if many <= AT_ONCE else export.job
        if job.has_result and not job.is_open:
            return HttpResponseRedirect(reverse("admin:jobs_job_result", args=[job.public_id]))
        return HttpResponseRedirect(job.get_absolute_url())

    def _page_context(self, request: HttpRequest, paper: Paper, rows: list, asked: dict) -> dict[str, Any]:
        record = rows[0] if asked["record"] else None
        model = list_exports.admin_of(paper.subject).model
        back = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        request.current_app = self.admin_site.name
        found = self.admin_site.each_context(request)
        _mark_current(found["sections"], back)
        return {
            **found,
            "title": paper.label if record is None else f"{paper.label}：{record}",
            "paper": paper,
            "record": record,
            "rows": rows,
            "asked": asked,
            "query": request.GET.urlencode(),
            "back_url": page_url(record) if record else f"{back}?{asked['query']}" if asked["query"] else back,
            "back_label": record or model._meta.verbose_name_plural,
        }


def _mark_current(sections: list[dict[str, Any]], url: str) -> None:
    """Let the navigation show the list at `url` as the current one: a paper belongs to the records that it is about."""
    for section in sections:
        for found in section["lists"]:
            found["current"] = found["url"] == url
        section["current"] = any(found["current"] for found in section["lists"])


def _state_note(row: PaperTemplate) -> str:
    moment = row.retired_at or row.in_force_at
    return dates.stamp(moment) if moment else ""


def _word_answer(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(io.BytesIO(data), content_type=contents.DOCX.content_type)
    file_name = names.clean(f"{name}.docx", contents.DOCX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _overview() -> list[dict[str, Any]]:
    """Return each paper with a Word file and the version that it is filled in with, None for the default."""
    in_force = {row.paper: row for row in PaperTemplate.objects.filter(state=TemplateState.IN_FORCE)}
    papers = [one for one in extensions.papers() if one.has_word]
    return [{"paper": one, "version": in_force.get(one.code)} for one in papers]


def placeholders_of(paper: Paper, missing: list[str]) -> list[dict[str, Any]]:
    """Return the placeholders of `paper`: how they are written, what they become, an example, and whether they are missing."""
    common = (filling.MAKER, filling.MADE_AT)
    found = [(one.name, f"{{{{ {one.name} }}}}", one.about, one.example) for one in (*paper.fields, *common)]
    for rows in paper.lists:
        loop = f"{{%tr for {ROW_NAME} in {rows.name} %}} … {{%tr endfor %}}"
        found.append(
            (rows.name, loop, _("%(list)s：每项一行，三行表格依次是开头、内容、结尾") % {"list": rows.about}, "")
        )
        found += [
            (f"{rows.name}.{one.name}", f"{{{{ {ROW_NAME}.{one.name} }}}}", one.about, one.example)
            for one in rows.fields
        ]
    return [
        {"written": written, "about": about, "example": example, "is_missing": name in missing}
        for name, written, about, example in found
    ]


# ---- what the address asks for ---------------------------------------------------------------------------------------
def _asked(request: HttpRequest, code: str) -> tuple[Paper, dict[str, str]]:
    """Return the paper, and the record or the rows that the address names. Raises Http404 for an unknown paper or a wrong key."""
    paper = extensions.paper(code)
    if paper is None or not access_scope(request.user).officer:
        raise Http404
    record = request.GET.get("record", "")
    if record and (not record.isascii() or not record.isdecimal() or len(record) > 18):
        raise Http404
    if record:
        return paper, {"record": record, "query": "", "conditions": ""}
    given = request.GET.copy()
    given.pop("order", None)
    query = list_exports.query_of(given.urlencode())
    try:
        words = conditions_of(list_exports.admin_of(paper.subject), request, query)
    except (ValueError, IncorrectLookupParameters):
        raise Http404 from None
    return paper, {"record": "", "query": query, "conditions": words}


def _rows(paper: Paper, request: HttpRequest, asked: dict[str, str]) -> list[Any]:
    """Return the rows, at most one more than can be filled. Raises Http404 for none, and where the officer has no such list."""
    try:
        found = actions.records_of(paper, request.user, record=asked["record"], query=asked["query"])
    except (NotAllowed, ActionError):
        raise Http404 from None
    rows = [row for row in found[: actions.MOST_FILES + 1] if paper.can(request.user, row)]
    if not rows:
        raise Http404(_("没有可以打印的。"))
    return rows


def _people(paper: Paper, rows: list[Any], user: Any) -> int:
    """Return how many people the papers of `rows` are about, counted until it is more than a page may show."""
    total = 0
    for row in rows:
        total += filling.people_in(paper, row, user, most=PEOPLE_ON_SCREEN + 1)
        if total > PEOPLE_ON_SCREEN:
            break
    return total


def _orders(paper: Paper, request: HttpRequest, chosen: str) -> list[dict[str, Any]]:
    """Return the orders of the list as links."""
    given = request.GET.copy()
    found = []
    for number, one in enumerate(paper.orders):
        given["order"] = one.code
        is_chosen = one.code == chosen or (number == 0 and chosen not in {other.code for other in paper.orders})
        found.append({"label": one.label, "url": f"?{given.urlencode()}", "is_chosen": is_chosen})
    return found if len(found) > 1 else []
