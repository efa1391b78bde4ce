"""Pages for signing up for an activity, the ticket, and the user's own sign-ups."""

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
from chengyang.platform.accounts.phone_login import PhoneLogin, Purpose
from chengyang.platform.web.paging import numbered
from members.models import Person

from .. import actions
from ..actions.signup_upkeep import ANONYMISE_AFTER
from ..actions.signups import CONFIRM_WITHIN
from ..forms import GuestCodeForm, GuestForm, SignupForm
from ..models import Activity, ServiceRecord, Signup
from ..permissions import can_sign_up
from ..signup_status import signup_status_of
from ..states import SIGNUP_OPEN, ActivityState, SignupState
from ..tickets import SHOWN_WITH, context_of
from .activity import kept_activity, own_signup

NEW = "new"  # in the query of a ticket: the sign-up was made a moment ago
SUCCESS_MESSAGES = {
    SignupState.CONFIRMED: gettext_lazy("报名成功，这是你的票。"),
    SignupState.WAITLISTED: gettext_lazy("名额已满，已排候补；空出名额会通知你。"),
    SignupState.PENDING: gettext_lazy("报名已交上，等主办方审核；有结果会通知你。"),
    SignupState.OFFERED: gettext_lazy("你报过名，空出了一个名额，请在这里确认。"),
}


# ---- signing up -----------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign up on one page: a member confirms, an account holder adds a name, a visitor adds a name and a phone number."""
    activity = kept_activity(request, public_id)  # the step looks again, under the lock

    def guest_form(data: Any) -> GuestForm:
        return GuestForm(data, activity=activity, initial=login.kept)

    login = PhoneLogin(
        request,
        Purpose.SIGN_UP,
        phone_form=guest_form,
        code_form=GuestCodeForm,
        keep=["guest_name"],
        subject=activity.public_id,  # a code for one activity signs up for no other
        before_send=lambda: _require_open(activity),
    )
    if request.user.is_authenticated:
        if request.POST.get("do"):  # a page from before signing in, in another tab: its code is not needed any more
            return redirect(request.path)
        return _sign_up_signed_in(request, activity, login.kept.get("guest_name", ""))
    return _sign_up_by_phone(request, activity, login)


def _sign_up_signed_in(request: HttpRequest, activity: Activity, guest_name: str) -> HttpResponse:
    require(can_sign_up, request.user, activity)
    if request.method == "POST":
        return _send_signed_in(request, activity)
    signup = own_signup(request, activity)
    if signup and signup.state in SIGNUP_OPEN:
        return redirect(signup)
    if not activity.accepts_signups():
        return _closed(request, activity)
    person = _person_of(request)
    form = _signup_form(request, activity, person, guest_name)
    form.is_bound = False
    return _page(request, activity, {"form": form, "person": person}, 200)


def _send_signed_in(request: HttpRequest, activity: Activity) -> HttpResponse:
    """Sign up from a sent form. Who signs up is looked up by the action, under its lock; here only where the form is shown again."""
    form = SignupForm(request.POST, activity=activity, is_guest="guest_name" in request.POST)
    refusal = None
    if form.is_valid():
        try:
            return _create_signup(request, activity, form.cleaned_data.get("guest_name", ""), is_own_form=True)
        except ActionError as error:
            refusal = error
    person = _person_of(request)
    form = _signup_form(request, activity, person, "")
    form.is_bound = True  # a member has nothing to fill in, so the form has no data, which Django takes for unbound
    if refusal:
        form.is_valid()
        form.refuse(refusal)
    return _page(request, activity, {"form": form, "person": person}, 409 if refusal else 400)


def _person_of(request: HttpRequest) -> Person | None:
    return Person.objects.visible_to(request.user).active().filter(user=request.user).first()


def _signup_form(request: HttpRequest, activity: Activity, person: Person | None, guest_name: str) -> SignupForm:
    initial = {"guest_name": guest_name or request.user.name or _name_given_before(request.user)}
    return SignupForm(request.POST or None, activity=activity, is_guest=person is None, initial=initial)


def _sign_up_by_phone(request: HttpRequest, activity: Activity, login: PhoneLogin) -> HttpResponse:
    if request.method != "POST" and not activity.accepts_signups() and not login.proof:
        return _closed(request, activity)
    if response := login.step():
        return response
    if not login.phone:
        return _page(request, activity, login.context, login.status)
    response = login.sign_in(next_url=request.path)
    if not request.user.is_authenticated:
        return response  # after the second factor the visitor comes back here, signed in
    if _at_the_same_time(request, activity):
        return _ask_again(request, activity, login.kept.get("guest_name", ""))
    try:
        return _create_signup(request, activity, login.kept.get("guest_name", ""))
    except ActionError as error:
        error.url = activity.get_absolute_url()
        raise


def _closed(request: HttpRequest, activity: Activity) -> HttpResponse:
    """Lead to the page of an activity that takes no sign-ups, and say so: the visitor expected a form."""
    messages.info(request, _("现在不能报名：%(why)s。") % {"why": signup_status_of(activity).reason})
    return redirect(activity)


def _name_given_before(user: Any) -> str:
    """Return the name that a guest gave at their last sign-up, so that nobody types it twice; else an empty text."""
    own = Signup.objects.visible_to(user).of(user).order_by("-pk")
    return next((signup.guest_name for signup in own[:5] if signup.guest_name), "")


def _require_open(activity: Activity) -> None:
    """Raise ActionError("closed") when nobody can sign up for `activity`, so that no code is sent in vain."""
    if not activity.accepts_signups():
        raise ActionError(_("现在不能报名：%(why)s。") % {"why": signup_status_of(activity).reason}, code="closed")


def _at_the_same_time(request: HttpRequest, activity: Activity) -> list[Signup]:
    """Return the other sign-ups of the current user at the time of `activity`, by start."""
    if not request.user.is_authenticated:
        return []
    own = Signup.objects.visible_to(request.user).of(request.user).at_the_time_of(activity)
    return list(own.select_related("activity").order_by("activity__starts", "id"))


def _ask_again(request: HttpRequest, activity: Activity, guest_name: str) -> HttpResponse:
    """Show the form of an account holder to a visitor who has proved the number and has other plans at that time."""
    person = _person_of(request)
    form = _signup_form(request, activity, person, guest_name)
    form.is_bound = False
    return _page(request, activity, {"form": form, "person": person}, 200)


def _create_signup(
    request: HttpRequest, activity: Activity, guest_name: str, *, is_own_form: bool = False
) -> HttpResponse:
    signup = actions.sign_up(activity, guest_name=guest_name, is_own_form=is_own_form, actor=request.user)
    return redirect(f"{signup.get_absolute_url()}?{NEW}")


def _page(request: HttpRequest, activity: Activity, context: dict[str, Any], status: int) -> HttpResponse:
    status_now = signup_status_of(activity)
    waiting = activity.signups.filter(state=SignupState.WAITLISTED).count() if status_now.code == "full" else 0
    context = {
        "activity": activity,
        "status": status_now,
        "waiting": waiting,
        "place": waiting + 1,
        "confirm_hours": int(CONFIRM_WITHIN.total_seconds() // 3600),
        "anonymise_days": ANONYMISE_AFTER.days,
        "same_time": _at_the_same_time(request, activity),
        **context,
    }
    return render(request, "activities/signup.html", context, status=status)


# ---- the ticket -----------------------------------------------------------------------------------------------------
def _ticket(request: HttpRequest, public_id: str) -> Signup:
    rows = Signup.objects.visible_to(request.user).select_related(*SHOWN_WITH)
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_safe
def ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the ticket of a sign-up, or the position on the waiting list."""
    signup = _ticket(request, public_id)
    if NEW in request.GET and signup.state in SUCCESS_MESSAGES:
        messages.success(
            request, SUCCESS_MESSAGES[signup.state]
        )  # said by the address: a session would have to be stored
    return render(request, "activities/ticket.html", context_of(request, signup))


@require_POST
def confirm_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm the place that is offered from the waiting list."""
    signup = actions.confirm_signup(_ticket(request, public_id), actor=request.user)
    messages.success(request, _("名额是你的了，这是你的票。"))
    return redirect(signup)


@require_POST
def cancel_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cancel the sign-up, so that the place goes to the next on the waiting list; no reason is required."""
    signup = actions.cancel_signup(_ticket(request, public_id), actor=request.user)
    messages.success(request, _("已取消报名，名额给下一位。谢谢你早点说。"))
    return redirect(signup)


# ---- mine -----------------------------------------------------------------------------------------------------------
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的活动: list what is coming, what the user waits for, what is cancelled, what is past, and the service hours."""
    rows = (
        Signup.objects.visible_to(request.user)
        .of(request.user)
        .select_related("activity__programme", "activity__base", "checkin__service")
    )
    ahead = list(rows.filter(activity__ends__gt=clock.now()).order_by("activity__starts", "id")[:100])
    off = [row for row in ahead if not row.is_open or row.activity.state == ActivityState.CANCELLED]
    coming = [row for row in ahead if row not in off]
    hours = ServiceRecord.objects.visible_to(request.user).of(request.user)
    context = {
        "coming": [signup for signup in coming if signup.state == SignupState.CONFIRMED],
        "waiting": [signup for signup in coming if signup.state != SignupState.CONFIRMED],
        "off": off,
        "page": numbered(request, rows.filter(activity__ends__lte=clock.now()).order_by("-activity__starts", "-id")),
        "hours": hours.total(),
        "hours_year": hours.in_year(clock.today().year).total(),
        "year": clock.today().year,
    }
    return render(request, "activities/mine.html", context)
