"""One activity: its page, its share page and its iCalendar file."""

import re
from copy import copy
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.web import calendar_files
from chengyang.platform.web.content import PLACES, SITE
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.suppression import suppress_small

from .. import feed as feeds
from .. import structured_data
from ..actions.signups import CONFIRM_WITHIN
from ..filters import has_places
from ..models import Activity, Signup
from ..permissions import can_check_in, can_manage_activity
from ..signup_status import public_figures, signup_status_of
from ..states import ActivityState, SignupState

RELATED = ("programme", "brand", "organization", "team", "base", "subdistrict", "place_subdistrict")
_AGENDA_LINE = re.compile(r"([0-9]{1,2}[:：][0-9]{2})\s*(.*)")


def get_visible_activity(request: HttpRequest, public_id: str) -> Activity:
    """Return the activity with this public id. Raises Http404 when it does not exist or the user may not see it."""
    return get_object_or_404(Activity.objects.visible_to(request.user).select_related(*RELATED), public_id=public_id)


def _public(public_id: str) -> Activity | None:
    return Activity.objects.published().select_related(*RELATED).filter(public_id=public_id).first()


def kept_activity(request: HttpRequest, public_id: str) -> Activity:
    """Return the activity as `get_visible_activity` does; one that is for everybody is read once for all.

    It may be a second behind the sign-ups (`content.PLACES_LIFE`): for pages that show it, and steps that read it again.
    """
    if access_scope(request.user).officer:
        return get_visible_activity(request, public_id)
    found = per_version(("activities.activity", public_id), partial(_public, public_id), names=(SITE, PLACES))
    return copy(found) if found else get_visible_activity(request, public_id)


@login_not_required
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one activity: time, place and conditions first, risks before the sign-up button, its status always visible."""
    activity = kept_activity(request, public_id)
    context = {
        "activity": activity,
        "event": structured_data.event(activity, request),
        "status": signup_status_of(activity),
        "agenda": agenda_of(activity),
        "signup": own_signup(request, activity),
        "confirm_hours": int(CONFIRM_WITHIN.total_seconds() // 3600),
        "may_come": not request.user.is_authenticated or activity.admits(request.user),
        "manages": can_manage_activity(request.user, activity),
        "may_check_in": activity.state == ActivityState.PUBLISHED and can_check_in(request.user, activity),
        **_state_context(request, activity),
    }
    return render(request, "activities/detail.html", context)


def own_signup(request: HttpRequest, activity: Activity) -> Signup | None:
    """Return the sign-up of the current user: the open one, else the last, else None."""
    if not request.user.is_authenticated:
        return None
    own = Signup.objects.visible_to(request.user).of(request.user).filter(activity=activity)
    return own.open().first() or own.order_by("-position").first()


def _state_context(request: HttpRequest, activity: Activity) -> dict[str, Any]:
    """Return the context that only one state needs: cancelled, over, or full."""
    if activity.state == ActivityState.CANCELLED:
        return {
            "signup_count": suppress_small(activity.signups.open().count()),
            "similar": _similar(request, activity),
        }
    if activity.is_over():
        return {"figures": public_figures(activity), "similar": _similar(request, activity)}
    if activity.places_left == 0:
        return {"waiting": activity.signups.filter(state=SignupState.WAITLISTED).count()}
    return {}


def _similar(request: HttpRequest, activity: Activity) -> Activity | None:
    """Return the next activity with free places of the same programme (without one: of the same kind), or None."""
    rows = Activity.objects.visible_to(request.user)
    same = {"programme": activity.programme} if activity.programme_id else {"kind": activity.kind}
    coming = rows.exclude(pk=activity.pk).filter(has_places(), **same)
    return coming.order_by("starts", "id").first()


def agenda_of(activity: Activity) -> tuple[tuple[str, str], ...]:
    """Return (time, text) of each line of the agenda; the time is empty where the line does not begin with one."""
    lines = [line.strip() for line in activity.agenda.splitlines() if line.strip()]
    found = [(_AGENDA_LINE.fullmatch(line), line) for line in lines]
    return tuple((match[1].replace("：", ":"), match[2]) if match else ("", line) for match, line in found)


@login_not_required
@require_safe
def share(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a poster to print or to put on a screen: title, time, place and the QR code of the page."""
    activity = get_visible_activity(request, public_id)
    url = request.build_absolute_uri(activity.get_absolute_url())
    return render(request, "activities/share.html", {"activity": activity, "page_url": url})


@login_not_required
@require_safe
def activity_ics(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return one activity as iCalendar, with the same UID as in the feed; 404 when it is not on the calendar."""
    activity = get_visible_activity(request, public_id)
    if not activity.is_shown():
        raise Http404
    found = feeds.calendar_of([activity], request)
    is_public = activity.audience == Activity.Audience.PUBLIC
    return calendar_files.answer(request, found, filename=f"{activity.public_id}.ics", is_public=is_public)


@login_not_required
@require_safe
def signup_ics(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return a reminder of the beginning of the sign-up as iCalendar; 404 when it has begun or is not planned."""
    activity = get_visible_activity(request, public_id)
    if signup_status_of(activity).code != "soon" or not activity.is_shown():
        raise Http404
    is_public = activity.audience == Activity.Audience.PUBLIC
    found = feeds.reminder_of(activity, request)
    return calendar_files.answer(request, found, filename=f"{activity.public_id}-signup.ics", is_public=is_public)
