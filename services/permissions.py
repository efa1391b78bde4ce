"""Permissions on requests, outcomes, teams and their posts (domain.md rules 2, 9, 12)."""

from chengyang.platform.accounts.access import access_scope

from .models import Post
from .states import REQUEST_OPEN, OutcomeState, RequestState


def can_submit_request(actor, _team=None) -> bool:
    """Every signed-in account submits requests, except administrators."""
    return actor.is_authenticated and not access_scope(actor).administrator


def handles(actor, request) -> bool:
    """Return whether `actor` handles `request` now: for its team, its subdistrict, or the district office."""
    scope = access_scope(actor)
    if request.team_id:
        return request.team_id in scope.managed("team")
    if request.subdistrict_id:
        return request.subdistrict_id in scope.subdistricts
    return scope.district


def can_route_request(actor, request) -> bool:
    """Its handlers route an open request, and the district office once it has escalated."""
    return request.state in REQUEST_OPEN and (handles(actor, request) or _escalated_to(actor, request))


def can_answer_request(actor, request) -> bool:
    """Those who may route it answer it, except the author."""
    return actor != request.author and can_route_request(actor, request)


def can_withdraw_answer(actor, request) -> bool:
    """Whoever answered it takes the answer back, as long as they handle such requests."""
    return actor == request.answered_by and actor != request.author and handles(actor, request)


def _escalated_to(actor, request):
    return request.escalated_at is not None and access_scope(actor).district


def can_withdraw_request(actor, request) -> bool:
    return actor == request.author and request.state in REQUEST_OPEN


def can_rate_request(actor, request) -> bool:
    return actor == request.author and request.state in (RequestState.ANSWERED, RequestState.CLOSED)


def can_reopen_request(actor, request) -> bool:
    """The author, once, and before rating the answer."""
    return actor == request.author and request.state == RequestState.ANSWERED and request.reopened_at is None


def can_report_outcome(actor, organizer) -> bool:
    """The managers of the organizer, and staff of its area."""
    scope = access_scope(actor)
    return organizer.pk in scope.managed(organizer._meta.model_name) or scope.covers(organizer.subdistrict_id)


def can_check_outcome(actor, outcome) -> bool:
    """Staff of the area check it, but not the person who reported it (domain.md, "成果": verified by staff before it counts)."""
    return outcome.state == OutcomeState.REPORTED and _checks(actor, outcome)


def can_reopen_outcome(actor, outcome) -> bool:
    """Whoever may check it takes a check or a refusal back."""
    return outcome.state != OutcomeState.REPORTED and _checks(actor, outcome)


def _checks(actor, outcome):
    organizer = outcome.organization or outcome.base or outcome.team
    area = organizer.subdistrict_id if organizer else None
    return actor.pk != outcome.reported_by_id and access_scope(actor).covers(area)


def can_withdraw_outcome(actor, outcome) -> bool:
    """Who reported it, as long as they may report for its organizer."""
    organizer = outcome.organization or outcome.base or outcome.team
    return actor.pk == outcome.reported_by_id and can_report_outcome(actor, organizer)


def can_edit_team(actor, team) -> bool:
    """The leader, and staff of its area."""
    scope = access_scope(actor)
    return team.pk in scope.managed("team") or scope.covers(team.subdistrict_id)


def can_close_team(actor, team) -> bool:
    """District staff only, as with bases."""
    return access_scope(actor).district


def can_appoint(actor, team) -> bool:
    """Staff of its area appoint the leader; a leader does not appoint their successor."""
    return access_scope(actor).covers(team.subdistrict_id)


def can_appoint_volunteer(actor, team) -> bool:
    """The leader, and staff of its area."""
    return can_edit_team(actor, team)


def can_end_post(actor, post) -> bool:
    """Those who may appoint to this post end it. Its holder needs no permission to leave the team (domain.md rule 12)."""
    return can_appoint(actor, post.team) if post.kind == Post.Kind.LEADER else can_appoint_volunteer(actor, post.team)
