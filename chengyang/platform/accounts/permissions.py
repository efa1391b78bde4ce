"""Who may do what to accounts and roles: 系统管理员 keeps accounts, 安全管理员 grants roles (requirements S08).

A role thus always needs two people: who makes the account and who gives it its rights.
"""

from typing import Any

from .access import access_scope
from .models import Role


def can_create_officer(actor: Any, obj: Any = None) -> bool:
    """Return whether `actor` may make an account for an officer."""
    return access_scope(actor).administrator == Role.Kind.SYSTEM


def can_disable_user(actor: Any, user: Any) -> bool:
    """Return whether `actor` may stop or allow the sign-in of `user`; never one's own."""
    return access_scope(actor).administrator == Role.Kind.SYSTEM and actor.pk != user.pk


def can_reset_password(actor: Any, user: Any) -> bool:
    """Return whether `actor` may give `user` a one-time password; one's own is changed, not reset."""
    return can_disable_user(actor, user) and bool(user.email)


def can_grant_role(actor: Any, user: Any) -> bool:
    """Return whether `actor` may give `user` a role; never oneself."""
    return access_scope(actor).administrator == Role.Kind.SECURITY and actor.pk != user.pk


def can_end_role(actor: Any, role: Any) -> bool:
    """Return whether `actor` may take a role back; never one's own."""
    return access_scope(actor).administrator == Role.Kind.SECURITY and actor.pk != role.user_id


def can_unlock_account(actor: Any, user: Any) -> bool:
    """Return whether `actor` may end a lock after failed sign-ins (requirements S03)."""
    return access_scope(actor).administrator == Role.Kind.SECURITY and actor.pk != user.pk


def can_remove_second_factor(actor: Any, user: Any) -> bool:
    """Return whether `actor` may take away the second factor of somebody who lost it; never one's own."""
    return can_unlock_account(actor, user)


def can_change_phone(actor: Any, user: Any) -> bool:
    """Return whether `actor` may change the number that `user` signs in with: only oneself, by proving it."""
    return actor.is_authenticated and actor.pk == user.pk


def can_end_session(actor: Any, session: Any) -> bool:
    """Return whether `actor` may end a sign-in: one's own, on any device."""
    return actor.is_authenticated and actor.pk == session.user_id
