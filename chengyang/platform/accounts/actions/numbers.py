"""The numbers that accounts sign in with: changing one, undoing it, and getting an account back without the old number.

Number and person can part: numbers are lost, stolen and sold again. So the old number always hears of a change and can undo
it for 72 hours, and a number is never taken from an account without its holder or an officer having looked.
"""

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.vault.fields import blind_index, columns_of
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays import deadlines

from .. import links, sessions
from .. import permissions as may
from ..models import FormerNumber, NumberRequest, Role, User
from .accounts import save_unless_taken

BETWEEN_CHANGES = dt.timedelta(days=1)
UNDO_WITHIN = dt.timedelta(hours=72)  # stated in the message to the old number
WAITING_TIME = dt.timedelta(hours=72)  # between the check in person and the new number
CHECK_DAYS = 5  # working days in which staff check who somebody is
REMEMBERED = dt.timedelta(days=365)  # how long a number is remembered as a former one

Reason, State = FormerNumber.Reason, NumberRequest.State
REQUEST_TRANSITIONS = {
    State.SUBMITTED: {State.CHECKED, State.REFUSED},
    State.CHECKED: {State.DONE, State.STOPPED},
    State.DONE: set(),
    State.REFUSED: set(),
    State.STOPPED: set(),
}


# ---- changing --------------------------------------------------------------------------------------------------------
@transaction.atomic
def change_phone(user: User, phone: str, *, actor: Any, keep: str | None = None) -> User:
    """Change the number that `user` signs in with to `phone` (E.164), which has just been proved.

    The old number gets a message with a link that undoes it for 72 hours, and all sessions but the one with the key `keep`
    end. Raises ActionError("phone_taken") when another account signs in with `phone`, and ("too_often") when the number was
    changed within a day.  (decisions.md, "numbers")
    """
    locked = lock(user)
    require(may.can_change_phone, actor, locked)
    if locked.phone == phone:
        return user
    if locked.former_numbers.filter(at__gt=clock.now() - BETWEEN_CHANGES).exists():
        raise ActionError(_("手机号一天只能换一次，请明天再换。"), code="too_often", field="phone")
    _replace(locked, phone, Reason.CHANGED, actor=actor, keep=keep)
    user.phone = phone
    return user


def _replace(user, phone, reason, *, actor, keep=None):
    """Give `user` (locked) the number `phone`; remember the old one, tell it, and end the other sessions."""
    old = user.phone
    user.phone = phone
    save_unless_taken(user, update_fields=columns_of(User, "phone"))
    audit.record("phone.changed", user, actor=actor, user=user, fields=["phone"], reason=reason)
    sessions.end_all(user, keep=keep)
    if not old:
        return
    row = _remember(user, old, reason)
    notify(
        old,
        "accounts/phone_changed",
        phone=phone,
        at=row.at,
        link=links.absolute("accounts:undo_number", row.public_id),
    )


def _remember(user, phone, reason, *, kept=True):
    return FormerNumber.objects.create(
        user=user, phone=phone if kept else "", number_index=blind_index("phone", phone), reason=reason
    )


def can_be_undone(row: FormerNumber) -> bool:
    """Return whether the change that `row` remembers can still be undone: within 72 hours, once."""
    return row.undone_at is None and bool(row.phone) and clock.now() < row.at + UNDO_WITHIN


@transaction.atomic
def undo_number(row: FormerNumber, *, actor: Any) -> User:
    """Give the account its old number back; the caller has shown the signed link that was sent there.

    All sessions end; a second factor or passkey that was added after the change is removed, because the old holder cannot
    answer it. Messages go to the old number again. Raises ActionError("too_late") after 72 hours or a second time, and
    ("phone_taken") when another account signs in with the number by now.  (decisions.md, "numbers")
    """
    user = lock(row.user)
    row = lock(row)
    if not can_be_undone(row):
        raise ActionError(_("这个链接失效了：72 小时已过，或者已经撤销过。请联系所在街道。"), code="too_late")
    wrong, user.phone = user.phone, row.phone
    save_unless_taken(user, update_fields=columns_of(User, "phone"))
    Authenticator.objects.filter(user=user, created_at__gte=row.at).delete()
    sessions.end_all(user)
    later = FormerNumber.objects.filter(user=user, at__gt=row.at, undone_at=None)  # by whoever took the account
    for number in {wrong, *(change.phone for change in later)} - {""}:
        move_numbers(user, number, user.phone, actor=user)
    row.undone_at = clock.now()
    row.save(update_fields=["undone_at"])
    later.update(undone_at=row.undone_at)
    FormerNumber.objects.filter(user=user, undone_at__isnull=False).update(phone="")
    audit.record("phone.restored", user, actor=actor, user=user, fields=["phone"])
    notify(user, "accounts/phone_restored", at=row.undone_at)
    return user


def move_numbers(user: User, old: str, new: str, *, actor: Any) -> None:
    """Let every app replace the number `old` of `user` by `new` (empty: none) in its own rows, in this transaction."""
    for rows in extensions.account_rows():
        if rows.move_number:
            rows.move_number(user, old, new, actor)


# ---- a number that has another owner ----------------------------------------------------------------------------------
@transaction.atomic
def free_number(user: User, *, actor: Any = None) -> User:
    """Take its number from an account because whoever holds it now says that it is not theirs.

    The record of the person loses it too, all sessions end, and the staff responsible for the person are notified. The account
    stays; its owner gets back in by a request (`ask_for_number`).  (decisions.md, "numbers")
    """
    user = lock(user)
    old = user.phone
    if not old:
        return user
    user.phone = ""
    user.save(update_fields=columns_of(User, "phone"))
    _remember(user, old, Reason.NEW_OWNER, kept=False)
    move_numbers(user, old, "", actor=None)
    sessions.end_all(user)
    audit.record("phone.freed", user, actor=actor, user=user, fields=["phone"])
    for officer in staff_of(user):
        notify(officer, "accounts/number_freed", name=user.name, url=person_url(user))
    if user.email:
        notify(user, "accounts/number_freed_own", at=clock.now())
    return user


def staff_of(user: User) -> list[User]:
    """Return the accounts of the staff of the subdistrict of the person of `user`; of the district where there are none."""
    today = Role.objects.on(clock.today())
    own = today.filter(
        kind=Role.Kind.SUBDISTRICT, subdistrict__in=User.objects.filter(pk=user.pk).values("person__subdistrict")
    )
    roles = own if own.exists() else today.filter(kind=Role.Kind.DISTRICT)
    return list(User.objects.filter(pk__in=roles.values("user"), is_active=True))


def person_url(user: User) -> str:
    """Return the path of the page of the person of `user` on the staff site, or an empty text."""
    person = getattr(user, "person", None)
    return person.get_absolute_url() if person else ""


@transaction.atomic
def release_number(row: FormerNumber, *, actor: Any = None) -> None:
    """Store that the holder of a former number knows about it and wants an account of their own."""
    row = lock(row)
    if row.released_at is None:
        row.released_at = clock.now()
        row.save(update_fields=["released_at"])
        audit.record("phone.released", row.user, actor=actor, user=row.user)


@transaction.atomic
def fail_surname(user: User, *, actor: Any) -> int:
    """Count a wrong surname for `user`; return how many there were."""
    user = lock(user)
    user.surname_failures += 1
    user.save(update_fields=["surname_failures"])
    audit.record("session.failed", user, actor=actor, user=user, reason="surname", result="failed")
    return user.surname_failures


@transaction.atomic
def clear_surname_failures(user: User, *, actor: Any) -> None:
    """Forget the wrong surnames of `user`, who gave the right one or was checked in person."""
    User.objects.filter(pk=user.pk, surname_failures__gt=0).update(surname_failures=0)


# ---- getting an account back -------------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_number(*, name: str, former: str, phone: str, actor: Any = None) -> NumberRequest | None:
    """Ask staff to check in person that the account of `name` with the number `former` belongs to the holder of `phone`.

    Both numbers are E.164; `phone` has just been proved. The account is that of the registered person of this name whose
    number is, or was, `former`. Returns None where there is none, and the open request where there is one: the page answers
    alike, so that nobody learns who is registered.  (decisions.md, "numbers")
    """
    user = _owner(name, former)
    if user is None:
        return None
    user = lock(user)
    if found := user.number_requests.filter(state__in=NumberRequest.OPEN).first():
        return found
    request = NumberRequest(user=user, phone=phone, due_on=deadlines.due_on(clock.today(), CHECK_DAYS))
    request.save(force_insert=True)
    audit.record("number_request.submitted", request, actor=actor, user=user)
    for officer in staff_of(user):
        notify(officer, "accounts/number_request", name=user.name, url=request.get_absolute_url())
    return request


def _owner(name, former):
    index = blind_index("phone", former)
    named = User.objects.filter(person__state="active", person__name=name, is_active=True)
    return (
        named.filter(phone_index=index).first()
        or named.filter(former_numbers__number_index=index, former_numbers__undone_at=None).first()
    )


@transaction.atomic
def check_number_request(request: NumberRequest, *, actor: Any) -> NumberRequest:
    """Record that `actor` has seen the person and their identity card; the number changes 72 hours later.

    The number so far gets a message with a link that stops it. Raises ActionError("state") when it was decided already,
    NotAllowed (`permissions.can_decide_number_request`).
    """
    request = lock(request)
    require(may.can_decide_number_request, actor, request)
    now = clock.now()
    request = move(
        request,
        State.CHECKED,
        table=REQUEST_TRANSITIONS,
        actor=actor,
        verb="number_request.checked",
        user=request.user,
        decided_by=actor,
        decided_at=now,
        effective_at=now + WAITING_TIME,
    )
    if request.user.phone:
        link = links.absolute("accounts:stop_number", request.public_id)
        notify(request.user.phone, "accounts/number_will_change", until=request.effective_at, link=link)
    if request.phone != request.user.phone:
        notify(request.phone, "accounts/number_checked", until=request.effective_at)
    return request


@transaction.atomic
def refuse_number_request(request: NumberRequest, *, actor: Any, reason: str) -> NumberRequest:
    """Refuse a request; the number that asked reads `reason`. Raises ActionError `reason`, `state`; NotAllowed."""
    request = lock(request)
    require(may.can_decide_number_request, actor, request)
    reason = required_reason(reason)
    move(
        request,
        State.REFUSED,
        table=REQUEST_TRANSITIONS,
        actor=actor,
        verb="number_request.refused",
        user=request.user,
        decided_by=actor,
        decided_at=clock.now(),
        reason=reason,
    )
    notify(request.phone, "accounts/number_refused", reason=reason)
    return request


@transaction.atomic
def stop_number_request(request: NumberRequest, *, actor: Any = None) -> NumberRequest:
    """Stop a checked request at the wish of the number so far, whose holder has shown the signed link.

    Raises ActionError("state") when it has taken effect or was stopped already. The staff who checked it are notified.
    """
    request = lock(request)
    move(
        request,
        State.STOPPED,
        table=REQUEST_TRANSITIONS,
        actor=actor,
        verb="number_request.stopped",
        user=request.user,
    )
    for officer in staff_of(request.user):
        notify(officer, "accounts/number_stopped", name=request.user.name, url=request.get_absolute_url())
    return request


@transaction.atomic
def apply_number_request(request: NumberRequest, *, actor: Any = None) -> bool:
    """Give the account the number of a checked request whose 72 hours are over; return whether it was done.

    Messages go to the new number too. A number that belongs to another account by now refuses the request.
    """
    user = lock(request.user)
    request = lock(request)
    if request.state != State.CHECKED or request.effective_at is None or clock.now() < request.effective_at:
        return False
    steps = {"table": REQUEST_TRANSITIONS, "actor": actor, "verb": "number_request.done", "user": user}
    old = user.phone
    try:
        with transaction.atomic():
            if old != request.phone:
                _replace(user, request.phone, Reason.LOST, actor=actor)
                move_numbers(user, old, request.phone, actor=actor)
    except ActionError:
        steps["verb"] = "number_request.stopped"
        move(request, State.STOPPED, **steps)
        notify(request.phone, "accounts/number_taken")
        return False
    move(request, State.DONE, **steps)
    clear_surname_failures(user, actor=actor)
    notify(user, "accounts/number_done", at=clock.now())
    return True


def apply_due_requests() -> int:
    """Apply the requests whose waiting time is over; return how many."""
    due = NumberRequest.objects.filter(state=State.CHECKED, effective_at__lte=clock.now())
    return sum(apply_number_request(request) for request in due)


@transaction.atomic
def delete_former_numbers() -> None:
    """Empty the numbers whose change cannot be undone any more, and delete the rows that are a year old."""
    now = clock.now()
    FormerNumber.objects.filter(at__lte=now - UNDO_WITHIN).exclude(phone="").update(phone="")
    FormerNumber.objects.filter(at__lte=now - REMEMBERED).delete()
