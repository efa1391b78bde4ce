"""Signing up on one screen, the ticket that comes of it, and what one is signed up for."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts import phone_login, phone_verification
from chengyang.platform.web.paging import numbered
from members.models import Person

from .. import actions
from ..actions.signups import ANONYMISE_AFTER, CONFIRM_WITHIN
from ..forms import GuestCodeForm, GuestForm, SignupForm
from ..models import Activity, ServiceRecord, Signup
from ..permissions import can_sign_up
from ..signup_status import signup_status_of
from ..states import SIGNUP_OPEN, SignupState
from ..tickets import SHOWN_WITH, context_of
from .activity import get_visible_activity, own_signup

PURPOSE = phone_login.Purpose.SIGN_UP
SUCCESS_MESSAGES = {
    SignupState.CONFIRMED: gettext_lazy("报名成功，这是你的票。"),
    SignupState.WAITLISTED: gettext_lazy("名额已满，已排候补；空出名额会通知你。"),
    SignupState.PENDING: gettext_lazy("报名已交上，等主办方审核；有结果会通知你。"),
}


# ---- signing up -----------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """One screen: a click for who is in the registry, a name for who is signed in, name and phone for a visitor."""
    activity = get_visible_activity(request, public_id)
    if request.user.is_authenticated:
        return _as_account(request, activity)
    proof = _proof(request, activity)
    return _with_code(request, activity, proof) if proof else _as_visitor(request, activity)


def _as_account(request: HttpRequest, activity: Activity) -> HttpResponse:
    require(can_sign_up, request.user, activity)
    known = own_signup(request, activity)
    if known and known.state in SIGNUP_OPEN:
        return redirect(known)
    if _only_looks(request, activity):
        return redirect(activity)
    person = Person.objects.visible_to(request.user).active().filter(user=request.user).first()
    kept = phone_login.kept(request).get("name", "")
    form = SignupForm(
        request.POST or None,
        activity=activity,
        is_guest=person is None,
        initial={"guest_name": kept or request.user.name},
    )
    # Nothing to fill in or to tick makes an empty form, which Django takes for one that was never sent.
    form.is_bound = request.method == "POST"
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            return _signed_up(request, activity, form.cleaned_data.get("guest_name", ""))
        except ActionError as error:
            form.refuse(error)
            status = 409
    return _page(request, activity, form, status=status, person=person)


def _signed_up(request: HttpRequest, activity: Activity, name: str) -> HttpResponse:
    signup = actions.sign_up(activity, guest_name=name, actor=request.user)
    messages.success(request, SUCCESS_MESSAGES.get(signup.state, SUCCESS_MESSAGES[SignupState.CONFIRMED]))
    return redirect(signup)


def _proof(request: HttpRequest, activity: Activity) -> Any:
    """Return the proof whose code was sent for this very activity, or None."""
    proof = phone_login.pending(request, PURPOSE)
    return proof if proof and phone_login.kept(request).get("activity") == activity.public_id else None


def _as_visitor(request: HttpRequest, activity: Activity) -> HttpResponse:
    """The first step: name and number."""
    if _only_looks(request, activity):
        return redirect(activity)
    if request.POST.get("do") in ("check", "resend"):
        raise ActionError(_("验证码过期了，请重新要一个。"), code="expired", url=request.path)
    form = GuestForm(
        request.POST or None, activity=activity, initial={"guest_name": phone_login.kept(request).get("name", "")}
    )
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        keep = {"activity": activity.public_id, "name": form.cleaned_data["guest_name"]}
        try:
            _require_open(activity)
            phone_login.begin(request, form.cleaned_data["phone"], purpose=PURPOSE, keep=keep)
            return redirect(request.path)
        except ActionError as error:
            form.refuse(error)
            status = 409
    return _page(request, activity, form, status=status)


def _only_looks(request: HttpRequest, activity: Activity) -> bool:
    """Return whether there is nothing to fill in: the activity's own page then says why."""
    return request.method != "POST" and not activity.accepts_signups()


def _require_open(activity: Activity) -> None:
    """Send nobody a code for what takes no sign-ups."""
    if not activity.accepts_signups():
        raise ActionError(_("现在不能报名：%(why)s。") % {"why": signup_status_of(activity).text}, code="closed")


def _with_code(request: HttpRequest, activity: Activity, proof: Any) -> HttpResponse:
    """The second step: the code, with which the guest has an account and the place."""
    do = request.POST.get("do", "")
    if do in ("change", "resend"):
        return _other_number(request, do)
    form = GuestCodeForm(request.POST or None)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        name = phone_login.kept(request).get("name", "")
        try:
            user = phone_login.finish(request, form.cleaned_data["code"])
        except ActionError as error:
            form.refuse(error)
            status = 409
        else:
            return _enter(request, activity, user, name)
    return _page(request, activity, form, status=status, proof=proof, wait=phone_verification.wait(proof))


def _enter(request: HttpRequest, activity: Activity, user: Any, name: str) -> HttpResponse:
    """Sign the guest in and up; whoever has a second factor shows it first and comes back here."""
    response = phone_login.sign_in(request, user, next_url=request.path)
    if not request.user.is_authenticated:
        return response
    try:
        return _signed_up(request, activity, name)
    except ActionError as error:
        error.url = activity.get_absolute_url()
        raise


def _other_number(request: HttpRequest, do: str) -> HttpResponse:
    if do == "change":
        phone_login.other_number(request)
        return redirect(request.path)
    try:
        if phone_login.resend(request, PURPOSE):
            messages.success(request, _("又发了一个验证码，请用新的那个。"))
    except ActionError as error:
        error.url = request.path
        raise
    return redirect(request.path)


def _page(request: HttpRequest, activity: Activity, form: Any, *, status: int, **context: Any) -> HttpResponse:
    stands = signup_status_of(activity)
    waiting = activity.signups.filter(state=SignupState.WAITLISTED).count() if stands.code == "full" else 0
    context |= {
        "activity": activity,
        "status": stands,
        "form": form,
        "waiting": waiting,
        "place": waiting + 1,
        "confirm_hours": int(CONFIRM_WITHIN.total_seconds() // 3600),
        "anonymise_days": ANONYMISE_AFTER.days,
    }
    return render(request, "activities/signup.html", context, status=status)


# ---- the ticket -----------------------------------------------------------------------------------------------------
def _ticket(request: HttpRequest, public_id: str) -> Signup:
    rows = Signup.objects.visible_to(request.user).select_related(*SHOWN_WITH)
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_safe
def ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is shown at the door; while one waits, the place in the line."""
    signup = _ticket(request, public_id)
    return render(request, "activities/ticket.html", context_of(request, signup))


@require_POST
def confirm_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept the place that is offered."""
    signup = actions.confirm_signup(_ticket(request, public_id), actor=request.user)
    messages.success(request, _("名额是你的了，这是你的票。"))
    return redirect(signup)


@require_POST
def cancel_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the place back; no reason is asked."""
    signup = actions.cancel_signup(_ticket(request, public_id), actor=request.user)
    messages.success(request, _("已取消报名，名额给下一位。谢谢你早点说。"))
    return redirect(signup)


# ---- mine -----------------------------------------------------------------------------------------------------------
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的活动: what is coming, what I wait for, and what was, with the hours."""
    rows = (
        Signup.objects.visible_to(request.user)
        .of(request.user)
        .select_related("activity__programme", "activity__base", "checkin__service")
    )
    ahead = {"state__in": SIGNUP_OPEN, "activity__ends__gt": clock.now()}
    coming = list(rows.filter(**ahead).order_by("activity__starts", "id")[:50])
    hours = ServiceRecord.objects.visible_to(request.user).of(request.user)
    context = {
        "coming": [signup for signup in coming if signup.state == SignupState.CONFIRMED],
        "waiting": [signup for signup in coming if signup.state != SignupState.CONFIRMED],
        "page": numbered(request, rows.exclude(**ahead).order_by("-activity__starts", "-id")),
        "hours": hours.total(),
        "hours_year": hours.filter(checkin__checked_in_at__year=clock.today().year).total(),
        "year": clock.today().year,
    }
    return render(request, "activities/mine.html", context)
