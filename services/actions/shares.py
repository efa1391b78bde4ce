"""承办: teams accept a request, decline it with a reason, help with it and hand in what they were asked for."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require, required_reason
from chengyang.platform.accounts.models import Role
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move

from .. import permissions
from ..models import Request, Share, Team
from ..states import REQUEST_TRANSITIONS, SHARE_TRANSITIONS, SHARE_WAITING, RequestState, ShareState, state_of
from .handling import Kind, handlers, leaders_of, notify_all, notify_author, staff_of, step, write
from .timing import drop_extension

LEAD, HELP = Share.Role.LEAD, Share.Role.HELP


def open_lead(request: Request, team: Team | None, *, actor: Any) -> None:
    """Give the lead of `request` (locked) to `team`, which is asked; None: to no team. Former leads and questions end."""
    ending = (
        Q(role=LEAD) if team is None else Q(role=LEAD) | Q(team=team)
    )  # a helping team that leads now helps no longer
    for row in request.shares.active().filter(ending):
        _end(row, actor=actor)
    if team is not None:
        _ask(request, team, LEAD, actor=actor)


def end_all(request: Request, *, actor: Any) -> None:
    """End all shares of `request` (locked): nobody works on it any more."""
    for row in request.shares.active():
        _end(row, actor=actor)


def leave_all(team: Team, *, actor: Any) -> None:
    """End all shares of `team`, which closes: those who lead the requests go on without it."""
    for row in team.shares.filter(state__in=SHARE_WAITING).select_related("request"):
        request = lock(row.request)
        _end(row, actor=actor)
        step(request, _("%(team)s停止了，不再一起办") % {"team": team})


def finish_lead(request: Request, *, actor: Any) -> None:
    """Mark the lead of `request` (locked), which answers now, as done; answering without accepting first is accepting."""
    for row in request.shares.filter(state__in=(ShareState.ASKED, ShareState.ACCEPTED), team=request.team).leading():
        _set(row, ShareState.DONE, actor=actor)


def take_up_again(request: Request, *, actor: Any) -> None:
    """Let the team that led `request` (locked) lead it again: the answer was withdrawn, or the request was reopened."""
    for row in request.shares.filter(state=ShareState.DONE, team=request.team).leading():
        _set(row, ShareState.ACCEPTED, actor=actor)


@transaction.atomic
def invite_teams(request: Request, *, actor: Any, teams: Iterable[Team]) -> list[Share]:
    """Ask several teams at once whether one of them leads `request`; the first to accept does, and the others are notified.

    Until then its present handler goes on. Raises NotAllowed, ActionError `teams` (none, or a closed one), `audience` when
    the author gives it to the office only.
    """
    request = lock(request)
    require(permissions.can_share_request, actor, request)
    chosen = list(teams)
    _require_teams(request, chosen)
    if request.team_id:
        raise ActionError(_("已经交给一支队，请转办，或者请别队协办。"), code="handler", field="teams")
    known = set(request.shares.active().values_list("team", flat=True))
    rows = [_ask(request, team, LEAD, actor=actor) for team in chosen if team.pk not in known]
    names = "、".join(str(team) for team in chosen)
    step(request, _("问了%(teams)s，谁先接下谁主办") % {"teams": names}, by=actor)
    audit.record("request.teams_asked", request, actor=actor, user=request.author)
    for row in rows:
        notify_all(leaders_of([row.team_id]), request, "services/share_asked", but=actor, share=row)
    return rows


@transaction.atomic
def ask_for_help(request: Request, *, actor: Any, team: Team, reason: str = "") -> Share:
    """Ask `team` to help with `request`, about `reason`; its answer waits for it. Raises NotAllowed, ActionError("teams"), ("same")."""
    request = lock(request)
    require(permissions.can_share_request, actor, request)
    _require_teams(request, [team])
    if request.shares.filter(team=team).active().exists() or team == request.team:
        raise ActionError(_("这支队已经在办这一件。"), code="same", field="team")
    row = _ask(request, team, HELP, actor=actor, reason=optional_reason(reason))
    words = {"team": team, "what": f"：{row.reason}" if row.reason else ""}
    step(request, _("请%(team)s一起看%(what)s") % words, by=actor)
    audit.record("request.teams_asked", request, actor=actor, user=request.author)
    notify_all(leaders_of([team.pk]), request, "services/share_asked", but=actor, share=row)
    return row


@transaction.atomic
def accept_share(share: Share, *, actor: Any) -> Share:
    """Accept to lead the request of `share`, or to help with it. Safe to repeat by the same team.

    Of several teams that are asked to lead, the first gets it. Raises NotAllowed, ActionError("taken") when another team
    was faster, ("state") when the request is no longer open.
    """
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_decide_share, actor, share)
    if share.state == ShareState.ACCEPTED:
        return share
    _require_asked(request, share)
    _set(share, ShareState.ACCEPTED, actor=actor)
    if share.role == LEAD:
        for other in request.shares.filter(state=ShareState.ASKED).leading().exclude(pk=share.pk):
            _end(other, actor=actor)
            notify_all(leaders_of([other.team_id]), request, "services/share_ended", but=actor, share=other)
        _move_computed(request, actor=actor, verb="request.accepted", team=share.team, subdistrict=None)
    else:
        audit.record("request.accepted", request, actor=actor, user=request.author)
    words = _("%(team)s接下了，%(who)s经办") if share.role == LEAD else _("%(team)s答应一起办，%(who)s经办")
    step(request, words % {"team": share.team, "who": actor.name or share.team}, by=actor)
    notify_author(request, "services/request_accepted", share=share)
    return share


@transaction.atomic
def decline_share(share: Share, *, actor: Any, reason: str) -> Share:
    """Decline to lead the request of `share`, which goes back to the office, or to help. The author reads `reason`.

    Raises NotAllowed, ActionError("reason"), ("state"), ("taken").
    """
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_decide_share, actor, share)
    reason = required_reason(reason, missing=_("不接要写理由，办公室和本人会看到。"))
    if request.state == RequestState.PAUSED:
        raise ActionError(_("正等本人补充，等到回答以后再说接不接。"), code="state")
    _require_asked(request, share, also=ShareState.ACCEPTED)
    _set(share, ShareState.DECLINED, actor=actor, reason=reason)
    step(request, _("%(team)s没有接：%(reason)s") % {"team": share.team, "reason": reason}, by=actor)
    if share.role == LEAD and request.team_id == share.team_id:
        drop_extension(request)
        _move_computed(request, actor=actor, verb="request.declined", team=None, subdistrict=None)
        notify_all(staff_of(Role.Kind.DISTRICT), request, "services/share_declined", but=actor, share=share)
    else:
        audit.record("request.declined", request, actor=actor, user=request.author)
        notify_all(handlers(request), request, "services/share_declined", but=actor, share=share)
    return share


@transaction.atomic
def hand_in_share(share: Share, *, actor: Any, text: str) -> Share:
    """Hand in what a helping team was asked for; the leading team and the author read it. Raises NotAllowed, ActionError("text"), ("state")."""
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_decide_share, actor, share)
    if share.role != HELP or not request.is_running:
        raise ActionError(_("现在不用交意见。"), code="state")
    _require_asked(request, share, also=ShareState.ACCEPTED)
    if not text.strip():
        raise ActionError(_("请写意见。"), code="text", field="text")
    _set(share, ShareState.DONE, actor=actor)
    write(request, Kind.MESSAGE, text.strip(), by=actor)
    audit.record("request.handed_in", request, actor=actor, user=request.author)
    notify_all(handlers(request), request, "services/share_done", but=actor, share=share)
    return share


@transaction.atomic
def release_share(share: Share, *, actor: Any) -> Share:
    """Stop waiting for a team that was asked. Raises NotAllowed, ActionError("state") when it does not work on the request."""
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_share_request, actor, request)
    if share.state not in (ShareState.ASKED, ShareState.ACCEPTED) or share.team_id == request.team_id:
        raise ActionError(_("这支队不在等着办。"), code="state")
    _end(share, actor=actor)
    step(request, _("不再等%(team)s") % {"team": share.team}, by=actor)
    audit.record("request.released", request, actor=actor, user=request.author)
    notify_all(leaders_of([share.team_id]), request, "services/share_ended", but=actor, share=share)
    return share


def require_nobody_awaited(request: Request) -> None:
    """Raise ActionError("helpers") while a helping team has not handed in what it was asked for."""
    names = "、".join(str(row.team) for row in request.shares.awaited().select_related("team"))
    if names:
        text = _("%(teams)s还没交意见；等它交，或者先点“不再等”，再答复。") % {"teams": names}
        raise ActionError(text, code="helpers", field="answer")


def _require_teams(request, teams):
    if not teams:
        raise ActionError(_("请选服务队。"), code="teams", field="teams")
    if any(team.closed_on for team in teams):
        raise ActionError(_("这支服务队已经停止，请选别的。"), code="teams", field="teams")
    require_audience(request)


def require_audience(request: Request) -> None:
    """Raise ActionError("audience") when the author gives `request` to the office and the subdistrict only."""
    if request.readers == "office":
        text = _("本人只给区委统战部和街道看。要交给服务队，先问本人同意不同意。")
        raise ActionError(text, code="audience", field="handler")


def _require_asked(request, share, *, also=""):
    if share.state == ShareState.ENDED:
        raise ActionError(_("别的队先接下了，或者不用再办了。"), code="taken")
    if not request.is_open or share.state not in (ShareState.ASKED, also):
        raise ActionError(_("这一件现在不用回话，请刷新页面看。"), code="state")


def _move_computed(request, *, actor, verb, team, subdistrict):
    """Move `request` to the state that its shares give (`states.state_of`); while its author is asked it stays so."""
    leading = request.shares.leading().values_list("state", flat=True)
    new = state_of(leading, has_handler=bool(team or subdistrict))
    changes = {"team": team, "subdistrict": subdistrict}
    if request.state in (RequestState.PAUSED, new):
        for name, value in changes.items():
            setattr(request, name, value)
        request.save(update_fields=list(changes))
        audit.record(verb, request, actor=actor, user=request.author, fields=list(changes))
        return
    move(request, new, table=REQUEST_TRANSITIONS, actor=actor, verb=verb, user=request.author, **changes)


def _ask(request, team, role, *, actor, reason=""):
    return request.shares.create(team=team, role=role, asked_by=actor, reason=reason, is_demo=request.is_demo)


def _end(row, *, actor):
    _set(row, ShareState.ENDED, actor=actor)


def _set(row, state, *, actor, **changes):
    changes = {"decided_by": actor, "decided_at": clock.now(), **changes}
    return move(row, state, table=SHARE_TRANSITIONS, actor=actor, verb="request.share_moved", **changes)
