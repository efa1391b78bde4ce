"""承办: teams and experts accept a request, decline it with a reason, help with it and hand in what they were asked for."""

from collections.abc import Iterable
from operator import attrgetter
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
from ..models import Post, Readers, Request, Share, Team
from ..states import REQUEST_TRANSITIONS, SHARE_TRANSITIONS, SHARE_WAITING, RequestState, ShareState, state_of
from .appointments import cancel_appointments
from .handling import (
    Kind,
    asked_of,
    handlers,
    involved,
    notify_all,
    notify_author,
    notify_change,
    staff_of,
    step,
    workers,
    write,
)
from .timing import drop_extension

LEAD, HELP = Share.Role.LEAD, Share.Role.HELP
AT_ONCE = 200  # rows of one run of the periodic task


def open_lead(request: Request, team: Team | None, *, actor: Any) -> None:
    """Give the lead of `request` (locked) to `team`, which is asked; None: to no team. Former leads and questions end."""
    ending = (
        Q(role=LEAD) if team is None else Q(role=LEAD) | Q(team=team, expert__isnull=True)
    )  # a helping team that leads now helps no longer
    for row in request.shares.active().filter(ending):
        _end(row, actor=actor)
    if team is not None:
        _ask(request, team, LEAD, actor=actor)


def end_all(request: Request, *, actor: Any, but_lead: bool = False) -> None:
    """End all shares of `request` (locked): nobody works on it any more. With `but_lead` who leads it goes on when it is reopened."""
    for row in request.shares.active():
        if not (but_lead and (row.leads or row.state == ShareState.DONE)):
            _end(row, actor=actor)


def leave_all(team: Team, *, actor: Any) -> None:
    """End all shares of `team`, which closes: those who lead the requests go on without it."""
    for found in team.shares.filter(state__in=SHARE_WAITING).select_related("request").order_by("request", "pk"):
        request, row = lock(found.request), lock(found)
        if row.state not in SHARE_WAITING:
            continue
        _end(row, actor=actor)
        if not request.is_open:
            continue
        step(request, _("%(team)s停止了，不再一起办") % {"team": team}, share=row)
        cancel_appointments(request, actor=actor)
        notify_all(handlers(request), request, "services/share_ended", but=actor, share=row)


def finish_lead(request: Request, *, actor: Any) -> None:
    """Mark the lead of `request` (locked), which answers now, as done; answering without accepting first is accepting."""
    for row in request.shares.filter(state__in=(ShareState.ASKED, ShareState.ACCEPTED), team=request.team).leading():
        _set(row, ShareState.DONE, actor=actor)


def take_up_again(request: Request, *, actor: Any) -> None:
    """Let the team that led `request` (locked) lead it again: the answer was withdrawn, or the request was reopened."""
    for row in request.shares.filter(state=ShareState.DONE, team=request.team).leading():
        _set(row, ShareState.ACCEPTED, actor=actor)


@transaction.atomic
def invite_teams(
    request: Request, *, actor: Any, teams: Iterable[Team] = (), experts: Iterable[Post] = ()
) -> list[Share]:
    """Ask several teams and experts at once whether one of them leads `request`; the first to accept does, the others are notified.

    Until then its present handler goes on. What an expert accepts is led by their team. Raises NotAllowed, ActionError `teams`
    (nobody, a closed team, somebody who is not asked by name), `same` when all of them are asked already, `audience` when the
    author gives it to the office only.
    """
    request = lock(request)
    require(permissions.can_share_request, actor, request)
    asked = [*((team, None) for team in teams), *((post.team, post) for post in experts)]
    _require_asked_ones(request, asked)
    if request.team_id:
        raise ActionError(_("已经交给一支队，请转办，或者请别队协办。"), code="handler", field="teams")
    known = set(request.shares.active().values_list("team", "expert"))
    fresh = [(team, post) for team, post in asked if (team.pk, post and post.pk) not in known]
    if not fresh:
        raise ActionError(_("这些都问过了，正等回话或者在办，请选别的。"), code="same", field="teams")
    rows = [_ask(request, team, LEAD, actor=actor, expert=post) for team, post in fresh]
    if names := "、".join(str(team) for team, post in fresh if post is None):
        step(request, _("问了%(teams)s，谁先接下谁主办") % {"teams": names}, by=actor)
    for row in filter(attrgetter("expert_id"), rows):
        step(request, _("点名问了%(team)s的队员，谁先接下谁主办") % {"team": row.team}, by=actor, share=row)
    audit.record("request.teams_asked", request, actor=actor, user=request.author)
    for row in rows:
        notify_all(asked_of(row), request, "services/share_asked", but=actor, share=row)
    return rows


@transaction.atomic
def ask_for_help(
    request: Request, *, actor: Any, team: Team | None = None, expert: Post | None = None, reason: str = ""
) -> Share:
    """Ask `team`, or one of its members by name, to help with `request`, about `reason`; its answer waits for them.

    Raises NotAllowed, ActionError("teams") as `invite_teams`, ("same") when they work on it already, and as `optional_reason`.
    """
    request = lock(request)
    require(permissions.can_share_request, actor, request)
    asked = [(expert.team, expert)] if expert else [(team, None)] if team else []
    _require_asked_ones(request, asked)
    chosen = asked[0][0]
    is_leading = expert is None and chosen == request.team
    if is_leading or request.shares.filter(team=chosen, expert=expert).active().exists():
        raise ActionError(_("已经在办这一件。"), code="same", field="who")
    row = _ask(request, chosen, HELP, actor=actor, reason=optional_reason(reason), expert=expert)
    words = {"team": row.team, "what": f"：{row.reason}" if row.reason else ""}
    step(request, _("请%(team)s一起看%(what)s") % words, by=actor, share=row)
    audit.record("request.teams_asked", request, actor=actor, user=request.author)
    notify_all(asked_of(row), request, "services/share_asked", but=actor, share=row)
    return row


@transaction.atomic
def accept_share(share: Share, *, actor: Any) -> Share:
    """Accept to lead the request of `share`, or to help with it. Safe to repeat by the same team.

    Of several teams that are asked to lead, the first gets it. A team that helped and whose expert leads now helps no longer.
    Raises NotAllowed, ActionError("taken") when another team was faster, ("state") when the request is no longer open.
    """
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_decide_share, actor, share)
    if share.state == ShareState.ACCEPTED:
        return share
    _require_asked(request, share)
    before = involved(request)
    _set(share, ShareState.ACCEPTED, actor=actor)
    if share.role == LEAD:
        for other in request.shares.filter(state=ShareState.ASKED).leading().exclude(pk=share.pk):
            _end(other, actor=actor)
        _end_own_help(request, share, actor)
        if not (request.team_id or request.subdistrict_id or request.handed_over_at):
            request.handed_over_at = clock.now()  # the office reads on what it handed over
            request.save(update_fields=["handed_over_at"])
        _move_computed(request, actor=actor, verb="request.accepted", team=share.team, subdistrict=None)
        notify_change(before, request, but=actor)
    else:
        audit.record("request.accepted", request, actor=actor, user=request.author)
    words = _("%(team)s接下了") if share.role == LEAD else _("%(team)s答应一起办")
    step(request, words % {"team": share.team}, by=actor, share=share)
    cancel_appointments(request, actor=actor)
    notify_author(request, "services/request_accepted", share=share)
    return share


def _end_own_help(request, share, actor):
    """End the help of the team of `share`, which leads now: its leaders are handlers from now on, and read so."""
    for row in request.shares.filter(state__in=SHARE_WAITING, role=HELP, team=share.team, expert__isnull=True):
        _end(row, actor=actor)
        notify_all(asked_of(row), request, "services/share_leads", but=actor, share=share)


@transaction.atomic
def decline_share(share: Share, *, actor: Any, reason: str) -> Share:
    """Decline to lead the request of `share`, which goes back to the office, or to help. The author reads `reason`.

    Also while the author is asked. Who worked on it reads that somebody else leads it, and appointments of those who no longer
    work on it are cancelled. Raises NotAllowed, ActionError("reason"), ("state"), ("taken").
    """
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_decide_share, actor, share)
    reason = required_reason(reason, missing=_("不接要写理由，办公室和本人会看到。"))
    _require_asked(request, share, also=ShareState.ACCEPTED)
    before = involved(request)
    _set(share, ShareState.DECLINED, actor=actor, reason=reason)
    step(request, _("%(team)s没有接：%(reason)s") % {"team": share.team, "reason": reason}, by=actor, share=share)
    if share.role == LEAD and request.team_id == share.team_id:
        drop_extension(request)
        _move_computed(request, actor=actor, verb="request.declined", team=None, subdistrict=None)
        notify_author(request, "services/request_routed")
        notify_all(staff_of(Role.Kind.DISTRICT), request, "services/share_declined", but=actor, share=share)
        notify_change(before, request, but=actor)
    else:
        audit.record("request.declined", request, actor=actor, user=request.author)
        notify_all(handlers(request), request, "services/share_declined", but=actor, share=share)
    cancel_appointments(request, actor=actor)
    return share


@transaction.atomic
def hand_in_share(share: Share, *, actor: Any, text: str) -> Share:
    """Hand in what a helping team was asked for; the leading team and the author read it, also while the author is asked something.

    Raises NotAllowed, ActionError("text"), ("state").
    """
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_decide_share, actor, share)
    if share.role != HELP:
        raise ActionError(_("现在不用交意见。"), code="state")
    _require_asked(request, share, also=ShareState.ACCEPTED)
    if not text.strip():
        raise ActionError(_("请写意见。"), code="text", field="text")
    _set(share, ShareState.DONE, actor=actor)
    write(request, Kind.MESSAGE, text.strip(), by=actor, share=share)
    audit.record("request.handed_in", request, actor=actor, user=request.author)
    notify_all(handlers(request), request, "services/share_done", but=actor, share=share)
    return share


@transaction.atomic
def release_share(share: Share, *, actor: Any) -> Share:
    """Stop waiting for a team that was asked. Raises NotAllowed, ActionError("state") when it does not work on the request."""
    request = lock(share.request)
    share = lock(share)
    require(permissions.can_release_share, actor, request)
    if share.state not in SHARE_WAITING or share.leads:
        raise ActionError(_("不在等着办。"), code="state")
    _end(share, actor=actor)
    step(request, _("不再等%(team)s") % {"team": share.team}, by=actor, share=share)
    cancel_appointments(request, actor=actor)
    audit.record("request.released", request, actor=actor, user=request.author)
    notify_change(asked_of(share), request, but=actor)
    return share


def ask_again(share: Share, *, actor: Any) -> None:
    """Let what `share` was asked for (its request is locked) wait again: what was handed in is withdrawn. Its handlers are notified."""
    share = lock(share)
    if share.state != ShareState.DONE or share.role != HELP:
        return
    _set(share, ShareState.ACCEPTED, actor=actor)
    notify_all(handlers(share.request), share.request, "services/share_withdrawn", but=actor, share=share)


def require_nobody_awaited(request: Request) -> None:
    """Raise ActionError("helpers") while a helping team has not handed in what it was asked for."""
    rows = request.shares.awaited().select_related("team", "expert__person")
    names = "、".join(row.who for row in rows)
    if names:
        text = _("%(teams)s还没交意见；等它交，或者先点“不再等”，再答复。") % {"teams": names}
        raise ActionError(text, code="helpers", field="answer")


def _require_asked_ones(request, asked):
    """Raise ActionError unless each (team, post or None) of `asked` may be asked; the author is not asked about their own."""
    if not asked:
        raise ActionError(_("请选服务队或队员。"), code="teams", field="teams")
    if any(team.closed_on for team, _post in asked):
        raise ActionError(_("这支服务队已经停止，请选别的。"), code="teams", field="teams")
    posts = [post.pk for _team, post in asked if post]
    willing = Post.objects.experts().filter(pk__in=posts).exclude(person__user=request.author_id)
    if posts and willing.count() != len(posts):
        raise ActionError(_("有一位现在不能点名请，请重新选。"), code="teams", field="teams")
    require_audience(request, [team for team, _post in asked])


@transaction.atomic
def end_shares_of_former_experts() -> int:
    """End the shares of experts who left their team or are not asked by name any more; return how many. Safe to repeat.

    What such an expert leads goes on with their team.
    """
    found = list(Share.objects.of_former_experts().select_related("request").order_by("request", "pk")[:AT_ONCE])
    for row in found:
        request, share = lock(row.request), lock(row)
        if share.state not in SHARE_WAITING:
            continue
        if share.role == LEAD and share.state == ShareState.ACCEPTED and request.team_id == share.team_id:
            for helping in request.shares.active().filter(team=share.team, expert__isnull=True):
                _end(helping, actor=None)
            share.expert = None
            share.save(update_fields=["expert"])
            step(request, _("点名请的队员不再经办，由%(team)s接着办") % {"team": share.team})
        else:
            _end(share, actor=None)
            step(request, _("%(team)s点名请的队员不再一起办") % {"team": share.team}, share=share)
        cancel_appointments(request, actor=None)
        notify_all(handlers(request), request, "services/expert_gone", share=share)
    return len(found)


def require_audience(request: Request, teams: Iterable[Team]) -> None:
    """Raise ActionError("audience") when the author of `request` does not let `teams` read it (`Readers`)."""
    if request.readers == Readers.OFFICE:
        text = _("本人只给区委统战部和街道看。要交给服务队，先问本人同意不同意。")
        raise ActionError(text, code="audience", field="handler")
    if request.readers == Readers.TEAM and any(team != request.team for team in teams):
        text = _("本人只给点的那支队看。要交给或请别的队，先问本人同意不同意；本人可以在页面上改。")
        raise ActionError(text, code="audience", field="handler")


@transaction.atomic
def change_readers(request: Request, *, actor: Any, readers: str) -> Request:
    """Let the author say anew who may read an open request; those who handle it are notified.

    Raises NotAllowed, ActionError `audience`: to the office only, or to one team only, while another team is asked or works on it.
    """
    request = lock(request)
    require(permissions.can_change_readers, actor, request)
    if readers not in Readers.values:
        raise ActionError(_("请选给谁看。"), code="audience", field="readers")
    if readers == request.readers:
        return request
    active = request.shares.active()
    others = active if readers == Readers.OFFICE else active.exclude(team=request.team_id)
    if readers == Readers.TEAM and request.team_id is None:
        raise ActionError(_("现在没有哪支队在办，请选别的。"), code="audience", field="readers")
    if readers != Readers.HANDLERS and (others.exists() or (readers == Readers.OFFICE and request.team_id)):
        text = _("已经有队在办，或者在等它回话；不想让它再看，请写一句，由办公室转走以后再改。")
        raise ActionError(text, code="audience", field="readers")
    request.readers = readers
    request.save(update_fields=["readers"])
    audit.record("request.readers_changed", request, actor=actor, user=actor, fields=["readers"])
    step(request, _("给谁看，改成：%(who)s") % {"who": request.get_readers_display()}, by=actor)
    notify_all(workers(request), request, "services/readers_changed", but=actor)
    return request


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


def _ask(request, team, role, *, actor, reason="", expert=None):
    return request.shares.create(
        team=team, expert=expert, role=role, asked_by=actor, reason=reason, is_demo=request.is_demo
    )


def _end(row, *, actor):
    _set(row, ShareState.ENDED, actor=actor)


def _set(row, state, *, actor, **changes):
    changes = {"decided_by": actor, "decided_at": clock.now(), **changes}
    return move(row, state, table=SHARE_TRANSITIONS, actor=actor, verb="request.share_moved", **changes)
