"""Who may do what with requests, outcomes and teams (domain.md rules 2, 9, 12)."""

from chengyang.platform.accounts.access import access_scope

from .models import Post
from .states import REQUEST_OPEN, OutcomeState, RequestState


def can_submit_request(actor, _about=None) -> bool:
    """Everybody with a proved phone or a person of the registry; administrators' accounts are for administering."""
    return actor.is_authenticated and not access_scope(actor).administrator


def handles(actor, request) -> bool:
    """Return whether `request` lies on this officer's desk now: team, subdistrict, or the office."""
    scope = access_scope(actor)
    if request.team_id:
        return request.team_id in scope.managed("team")
    if request.subdistrict_id:
        return request.subdistrict_id in scope.subdistricts
    return scope.district


def can_route_request(actor, request) -> bool:
    """Its handler, and the district office once it has escalated."""
    return request.state in REQUEST_OPEN and (handles(actor, request) or _escalated_to(actor, request))


def can_answer_request(actor, request) -> bool:
    """Its handler, and the district office once it has escalated; nobody answers their own."""
    return actor != request.author and can_route_request(actor, request)


def _escalated_to(actor, request):
    return request.escalated_at is not None and access_scope(actor).district


def can_withdraw_request(actor, request) -> bool:
    return actor == request.author and request.state in REQUEST_OPEN


def can_rate_request(actor, request) -> bool:
    return actor == request.author and request.state in (RequestState.ANSWERED, RequestState.CLOSED)


def can_reopen_request(actor, request) -> bool:
    return actor == request.author and request.state == RequestState.ANSWERED


def can_report_outcome(actor, body) -> bool:
    """Who keeps the body, and staff responsible for it."""
    scope = access_scope(actor)
    return body.pk in scope.managed(body._meta.model_name) or scope.covers(body.subdistrict_id)


def can_check_outcome(actor, outcome) -> bool:
    """Staff responsible for it, but not who reported it (domain.md, "成果": verified by staff before it counts)."""
    area = next((body.subdistrict_id for body in (outcome.organization, outcome.base, outcome.team) if body), None)
    return (
        outcome.state == OutcomeState.REPORTED
        and actor.pk != outcome.reported_by_id
        and access_scope(actor).covers(area)
    )


def can_edit_team(actor, team) -> bool:
    """The leader, and staff responsible for it."""
    scope = access_scope(actor)
    return team.pk in scope.managed("team") or scope.covers(team.subdistrict_id)


def can_appoint(actor, team) -> bool:
    """Staff responsible for the team; a leader takes volunteers in, but does not appoint a successor."""
    return access_scope(actor).covers(team.subdistrict_id)


def can_take_in(actor, team) -> bool:
    """The leader, and staff responsible for it."""
    return can_edit_team(actor, team)


def can_end_post(actor, post) -> bool:
    """Who may give such a post. Whoever holds it leaves the team themself, and asks nobody (domain.md rule 12)."""
    return can_appoint(actor, post.team) if post.kind == Post.Kind.LEADER else can_take_in(actor, post.team)
