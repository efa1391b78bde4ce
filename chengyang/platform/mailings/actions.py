"""Messages to many people: drafted, tried, held, agreed to, sent in steps, stopped (docs/architecture.md, "Messages to many").

Nothing leaves within ten minutes of the release, and more than 200 people need a second officer. Channels that somebody has
switched off and the quiet hours hold as for every notice.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.notices.actions import notify
from chengyang.platform.staff.permissions import office_of
from chengyang.platform.workdays import deadlines

from . import audience, permissions
from .models import Mailing, MailingKind, MailingRecipient
from .states import MAILING_TRANSITIONS, MAILING_UNSENT, MailingState

HELD = dt.timedelta(minutes=10)  # between the release and the first copy
LARGE = 200  # people; above that a second officer agrees
DECIDED_WITHIN = 1  # working day
TESTS = 5  # copies to oneself in an hour
KEPT = dt.timedelta(days=90)  # that the recipients stay after the message


# ---- drafts ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def draft_mailing(list_name: str, query: str, data: Mapping[str, Any], *, actor: Any, conditions: str = "") -> Mailing:
    """Write a draft to the people of the list `list_name` ("app.Model") that match `query`, and return it.

    `data` holds the `EDITABLE_FIELDS`. Raises NotAllowed for a list that `actor` does not have, ActionError `none` (nobody can
    be reached that way) and `many` (more than `audience.MOST`), `kind` and `send_at` at their fields.
    """
    require(permissions.can_write, actor, None)
    _require_valid(list_name, data)
    found = audience.people_of(list_name, query, actor)
    if not found:
        raise ActionError(_("这个名单里现在没有能收到消息的人。"), code="none")
    values = {name: data[name] for name in Mailing.EDITABLE_FIELDS}
    mailing = Mailing.objects.create(
        list_name=list_name,
        query=query,
        conditions=conditions,
        author=actor,
        subdistrict_id=office_of(actor),
        total=len(found),
        **values,
    )
    MailingRecipient.objects.bulk_create(
        MailingRecipient(mailing=mailing, place=place, object_id=key, user_id=user, person_id=person)
        for place, (key, user, person) in enumerate(found)
    )
    audit.record("mailing.drafted", mailing, actor=actor)
    return mailing


def _require_valid(list_name: str, data: Mapping[str, Any]) -> None:
    if data["kind"] == MailingKind.OWN_SIGNUP and not audience.is_of_signups(list_name):
        message = _("“所报活动的安排”只能发给报了名的人，请从报名名单里发。")
        raise ActionError(message, code="kind", field="kind")
    if data["send_at"] and data["send_at"] <= clock.now():
        raise ActionError(_("请选以后的时间，或者不填。"), code="send_at", field="send_at")


@transaction.atomic
def edit_mailing(mailing: Mailing, data: Mapping[str, Any], *, actor: Any) -> Mailing:
    """Change a draft, or take a message back from the outbox and change it; it must be released again. Returns it.

    Raises NotAllowed for anybody but its author, ActionError("state") when it was sent or stopped, `kind` and `send_at`.
    """
    mailing = lock(mailing)
    require(permissions.can_change, actor, mailing)
    if mailing.state not in MAILING_UNSENT:
        raise _too_late()
    _require_valid(mailing.list_name, data)
    if mailing.state != MailingState.DRAFT:
        mailing = _back_to_draft(mailing, actor, reason="")
    edit(mailing, dict(data), fields=Mailing.EDITABLE_FIELDS, verb="mailing.changed", actor=actor)
    return mailing


def _back_to_draft(mailing: Mailing, actor: Any, *, reason: str, verb: str = "mailing.taken_back") -> Mailing:
    changes: dict[str, Any] = {"due_on": None, "decided_by": None, "decided_at": None, "reason": reason}
    return _move(mailing, MailingState.DRAFT, verb, actor, **changes)


def try_on_oneself(mailing: Mailing, *, actor: Any) -> None:
    """Send one copy to `actor` by all channels of the message. Raises NotAllowed, ActionError("many") after TESTS in an hour."""
    require(permissions.can_change, actor, mailing)
    since = clock.now() - dt.timedelta(hours=1)
    if audience.tests_of(actor, since) >= TESTS:
        raise ActionError(_("一小时内已经试发 %(n)d 次，请稍后再试。") % {"n": TESTS}, code="many")
    with transaction.atomic():
        write_copy(mailing, actor)
        audit.record("mailing.tested", mailing, actor=actor, user=actor)


# ---- release --------------------------------------------------------------------------------------------------------
@transaction.atomic
def release_mailing(mailing: Mailing, *, actor: Any) -> Mailing:
    """Put a draft into the outbox for ten minutes or until its time, or before a second officer above 200 people. Returns it.

    Raises NotAllowed for anybody but its author, ActionError("state") when it is no draft.
    """
    mailing = lock(mailing)
    require(permissions.can_change, actor, mailing)
    if mailing.total > LARGE:
        due = deadlines.due_on(clock.today(), DECIDED_WITHIN)
        return _move(mailing, MailingState.WAITING, "mailing.asked", actor, due_on=due, reason="")
    return _hold(mailing, "mailing.released", actor)


def _hold(mailing: Mailing, verb: str, actor: Any, **changes: Any) -> Mailing:
    earliest = clock.now() + HELD
    send_at = max(mailing.send_at or earliest, earliest)
    return _move(mailing, MailingState.HELD, verb, actor, send_at=send_at, due_on=None, **changes)


@transaction.atomic
def agree_to_mailing(mailing: Mailing, *, actor: Any) -> Mailing:
    """Agree to a message to many: it goes into the outbox. Raises NotAllowed for its author, ActionError("state")."""
    mailing = lock(mailing)
    require(permissions.can_decide, actor, mailing)
    mailing = _hold(mailing, "mailing.agreed", actor, decided_by=actor, decided_at=clock.now())
    notify(mailing.author, "staff/mailing_agreed", url=mailing.get_absolute_url(), mailing=mailing)
    return mailing


@transaction.atomic
def return_mailing(mailing: Mailing, *, reason: str, actor: Any) -> Mailing:
    """Return a message to its author, who reads `reason`. Raises as `agree_to_mailing`, and ActionError("reason")."""
    mailing = lock(mailing)
    require(permissions.can_decide, actor, mailing)
    if mailing.state != MailingState.WAITING:
        raise _too_late()
    mailing = _back_to_draft(mailing, actor, reason=required_reason(reason), verb="mailing.returned")
    notify(mailing.author, "staff/mailing_returned", url=mailing.get_absolute_url(), mailing=mailing)
    return mailing


@transaction.atomic
def stop_mailing(mailing: Mailing, *, actor: Any) -> Mailing:
    """Stop a message: nobody who has not got it yet gets it. Raises NotAllowed, ActionError("state") when all was sent."""
    mailing = lock(mailing)
    if mailing.state not in (*MAILING_UNSENT, MailingState.SENDING):
        raise _too_late()
    require(permissions.can_stop, actor, mailing)
    return _move(mailing, MailingState.CANCELLED, "mailing.stopped", actor, due_on=None)


def _too_late() -> ActionError:
    return ActionError(_("这条消息已经发出，或者已经停下。"), code="state")


# ---- sending --------------------------------------------------------------------------------------------------------
def send_due() -> int:
    """Start sending the messages whose time in the outbox is over; return how many were started."""
    due = Mailing.objects.filter(state=MailingState.HELD, send_at__lte=clock.now()).order_by("send_at")
    return sum(_start(mailing) for mailing in due[:50])


@transaction.atomic
def _start(mailing: Mailing) -> bool:
    mailing = lock(mailing)
    if mailing.state != MailingState.HELD or mailing.send_at is None or mailing.send_at > clock.now():
        return False
    try:
        require(permissions.can_write, mailing.author, mailing)
        title = _("群发：%(title)s") % {"title": mailing.title}
        job = jobs.start("mailing", actor=mailing.author, title=title, total=mailing.total)
    except NotAllowed:  # the author is no officer any more
        _move(mailing, MailingState.CANCELLED, "mailing.stopped", None, reason=_("拟稿人已经不能发消息了。"))
        return False
    except ActionError:  # too many jobs of the author: the next minute
        return False
    _move(mailing, MailingState.SENDING, "mailing.begun", None, job=job)
    return True


def write_copy(mailing: Mailing, to: Any) -> Any:
    """Write the notice of `mailing` for `to`, an account or a person, and return it; None for somebody without any address.

    The three literals are compared with the files of the templates by a test.
    """
    off = () if mailing.by_sms else ("sms",)
    if mailing.kind == MailingKind.INVITATION:
        return notify(to, "invitations/message", about=mailing, without=off, mailing=mailing)
    if mailing.kind == MailingKind.ANNOUNCEMENT:
        return notify(to, "announcements/message", about=mailing, without=off, mailing=mailing)
    return notify(to, "mailings/own_signup", about=mailing, without=off, mailing=mailing)


@transaction.atomic
def end_mailing(mailing: Mailing) -> None:
    """Say that all copies of a message have been written; called in the transaction of the last step."""
    mailing = lock(mailing)
    if mailing.state == MailingState.SENDING:
        _move(mailing, MailingState.SENT, "mailing.sent", None, sent_at=clock.now())


def delete_old_recipients() -> None:
    """Delete the recipients of messages that were sent or stopped 90 days ago."""
    old = Mailing.objects.filter(created_at__lt=clock.now() - KEPT).exclude(state__in=MAILING_UNSENT)
    MailingRecipient.objects.filter(mailing__in=old.values("pk")).delete()


def _move(mailing: Mailing, state: str, verb: str, actor: Any, **changes: Any) -> Mailing:
    return move(mailing, state, table=MAILING_TRANSITIONS, actor=actor, verb=verb, **changes)
