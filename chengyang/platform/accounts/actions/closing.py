"""Closing accounts: by their owner, and those that nobody needs any more (requirements P12, P28).

A closed account is an empty row that signs nobody in: rows that must stay, such as the ledger of consents, refer to it.
"""

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from chengyang import clock, extensions
from chengyang.errors import require
from chengyang.lib.vault.fields import columns_of
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Notice

from .. import permissions as may
from .. import sessions
from ..access import clear_access_scope
from ..models import FormerNumber, FormerPassword, NumberRequest, Role, User

UNUSED = dt.timedelta(days=730)  # without a sign-in: accounts without person, open sign-up or request
GUEST_UNUSED = dt.timedelta(days=90)  # after the last activity of a guest, and the last sign-in
NOTICE = dt.timedelta(days=14)  # before an account is closed; signing in keeps it
BATCH = 500  # accounts of one run


@transaction.atomic
def close_account(user: User, *, actor: Any) -> User:
    """Close the account of `user`: open sign-ups and requests end, a registered person leaves, and the row is emptied.

    Safe to repeat. Raises NotAllowed for somebody else and for an officer, whose account an administrator stops.
    """
    user = lock(user)
    require(may.can_close_account, actor, user)
    return user if user.closed_at else _close(user, actor)


def _close(user, actor):
    for rows in reversed(extensions.account_rows()):  # upper layers first: their rows refer to those of lower layers
        if rows.close:
            rows.close(user, actor)
    sessions.end_all(user)
    audit.record("user.closed", user, actor=actor, user=user)
    for rows in (Authenticator, EmailAddress, Notice, FormerNumber, FormerPassword):
        rows.objects.filter(user=user).delete()
    history.delete_with_history(NumberRequest.objects.filter(user=user))
    user.name, user.email, user.phone, user.is_active, user.closed_at = "", None, "", False, clock.now()
    user.set_unusable_password()
    written = ["name", "email", "is_active", "closed_at", "password", "password_set_at", *columns_of(User, "phone")]
    user.save(update_fields=written)
    history.delete_history(User.objects.filter(pk=user.pk))
    clear_access_scope(user)
    return user


# ---- accounts that nobody needs ---------------------------------------------------------------------------------------
def _unneeded(now: dt.datetime, *, ahead: dt.timedelta = dt.timedelta()) -> QuerySet:
    """Return the accounts that may be closed at `now` + `ahead`, if nobody signs in until then."""
    then = now + ahead
    citizens = (
        User.objects.filter(closed_at=None, is_active=True, email=None)
        .exclude(Exists(Role.objects.filter(user=OuterRef("pk"))))
        .exclude(pk__in=_in_use(now))
        .alias(seen=Coalesce("last_login", "date_joined"))
    )
    guests = Q(pk__in=_in_use(now - dt.timedelta(days=36500))) | Q(closing_notified_at__isnull=False)
    quiet = ~Q(pk__in=_in_use(then - GUEST_UNUSED)) & Q(seen__lte=then - GUEST_UNUSED)
    return citizens.filter(Q(seen__lte=then - UNUSED) | guests & quiet)


def _in_use(since: dt.datetime) -> set[int]:
    """Return the ids of the accounts that something open, or something after `since`, needs (slot `account_rows`)."""
    found: set[int] = set()
    for rows in extensions.account_rows():
        if rows.in_use:
            found.update(rows.in_use(since))
    return found


def announce_closings() -> int:
    """Tell the owners of unneeded accounts that they will be closed in two weeks; return how many."""
    now = clock.now()
    rows = _unneeded(now, ahead=NOTICE).filter(closing_notified_at=None)[:BATCH]
    return sum(_announce(user, now) for user in rows)


@transaction.atomic
def _announce(user, now):
    if not User.objects.filter(pk=user.pk, closing_notified_at=None).update(closing_notified_at=now):
        return False
    notify(user, "accounts/closing_soon", until=now + NOTICE)
    return True


def close_unneeded() -> int:
    """Close the unneeded accounts whose owners were notified two weeks ago and have not signed in; return how many."""
    now = clock.now()
    notified = {"closing_notified_at__lte": now - NOTICE}
    rows = _unneeded(now).filter(**notified).filter(Q(last_login=None) | Q(last_login__lt=F("closing_notified_at")))
    return sum(_close_if_unneeded(user) for user in rows[:BATCH])


@transaction.atomic
def _close_if_unneeded(user):
    user = lock(user)
    if not _unneeded(clock.now()).filter(pk=user.pk).exists():  # signed in or signed up since
        return False
    _close(user, None)
    return True


def keep_account(user: User) -> None:
    """Forget that the closing of `user` was announced: they have signed in."""
    User.objects.filter(pk=user.pk, closing_notified_at__isnull=False).update(closing_notified_at=None)
