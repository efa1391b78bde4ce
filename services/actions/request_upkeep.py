"""Requests whose author leaves or closes the account, and what happens by itself: reminders, escalation, closing."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.files import actions as files
from chengyang.platform.notices.models import Notice, about_text
from chengyang.platform.workdays import deadlines
from members import erasure
from members.models import Person

from .. import due
from ..models import Extension, Pause, Request, Share, ThreadEntry
from ..states import REQUEST_OPEN, REQUEST_RUNNING, REQUEST_TRANSITIONS, RequestState
from . import shares, timing
from .appointments import cancel_appointments
from .handling import involved, notify_author, notify_change, notify_handlers, step
from .requests import CLOSE_DAYS, withdraw_open

REMIND_AT = (0.5, 0.8, 1.0)  # share of the working days that have passed (domain.md rule 9)
ANSWERED = (RequestState.ANSWERED, RequestState.CLOSED)  # these still count when they are erased
CLOSE_WARNING = 7  # working days after which its author is notified


def withdraw_requests_of(person: Person, actor: Any) -> None:
    """Withdraw the open requests of `person`, who leaves the registry."""
    if person.user_id:
        for request in Request.objects.filter(author=person.user_id, state__in=REQUEST_OPEN).select_for_update():
            withdraw_open(request, actor)


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
    _erase_thread(rows)
    answered = rows.filter(state__in=ANSWERED)
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
        category="",
        place="",
        firm="",
        urgency="normal",
        wanted_by=None,
        diverted_to="",
        solved=None,
        useful=None,
        rating_words="",
    )
    history.delete_history(kept_rows)


def _erase_thread(rows):
    """Delete the thread of `rows` with its files, also those of handlers; of pauses and shares only the days stay."""
    keys = list(rows.values_list("pk", flat=True))
    gone = set(keys) - set(rows.filter(state__in=ANSWERED).values_list("pk", flat=True))
    entries = ThreadEntry.objects.filter(request__in=keys)
    files.delete_attached("services.ThreadEntry", list(entries.values_list("public_id", flat=True)))
    history.delete_with_history(entries)
    for model in (Pause, Extension, Share):
        history.delete_with_history(model.objects.filter(request__in=gone))
    for model, texts in ((Pause, {"reason": erasure.ERASED}), (Extension, {"reason": erasure.ERASED, "decision": ""})):
        kept = model.objects.filter(request__in=keys)
        kept.update(**texts)
        history.delete_history(kept)
    Share.objects.filter(request__in=keys).exclude(reason="").update(reason=erasure.ERASED)
    history.delete_history(Share.objects.filter(request__in=keys))


@transaction.atomic
def close_requests_of(user: User, actor: Any) -> None:
    """Withdraw the open requests of `user`, who closes their account, and erase all of them."""
    for request in Request.objects.filter(author=user, state__in=REQUEST_OPEN).select_for_update(of=("self",)):
        withdraw_open(request, actor)
    _erase(Request.objects.filter(author=user))


def accounts_in_use(since: dt.datetime) -> QuerySet:
    """Return the ids of the accounts with an open request, or one that they made after `since`."""
    rows = Request.objects.filter(Q(state__in=REQUEST_OPEN) | Q(at__gt=since), author__isnull=False)
    return rows.order_by().values_list("author", flat=True).distinct()


def _delete_notices(rows):
    """Delete all notices about `rows`, also those to handlers: they contain the titles. Those without a page name the row."""
    rows = list(rows)
    of_pages = Q(url__in=[row.get_absolute_url() for row in rows])
    Notice.objects.filter(of_pages | Q(about__in=[about_text(row) for row in rows])).delete()


@transaction.atomic
def close_request(request: Request) -> Request:
    """Close an answered request that was not rated in time; called by the periodic task. Raises ActionError("state")."""
    request = lock(request)
    move(request, RequestState.CLOSED, table=REQUEST_TRANSITIONS, actor=None, verb="request.closed")
    step(request, _("没有等到评价，按时办结"))
    return request


def closes_on(request: Request) -> dt.date:
    """Return the last day on which an answered `request` waits for its author: 10 working days after the answer."""
    return deadlines.due_on(timezone.localdate(request.answered_at), CLOSE_DAYS)


@transaction.atomic
def look_after_answer(request: Request, today: dt.date) -> str:
    """Tell the author of an answered `request` that it will be closed, and close it then. Safe to repeat.

    Returns what was done: `warned`, `closed` or nothing.
    """
    request = lock(request)
    if request.state != RequestState.ANSWERED or request.answered_at is None:
        return ""
    last = closes_on(request)
    if today > last:
        close_request(request)
        return "closed"
    warn_on = deadlines.due_on(timezone.localdate(request.answered_at), CLOSE_WARNING)
    if today < warn_on or (request.closing_warned_at and request.closing_warned_at >= request.answered_at):
        return ""
    request.closing_warned_at = clock.now()
    request.save(update_fields=["closing_warned_at"])
    notify_author(request, "services/request_closing", until=last)
    return "warned"


@transaction.atomic
def look_after_pause(request: Request, today: dt.date) -> str:
    """Ask the author of a paused `request` once more after 5 working days, and close it after 10. Safe to repeat.

    Returns what was done: `warned`, `closed` or nothing.
    """
    request = lock(request)
    row = request.pauses.filter(resumed_on__isnull=True).first()
    if request.state != RequestState.PAUSED or row is None:
        return ""
    last = timing.silent_on(row.asked_on)
    if today > last:
        return _close_silent(request, row, today)
    if row.warned_on is None and today >= timing.silent_on(row.asked_on, timing.SILENT_WARNING):
        row.warned_on = today
        row.save(update_fields=["warned_on"])
        notify_author(request, "services/request_incomplete", until=last)
        return "warned"
    return ""


def _close_silent(request, row, today):
    before = involved(request)
    row.resumed_on = today
    row.save(update_fields=["resumed_on"])
    timing.drop_extension(request)
    shares.end_all(request, actor=None, but_lead=True)
    again = _("还需要，请另提一件。") if request.reopened_at else _("有了补充，30 天内可以请再办一次。")
    words = _("没有等到补充，先办结。%(again)s") % {"again": again}
    # What somebody answered before it was reopened stays their answer.
    changes = {} if request.answer else {"answer": words, "answered_at": clock.now(), "answered_by": None}
    move(request, RequestState.CLOSED, table=REQUEST_TRANSITIONS, actor=None, verb="request.closed", **changes)
    step(request, words)
    cancel_appointments(request, actor=None)
    notify_author(request, "services/request_closed_silent")
    notify_change(before, request)
    return "closed"


@transaction.atomic
def remind_handlers(request: Request, today: dt.date) -> int:
    """Remind the handlers of `request` at half, at four fifths and at the end of its working days, once each.

    Return the number of the reminder that was sent (1 to 3), or 0 when none was due. Safe to repeat. After a pause of the
    periodic task only the latest reminder is sent.
    """
    request = lock(request)
    spent, total = due.spent(request, today)
    number = sum(spent >= total * share for share in REMIND_AT)
    if request.state not in REQUEST_RUNNING or number <= request.reminders:
        return 0
    request.reminders = number
    request.save(update_fields=["reminders"])
    notify_handlers(request, "services/request_reminder")
    return number


@transaction.atomic
def escalate_due(today: dt.date) -> int:
    """Escalate every open request that is overdue on `today` to the district office; return how many. Safe to repeat."""
    late = Request.objects.select_for_update(skip_locked=True).filter(
        state__in=REQUEST_RUNNING, due_on__lt=today, escalated_at__isnull=True
    )
    for request in late:
        request.escalated_at = clock.now()
        request.save(update_fields=["escalated_at"])
        step(request, _("超过期限，区委统战部也在看"))
        audit.record("request.escalated", request, actor=None, user=request.author)
    return len(late)
