"""The login throttle: five failed sign-ins within fifteen minutes lock an account for fifteen minutes (requirements S03).

An attempt is counted before the password is looked at, under a lock on the e-mail that was typed, and discarded when the
password was right: a hundred simultaneous guesses are five guesses. Known and unknown accounts are treated alike. The
e-mail that was typed is stored as a keyed hash only.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.vault.sealing import mac
from chengyang.platform.audit import actions as audit

from . import alarms
from .locks import advisory_lock
from .models import Attempt, User

FAILURES = 5
WINDOW = dt.timedelta(minutes=15)
LOCK = dt.timedelta(minutes=15)


def count_attempt(login: str, *, address: str | None) -> Attempt:
    """Count an attempt to sign in as `login` (the e-mail that was typed) from the IP address `address`, and return it.

    The caller passes it to `discard_attempt` when the password was right, and to `record_failure` when it was wrong.
    Raises ActionError("locked") while the last five attempts lie within fifteen minutes and the last one is less than
    fifteen minutes ago; such an attempt is not counted. Raises RuntimeError inside a transaction, whose rollback would
    take the attempt back.  (requirements S03)
    """
    attempt = _create_unless_locked(login, address)
    if attempt is None:
        raise ActionError(_("失败次数太多，请过 15 分钟再试。"), code="locked")
    return attempt


@transaction.atomic(durable=True)
def _create_unless_locked(login, address):
    key = _key(login)
    advisory_lock(f"attempt/{key}")
    return None if _locked(key) else Attempt.objects.create(key=key, address=address)


def discard_attempt(attempt: Attempt) -> None:
    """Delete an attempt whose password was right.

    Earlier failures still count: otherwise each sign-in of the owner would give somebody who guesses five more attempts.
    """
    Attempt.objects.filter(pk=attempt.pk).delete()


@transaction.atomic
def record_failure(attempt: Attempt, login: str, *, actor: Any, reason: str = "password") -> None:
    """Write an audit entry for an attempt whose password was wrong, and one more if it locked the account."""
    owner = User.objects.by_email(login).first()
    details = {"actor": actor, "user": owner, "reason": reason, "result": "failed"}
    audit.record("session.failed", owner or User, **details)
    if _locked(attempt.key):
        audit.record("session.locked", owner or User, **details)
        if owner:
            alarms.raise_once(f"locked/{owner.pk}", "accounts/alarm_locked", user=owner, at=clock.now())


def is_locked(login: str) -> bool:
    """Return whether signing in as `login` (an e-mail) is refused at the moment."""
    return _locked(_key(login))


def clear_failures(login: str) -> int:
    """Delete the counted attempts for `login`, which unlocks it; return how many there were."""
    return Attempt.objects.filter(key=_key(login)).delete()[0]


def _locked(key):
    last = list(Attempt.objects.filter(key=key).order_by("-at", "-id").values_list("at", flat=True)[:FAILURES])
    return len(last) == FAILURES and last[0] - last[-1] < WINDOW and clock.now() < last[0] + LOCK


def _key(login):
    return mac("sign-in-attempt", login.strip().lower().encode())
