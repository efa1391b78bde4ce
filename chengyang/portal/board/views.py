"""The board for officers: the page, the choice whose board, the records behind a figure, and the large screen."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengyang import clock, extensions
from chengyang.platform.staff.evidence import evidence
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.paging import numbered

from . import board as boards
from . import owners, periods

SEARCH_LENGTH = 40
REFRESH = (
    30  # seconds after which the large screen loads itself again: with the time between two runs less than a minute
)


def staff_page(view: Any) -> Any:
    """Return `view` as a page of the staff site: for officers, never cached, 404 for other accounts."""
    return admin.site.admin_view(view)


def span_of(request: HttpRequest) -> periods.Span:
    """Return the period that the address asks for, this year by default. Raises Http404 for an unknown one."""
    code = request.GET.get("period", "")
    try:
        return periods.parse(code) if code else periods.this_year()
    except ValueError:
        raise Http404 from None


def query_of(owner: Any, span: periods.Span) -> str:
    """Return the query of addresses that lead to the board of `owner` in `span`."""
    return urlencode({"of": owners.code_of(owner), "period": span.code})


@staff_page
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show the seven steps of one owner in one period. Answers 404 where the officer may not see them."""
    owner, span = owners.find(request.user, request.GET.get("of", "")), span_of(request)
    found = boards.board_of(owner, span)
    context = {
        "title": _("七步看板"),
        "board": found,
        "steps": _steps(found, query_of(owner, span)),
        "owner": owner,
        "query": query_of(owner, span),
        "tabs": periods.tabs(),
        "shorter": [one for one in periods.choices() if not one.is_year and not one.is_years],
        "span": span,
    }
    return admin.site.page(request, "board/board.html", context)


def _steps(board: boards.Board, query: str) -> Any:
    """Return the steps of `board` as HTML, drawn once as long as the board is kept: they are most of the page."""
    key = ("board.steps", board.code, board.span.code, board.version, clock.today(), get_language())
    values = {"board": board, "span": board.span, "query": query}
    return per_version(key, lambda: get_template("board/_steps.html").render(values), names=boards.NAMES)


@staff_page
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """Show a board for the large screen: one step at a time or all, dark, loaded anew within a minute."""
    owner, span = owners.find(request.user, request.GET.get("of", "")), span_of(request)
    found = boards.board_of(owner, span)
    codes = [part.code for part in found.parts]
    step = request.GET.get("step", "")
    if step and step not in codes:
        raise Http404
    place = codes.index(step) if step else -1
    ring = ["", *codes]
    context = {
        "title": _("七步看板"),
        "board": found,
        "shown": [part for part in found.parts if not step or part.code == step],
        "step": step,
        "query": query_of(owner, span),
        "before": ring[place % len(ring)],
        "after": ring[(place + 2) % len(ring)],
    }
    response = admin.site.page(request, "board/screen.html", context)
    response["Refresh"] = str(
        REFRESH
    )  # works without a script; a `meta` element would say the same to assistive technology
    return response


@staff_page
@require_safe
def whose(request: HttpRequest) -> HttpResponse:
    """Show whose boards the officer may see, by kind, with a search by name."""
    kind = request.GET.get("kind", "subdistrict")
    if kind not in owners.MODELS:
        raise Http404
    rows = owners.seen_by(request.user, kind)
    text = request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH]
    if text:
        rows = rows.filter(name__icontains=text)
    page = numbered(request, rows.order_by("pk"))
    context = {
        "title": _("看谁的看板"),
        "kinds": list(owners.LABELS.items()),
        "kind": kind,
        "text": text,
        "page": page,
        "rows": [(row, owners.code_of(row)) for row in page.object_list],
        "period": span_of(request).code,
        "sees_district": owners.can_see_board(request.user, None),
    }
    return admin.site.page(request, "board/whose.html", context)


@staff_page
@require_safe
def records(request: HttpRequest, code: str) -> HttpResponse:
    """Show the records that a figure counts, and how they are counted. Answers 404 for a figure that the board has not."""
    owner, span = owners.find(request.user, request.GET.get("of", "")), span_of(request)
    metric = next((one for one in extensions.metrics() if one.code == code), None)
    if metric is None or not metric.stands_on(owners.kind_of(owner)):
        raise Http404
    context = evidence(
        admin.site,
        request,
        metric,
        owner,
        span.so_far,
        heading=metric.label,
        about=_("%(how)s（%(period)s）") % {"how": metric.how_counted, "period": span.label},
        back=f"{reverse('board:board')}?{query_of(owner, span)}",
        of=owners.name_of(owner),
    )
    return admin.site.page(request, "staff/evidence.html", context)
