"""诉求: requests are submitted, routed, answered within working days and rated; overdue ones escalate (domain.md rule 9)."""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Role, User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from members import erasure
from members.models import Person

from .. import permissions
from ..models import Post, Request, Team
from ..states import REQUEST_OPEN, REQUEST_TRANSITIONS, RequestState

DAYS, COMPLEX_DAYS = 7, 15  # working days, as promised on the list of services (domain.md rule 9)
REMIND_AT = (0.5, 0.8, 1.0)  # share of the working days that have passed (domain.md rule 9)
NUMBER_LOCK = 0x73767271  # "svrq": the numbers of a day are assigned one after the other
SENT_TWICE_WITHIN = dt.timedelta(minutes=10)  # the same request again within this time is the same sending
CLOSES_AFTER = dt.timedelta(days=15)  # an answered request without a rating is closed after this time


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
def submit_request(*, actor, title: str, text: str, team: Team | None = None, service: str = "") -> Request:
    """Submit a request for help to `team`, perhaps for one `service` of its list; without a team it goes to the office.

    It is due in 7 working days. The same request, sent again within ten minutes (by the back button, or on a slow line), is
    one request: the first is returned. Raises NotAllowed, ActionError("service") when the team does not offer `service`.
    """
    require(permissions.can_submit_request, actor, None)
    if service and (team is None or service not in team.services):
        raise ActionError(_("这支服务队的清单里没有这项服务，请重新选。"), code="service", field="service")
    today = clock.today()
    number = _next_number(today)  # takes the lock, so that a second sending sees the first
    same = {"author": actor, "title": title, "text": text, "team": team, "service": service}
    if sent := Request.objects.filter(**same, state__in=REQUEST_OPEN, at__gt=clock.now() - SENT_TWICE_WITHIN).first():
        return sent
    request = Request.objects.create(
        number=number,
        author=actor,
        title=title,
        text=text,
        team=team,
        service=service,
        due_on=deadlines.due_on(today, DAYS),
        is_demo=actor.is_demo,
    )
    audit.record("request.created", request, actor=actor, user=actor)
    notify(actor, "services/request_received", url=request.get_absolute_url(), request=request)
    _notify_handlers(request, "services/request_waiting")
    return request


@transaction.atomic
def record_opening(request: Request, *, actor) -> None:
    """Record in the audit that a handler opened `request`; its author sees it on 我的数据 (requirements P10)."""
    if request.author and request.author != actor:
        audit.record("request.read", request, actor=actor, user=request.author)


@transaction.atomic
def route_request(request: Request, *, actor, team=None, subdistrict=None, is_complex: bool = False) -> Request:
    """Hand `request` over to a team or a subdistrict (neither: to the office), and notify the author.

    A complex request gets 15 working days, and stays complex. The due date is never moved to an earlier day. The district
    office can read from now on what it handed over. Raises NotAllowed, also when the request is no longer open, and
    ActionError `handler` (both a team and a subdistrict, or a closed team) and `same` (it is handled there already).
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
    changes: dict[str, Any] = {"team": team, "subdistrict": subdistrict, **_due(request, is_complex)}
    if access_scope(actor).district:
        changes["handed_over_at"] = clock.now()
    move(request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.routed", **changes)
    notify(request.author, "services/request_routed", url=request.get_absolute_url(), request=request)
    _notify_handlers(request, "services/request_waiting", but=actor)
    return request


@transaction.atomic
def extend_request(request: Request, *, actor) -> Request:
    """Give a complex request 15 working days from today at its present handler, and notify the author.

    Raises NotAllowed, also when the request is no longer open, ActionError("complex") when it has them already.
    """
    request = lock(request)
    require(permissions.can_route_request, actor, request)
    if request.is_complex:
        raise ActionError(_("已经按复杂诉求办理。"), code="complex")
    changes = _due(request, True)
    move(request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.extended", **changes)
    notify(request.author, "services/request_extended", url=request.get_absolute_url(), request=request)
    return request


def _due(request, is_complex):
    """Return the columns of the due date: 15 working days from today when the request becomes complex."""
    starts = clock.today() if is_complex and not request.is_complex else request.counted_from
    is_complex = is_complex or request.is_complex
    due_on = deadlines.due_on(starts, COMPLEX_DAYS if is_complex else DAYS)
    return {"is_complex": is_complex, "due_on": max(due_on, request.due_on)}


@transaction.atomic
def answer_request(request: Request, *, actor, answer: str) -> Request:
    """Answer `request`. Raises NotAllowed, also when the request is no longer open, ActionError("answer") for an empty answer."""
    request = lock(request)
    require(permissions.can_answer_request, actor, request)
    if not answer.strip():
        raise ActionError(_("请写答复。"), code="answer", field="answer")
    changes = {"answer": answer.strip(), "answered_by": actor, "answered_at": clock.now()}
    move(request, RequestState.ANSWERED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.answered", **changes)
    until = timezone.localdate(clock.now() + CLOSES_AFTER)
    notify(request.author, "services/request_answered", url=request.get_absolute_url(), request=request, until=until)
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
    notify(request.author, "services/answer_withdrawn", url=request.get_absolute_url(), request=request)
    return request


@transaction.atomic
def rate_request(request: Request, *, actor, rating: int) -> Request:
    """Rate the answer from 1 to 5, which closes the request. The rating can be changed later.

    Raises NotAllowed, also before there is an answer, ActionError("rating") for another number.
    """
    request = lock(request)
    require(permissions.can_rate_request, actor, request)
    if rating not in range(1, 6):
        raise ActionError(_("请从 1 到 5 里选一个。"), code="rating", field="rating")
    if request.state == RequestState.CLOSED:
        request.rating = rating
        request.save(update_fields=["rating"])
        audit.record("request.rated", request, actor=actor, fields=["rating"])
        return request
    return move(
        request, RequestState.CLOSED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.rated", rating=rating
    )


@transaction.atomic
def reopen_request(request: Request, *, actor, reason: str) -> Request:
    """Reopen an answered request once, because the answer did not help; its handlers are notified and read `reason`.

    It gets the full time again; reminders and escalation start anew (domain.md rule 9). The former answer stays in
    `Request.thread`. Raises NotAllowed, also for a second time, ActionError("reason") without a reason, ("too_long").
    """
    request = lock(request)
    require(permissions.can_reopen_request, actor, request)
    changes: dict[str, Any] = {
        "due_on": deadlines.due_on(clock.today(), COMPLEX_DAYS if request.is_complex else DAYS),
        "reopened_at": clock.now(),
        "reopen_reason": required_reason(reason, missing=_("请写哪里没解决。")),
        "reminders": 0,
        "escalated_at": None,
    }
    request = move(
        request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.reopened", **changes
    )
    _notify_handlers(request, "services/request_reopened")
    return request


@transaction.atomic
def withdraw_request(request: Request, *, actor) -> Request:
    """Withdraw an open request, without approval. Raises NotAllowed for anybody but the author."""
    request = lock(request)
    require(permissions.can_withdraw_request, actor, request)
    return _withdraw(request, actor)


def _withdraw(request, actor):
    return move(request, RequestState.WITHDRAWN, table=REQUEST_TRANSITIONS, actor=actor, verb="request.withdrawn")


def take_back_requests(team: Team, actor: Any) -> None:
    """Give the open requests of `team`, which closes, to the office; they keep their due dates."""
    for request in (
        team.requests.filter(state__in=REQUEST_OPEN).order_by("pk").select_for_update(of=("self",), no_key=True)
    ):
        to_office: dict[str, Any] = {"team": None, "subdistrict": None}
        move(request, RequestState.ROUTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.routed", **to_office)
        notify(request.author, "services/request_routed", url=request.get_absolute_url(), request=request)


def withdraw_requests_of(person: Person, actor: Any) -> None:
    """Withdraw the open requests of `person`, who leaves the registry."""
    if person.user_id:
        for request in Request.objects.filter(author=person.user_id, state__in=REQUEST_OPEN).select_for_update():
            _withdraw(request, actor)


def erase_requests(person: Person) -> None:
    """Erase the requests of `person`: delete those without an answer, anonymise the answered ones so that they still count.

    Texts, history and notices are deleted too (P12). Requests made after `person` left are those of a guest, and stay.
    """
    if not person.user_id:
        return
    rows = Request.objects.filter(author=person.user_id)
    if person.left_on:
        rows = rows.filter(at__lt=clock.at(person.left_on + dt.timedelta(days=1)))
    _erase(rows)


def _erase(rows):
    _delete_notices(rows)
    answered = rows.filter(state__in=(RequestState.ANSWERED, RequestState.CLOSED))
    kept = list(answered.values_list("pk", flat=True))
    history.delete_with_history(rows.exclude(pk__in=kept))
    kept_rows = Request.objects.filter(pk__in=kept)
    kept_rows.update(
        author=None,
        title=erasure.ERASED,
        text="",
        service="",
        answer=erasure.ERASED,
        reopen_reason="",
        query_code="",
        rating=None,
    )
    history.delete_history(kept_rows)


@transaction.atomic
def close_requests_of(user: User, actor: Any) -> None:
    """Withdraw the open requests of `user`, who closes their account, and erase all of them."""
    for request in Request.objects.filter(author=user, state__in=REQUEST_OPEN).select_for_update(of=("self",)):
        _withdraw(request, actor)
    _erase(Request.objects.filter(author=user))


def accounts_in_use(since: dt.datetime) -> QuerySet:
    """Return the ids of the accounts with an open request, or one that they made after `since`."""
    rows = Request.objects.filter(Q(state__in=REQUEST_OPEN) | Q(at__gt=since), author__isnull=False)
    return rows.order_by().values_list("author", flat=True).distinct()


def _delete_notices(rows):
    """Delete all notices about `rows`, also those to handlers: they contain the titles."""
    Notice.objects.filter(url__in=[row.get_absolute_url() for row in rows]).delete()


@transaction.atomic
def close_request(request: Request) -> Request:
    """Close an answered request that was not rated in time; called by the periodic task. Raises ActionError("state")."""
    request = lock(request)
    return move(request, RequestState.CLOSED, table=REQUEST_TRANSITIONS, actor=None, verb="request.closed")


def handlers(request: Request) -> list[User]:
    """Return the accounts that handle `request` today: leaders of its team, staff of its subdistrict, or district staff."""
    today = clock.today()
    users = User.objects.filter(is_active=True)
    if request.team:
        leaders = request.team.posts.filter(kind=Post.Kind.LEADER, person__state="active").on(today)
        return list(users.filter(person__in=leaders.values("person")))
    kind = Role.Kind.SUBDISTRICT if request.subdistrict_id else Role.Kind.DISTRICT
    roles = Role.objects.on(today).filter(kind=kind, subdistrict=request.subdistrict_id)
    return list(users.filter(pk__in=roles.values("user")))


def notify_moved_due(request: Request, before: dt.date) -> None:
    """Notify the handlers and the author of `request` that it is due later than on `before`, because of a holiday."""
    for who in [*handlers(request), *([request.author] if request.author else [])]:
        notify(who, "services/request_due_moved", url=request.get_absolute_url(), request=request, before=before)


def _notify_handlers(request: Request, template: str, *, but: Any = None) -> None:
    """Notify those who handle `request` today, except `but`, who knows, and its author."""
    for handler in handlers(request):
        if handler not in (but, request.author):
            notify(handler, template, url=request.get_absolute_url(), request=request)


@transaction.atomic
def remind_handlers(request: Request, today: dt.date) -> int:
    """Remind the handlers of `request` at half, at four fifths and at the end of its working days, once each.

    Return the number of the reminder that was sent (1 to 3), or 0 when none was due. Safe to repeat. After a pause of the
    periodic task only the latest reminder is sent.
    """
    request = lock(request)
    total = max(1, deadlines.left(request.due_on, request.counted_from))
    spent = total - deadlines.left(request.due_on, today)
    due = sum(spent >= total * share for share in REMIND_AT)
    if request.state not in REQUEST_OPEN or due <= request.reminders:
        return 0
    request.reminders = due
    request.save(update_fields=["reminders"])
    for handler in handlers(request):
        notify(handler, "services/request_reminder", url=request.get_absolute_url(), request=request)
    return due


@transaction.atomic
def escalate_due(today: dt.date) -> int:
    """Escalate every open request that is overdue on `today` to the district office; return how many. Safe to repeat."""
    late = Request.objects.select_for_update(skip_locked=True).filter(
        state__in=REQUEST_OPEN, due_on__lt=today, escalated_at__isnull=True
    )
    for request in late:
        request.escalated_at = clock.now()
        request.save(update_fields=["escalated_at"])
        audit.record("request.escalated", request, actor=None, user=request.author)
    return len(late)
