"""Failed sign-ins: five within fifteen minutes lock an account for fifteen minutes, also one that does not exist (S03).

A try is counted before the password is looked at, under a lock on what was typed, and forgiven when it was right: so
a hundred simultaneous guesses are five guesses. What was typed is kept as a keyed hash only.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.vault.sealing import mac
from chengyang.platform.audit import actions as audit

from .locks import advisory_lock
from .models import Attempt, User

FAILURES = 5
WINDOW = dt.timedelta(minutes=15)
LOCK = dt.timedelta(minutes=15)


def begin(login: str, *, address: str | None) -> Attempt:
    """Count a try to sign in as `login` (what was typed) and return it, for `forgive`.

    Raises ActionError("locked"), the same for known and unknown accounts, while five tries within fifteen minutes were
    not forgiven and the last of them is less than fifteen minutes ago; such a try is not counted.  (requirements S03)
    """
    attempt = _count(login, address)
    if attempt is None:
        raise ActionError(_("失败次数太多，请过 15 分钟再试。"), code="locked")
    return attempt


@transaction.atomic(durable=True)
def _count(login, address):
    key = key_of(login)
    advisory_lock(f"attempt/{key}")
    return None if _locked(key) else Attempt.objects.create(key=key, address=address)


def forgive(attempt: Attempt) -> None:
    """Take back a try that was right; earlier failures keep counting, or one's own account would reset a guesser's."""
    Attempt.objects.filter(pk=attempt.pk).delete()


@transaction.atomic
def failed(attempt: Attempt, login: str, *, actor: Any, reason: str = "password") -> None:
    """Record that a counted try was wrong, and that it locked the account if it did."""
    owner = User.objects.by_email(login).first()
    about = {"actor": actor, "user": owner, "reason": reason, "result": "failed"}
    audit.record("session.failed", owner or User, **about)
    if _locked(attempt.key):
        audit.record("session.locked", owner or User, **about)


def is_locked(login: str) -> bool:
    """Return whether signing in as `login` is refused at the moment."""
    return _locked(key_of(login))


def clear(login: str) -> int:
    """Forget the failures of `login`, which unlocks it; return how many there were."""
    return Attempt.objects.filter(key=key_of(login)).delete()[0]


def _locked(key):
    last = list(Attempt.objects.filter(key=key).order_by("-at", "-id").values_list("at", flat=True)[:FAILURES])
    return len(last) == FAILURES and last[0] - last[-1] < WINDOW and clock.now() < last[0] + LOCK


def key_of(login: str) -> str:
    """Return the keyed hash that stands for what was typed."""
    return mac("sign-in-attempt", login.strip().lower().encode())
