"""Permissions on requests, outcomes, teams and their posts (domain.md rules 2, 9, 12)."""

from chengyang import clock
from chengyang.platform.accounts.access import access_scope

from .models import Post, Team, ThreadEntry
from .states import SHARE_TAKEN, OutcomeState, RequestState, TeamApplicationState

_ANSWERED = (RequestState.ANSWERED, RequestState.CLOSED)


def can_submit_request(actor, _team=None) -> bool:
    """Every signed-in account submits requests, except administrators."""
    return actor.is_authenticated and not access_scope(actor).administrator


def can_take_request(actor, _request=None) -> bool:
    """Officers of the district and of subdistricts take requests by telephone."""
    return access_scope(actor).staff


def can_edit_rules(actor, _rule=None) -> bool:
    """District staff say to which team requests of a category go."""
    return access_scope(actor).district


# ---- who works on a request -----------------------------------------------------------------------------------------
def handles(actor, request) -> bool:
    """Return whether `actor` handles `request` now: for its team (also as the expert who leads), its subdistrict, or the office.

    The office handles what a team without a leader has.
    """
    scope = access_scope(actor)
    if request.team_id:
        if request.team_id in scope.managed("team") or _leads_as_expert(actor, request):
            return True
        return scope.district and not Team.objects.led().filter(pk=request.team_id).exists()
    if request.subdistrict_id:
        return request.subdistrict_id in scope.subdistricts
    return scope.district


def _leads_as_expert(actor, request):
    rows = request.shares.leading().filter(state__in=SHARE_TAKEN, team=request.team_id, expert__isnull=False)
    return actor.is_authenticated and rows.assigned_to(actor, ()).exists()


def works_on(actor, request):
    """Return whether `actor` handles `request`, or has accepted a share of it, for a team or as an expert."""
    if actor == request.author or not actor.is_authenticated:
        return False
    if handles(actor, request) or _escalated_to(actor, request):
        return True
    return request.shares.filter(state__in=SHARE_TAKEN).assigned_to(actor, access_scope(actor).managed("team")).exists()


def _escalated_to(actor, request):
    return request.escalated_at is not None and access_scope(actor).district


def can_route_request(actor, request) -> bool:
    """Its handlers route a request while its clock runs, and the district office once it has escalated."""
    return request.is_running and (handles(actor, request) or _escalated_to(actor, request))


def can_answer_request(actor, request) -> bool:
    """Its handlers answer an open request, also while its author is asked, but never their own."""
    return actor != request.author and request.is_open and (handles(actor, request) or _escalated_to(actor, request))


def can_share_request(actor, request) -> bool:
    """Those who may route it ask several teams to lead it, or to help."""
    return actor != request.author and can_route_request(actor, request)


def can_release_share(actor, request) -> bool:
    """Those who may answer it stop waiting for a team, also while its author is asked."""
    return can_answer_request(actor, request)


def can_decide_share(actor, share) -> bool:
    """The leader of the team that is asked, or the expert; nobody works on their own request."""
    if actor == share.request.author or not actor.is_authenticated:
        return False
    if share.expert_id:
        return type(share).objects.filter(pk=share.pk).assigned_to(actor, ()).exists()
    return share.team_id in access_scope(actor).managed("team")


def can_divert_request(actor, request) -> bool:
    """An officer who handles it sends an open request to its channel: 信访, 检举, emergencies."""
    is_officer = access_scope(actor).staff and (handles(actor, request) or _escalated_to(actor, request))
    return is_officer and actor != request.author and request.is_open


def can_change_readers(actor, request) -> bool:
    """The author says who may read an open request."""
    return actor == request.author and request.is_open


# ---- the thread -----------------------------------------------------------------------------------------------------
def can_write_entry(actor, request) -> bool:
    """The author, and those who work on it, write into its thread until it is closed."""
    is_side = actor == request.author or works_on(actor, request)
    return is_side and (request.is_open or request.state == RequestState.ANSWERED)


def can_correct_entry(actor, entry) -> bool:
    """Its writer corrects a message or a question for a short time, while the request is not closed."""
    is_own = entry.by_id is not None and entry.by_id == actor.pk
    is_text = entry.kind in (ThreadEntry.Kind.MESSAGE, ThreadEntry.Kind.QUESTION) and entry.withdrawn_at is None
    in_time = clock.now() < entry.correctable_until
    return is_own and is_text and in_time and can_write_entry(actor, entry.request)


def can_withdraw_entry(actor, entry) -> bool:
    """Its writer withdraws a message; a question, for which the clock may stand still, is only corrected."""
    return entry.kind == ThreadEntry.Kind.MESSAGE and can_correct_entry(actor, entry)


def can_read_former_texts(actor, request) -> bool:
    """The author of a request, about whom it is, and officers who read it know what was corrected or withdrawn, as its writer does."""
    return actor == request.author or access_scope(actor).staff


def can_work_on_request(actor, request) -> bool:
    """Those who work on an open request record steps and make appointments."""
    return request.is_open and works_on(actor, request)


def can_ask_author(actor, request) -> bool:
    """Its handlers ask the author of an open request, not the teams that only help."""
    return can_answer_request(actor, request)


def can_cancel_appointment(actor, entry) -> bool:
    """Either side cancels an appointment."""
    return actor == entry.request.author or works_on(actor, entry.request)


# ---- its clock ------------------------------------------------------------------------------------------------------
def can_resume_request(actor, request) -> bool:
    """Its handlers go on without a reply."""
    return can_answer_request(actor, request)


def can_ask_extension(actor, request) -> bool:
    """Its handlers ask for more time while the clock runs."""
    return actor != request.author and request.is_running and handles(actor, request)


def can_decide_extension(actor, extension) -> bool:
    """Staff of the district, and of the subdistrict that handles it, but neither who asked nor the author."""
    request, scope = extension.request, access_scope(actor)
    decides = scope.district or (request.subdistrict_id is not None and request.subdistrict_id in scope.subdistricts)
    return decides and actor.pk != extension.asked_by_id and actor != request.author


# ---- after the answer -----------------------------------------------------------------------------------------------
def can_withdraw_answer(actor, request) -> bool:
    """Whoever answered it takes the answer back, as long as they may answer such requests."""
    may_answer = handles(actor, request) or _escalated_to(actor, request)
    return actor == request.answered_by and actor != request.author and may_answer


def can_withdraw_request(actor, request) -> bool:
    return actor == request.author and request.is_open


def can_close_request(actor, request) -> bool:
    """The author closes it once it is answered, with or without a rating."""
    return actor == request.author and request.state == RequestState.ANSWERED


def can_rate_request(actor, request) -> bool:
    """The author, once there is an answer; a rating is changed for 30 days."""
    until = request.changeable_until
    is_over = until is not None and clock.now() > until
    return actor == request.author and request.state in _ANSWERED and not is_over


def can_reopen_request(actor, request) -> bool:
    """The author, once, within 30 days after the answer, also after rating it."""
    until = request.reopenable_until
    return actor == request.author and request.state in _ANSWERED and until is not None and clock.now() <= until


# ---- outcomes -------------------------------------------------------------------------------------------------------
def can_report_outcome(actor, organizer) -> bool:
    """The managers of the organizer, and staff of its area."""
    scope = access_scope(actor)
    return organizer.pk in scope.managed(organizer._meta.model_name) or scope.covers(organizer.subdistrict_id)


def can_check_outcome(actor, outcome) -> bool:
    """Staff of the area check it, but not the person who reported it (domain.md, "成果": verified by staff before it counts).

    One that replaces another one is checked together with the row that reverses it.
    """
    return outcome.state == OutcomeState.REPORTED and outcome.replaces_id is None and _checks(actor, outcome)


def can_reopen_outcome(actor, outcome) -> bool:
    """Whoever may check it takes a check or a refusal back."""
    return outcome.state != OutcomeState.REPORTED and outcome.replaces_id is None and _checks(actor, outcome)


def _checks(actor, outcome):
    return actor.pk != outcome.reported_by_id and access_scope(actor).covers(_area(outcome))


def _area(outcome):
    organizer = outcome.organizer
    return organizer.subdistrict_id if organizer else None


def can_withdraw_outcome(actor, outcome) -> bool:
    """Who reported it, as long as they may report for its organizer; a replacement goes with what reverses the first one."""
    is_own = actor.pk == outcome.reported_by_id and outcome.replaces_id is None
    return is_own and can_report_outcome(actor, outcome.organizer)


def can_edit_outcome(actor, outcome) -> bool:
    """Who reported it, on the same day, until somebody has checked it; not the number of a row that reverses another one."""
    is_open = outcome.state == OutcomeState.REPORTED and outcome.reverses_id is None
    is_today = outcome.reported_on == clock.today()
    return is_open and is_today and actor.pk == outcome.reported_by_id and can_report_outcome(actor, outcome.organizer)


def can_add_evidence(actor, outcome) -> bool:
    """The managers of the organizer, and staff of its area; not for one that was refused."""
    return outcome.state != OutcomeState.REFUSED and _reports(actor, outcome)


def can_correct_outcome(actor, outcome) -> bool:
    """The managers of the organizer, and staff of its area; another person checks the correction."""
    return outcome.state == OutcomeState.CHECKED and outcome.reverses_id is None and _reports(actor, outcome)


def can_change_parties(actor, outcome) -> bool:
    """The managers of the organizer, and staff of its area, until it is checked; a reversing row has those of the first one."""
    is_open = outcome.state == OutcomeState.REPORTED and outcome.reverses_id is None
    return is_open and _reports(actor, outcome)


def _reports(actor, outcome):
    organizer = outcome.organizer
    return can_report_outcome(actor, organizer) if organizer else access_scope(actor).district


def can_leave_outcome(actor, party) -> bool:
    """The person who is named."""
    return actor.is_authenticated and party.person_id is not None and party.person.user_id == actor.pk


def can_note_double(actor, outcome) -> bool:
    """Who may report for the organizer of one of the two outcomes."""
    return _reports(actor, outcome)


def can_decide_double(actor, pair) -> bool:
    """Staff of the areas of both outcomes, but nobody who reported one of them."""
    scope = access_scope(actor)
    both = (pair.first, pair.second)
    return all(scope.covers(_area(one)) and actor.pk != one.reported_by_id for one in both)


def can_keep_outcome_kinds(actor, _kind=None) -> bool:
    """District staff keep the kinds of outcomes."""
    return access_scope(actor).district


# ---- teams ----------------------------------------------------------------------------------------------------------
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


def can_apply_to_team(actor, person) -> bool:
    """Everybody applies for themselves."""
    return actor.is_authenticated and person.user_id == actor.pk


def can_decide_application(actor, application) -> bool:
    """The leader of the team, and staff of its area, but nobody on their own."""
    return can_appoint_volunteer(actor, application.team) and application.person.user_id != actor.pk


def can_withdraw_application(actor, application) -> bool:
    """The applicant takes back what waits, without approval (domain.md rule 12)."""
    return application.state == TeamApplicationState.APPLIED and can_apply_to_team(actor, application.person)


def can_agree_to_be_named(actor, post) -> bool:
    """Only the holder says that they may be asked by name."""
    return post.person.user_id is not None and post.person.user_id == actor.pk


def can_describe_post(actor, post) -> bool:
    """The holder says what they offer, and the leader, until the post ends."""
    return can_agree_to_be_named(actor, post) or can_appoint_volunteer(actor, post.team)


def can_see_members(actor, team) -> bool:
    """The leader and staff of its area, and who is in the team."""
    is_in_team = actor.is_authenticated and Post.objects.own(actor).filter(team=team).exists()
    return is_in_team or can_appoint_volunteer(actor, team)


def can_end_post(actor, post) -> bool:
    """Those who may appoint to this post end it. Its holder needs no permission to leave the team (domain.md rule 12)."""
    return can_appoint(actor, post.team) if post.kind == Post.Kind.LEADER else can_appoint_volunteer(actor, post.team)
