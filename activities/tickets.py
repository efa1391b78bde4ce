"""What a ticket shows, on its own page and on top of 我的."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chengyang import clock

from .models import Signup
from .states import SIGNUP_OPEN, ActivityState, SignupState

SHOWN_WITH = ("activity__programme", "person", "checkin__service")


def context_of(request: HttpRequest, signup: Signup) -> dict[str, Any]:
    """Return what `activities/_ticket.html` needs: the code for the door, the place in the line, what can be done."""
    activity = signup.activity
    door = reverse("activities:checkin", args=[activity.public_id])
    is_live = activity.accepts_visitors()
    return {
        "signup": signup,
        "activity": activity,
        "is_own": signup.is_of(request.user),
        "is_live": is_live,
        "door_url": request.build_absolute_uri(f"{door}?t={signup.public_id}"),
        "ahead": signup.place_in_line() if is_live else None,
        "can_cancel": signup.state in SIGNUP_OPEN and is_live and not activity.has_started(),
    }


def coming(request: HttpRequest) -> list[Signup]:
    """Return the visitor's open sign-ups in what still takes place, the next first; found once a request."""
    known = vars(request)
    if "_coming_signups" not in known:
        rows = Signup.objects.of(request.user).open().select_related(*SHOWN_WITH)
        ahead = rows.filter(activity__ends__gt=clock.now(), activity__state=ActivityState.PUBLISHED)
        known["_coming_signups"] = list(ahead.order_by("activity__starts", "id"))
    return known["_coming_signups"]


def next_ticket(request: HttpRequest) -> Signup | None:
    """Return the confirmed sign-up that comes next, or None."""
    return next((row for row in coming(request) if row.state == SignupState.CONFIRMED), None)


def offers(request: HttpRequest) -> list[Signup]:
    """Return the places that wait for the visitor to confirm, the most urgent first."""
    now = clock.now()
    offered = [
        (row.offer_expires_at or now, row.pk, row) for row in coming(request) if row.state == SignupState.OFFERED
    ]
    return [row for until, _pk, row in sorted(offered) if until > now]
