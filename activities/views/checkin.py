"""Check-in at the entrance: the list with search, scanning of tickets, and completing the attendance."""

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
from chengyang.platform.audit import readings
from chengyang.platform.web.paging import numbered

from .. import actions
from ..filters import clean_text
from ..forms import FinishForm, TicketForm
from ..models import Activity, CheckIn, Signup
from ..permissions import can_check_in, can_finish_activity
from ..states import SIGNUP_OPEN, SignupState
from .activity import get_visible_activity

PER_PAGE = 50  # people; the search finds everybody else
# A ticket number alone, or the URL of a check-in page (`?t=`) or of a ticket. The number must end there, so that a longer
# text that only begins like a number is not taken for one.
_TICKET = re.compile(rf"(?:[?&]t=|/tickets/|^)({PUBLIC_ID_REGEX})(?=$|[/&#])")
# Classes of the answer: checked in; not now, look again; not a ticket for this activity.
GREEN, AMBER, RED = "good", "soon", "bad"
_COLOURS = {"already": AMBER, "waiting": AMBER, "early": AMBER, "late": AMBER}


def _activity_for_check_in(request: HttpRequest, public_id: str) -> Activity:
    """Return the activity for somebody who may check people in.

    Raises Http404 when the user may not see it or it is not published, NotAllowed when the user may only see it.
    """
    activity = get_visible_activity(request, public_id)
    require(can_check_in, request.user, activity)
    if not activity.is_shown():
        raise Http404
    return activity


def _signups(request: HttpRequest, activity: Activity) -> Any:
    rows = Signup.objects.visible_to(request.user).filter(activity=activity)
    return rows.select_related("person", "user", "checkin__service")


@never_cache
@require_safe
def checkin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show who is expected and who is there; `?q=` searches (see `SignupQuerySet.search`), `?t=` is a ticket number.

    The phone's own camera opens the URL in the QR code of a ticket, which is this page with `?t=`.
    """
    activity = _activity_for_check_in(request, public_id)
    ticket_signup = None
    if ticket := request.GET.get("t", ""):
        ticket_signup = _signups(request, activity).filter(public_id=ticket).first()
        if ticket_signup is None:
            messages.error(request, _("这张票不是这场活动的。"))
    return _page(request, activity, ticket_signup=ticket_signup)


def _page(request: HttpRequest, activity: Activity, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render the check-in page, or for htmx the list alone; `context` adds to or replaces what is computed here."""
    text = clean_text(request.GET.get("q", ""))
    signups = _signups(request, activity)
    listed = signups.filter(state=SignupState.CONFIRMED).search(text).by_name()
    page = numbered(request, listed, PER_PAGE)
    readings.record("signup.read", [row.recipient for row in page.object_list], actor=request.user, subject=activity)
    opens = actions.opens_at(activity)
    may_finish = can_finish_activity(request.user, activity) and activity.is_over() and not activity.recorded_at
    context = {
        "activity": activity,
        "text": text,
        "page": page,
        "counts": _counts(signups),
        "form": TicketForm(),
        "finish_form": FinishForm(present=actions.without_check_out(activity)) if may_finish else None,
        "opens_at": opens if opens > clock.now() else None,
        "may_finish": may_finish,
        **context,
    }
    template = "activities/_people.html" if _wants_list(request) else "activities/checkin.html"
    return render(request, template, context, status=status)


def _wants_list(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.method == "GET"


def _counts(signups: Any) -> dict[str, int]:
    expected = signups.filter(state=SignupState.CONFIRMED)
    present = expected.filter(checkin__isnull=False)
    return {
        "expected": expected.count(),
        "here": present.count(),
        "gone": present.filter(checkin__checked_out_at__isnull=False).count(),
        "waiting": signups.filter(state__in=SIGNUP_OPEN).exclude(state=SignupState.CONFIRMED).count(),
    }


# ---- by ticket ------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check in by a ticket number that was scanned or typed; the answer is green, amber or red."""
    activity = _activity_for_check_in(request, public_id)
    if request.method != "POST":
        return redirect("activities:checkin", public_id)
    form = TicketForm(request.POST)
    number = form.cleaned_data["number"] if form.is_valid() else ""
    signup = _signups(request, activity).filter(public_id=ticket_number(number)).first()
    answer = _check_in_answer(signup, request.user)
    if request.htmx:
        counts = _counts(_signups(request, activity))
        return render(
            request, "activities/_scan_result.html", {"answer": answer, "activity": activity, "counts": counts}
        )
    return _page(request, activity, answer=answer)


def ticket_number(text: str) -> str:
    """Return the ticket number in `text`, or an empty string.

    `text` is a number, typed with or without spaces and hyphens, or the URL in a QR code.
    """
    text = text.strip()
    if "/" not in text:
        text = re.sub(r"[\s-]", "", text)
    found = _TICKET.search(text.lower())
    return found[1] if found else ""


def _check_in_answer(signup: Signup | None, actor: Any) -> dict[str, Any]:
    """Check in by ticket and return the context of `_answer.html`: kind (colour), title, text and the sign-up, if any."""
    if signup is None:
        return {"kind": RED, "title": _("不是这场活动的票"), "text": _("请核对票号，或在名单里按姓名找。")}
    try:
        checkin = actions.check_in(signup, method=CheckIn.Method.QR, actor=actor)
    except ActionError as error:
        kind = _COLOURS.get(error.code, RED)
        answer = {"kind": kind, "title": signup.display_name, "text": error.message, "signup": signup}
        return {**answer, "is_late": error.code == "late"}
    signup.checkin = checkin
    return {"kind": GREEN, "title": signup.display_name, "text": _("签到成功"), "signup": signup}


# ---- by list --------------------------------------------------------------------------------------------------------
STEPS = {
    "in": lambda signup, reason, actor: actions.check_in(signup, reason=reason, actor=actor),
    "out": lambda signup, reason, actor: actions.check_out(signup.checkin, actor=actor),
    "undo": lambda signup, reason, actor: actions.undo_check_in(signup.checkin, actor=actor),
}
_STEP_MESSAGES = {
    "in": gettext_lazy("%(who)s 已签到。"),
    "out": gettext_lazy("%(who)s 已签退。"),
    "undo": gettext_lazy("%(who)s 的上一步已撤销。"),
}


@require_POST
def checkin_step(request: HttpRequest, public_id: str, ticket: str, step: str) -> HttpResponse:
    """Check one person of the list in or out, or undo the last step: 签到, 签退, 撤销."""
    activity = _activity_for_check_in(request, public_id)
    signup = get_object_or_404(_signups(request, activity), public_id=ticket)
    if step not in STEPS:
        raise Http404
    if step != "in" and not hasattr(signup, "checkin"):
        raise ActionError(_("还没有签到。"), code="absent", url=_list_url(request, activity))
    try:
        STEPS[step](signup, request.POST.get("reason", ""), request.user)
    except ActionError as error:
        error.url = _list_url(request, activity)
        raise
    if request.htmx:
        updated = _signups(request, activity).get(pk=signup.pk)
        counts = _counts(_signups(request, activity))
        return render(request, "activities/_step.html", {"signup": updated, "activity": activity, "counts": counts})
    messages.success(request, _STEP_MESSAGES[step] % {"who": signup.display_name})
    return redirect(_list_url(request, activity))


def _list_url(request: HttpRequest, activity: Activity) -> str:
    """Return the URL of the list with the search that the form was sent from."""
    text = clean_text(request.POST.get("q", ""))
    query = f"?{urlencode({'q': text})}" if text else ""
    return reverse("activities:checkin", args=[activity.public_id]) + query


@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Declare the attendance complete."""
    activity = _activity_for_check_in(request, public_id)
    if request.method != "POST":
        return redirect("activities:checkin", public_id)
    form = FinishForm(request.POST, present=actions.without_check_out(activity))
    if form.is_valid():
        try:
            actions.finish_activity(activity, **form.answers(), actor=request.user)
        except ActionError as error:
            form.refuse(error)
            form.show_current_list()
            return _page(request, activity, finish_form=form, status=409)
        messages.success(request, _("签到记录已登记完成。"))
        return redirect("activities:checkin", public_id)
    return _page(request, activity, finish_form=form, status=400)
