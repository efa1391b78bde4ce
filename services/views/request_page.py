"""The page of one request: what it shows to its author and to those who work on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.files.models import File

from .. import clock_drawing, forms, permissions, suggestions
from ..models import CHANNELS, MOST_PAUSES, ExtensionState, Request, Share, Team, ThreadEntry
from ..readers import readers_of
from ..states import ShareState


def found(request: HttpRequest, public_id: str) -> Request:
    """Return the request that the user may read, with what its page shows. Raises Http404."""
    rows = Request.objects.visible_to(request.user).select_related("team", "subdistrict", "author")
    return get_object_or_404(rows.prefetch_related("pauses", "extensions"), public_id=public_id)


def carry_out(
    request: HttpRequest, asked: Request, name: str, form: Any, act: Callable[[dict], Any], done: Any
) -> HttpResponse:
    """Call `act` with the cleaned data of `form` and go back to the page of `asked`; a refusal shows the page with the form."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, done)
            still_visible = Request.objects.visible_to(request.user).filter(pk=asked.pk).exists()
            return redirect(asked if still_visible else "services:board")
    return page(request, asked, status=form.status, **{name: form})


def page(request: HttpRequest, asked: Request, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Return the page of `asked`; `bound` are forms that were filled in wrongly, by name."""
    user = request.user
    shares = list(asked.shares.select_related("team", "decided_by"))
    may = {name: check(user, asked) for name, check in _CHECKS.items()}
    context = {
        "asked": asked,
        "is_author": user == asked.author,
        "may": may,
        "entries": _entries(asked, user),
        "clock": clock_drawing.clock_of(asked, clock.today()),
        "shares": [_shown(share, user) for share in shares if share.state != ShareState.ENDED],
        "extension": next((row for row in asked.extensions.all() if row.state == ExtensionState.ASKED), None),
        "pauses_left": MOST_PAUSES - sum(row.round == asked.round for row in asked.pauses.all()),
        "channel": CHANNELS.get(asked.diverted_to),
        "readers": readers_of(asked) if user == asked.author else [],
        "forms": {**_forms(asked, user, may), **bound},
    }
    context["may_decide_extension"] = bool(
        context["extension"] and permissions.can_decide_extension(user, context["extension"])
    )
    if may["share"]:
        teams = Team.objects.published().open().exclude(pk__in=[share.team_id for share in shares])
        context["suggestions"] = suggestions.suggest(asked, teams) if asked.readers != "office" else []
    return render(request, "services/request.html", context, status=status)


_CHECKS = {
    "route": permissions.can_route_request,
    "answer": permissions.can_answer_request,
    "withdraw": permissions.can_withdraw_request,
    "rate": permissions.can_rate_request,
    "reopen": permissions.can_reopen_request,
    "close": permissions.can_close_request,
    "write": permissions.can_write_entry,
    "work": permissions.can_work_on_request,
    "ask": permissions.can_ask_author,
    "extend": permissions.can_ask_extension,
    "share": permissions.can_share_request,
    "divert": permissions.can_divert_request,
}


def share_form(data: Any = None) -> forms.YesNoForm:
    """Return the form with which a team accepts or declines."""
    return forms.YesNoForm(data, auto_id="share-%s", yes=_("接下"), no=_("不接"), why=_("不接必填，办公室和本人看到"))


def extension_form(data: Any = None) -> forms.YesNoForm:
    """Return the form with which a second person decides on an extension."""
    return forms.YesNoForm(data, yes=_("批准"), no=_("不批准"), why=_("不批准必填"), prefix="extension")


def _forms(asked: Request, user: Any, may: dict) -> dict[str, Any]:
    rating = {"solved": asked.solved, "useful": asked.useful, "words": asked.rating_words}
    return {
        "message": forms.MessageForm(auto_id="message-%s"),
        "ask": forms.AskForm(prefix="ask"),
        "step": forms.StepForm(prefix="step"),
        "appointment": forms.AppointmentForm(prefix="meet"),
        "answer": forms.AnswerForm(auto_id="answer-%s"),
        "rating": forms.RatingForm(initial=rating),
        "reopen": forms.ReopenForm(auto_id="reopen-%s"),
        "extend": forms.ExtensionForm(prefix="extend"),
        "extension": extension_form(),
        "share": share_form(),
        "hand_in": forms.HandInForm(prefix="opinion"),
        "divert": forms.DivertForm(),
        **({"route": forms.RouteForm(auto_id="route-%s", asked=asked, user=user)} if may["route"] else {}),
        **(
            {
                "help": forms.HelpForm(prefix="help", asked=asked, user=user),
                "invite": forms.InviteForm(prefix="invite", asked=asked, user=user),
            }
            if may["share"]
            else {}
        ),
    }


def _entries(asked: Request, user: Any) -> list[ThreadEntry]:
    """Return the entries of the thread, each with its files and whether it was written by the author or by the user."""
    entries = list(asked.thread())
    keys = [entry.public_id for entry in entries]
    files: dict[str, list[File]] = {}
    for file in File.objects.visible_to(user).filter(attached_to="services.ThreadEntry", attached_id__in=keys):
        files.setdefault(file.attached_id, []).append(file)
    for entry in entries:
        entry.files = files.get(entry.public_id, [])
        entry.by_author = entry.by_id is not None and entry.by_id == asked.author_id
        entry.can_cancel = (
            entry.kind == ThreadEntry.Kind.APPOINTMENT
            and not entry.cancelled_at
            and entry.starts > clock.now()
            and permissions.can_cancel_appointment(user, entry)
        )
    return entries


def _shown(share: Share, user: Any) -> Share:
    """Return `share` with what the user may do with it."""
    share.may_decide = share.state == ShareState.ASKED and permissions.can_decide_share(user, share)
    is_helping = share.role == Share.Role.HELP and share.state == ShareState.ACCEPTED
    share.may_hand_in = is_helping and permissions.can_decide_share(user, share)
    share.may_release = (
        share.state in (ShareState.ASKED, ShareState.ACCEPTED) and share.team_id != share.request.team_id
    )
    return share
