"""The page of one request: what it shows to its author and to those who work on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.files.models import File

from .. import clock_drawing, forms, permissions, suggestions
from ..models import CHANNELS, MOST_PAUSES, ExtensionState, Readers, Request, Share, Team, ThreadEntry
from ..readers import readers_of
from ..states import SHARE_WAITING, ShareState


def found(request: HttpRequest, public_id: str) -> Request:
    """Return the request that the user may read, with what its page shows. Raises Http404."""
    rows = Request.objects.visible_to(request.user).select_related("team", "subdistrict", "author")
    return get_object_or_404(rows.prefetch_related("pauses", "extensions"), public_id=public_id)


def carry_out(
    request: HttpRequest,
    public_id: str,
    name: str,
    may: Callable[[Any, Any], bool],
    act: Callable[..., Any],
    done: Any,
    *,
    row: Any = None,
) -> HttpResponse:
    """Do `act(row, actor=…, **what the form says)` for those who `may`, and go back to the page of the request with the message `done`.

    `row` is the request with this `public_id`, unless it is given. The form is `FORMS[name]`; a refusal shows the page with it.
    Raises Http404, NotAllowed.
    """
    asked = found(request, public_id)
    row = row or asked
    require(may, request.user, row)
    form = FORMS[name](asked, request.user, request.POST, request.FILES)
    if form.is_valid():
        try:
            act(row, actor=request.user, **form.cleaned_data)
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
    shares = list(asked.shares.select_related("team", "decided_by", "expert__person"))
    for share in shares:
        share.request = asked
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
        taken = [share.team_id for share in shares if not share.expert_id]
        teams = Team.objects.published().open().exclude(pk__in=taken)
        context["suggestions"] = suggestions.suggest(asked, teams) if asked.readers == Readers.HANDLERS else []
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
    "release": permissions.can_release_share,
    "divert": permissions.can_divert_request,
    "readers": permissions.can_change_readers,
}


def _share_form(asked: Request, user: Any, *data: Any) -> forms.YesNoForm:
    words = {"yes": _("接下"), "no": _("不接"), "why": _("不接必填，办公室和本人看到")}
    return forms.YesNoForm(*data, auto_id="share-%s", **words)


def _extension_form(asked: Request, user: Any, *data: Any) -> forms.YesNoForm:
    words = {"yes": _("批准"), "no": _("不批准"), "why": _("不批准必填")}
    return forms.YesNoForm(*data, prefix="extension", **words)


def _rating_form(asked: Request, user: Any, *data: Any) -> forms.RatingForm:
    rating = {"solved": asked.solved, "useful": asked.useful, "words": asked.rating_words}
    return forms.RatingForm(*data, initial=rating)


# Name on the page → function (request, user, and for a bound form: data, files) → form.
FORMS: dict[str, Callable[..., Any]] = {
    "message": lambda asked, user, *data: forms.MessageForm(*data, auto_id="message-%s"),
    "ask": lambda asked, user, *data: forms.AskForm(*data, prefix="ask"),
    "step": lambda asked, user, *data: forms.StepForm(*data, prefix="step"),
    "appointment": lambda asked, user, *data: forms.AppointmentForm(*data, prefix="meet"),
    "answer": lambda asked, user, *data: forms.AnswerForm(*data, auto_id="answer-%s"),
    "rating": _rating_form,
    "reopen": lambda asked, user, *data: forms.ReopenForm(*data, auto_id="reopen-%s"),
    "extend": lambda asked, user, *data: forms.ExtensionForm(*data, prefix="extend"),
    "extension": _extension_form,
    "share": _share_form,
    "hand_in": lambda asked, user, *data: forms.HandInForm(*data, prefix="opinion"),
    "divert": lambda asked, user, *data: forms.DivertForm(*data),
    "readers": lambda asked, user, *data: forms.ReadersForm(*data, auto_id="readers-%s", asked=asked),
    "route": lambda asked, user, *data: forms.RouteForm(*data, auto_id="route-%s", asked=asked, user=user),
    "help": lambda asked, user, *data: forms.HelpForm(*data, prefix="help", asked=asked, user=user),
    "invite": lambda asked, user, *data: forms.InviteForm(*data, prefix="invite", asked=asked, user=user),
}
# These read what may be chosen, so that they are made for those only who see them: form → permission of `_CHECKS`.
_NEEDS = {"route": "route", "help": "share", "invite": "share"}


def _forms(asked: Request, user: Any, may: dict) -> dict[str, Any]:
    return {name: make(asked, user) for name, make in FORMS.items() if may.get(_NEEDS.get(name, ""), True)}


def _entries(asked: Request, user: Any) -> list[ThreadEntry]:
    """Return the entries of the thread, each with its files and whether it was written by the author or by the user."""
    entries = list(asked.thread())
    keys = [entry.public_id for entry in entries]
    files: dict[str, list[File]] = {}
    for file in File.objects.visible_to(user).filter(attached_to="services.ThreadEntry", attached_id__in=keys):
        files.setdefault(file.attached_id, []).append(file)
    former = _former_texts(asked, entries, user)
    for entry in entries:
        entry.request = asked
        entry.files = files.get(entry.public_id, [])
        entry.former = former.get(entry.pk, [])
        entry.can_correct = permissions.can_correct_entry(user, entry)
        entry.can_take_back = permissions.can_withdraw_entry(user, entry)
        entry.by_author = entry.by_id is not None and entry.by_id == asked.author_id
        entry.can_cancel = (
            entry.kind == ThreadEntry.Kind.APPOINTMENT
            and not entry.cancelled_at
            and entry.starts > clock.now()
            and permissions.can_cancel_appointment(user, entry)
        )
    return entries


def _former_texts(asked: Request, entries: list[ThreadEntry], user: Any) -> dict[int, list[str]]:
    """Return key of an entry → what it said before it was corrected or withdrawn: for its writer, the author, and officers."""
    changed = [entry for entry in entries if entry.edited_at or entry.withdrawn_at]
    if not permissions.can_read_former_texts(user, asked):
        changed = [entry for entry in changed if entry.by_id == user.pk]
    return ThreadEntry.former_texts(changed)


def _shown(share: Share, user: Any) -> Share:
    """Return `share` with what the user may do with it."""
    is_own = share.request.is_open and permissions.can_decide_share(user, share)
    share.may_decide = is_own and share.state == ShareState.ASKED
    share.may_hand_in = is_own and share.role == Share.Role.HELP and share.state == ShareState.ACCEPTED
    share.may_release = share.state in SHARE_WAITING and not share.leads
    return share
