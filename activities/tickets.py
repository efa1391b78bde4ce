"""What a ticket shows, on its own page and on top of 我的."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chengyang import clock

from .models import Signup
from .states import SIGNUP_OPEN, ActivityState, SignupState

SHOWN_WITH = (
    "activity__programme",
    "activity__base",
    "activity__organization",
    "activity__team",
    "person__user",
    "user",
    "checkin__service",
)


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


def coming(user: Any) -> Any:
    """Return the open sign-ups of `user` in what still takes place, the next first."""
    rows = Signup.objects.of(user).open().select_related(*SHOWN_WITH)
    ahead = rows.filter(activity__ends__gt=clock.now(), activity__state=ActivityState.PUBLISHED)
    return ahead.order_by("activity__starts", "id")


def next_ticket(user: Any) -> Signup | None:
    """Return the confirmed sign-up that comes next, or None."""
    return coming(user).filter(state=SignupState.CONFIRMED).first()


def offers(user: Any) -> list[Signup]:
    """Return the places that wait for `user` to confirm, the most urgent first."""
    rows = coming(user).filter(state=SignupState.OFFERED, offer_expires_at__gt=clock.now())
    return list(rows.order_by("offer_expires_at", "id"))
