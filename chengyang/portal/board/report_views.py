"""Making a report, and its editions: print page, Word file, Excel file, two of them side by side."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengyang.errors import ActionError
from chengyang.platform.audit import actions as audit
from chengyang.platform.files import contents as files
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.sheets import workbook
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.forms import posted
from chengyang.platform.web.paging import numbered

from . import actions, owners, periods, report_contents, report_steps
from .charts import bars, line, stack
from .forms import ReportForm
from .models import Report
from .report_contents import Grid, Heading, Picture, Sentence, Signature
from .views import query_of, span_of, staff_page
from .word import word_file

SECONDS = 3.0  # that the page works on the report before a worker goes on
TEMPLATES = {Heading: "heading", Sentence: "sentence", Grid: "grid", Picture: "picture", Signature: "signature"}


def _report(request: HttpRequest, public_id: str) -> Report:
    """Return the report. Raises Http404 for one that the officer may not see."""
    return get_object_or_404(Report.objects.visible_to(request.user).with_owners(), public_id=public_id)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Ask for a report about one owner; it is made at once or by the worker, with its progress on the page of the job."""
    owner, span = owners.find(request.user, request.GET.get("of", "")), span_of(request)
    form = ReportForm(posted(request), span=span)
    if form.is_bound and form.is_valid():
        try:
            job = jobs.do_now(_asked(form, owner, request.user), seconds=SECONDS)
            report = Report.objects.filter(job=job).first()
            return HttpResponseRedirect(page_url(report) if report and not job.is_open else job.get_absolute_url())
        except ActionError as error:
            form.refuse(error)
    context = {"title": _("出报告"), "form": form, "name": owners.name_of(owner), "query": query_of(owner, span)}
    return admin.site.page(request, "board/make.html", context, status=form.status)


def _asked(form: ReportForm, owner: Any, user: Any) -> Any:
    data = form.cleaned_data
    return actions.ask_for_report(
        owner, periods.parse(data["period"]), note=data["note"], with_records=data["with_records"], actor=user
    )


def _issuer(report: Report) -> str:
    """Return who issues the report: the owner as it was called then, for the district the office."""
    return settings.SITE["host"] if report.owner is None else report.contents["owner"]


@staff_page
@require_safe
def printed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the report as sheets of paper, the same as its Word file."""
    report = _report(request, public_id)
    parts = [
        {"template": f"board/paper_{TEMPLATES[type(block)]}.html", "data": block, "chart": _chart(block)}
        for block in report_contents.blocks(report.contents, _issuer(report))
    ]
    context = {"title": str(report), "report": report, "parts": parts, "back": page_url(report)}
    return admin.site.page(request, "board/print.html", context)


def _chart(block: Any) -> Any:
    if not isinstance(block, Picture):
        return None
    if block.stack:
        return stack(block.stack, block.labels, title=block.caption)
    return (line if block.lasts else bars)(block.values, block.labels, title=block.caption)


@staff_page
@require_safe
def word(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer the report as a Word file."""
    report = _report(request, public_id)
    data = word_file(str(report), report_contents.blocks(report.contents, _issuer(report)))
    audit.record_alone("report.fetched", report, actor=request.user)
    response = HttpResponse(data, content_type=files.DOCX.content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{report}.docx")
    return response


@staff_page
@require_safe
def sheet(request: HttpRequest, public_id: str) -> HttpResponse | StreamingHttpResponse:
    """Answer the figures of the report as an Excel file; the one with the records is the result of its job."""
    report = _report(request, public_id)
    audit.record_alone("report.fetched", report, actor=request.user)
    response = HttpResponse(b"".join(report_steps.figures_sheet(report)), content_type=workbook.CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{report}.xlsx")
    return response


@staff_page
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show two reports side by side with the differences; with one, the others to choose from."""
    found = [_report(request, request.GET[name]) for name in ("one", "other") if request.GET.get(name)]
    if not found:
        raise Http404
    if len(found) == 1:
        return _choose(request, found[0])
    one, other = found
    lines = report_contents.differences(one.contents, other.contents)
    steps = [(step, list(group)) for step, group in groupby(lines, key=lambda line: line.step)]
    context = {"title": _("比一比两份报告"), "one": one, "other": other, "lines": lines, "steps": steps}
    return admin.site.page(request, "board/compare.html", context)


def _choose(request: HttpRequest, report: Report) -> HttpResponse:
    rows = Report.objects.visible_to(request.user).of(report.owner).exclude(pk=report.pk).with_owners()
    page = numbered(request, rows.order_by("-as_of", "-pk"))
    context = {
        "title": _("和哪一份比"),
        "report": report,
        "page": page,
        "rows": page.object_list,
        "back": page_url(report),
    }
    return admin.site.page(request, "board/compare_with.html", context)
