"""Pages of visits: asking for one, its page for the guest, the calendar file, one's own visits."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang.errors import ActionError, require
from chengyang.platform.accounts.forms import CodeForm
from chengyang.platform.accounts.phone_login import PhoneLogin, Purpose
from chengyang.platform.web.form_fields import parse_moment
from chengyang.platform.web.forms import posted
from chengyang.platform.web.paging import numbered

from .. import actions, permissions, visit_feed
from ..actions.visit_upkeep import ERASE_AFTER
from ..forms import FeedbackForm, PeopleForm, VisitForm, VisitPhoneForm
from ..models import VISIT_ANSWER_DAYS, Base, Travel, Visit
from ..permissions import can_answer_proposal, can_request_visit
from ..visit_page import SlotWindow, stages_of, stops_of

KEPT = ("slot", "unit", "people", "purpose", "wishes", "needs", "contact_name")


# ---- asking ---------------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_visit(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a visit on one page: the free times, who comes, and for a visitor the phone number with its code."""
    base = get_object_or_404(Base.objects.visible_to(request.user), slug=slug)
    if not base.can_be_visited:
        messages.info(request, _("这个基地现在不接受网上预约，请看它的联系方式。"))
        return redirect(base)
    if request.user.is_authenticated:
        return _request_signed_in(request, base)
    login = PhoneLogin(
        request,
        Purpose.VISIT,
        phone_form=lambda data: VisitPhoneForm(data, base=base, initial=_initial(request, login.kept)),
        code_form=CodeForm,
        keep=KEPT,
        subject=base.public_id,
    )
    return _request_by_phone(request, base, login)


def _request_by_phone(request: HttpRequest, base: Base, login: PhoneLogin) -> HttpResponse:
    if response := login.step():
        return response
    if not login.phone:
        return _page(request, base, {**login.context}, login.status, route=None)
    response = login.sign_in(next_url=request.path)
    if not request.user.is_authenticated:
        return response  # after the second factor the visitor comes back here, signed in
    form = VisitForm(login.kept, base=base)
    return _send(request, base, form, route=None)


def _request_signed_in(request: HttpRequest, base: Base) -> HttpResponse:
    require(can_request_visit, request.user, base)
    if request.POST.get("do"):  # a page from before signing in, in another tab: its code is not needed any more
        return redirect(request.path)
    route = _route(request)
    form = VisitForm(posted(request), base=base, initial=_initial(request, _known(request, route)))
    if request.method == "POST":
        return _send(request, base, form, route=route)
    return _page(request, base, {"form": form}, 200, route=route)


def _send(request: HttpRequest, base: Base, form: VisitForm, *, route: Visit | None) -> HttpResponse:
    if form.is_valid():
        data = dict(form.cleaned_data)
        starts = parse_moment(data.pop("slot"))
        try:
            made = actions.request_visit(base, actor=request.user, starts=starts, route=route, **data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已提出，这个时间替你留着，等基地答复。"))
            return redirect(made)
    return _page(request, base, {"form": form}, form.status, route=route)


def _page(
    request: HttpRequest, base: Base, context: dict[str, Any], status: int, *, route: Visit | None
) -> HttpResponse:
    form = context["form"]
    chosen = form["slot"].value() if "slot" in form.fields else ""
    window = SlotWindow(base, request.GET.get("from", ""), chosen=str(chosen or ""), route=route)
    context = {
        "base": base,
        "window": window,
        "route": route,
        "answer_days": VISIT_ANSWER_DAYS,
        "erase_days": ERASE_AFTER.days,
        **context,
    }
    return render(request, "bases/request_visit.html", context, status=status)


def _route(request: HttpRequest) -> Visit | None:
    """Return the own open visit that `?route=` names, None without one."""
    named = request.GET.get("route", "")[:20].replace("\0", "")
    found = Visit.objects.visible_to(request.user).own(request.user).filter(public_id=named).first() if named else None
    return found if found and found.is_open else None


def _initial(request: HttpRequest, known: dict[str, Any]) -> dict[str, Any]:
    slot = request.GET.get("slot", "")[:20]
    return {
        "contact_name": request.user.name if request.user.is_authenticated else "",
        **known,
        **({"slot": slot} if slot else {}),
    }


def _known(request: HttpRequest, route: Visit | None) -> dict[str, Any]:
    """Return what a further stop of a route has in common with the first one, so that nobody types it twice."""
    if route is None:
        return {}
    return {name: getattr(route, name) for name in KEPT if name != "slot"}


# ---- the page of a visit --------------------------------------------------------------------------------------------
def _visit(request: HttpRequest, public_id: str) -> Visit:
    rows = Visit.objects.visible_to(request.user).select_related(
        "base", "guest", "host__person", "guide__person", "route"
    )
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_safe
def visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one visit to its guest, and to who manages the base; 404 for everybody else."""
    found = _visit(request, public_id)
    actions.record_opening(found, actor=request.user)
    return _visit_page(request, found)


def _visit_page(
    request: HttpRequest, found: Visit, *, people: Any = None, feedback: Any = None, status: int = 200
) -> HttpResponse:
    is_own = can_answer_proposal(request.user, found)
    stops = stops_of(found)
    context = {
        "visit": found,
        "is_own": is_own,
        "stages": stages_of(found),
        "stops": stops,
        "people_form": people or PeopleForm(initial={"people": found.people}),
        "feedback_form": feedback or FeedbackForm(initial={"rating": found.rating, "feedback": found.feedback}),
        "further": _further(request, found, stops) if is_own else [],
        "erase_on": found.ends + ERASE_AFTER,
    }
    return render(request, "bases/visit.html", context, status=status)


def _further(request: HttpRequest, found: Visit, stops: list[Any]) -> list[tuple[Base, int]]:
    """Return the bases that the guest can visit on the same day, with the minutes on the way, the nearest first."""
    if not found.is_open or found.has_begun():
        return []
    minutes = Travel.objects.visible_to(request.user).minutes_from(found.base)
    visited = {stop.visit.base_id for stop in stops}
    bases = Base.objects.published().filter(pk__in=minutes).exclude(pk__in=visited)
    return sorted(((base, minutes[base.pk]) for base in bases if base.can_be_visited), key=lambda pair: pair[1])


@require_POST
def accept_visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept the time that the base has proposed."""
    found = actions.accept_proposal(_visit(request, public_id), actor=request.user)
    messages.success(request, _("说定了，到时见。"))
    return redirect(found)


@require_POST
def cancel_visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the own request back, or decline the proposed time; no reason is required."""
    found = _visit(request, public_id)
    require(permissions.can_answer_proposal, request.user, found)
    actions.cancel_visit(found, actor=request.user)
    messages.success(request, _("已撤回，这个时间给别人约。"))
    return redirect(found)


@require_POST
def change_people(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change how many come."""
    found = _visit(request, public_id)
    require(permissions.can_answer_proposal, request.user, found)
    form = PeopleForm(request.POST)
    if form.is_valid():
        try:
            actions.change_people(found, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("人数已改，基地会收到通知。"))
            return redirect(found)
    return _visit_page(request, found, people=form, status=form.status)


@require_POST
def rate_visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rate a visit that took place."""
    found = _visit(request, public_id)
    require(permissions.can_answer_proposal, request.user, found)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        try:
            actions.give_feedback(found, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("谢谢，评价已记下。"))
            return redirect(found)
    return _visit_page(request, found, feedback=form, status=form.status)


@require_POST
def erase_visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Erase the own data in a visit that is over."""
    found = _visit(request, public_id)
    actions.erase_own_visit(found, actor=request.user)
    messages.success(request, _("联系人、手机和你写的话都删了，只留单位、人数和日期。"))
    return redirect("bases:my-visits")


@never_cache
@require_safe
def visit_ics(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer with the visit as a calendar file, for both sides."""
    found = _visit(request, public_id)
    response = HttpResponse(visit_feed.calendar_of(found, request), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="visit.ics"'
    return response


@never_cache
@require_safe
def my_visits(request: HttpRequest) -> HttpResponse:
    """List the visits that the current user asked for, the latest first."""
    rows = Visit.objects.visible_to(request.user).own(request.user).select_related("base").order_by("-starts", "-pk")
    return render(request, "bases/my_visits.html", {"page": numbered(request, rows)})
