"""诉求: requests are submitted, routed, answered within working days and rated; overdue ones escalate (domain.md rule 9)."""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require, required_reason
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import due, permissions
from ..models import DAYS, Readers, Request, RoutingRule, Team, ThreadEntry
from ..states import REQUEST_OPEN, REQUEST_TRANSITIONS, RequestState
from . import shares, timing
from .appointments import cancel_appointments
from .handling import Kind, involved, notify_author, notify_change, notify_handlers, step, write
from .threads import attach

NUMBER_LOCK = 0x73767271  # "svrq": the numbers of a day are assigned one after the other
SENT_TWICE_WITHIN = dt.timedelta(minutes=10)  # the same request again within this time is the same sending
CLOSE_DAYS = 10  # working days after which an answered request without a rating is closed
RATING_WORDS = 200  # characters


def _next_number(today: dt.date) -> str:
    """Return the next number of the day, `SQ20261123-001`.

    Takes an advisory lock until the transaction ends: two concurrent calls would read the same highest number.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
    start = f"SQ{today:%Y%m%d}-"
    # Text sorts 1000 before 999, so the length comes first.
    numbers = Request.objects.filter(number__startswith=start).order_by(Length("number").desc(), "-number")
    last = numbers.values_list("number", flat=True).first()
    return f"{start}{int(last.rpartition('-')[2]) + 1 if last else 1:03d}"


@transaction.atomic
def submit_request(
    *, actor, title: str, text: str, team: Team | None = None, service: str = "", uploads: Any = (), **details: Any
) -> Request:
    """Submit a request for help to `team`, perhaps for one `service` of its list; without a team it goes to the office.

    It is due in 7 working days. `details` have names in `Request.DETAIL_FIELDS`; `uploads` are pictures and PDF files. The
    same request, sent again within ten minutes (by the back button, or on a slow line), is one request: the first is
    returned. Raises NotAllowed, ActionError `closed`, `service` when the team does not offer `service`, `audience` when only the
    office may read it and a team is asked, and as `threads.attach`.
    """
    require(permissions.can_submit_request, actor, None)
    team = team and lock(team)
    _require_service(team, service, details)
    return create_request(actor, title, text, team, service, uploads, details)


def _require_service(team, service, details):
    if team is not None and team.closed_on:
        raise ActionError(_("这支服务队已经停止，请直接把事情告诉办公室。"), code="closed")
    if service and (team is None or service not in team.services):
        raise ActionError(
            _("这支服务队的清单里没有这项服务，或者暂停接单，请重新选。"), code="service", field="service"
        )
    readers = details.get("readers", Readers.HANDLERS)
    if team is not None and readers == Readers.OFFICE:
        text = _("点了这支队的单，队里的人要能看到；只给办公室看，请从“我要提诉求”写。")
        raise ActionError(text, code="audience", field="readers")
    if team is None and readers == Readers.TEAM:
        raise ActionError(_("没有点哪支队的单，请选别的。"), code="audience", field="readers")


def create_request(
    author: Any, title: str, text: str, team: Any, service: str, uploads: Any, details: Any, *, subdistrict: Any = None
) -> Request:
    """Store a request of `author`, and notify author and handlers; the caller has checked who may (see `submit_request`)."""
    if unknown := details.keys() - set(Request.DETAIL_FIELDS):
        raise TypeError(f"a request has no details {', '.join(sorted(unknown))}")
    today = clock.today()
    by_rule = None if team or subdistrict else _team_by_rule(author, details)
    if by_rule is not None:
        team, details = by_rule, {**details, "handed_over_at": clock.now()}  # the office follows it
    number = _next_number(today)  # takes the lock, so that a second sending sees the first
    same = {"author": author, "title": title, "text": text, "team": team, "service": service}
    if sent := Request.objects.filter(**same, state__in=REQUEST_OPEN, at__gt=clock.now() - SENT_TWICE_WITHIN).first():
        return sent
    request = Request.objects.create(
        number=number,
        author=author,
        title=title,
        text=text,
        team=team,
        subdistrict=subdistrict,
        service=service,
        due_on=deadlines.due_on(today, DAYS),
        is_demo=author.is_demo,
        **details,
    )
    if uploads:
        attach(write(request, Kind.MESSAGE, str(_("随诉求附上")), by=author), uploads, owner=author)
    if team is not None:
        shares.open_lead(request, team, actor=author)
    if by_rule is not None:
        step(request, _("按分办规则交给%(team)s") % {"team": team})
    audit.record("request.created", request, actor=details.get("taken_by") or author, user=author)
    notify(author, "services/request_received", url=request.get_absolute_url(), request=request)
    notify_handlers(request, "services/request_waiting", but=details.get("taken_by"))
    return request


def _team_by_rule(author, details):
    """Return the team to which a request of this category goes by a rule, None without one or when only the office may read it."""
    if details.get("readers", Readers.HANDLERS) != Readers.HANDLERS or not details.get("category"):
        return None
    person = getattr(author, "person", None)
    return RoutingRule.objects.team_for(details["category"], person and person.subdistrict_id)


@transaction.atomic
def record_opening(request: Request, *, actor) -> None:
    """Record in the audit that a handler opened `request`; its author sees it on 我的数据 (requirements P10)."""
    if request.author and request.author != actor:
        audit.record("request.read", request, actor=actor, user=request.author)


@transaction.atomic
def route_request(
    request: Request, *, actor, team=None, subdistrict=None, is_complex: bool = False, reason: str = ""
) -> Request:
    """Hand `request` over to a team or a subdistrict (neither: to the office), and notify the author, who reads `reason`.

    Whoever worked on it or was asked to is notified, and appointments of those who no longer do are cancelled. A complex request gets 15 working days, and stays complex; only staff find it so, a team asks for an extension. The due
    date is never moved to an earlier day. The district office can read from now on what it handed over. Raises NotAllowed,
    also when the request is no longer open, and ActionError `handler` (both a team and a subdistrict, or a closed team),
    `same` (it is handled there already), `audience` and `complex`.
    """
    request = lock(request)
    require(permissions.can_route_request, actor, request)
    if team and subdistrict:
        raise ActionError(_("只转给一个承办单位。"), code="handler", field="handler")
    if team and team.closed_on:
        raise ActionError(_("这支服务队已经停止，请选别的。"), code="handler", field="handler")
    if (team, subdistrict) == (request.team, request.subdistrict):
        text = _("现在就由%(handler)s办理，请选要转给谁。") % {"handler": request.handler}
        raise ActionError(text, code="same", field="handler")
    if team:
        shares.require_audience(request, [team])
    if is_complex and not access_scope(actor).staff:
        raise ActionError(_("要更多时间，请申请延期，由另一个人批准。"), code="complex", field="is_complex")
    reason, before = optional_reason(reason), involved(request)
    changes: dict[str, Any] = {"team": team, "subdistrict": subdistrict, **_due(request, is_complex)}
    if access_scope(actor).district:
        changes["handed_over_at"] = clock.now()
    move(request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.routed", **changes)
    shares.open_lead(request, team, actor=actor)
    timing.drop_extension(request)
    words = {"handler": request.handler, "why": f"：{reason}" if reason else ""}
    step(request, _("转给%(handler)s%(why)s") % words, by=actor)
    cancel_appointments(request, actor=actor)
    notify_author(request, "services/request_routed")
    notify_handlers(request, "services/request_waiting", but=actor)
    notify_change(before, request, but=actor)
    return request


def _due(request, is_complex):
    """Return the columns of the due date: 15 working days from today when the request becomes complex."""
    if is_complex and not request.is_complex:
        request.is_complex, request.complex_on = True, clock.today()
    return {
        "is_complex": request.is_complex,
        "complex_on": request.complex_on,
        "due_on": due.later_due(request),
    }


@transaction.atomic
def answer_request(request: Request, *, actor, answer: str, uploads: Any = ()) -> Request:
    """Answer `request`, whose author then rates it. A clock that stands still goes on first.

    Raises NotAllowed, also when the request is no longer open, ActionError `answer` for an empty answer, `helpers` while a
    helping team has not handed in what it was asked for, and as `threads.attach`.
    """
    request = lock(request)
    require(permissions.can_answer_request, actor, request)
    if not answer.strip():
        raise ActionError(_("请写答复。"), code="answer", field="answer")
    shares.require_nobody_awaited(request)
    timing.resume(request, actor=actor)
    changes = {"answer": answer.strip(), "answered_by": actor, "answered_at": clock.now()}
    move(request, RequestState.ANSWERED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.answered", **changes)
    shares.finish_lead(request, actor=actor)
    timing.drop_extension(request)
    attach(write(request, Kind.ANSWER, request.answer, by=actor), uploads, owner=actor)
    until = deadlines.due_on(clock.today(), CLOSE_DAYS)
    notify_author(request, "services/request_answered", until=until)
    return request


@transaction.atomic
def withdraw_answer(request: Request, *, actor) -> Request:
    """Take an answer back that was sent by mistake, before the author has rated it; the author is notified.

    The request waits again with its due date; an answer before it, of a request that was reopened, is there again. Raises
    NotAllowed for anybody but who answered, ActionError("state") once it is rated, reopened or closed.
    """
    request = lock(request)
    require(permissions.can_withdraw_answer, actor, request)
    step_back(
        request,
        (RequestState.ANSWERED,),
        ("answer", "answered_by", "answered_at"),
        decided=("answered_at", "answer"),
        actor=actor,
        verb="request.answer_withdrawn",
        user=request.author,
    )
    last = request.entries.filter(kind=Kind.ANSWER).order_by("-at", "-pk").first()
    if last is not None:
        _take_off(last)
    shares.take_up_again(request, actor=actor)
    notify_author(request, "services/answer_withdrawn")
    return request


def _take_off(entry: ThreadEntry) -> None:
    """Delete an answer that was withdrawn, with its files; one line says that there was one."""
    request = entry.request
    files.delete_attached("services.ThreadEntry", [entry.public_id])
    step(request, _("撤回了答复，重新办理"), by=entry.by)
    history.delete_with_history(ThreadEntry.objects.filter(pk=entry.pk))


@transaction.atomic
def rate_request(request: Request, *, actor, solved: int, useful: int, words: str = "") -> Request:
    """Say whether it is solved (`Solved`), whether the answer was useful (`Useful`), and a sentence; this closes the request.

    It can be changed for 30 days; what was said before is kept in the history. Raises NotAllowed, also before there is an
    answer and after the 30 days, ActionError("rating") for another number, ("too_long") beyond 200 characters.
    """
    request = lock(request)
    require(permissions.can_rate_request, actor, request)
    if solved not in (1, 2, 3) or useful not in (1, 2, 3):
        raise ActionError(_("请两样都选一个。"), code="rating", field="solved")
    if len(words := words.strip()) > RATING_WORDS:
        raise ActionError(_("最多 %(n)d 个字。") % {"n": RATING_WORDS}, code="too_long", field="words")
    is_first = request.rated_at is None
    request.solved, request.useful, request.rating_words = solved, useful, words
    request.rated_at = request.rated_at or clock.now()
    fields = ["solved", "useful", "rating_words", "rated_at"]
    if request.state == RequestState.ANSWERED:
        changes = {name: getattr(request, name) for name in fields}
        move(request, RequestState.CLOSED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.closed", **changes)
    else:
        request.save(update_fields=fields)
        audit.record("request.rated", request, actor=actor, user=actor, fields=fields)
    text = _("评价：%(solved)s，%(useful)s") if is_first else _("改了评价：%(solved)s，%(useful)s")
    words_of = {"solved": request.get_solved_display(), "useful": request.get_useful_display()}
    step(request, text % words_of, by=actor)
    return request


@transaction.atomic
def close_own_request(request: Request, *, actor) -> Request:
    """Close an answered request as its author, without a rating, which can still follow. Raises NotAllowed, ActionError("state")."""
    request = lock(request)
    require(permissions.can_close_request, actor, request)
    move(request, RequestState.CLOSED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.closed")
    step(request, _("本人办结"), by=actor)
    return request


@transaction.atomic
def reopen_request(request: Request, *, actor, reason: str) -> Request:
    """Reopen an answered or closed request once, within 30 days, because the answer did not help; handlers read `reason`.

    It gets the full time again; pauses, extensions, reminders and escalation start anew (domain.md rule 9). The former
    answer stays in `Request.thread`. Raises NotAllowed, also for a second time, ActionError("reason") without a reason,
    ("too_long").
    """
    request = lock(request)
    require(permissions.can_reopen_request, actor, request)
    changes: dict[str, Any] = {
        "due_on": deadlines.due_on(clock.today(), request.working_days),
        "reopened_at": clock.now(),
        "reopen_reason": required_reason(reason, missing=_("请写哪里没解决。")),
        "reminders": 0,
        "escalated_at": None,
        "closing_warned_at": None,
        # The next answer is rated anew; the history keeps what was said of this one.
        "solved": None,
        "useful": None,
        "rating_words": "",
        "rated_at": None,
    }
    has_stopped = request.team is not None and request.team.closed_on is not None
    if has_stopped:
        changes["team"] = None  # the team that answered: the office deals with it
    request = move(
        request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.reopened", **changes
    )
    write(request, Kind.REOPENED, request.reopen_reason, by=actor)
    if has_stopped:
        shares.open_lead(request, None, actor=actor)  # another team can lead it
    shares.take_up_again(request, actor=actor)
    notify_handlers(request, "services/request_reopened")
    return request


@transaction.atomic
def withdraw_request(request: Request, *, actor) -> Request:
    """Withdraw an open request, without approval. Raises NotAllowed for anybody but the author."""
    request = lock(request)
    require(permissions.can_withdraw_request, actor, request)
    return withdraw_open(request, actor)


def withdraw_open(request: Request, actor: Any) -> Request:
    """Withdraw `request` (locked); a pause, shares and appointments end with it, and who worked on it is notified."""
    before = involved(request)
    timing.end_pause(request)
    timing.drop_extension(request)
    shares.end_all(request, actor=actor)
    step(request, _("撤回了"), by=actor)
    move(request, RequestState.WITHDRAWN, table=REQUEST_TRANSITIONS, actor=actor, verb="request.withdrawn")
    cancel_appointments(request, actor=actor)
    notify_change(before, request, but=actor)
    return request


def take_back_requests(team: Team, actor: Any) -> None:
    """Give the open requests of `team`, which closes, to the office; they keep their due dates."""
    for request in (
        team.requests.filter(state__in=REQUEST_OPEN).order_by("pk").select_for_update(of=("self",), no_key=True)
    ):
        timing.resume(request, actor=actor)
        to_office: dict[str, Any] = {"team": None, "subdistrict": None}
        move(request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.routed", **to_office)
        shares.open_lead(request, None, actor=actor)
        timing.drop_extension(request)
        step(request, _("%(team)s停止了，转给区委统战部") % {"team": team})
        cancel_appointments(request, actor=actor)
        notify_author(request, "services/request_routed")
        notify_handlers(request, "services/request_waiting", but=actor)
    shares.leave_all(team, actor=actor)
