"""The public results: the page, and the same figures as a table to download."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengyang.lib.chinese import dates
from chengyang.platform.sheets import csv_text

from . import periods
from .results import Results, results_of


def _span(code: str) -> periods.Span:
    """Return the year, or the published years, with this code. Raises Http404 for another one: months are not published."""
    found = next((span for span in periods.tabs() if span.code == code), None)
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show the seven steps of a year to everybody, without numbers below five, beside the published figures."""
    span = _span(request.GET.get("period") or periods.this_year().code)
    return render(request, "board/results.html", {"results": results_of(span), "span": span, "tabs": periods.tabs()})


@login_not_required
@require_safe
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Answer the figures of the page as a CSV file."""
    found = results_of(_span(code))
    response = HttpResponse(_csv(found), content_type=csv_text.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="results-{code}.csv"'
    return response


def _csv(found: Results) -> bytes:
    hidden = _("收起")
    lines = [[_("步骤"), _("数字"), _("单位"), found.span.label, _("怎么算的")]]
    for part in found.parts:
        lines += [
            [part.label, one.label, one.unit, hidden if one.value is None else one.value, one.how]
            for one in part.figures
        ]
    lines.append([])
    lines.append([_("街道"), *found.persons.columns, _("合计")])
    for label, cells in found.persons.rows:
        lines.append([label, *(hidden if one is None else one for one in cells)])
    lines.append([])
    lines.append([_("各街道人数截至"), dates.full_day(found.persons.day)])
    lines.append([_("其余截至"), dates.full_day(found.day)])
    return csv_text.MARK.encode() + csv_text.part(lines)
