"""The pages below /me/ on which the managers of a subject assess it themselves, put right what is short, and appeal."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.web.forms import posted

from .. import actions, permissions
from ..forms import asked_of, statements_form
from ..own import own_assessments, own_subjects
from ..shown import shown_of
from ..states import AssessmentState
from ..subjects import table_of


def _table(kind: str) -> Any:
    try:
        return table_of(kind)
    except LookupError:
        raise Http404 from None


def _own(request: HttpRequest, kind: str, public_id: str) -> Any:
    table = _table(kind)
    rows = own_assessments(table, request.user).select_related(table.SUBJECT, "version__standard")
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the subjects that one manages, and oneself, with their assessments."""
    return render(request, "standards/mine.html", {"subjects": own_subjects(request.user), "today": clock.today()})


@never_cache
@require_safe
def assessment(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Show one assessment to its subject: each criterion with what was said and found, what to put right, and the appeal."""
    row = _own(request, kind, public_id)
    prepares = permissions.can_prepare_assessment(request.user, row)
    is_open = row.state == AssessmentState.OPEN
    fixed = any(finding.fixed for _criterion, finding in row.short())
    context = {
        "assessment": row,
        "kind": kind,
        "shown": shown_of(row, request.user),
        "can_fill": prepares and row.is_filled_in and bool(asked_of(row)),
        "can_submit": prepares and (is_open or (row.is_filled_in and fixed)),
        "can_discard": prepares and is_open,
        "can_resume": prepares and row.state == AssessmentState.DISCARDED,
        "can_take_back": permissions.can_take_back_assessment(request.user, row),
        "can_appeal": row.is_appealable_on(clock.today()) and permissions.can_appeal(request.user, row),
    }
    return render(request, "standards/own.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def put_in(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Fill in how each criterion is met, or after a failed assessment what was put right."""
    row = _own(request, kind, public_id)
    require(permissions.can_prepare_assessment, request.user, row)
    form = statements_form(row)(posted(request), request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_statements(row, form.statements(), actor=request.user)
            messages.success(request, _("已保存，还没有交：看一遍再交。"))
            return redirect("standards:own-assessment", kind, public_id)
        except ActionError as error:
            form.refuse(error)
    return render(
        request, "standards/own_form.html", {"assessment": row, "kind": kind, "form": form}, status=form.status
    )


@require_POST
def submit(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Submit an own assessment, also again after a failed one."""
    actions.submit_assessment(_own(request, kind, public_id), actor=request.user)
    messages.success(request, _("已交，先由一位工作人员初评，再由另一位复核。"))
    return redirect("standards:own-assessment", kind, public_id)


@require_POST
def take_back(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Take an own submitted assessment back to change it."""
    actions.take_back_assessment(_own(request, kind, public_id), actor=request.user)
    messages.success(request, _("已拿回，改好再交。"))
    return redirect("standards:own-assessment", kind, public_id)


@require_POST
def discard(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """End an own assessment that is still being filled in, with a reason."""
    actions.discard_assessment(_own(request, kind, public_id), request.POST.get("reason", ""), actor=request.user)
    messages.success(request, _("这次评定不评了，填过的都留着，可以接着评。"))
    return redirect("standards:own-assessment", kind, public_id)


@require_POST
def resume(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Go on with an own assessment that was discarded."""
    actions.resume_assessment(_own(request, kind, public_id), actor=request.user)
    messages.success(request, _("接着填吧，原来填的都在。"))
    return redirect("standards:own-assessment", kind, public_id)


@require_POST
def appeal(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Appeal against the result of an own assessment."""
    actions.appeal_assessment(_own(request, kind, public_id), request.POST.get("reason", ""), actor=request.user)
    messages.success(request, _("申诉已收到，由没有参加过这次评定的工作人员来定。"))
    return redirect("standards:own-assessment", kind, public_id)


@require_POST
def start(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Begin an assessment of an organizer that one manages."""
    model = _table(kind)._meta.get_field(kind).related_model
    if kind == "person":
        raise Http404  # only officers assess persons
    rows = model.objects.visible_to(request.user).filter(pk__in=access_scope(request.user).managed(kind))
    row = actions.open_assessment(get_object_or_404(rows, slug=slug), actor=request.user)
    return redirect("standards:own-fill", kind, row.public_id)


@require_POST
def start_year(request: HttpRequest, kind: str, slug: str, year: int) -> HttpResponse:
    """Begin the evaluation of an organizer that one manages for a year."""
    table = _table(f"{kind}-year")
    rows = table._meta.get_field(kind).related_model.objects.visible_to(request.user)
    subject = get_object_or_404(rows.filter(pk__in=access_scope(request.user).managed(kind)), slug=slug)
    row = actions.open_evaluation(subject, year=year, actor=request.user)
    return redirect("standards:own-assessment", table.code(), row.public_id)
