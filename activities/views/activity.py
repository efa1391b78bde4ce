"""One activity: its page, its share page, its entry for a calendar."""

import re
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengyang.platform.web.suppression import suppress_small

from .. import feed as feeds
from ..actions.signups import CONFIRM_WITHIN
from ..filters import has_places
from ..models import Activity, Signup
from ..permissions import can_check_in, can_keep_activity
from ..signup_status import numbers, standing
from ..states import ActivityState, SignupState

RELATED = ("programme", "brand", "organization", "team", "base", "subdistrict")
_AGENDA = re.compile(r"([0-9]{1,2}[:：][0-9]{2})\s*(.*)")


def seen(request: HttpRequest, public_id: str) -> Activity:
    """Return the activity, if whoever asks may see it; Http404 otherwise."""
    return get_object_or_404(Activity.objects.visible_to(request.user).select_related(*RELATED), public_id=public_id)


@login_not_required
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page of an activity: facts first, risks before the sign-up, its state unmistakable."""
    activity = seen(request, public_id)
    context = {
        "activity": activity,
        "standing": standing(activity),
        "agenda": agenda_of(activity),
        "signup": own_signup(request, activity),
        "confirm_hours": int(CONFIRM_WITHIN.total_seconds() // 3600),
        "may_come": not request.user.is_authenticated or activity.admits(request.user),
        "keeps": can_keep_activity(request.user, activity),
        "at_the_door": activity.is_shown() and can_check_in(request.user, activity),
        **_by_state(request, activity),
    }
    return render(request, "activities/detail.html", context)


def own_signup(request: HttpRequest, activity: Activity) -> Signup | None:
    """Return the sign-up of whoever asks, the open one or else the last."""
    if not request.user.is_authenticated:
        return None
    mine = Signup.objects.visible_to(request.user).of(request.user).filter(activity=activity)
    return mine.open().first() or mine.order_by("-position").first()


def _by_state(request: HttpRequest, activity: Activity) -> dict[str, Any]:
    if activity.state == ActivityState.CANCELLED:
        return {"told": suppress_small(activity.signups.open().count()), "similar": _similar(request, activity)}
    if activity.is_over():
        return {"numbers": numbers(activity), "similar": _similar(request, activity)}
    if activity.places_left == 0:
        return {"waiting": activity.signups.filter(state=SignupState.WAITLISTED).count()}
    return {}


def _similar(request: HttpRequest, activity: Activity) -> Activity | None:
    """Return the next activity of the same programme, or of the same kind, that one can still sign up for."""
    rows = Activity.objects.visible_to(request.user)
    same = {"programme": activity.programme} if activity.programme_id else {"kind": activity.kind}
    coming = rows.exclude(pk=activity.pk).filter(has_places(), **same)
    return coming.order_by("starts", "id").first()


def agenda_of(activity: Activity) -> list[tuple[str, str]]:
    """Return (time or nothing, text) of each line of the agenda."""
    lines = [line.strip() for line in activity.agenda.splitlines() if line.strip()]
    found = [(_AGENDA.fullmatch(line), line) for line in lines]
    return [(match[1].replace("：", ":"), match[2]) if match else ("", line) for match, line in found]


@login_not_required
@require_safe
def share(request: HttpRequest, public_id: str) -> HttpResponse:
    """A sheet to hang up or to show on a screen: the essentials and the QR code of the page."""
    activity = seen(request, public_id)
    url = request.build_absolute_uri(activity.get_absolute_url())
    return render(request, "activities/share.html", {"activity": activity, "page_url": url})


@login_not_required
@require_safe
def activity_ics(request: HttpRequest, public_id: str) -> HttpResponse:
    """This one activity as iCalendar, with the same identity as in the feed; 404 for what stands on no calendar."""
    activity = seen(request, public_id)
    if not activity.is_shown():
        raise Http404
    found = feeds.calendar_of([activity], request, activity.title)
    is_public = activity.audience == Activity.Audience.PUBLIC
    return feeds.answer(request, found, filename=f"{activity.public_id}.ics", is_public=is_public)
