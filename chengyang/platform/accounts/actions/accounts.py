"""Writes to accounts, passwords, sessions and roles. `actor` is None when the portal itself acts: a command or the worker."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify

from .. import limits, login_throttle, one_time, passwords, second_factor, sessions
from .. import permissions as may
from ..access import clear_access_scope
from ..models import Role, StaffChange, Subdistrict, User


def _require(check, actor, obj):
    if actor is not None:
        require(check, actor, obj)


# ---- accounts -------------------------------------------------------------------------------------------------------
def account_of(phone: str) -> User:
    """Return the account that signs in with `phone` (E.164), which has just been proved; create it if there is none.

    Two sessions that prove the same number at the same moment get the same account.
    """
    return User.objects.by_phone(phone).first() or _make_guest(phone)


def _make_guest(phone):
    user = User(phone=phone)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.record("user.created", user, actor=user, reason="phone")
    except IntegrityError:  # another session has just created it
        return User.objects.by_phone(phone).get()
    return user


@transaction.atomic
def create_officer(*, email: str, name: str, phone: str = "", actor: Any) -> User:
    """Create an account for an officer, who signs in by e-mail; `grant_role` gives it rights.

    Its one-time password goes to the officer's own phone or mail and has to be changed at the first sign-in; the returned
    object has it as `one_time_password`, for the command without an `actor` only. `phone` is E.164 or empty. Raises ActionError `email`, `name`, `email_taken`, `phone_taken`.  (requirements S02, S08)
    """
    _require(may.can_create_officer, actor, None)
    user = User(email=_checked_email(email), name=name.strip(), phone=phone)
    if not user.name:
        raise ActionError(_("请填写姓名。"), code="name", field="name")
    password = passwords.one_time_password()
    user.set_password(password)
    user.must_change_password = True
    save_unless_taken(user, force_insert=True)
    passwords.remember(user)
    audit.record("user.created", user, actor=actor, reason="officer")
    return _hand_over(user, password, actor)


def _hand_over(user, password, actor):
    """Send `password` to its owner after the commit; only the command, which prints it, gets it back."""
    if actor is None:
        user.one_time_password = password
    else:
        transaction.on_commit(lambda: one_time.send(user, password), robust=True)
    return user


def _checked_email(email):
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ActionError(_("邮箱应像 name@example.com 这样，请检查。"), code="email", field="email") from None
    return email


def save_unless_taken(user: User, **options: Any) -> None:
    """Save `user` (`options` as for `save`), unless another account signs in with the same e-mail or number.

    Raises ActionError `email_taken` or `phone_taken`, also when another session takes it at the same moment.
    """
    _refuse_taken(user)
    try:
        with transaction.atomic():
            user.save(**options)
    except IntegrityError:  # it was taken after the look above, and committed by now
        _refuse_taken(user)
        raise


def _refuse_taken(user):
    others = User.objects.exclude(pk=user.pk)
    if user.email and others.by_email(user.email).exists():
        raise ActionError(_("这个邮箱已经有账号了。"), code="email_taken", field="email")
    if user.phone and others.by_phone(user.phone).exists():
        raise ActionError(_("这个手机号已经有账号了。"), code="phone_taken", field="phone")


@transaction.atomic
def disable_user(user: User, *, actor: Any) -> User:
    """Stop `user` from signing in and end all their sessions. Safe to repeat."""
    user = lock(user)
    _require(may.can_disable_user, actor, user)
    if user.is_active:
        _set_active(user, False)
        sessions.end_all(user)
        audit.record("user.disabled", user, actor=actor, fields=["is_active"])
    return user


@transaction.atomic
def enable_user(user: User, *, actor: Any) -> User:
    """Allow `user` to sign in again. Safe to repeat."""
    user = lock(user)
    _require(may.can_disable_user, actor, user)
    if not user.is_active:
        _set_active(user, True)
        audit.record("user.enabled", user, actor=actor, fields=["is_active"])
    return user


def _set_active(user, active):
    user.is_active = active
    user.save(update_fields=["is_active"])
    clear_access_scope(user)


# ---- passwords, sessions, second factor -----------------------------------------------------------------------------
@transaction.atomic
def set_password(
    user: User, password: str, *, actor: Any, keep: str | None = None, verb: str = "password.changed"
) -> User:
    """Set the password that `user` chose, end their sessions except the one with the key `keep`, and notify them.

    `password` has passed the validators. `verb` is `password.changed`, or `password.reset` after a link sent by e-mail.
    """
    lock(user)
    _write_password(user, password, one_time=False)
    sessions.end_all(user, keep=keep)
    audit.record(verb, user, actor=actor)
    notify(user, "accounts/password_changed", at=clock.now())
    return user


@transaction.atomic
def reset_password(user: User, *, actor: Any, agreed: StaffChange | None = None) -> User:
    """Set a one-time password, which goes to the own phone or mail of `user`, end their sessions and notify them.

    `agreed` is the change to which `actor` has just agreed; only the portal itself (`actor` None) needs none, and gets the
    password as `one_time_password`. Raises NotAllowed.  (requirements S08)
    """
    user = lock(user)
    _require_agreed(actor, agreed, user, StaffChange.Kind.RESET_PASSWORD)
    password = passwords.one_time_password()
    _write_password(user, password, one_time=True)
    sessions.end_all(user)
    audit.record("password.reset", user, actor=actor)
    notify(user, "accounts/password_changed", at=clock.now())
    return _hand_over(user, password, actor)


def _require_agreed(actor, agreed, user, kind):
    """Raise NotAllowed unless `actor` is the portal itself or the second person of the change `agreed`."""
    if actor is None:
        return
    decided = agreed and (agreed.state, agreed.decided_by_id) == (StaffChange.State.DONE, actor.pk)
    if not decided or (agreed.kind, agreed.user_id) != (kind, user.pk):
        raise NotAllowed("second_person")


def _write_password(user, password, *, one_time):
    user.set_password(password)
    user.must_change_password = one_time
    user.save(update_fields=["password", "password_set_at", "must_change_password"])
    passwords.remember(user)


@transaction.atomic
def unlock_account(user: User, *, actor: Any) -> User:
    """Unlock the account of `user` that failed sign-ins have locked (requirements S03)."""
    user = lock(user)
    _require(may.can_unlock_account, actor, user)
    login_throttle.clear_failures(user.email or "")
    limits.clear(second_factor.TRIES, str(user.pk))
    audit.record("session.unlocked", user, actor=actor)
    return user


@transaction.atomic
def end_sessions(rows: Iterable[UserSession], *, actor: Any) -> int:
    """End sessions of `actor` on other devices; return how many. Raises NotAllowed when one belongs to somebody else."""
    rows = list(rows)
    for row in rows:
        require(may.can_end_session, actor, row)
    if rows:
        sessions.end_rows(rows)
        audit.record("session.ended", actor, actor=actor, reason="elsewhere")
    return len(rows)


@transaction.atomic
def remove_second_factor(user: User, *, actor: Any, agreed: StaffChange | None = None) -> User:
    """Delete the second factor and the recovery codes of `user`, who cannot use them any more.

    Their sessions end and they are notified. Nothing happens when there is no second factor. `agreed` as for
    `reset_password`. Raises NotAllowed.
    """
    user = lock(user)
    _require_agreed(actor, agreed, user, StaffChange.Kind.REMOVE_FACTOR)
    if second_factor.remove(user):
        sessions.end_all(user)
        audit.record("second_factor.removed", user, actor=actor)
        notify(user, "accounts/second_factor_removed", at=clock.now())
    return user


# ---- roles ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def grant_role(
    user: User,
    kind: str,
    subdistrict: Subdistrict | None = None,
    *,
    actor: Any,
    starts: dt.date | None = None,
    ends: dt.date | None = None,
    agreed: StaffChange | None = None,
) -> Role:
    """Give `user` a role from the day `starts` (None: today) until the day `ends` (exclusive; None: open).

    Locks the account, so that two concurrent calls cannot give roles which exclude each other; an administrator has no
    other role. `agreed` as for `reset_password`. Raises NotAllowed, ActionError with the code of the broken constraint:
    `administrator`, `subdistrict`, `dates`, `held`.  (requirements S07, S08)
    """
    user = lock(user)
    _require_agreed(actor, agreed, user, StaffChange.Kind.GRANT_ROLE)
    role = checked_role(user, kind, subdistrict, starts=starts, ends=ends)
    role.save(force_insert=True)
    clear_access_scope(user)
    audit.record("role.granted", role, actor=actor, user=user, reason=role.kind)
    return role


def checked_role(user: User, kind: str, subdistrict: Subdistrict | None, *, starts: Any, ends: Any) -> Role:
    """Return the unsaved role. Raises ActionError with the code of the constraint that it would break."""
    role = Role(user=user, kind=kind, subdistrict=subdistrict, starts=starts or clock.today(), ends=ends)
    try:
        role.full_clean()
    except ValidationError as error:
        raise refusal_of(error) from None
    return role


def refusal_of(error: ValidationError) -> ActionError:
    """Return the first error of a model as an ActionError at its field."""
    field, found = next(iter(error.error_dict.items()))
    return ActionError(
        found[0].messages[0], code=found[0].code or "invalid", field=None if field == "__all__" else field
    )


@transaction.atomic
def end_role(role: Role, *, actor: Any, on: dt.date | None = None) -> Role:
    """End a role on the day `on` (exclusive; None: today), which may be the day on which it starts.

    A role that ends earlier already stays as it is.
    """
    lock(role.user)
    role = lock(role)
    _require(may.can_end_role, actor, role)
    day = max(on or clock.today(), role.starts)
    if role.ends is None or day < role.ends:
        role.ends = day
        role.save(update_fields=["ends"])
        audit.record("role.ended", role, actor=actor, user=role.user, reason=role.kind, fields=["ends"])
    return role
