"""The context of a ticket, on its own page and at the top of /me/."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chengyang import clock
from chengyang.platform.web.fragments import own_per_version

from .models import Signup
from .states import SIGNUP_OPEN, ActivityState, SignupState

SHOWN_WITH = ("activity__programme", "person", "checkin__service")


def context_of(request: HttpRequest, signup: Signup) -> dict[str, Any]:
    """Return the context of `activities/_ticket.html`: the URL in the QR code, the place on the waiting list, what can be done."""
    activity = signup.activity
    checkin_url = reverse("activities:checkin", args=[activity.public_id])
    is_live = activity.accepts_visitors()
    return {
        "signup": signup,
        "activity": activity,
        "is_own": signup.is_of(request.user),
        "is_live": is_live,
        "checkin_url": request.build_absolute_uri(f"{checkin_url}?t={signup.public_id}"),
        "same_time": _same_time(signup, request),
        "ahead": signup.place_in_line() if is_live else None,
        "can_cancel": signup.state in SIGNUP_OPEN
        and is_live
        and not activity.has_started()
        and not signup.is_checked_in,
    }


def _same_time(signup: Signup, request: HttpRequest) -> list[Signup]:
    """Return the other sign-ups at the time of an offered place, so that they are named before it is accepted."""
    if signup.state != SignupState.OFFERED or not signup.is_of(request.user):
        return []
    own = Signup.objects.of(request.user).at_the_time_of(signup.activity)
    return list(own.select_related("activity").order_by("activity__starts", "id"))


def upcoming_signups(request: HttpRequest) -> list[Signup]:
    """Return the open sign-ups of the current user for activities that are not over, by start.

    Cached on the request: two panels of /me/ need them.
    """
    cache = vars(request)
    if "_upcoming_signups" not in cache:
        read = partial(_upcoming_signups, request.user)
        cache["_upcoming_signups"] = own_per_version(request.user, "activities.upcoming", read)
    return cache["_upcoming_signups"]


def _upcoming_signups(user: Any) -> list[Signup]:
    rows = Signup.objects.of(user).open().select_related(*SHOWN_WITH)
    ahead = rows.filter(activity__ends__gt=clock.now(), activity__state=ActivityState.PUBLISHED)
    return list(ahead.order_by("activity__starts", "id"))


def next_ticket(request: HttpRequest) -> Signup | None:
    """Return the confirmed sign-up for the next activity, or None."""
    return next((row for row in upcoming_signups(request) if row.state == SignupState.CONFIRMED), None)


def offers(request: HttpRequest) -> list[Signup]:
    """Return the sign-ups with an offered place that the current user can confirm, by deadline."""
    now = clock.now()
    offered = [
        (row.offer_expires_at or now, row.pk, row)
        for row in upcoming_signups(request)
        if row.state == SignupState.OFFERED
    ]
    return [row for until, _pk, row in sorted(offered) if until > now]
