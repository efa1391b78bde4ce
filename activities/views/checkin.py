"""The door: a list with search, a scanner where the browser has one, and three colours for an answer."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.lib.vault.public_ids import PUBLIC_ID_REGEX
from chengyang.platform.web.paging import numbered

from .. import actions
from ..filters import clean_text
from ..forms import FinishForm, TicketForm
from ..models import Activity, CheckIn, Signup
from ..permissions import can_check_in, can_finish_activity
from ..states import SIGNUP_OPEN, SignupState
from .activity import seen

PER_PAGE = 50  # people; whoever stands in the queue is found by search
_TICKET = re.compile(rf"(?:[?&]t=|/tickets/|^)({PUBLIC_ID_REGEX})(?=$|[/&#])")
GREEN, AMBER, RED = "good", "soon", "bad"
_COLOURS = {"already": AMBER, "waiting": AMBER, "early": AMBER}


def _at_the_door(request: HttpRequest, public_id: str) -> Activity:
    """Return the activity to whoever stands at its door; Http404 to who may not see it, 403 to who only may."""
    activity = seen(request, public_id)
    require(can_check_in, request.user, activity)
    if not activity.is_shown():
        raise Http404
    return activity


def _people(request: HttpRequest, activity: Activity) -> Any:
    rows = Signup.objects.visible_to(request.user).filter(activity=activity)
    return rows.select_related("person", "user", "checkin__service")


@never_cache
@require_safe
def checkin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is expected and who is there. `?q=` finds by name, pinyin, initials or last four digits; `?t=` is a ticket."""
    activity = _at_the_door(request, public_id)
    shown = None
    if ticket := request.GET.get("t", ""):
        shown = _people(request, activity).filter(public_id=ticket).first()
        if shown is None:
            messages.error(request, _("这张票不是这场活动的。"))
    return _page(request, activity, shown=shown)


def _page(request: HttpRequest, activity: Activity, *, status: int = 200, **context: Any) -> HttpResponse:
    text = clean_text(request.GET.get("q", ""))
    people = _people(request, activity)
    listed = people.filter(state=SignupState.CONFIRMED).search(text).by_name()
    opens = actions.opens_at(activity)
    context = {
        "activity": activity,
        "text": text,
        "page": numbered(request, listed, PER_PAGE),
        "counts": _counts(people),
        "form": TicketForm(),
        "finish_form": FinishForm(),
        "opens_at": opens if opens > clock.now() else None,
        "may_finish": can_finish_activity(request.user, activity) and activity.is_over() and not activity.recorded_at,
        **context,
    }
    template = "activities/_people.html" if _wants_list(request) else "activities/checkin.html"
    return render(request, template, context, status=status)


def _wants_list(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.method == "GET"


def _counts(people: Any) -> dict[str, int]:
    expected = people.filter(state=SignupState.CONFIRMED)
    here = expected.filter(checkin__isnull=False)
    return {
        "expected": expected.count(),
        "here": here.count(),
        "gone": here.filter(checkin__checked_out_at__isnull=False).count(),
        "waiting": people.filter(state__in=SIGNUP_OPEN).exclude(state=SignupState.CONFIRMED).count(),
    }


# ---- by ticket ------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check in by a number that was scanned or typed: green came in, amber look again, red not this door."""
    activity = _at_the_door(request, public_id)
    if request.method != "POST":
        return redirect("activities:checkin", public_id)
    form = TicketForm(request.POST)
    number = form.cleaned_data["number"] if form.is_valid() else ""
    signup = _people(request, activity).filter(public_id=ticket_number(number)).first()
    answer = _answer(signup, request.user)
    if request.htmx:
        counts = _counts(_people(request, activity))
        return render(request, "activities/_scanned.html", {"answer": answer, "activity": activity, "counts": counts})
    return _page(request, activity, answer=answer)


def ticket_number(text: str) -> str:
    """Return the number of the ticket in `text`: typed with or without spaces, or the address that its code holds."""
    text = text.strip()
    if "/" not in text:
        text = re.sub(r"[\s-]", "", text)
    found = _TICKET.search(text.lower())
    return found[1] if found else ""


def _answer(signup: Signup | None, actor: Any) -> dict[str, Any]:
    if signup is None:
        return {"kind": RED, "title": _("不是这场活动的票"), "text": _("请核对票号，或在名单里按姓名找。")}
    try:
        checkin = actions.check_in(signup, method=CheckIn.Method.QR, actor=actor)
    except ActionError as error:
        kind = _COLOURS.get(error.code, RED)
        return {"kind": kind, "title": signup.display_name, "text": error.message, "signup": signup}
    signup.checkin = checkin
    return {"kind": GREEN, "title": signup.display_name, "text": _("签到成功"), "signup": signup}


# ---- by list --------------------------------------------------------------------------------------------------------
STEPS = {
    "in": lambda signup, actor: actions.check_in(signup, actor=actor),
    "out": lambda signup, actor: actions.check_out(signup.checkin, actor=actor),
    "undo": lambda signup, actor: actions.undo_check_in(signup.checkin, actor=actor),
}
_SAID = {
    "in": gettext_lazy("%(who)s 已签到。"),
    "out": gettext_lazy("%(who)s 已签退。"),
    "undo": gettext_lazy("%(who)s 的上一步已撤销。"),
}


@require_POST
def checkin_step(request: HttpRequest, public_id: str, ticket: str, step: str) -> HttpResponse:
    """签到, 签退, 撤销 of one person on the list."""
    activity = _at_the_door(request, public_id)
    signup = get_object_or_404(_people(request, activity), public_id=ticket)
    if step not in STEPS:
        raise Http404
    if step != "in" and not hasattr(signup, "checkin"):
        raise ActionError(_("还没有签到。"), code="absent", url=_back(request, activity))
    try:
        STEPS[step](signup, request.user)
    except ActionError as error:
        error.url = _back(request, activity)
        raise
    if request.htmx:
        again = _people(request, activity).get(pk=signup.pk)
        counts = _counts(_people(request, activity))
        return render(request, "activities/_step.html", {"signup": again, "activity": activity, "counts": counts})
    messages.success(request, _SAID[step] % {"who": signup.display_name})
    return redirect(_back(request, activity))


def _back(request: HttpRequest, activity: Activity) -> str:
    """Return the list as it was searched, at the person."""
    text = clean_text(request.POST.get("q", ""))
    query = f"?{urlencode({'q': text})}" if text else ""
    return reverse("activities:checkin", args=[activity.public_id]) + query


@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Declare the attendance complete."""
    activity = _at_the_door(request, public_id)
    if request.method != "POST":
        return redirect("activities:checkin", public_id)
    form = FinishForm(request.POST)
    if form.is_valid():
        try:
            actions.finish_activity(activity, headcount=form.cleaned_data["headcount"], actor=request.user)
        except ActionError as error:
            form.refuse(error)
            return _page(request, activity, finish_form=form, status=409)
        messages.success(request, _("签到记录已登记完成。"))
        return redirect("activities:checkin", public_id)
    return _page(request, activity, finish_form=form, status=400)
