"""Permissions on accounts and roles: a 系统管理员 manages accounts, a 安全管理员 grants roles (requirements S08).

So two people are needed to give an officer access: one creates the account, the other grants the role.
"""

from typing import Any

from .access import access_scope
from .models import Role


def can_create_officer(actor: Any, obj: Any = None) -> bool:
    """Return whether `actor` may create an account for an officer."""
    return access_scope(actor).administrator == Role.Kind.SYSTEM


def can_disable_user(actor: Any, user: Any) -> bool:
    """Return whether `actor` may disable or enable the account of `user`; never their own."""
    return access_scope(actor).administrator == Role.Kind.SYSTEM and actor.pk != user.pk


def can_reset_password(actor: Any, user: Any) -> bool:
    """Return whether `actor` may give `user` a one-time password; never themselves, and only accounts with an e-mail."""
    return can_disable_user(actor, user) and bool(user.email)


def is_responsible(actor: Any, subdistrict_id: int | None) -> bool:
    """Return whether `actor` is staff of the subdistrict; None means the district, for which only its own staff are.

    Such staff create, rename, move and publish the organizations, bases and teams there.
    """
    return access_scope(actor).covers(subdistrict_id)


def can_grant_role(actor: Any, user: Any) -> bool:
    """Return whether `actor` may grant `user` a role; never themselves."""
    return access_scope(actor).administrator == Role.Kind.SECURITY and actor.pk != user.pk


def can_end_role(actor: Any, role: Any) -> bool:
    """Return whether `actor` may end `role`; never their own."""
    return access_scope(actor).administrator == Role.Kind.SECURITY and actor.pk != role.user_id


def can_unlock_account(actor: Any, user: Any) -> bool:
    """Return whether `actor` may unlock the account of `user` after failed sign-ins (requirements S03); never their own."""
    return access_scope(actor).administrator == Role.Kind.SECURITY and actor.pk != user.pk


def can_remove_second_factor(actor: Any, user: Any) -> bool:
    """Return whether `actor` may remove the second factor of `user`; never their own."""
    return can_unlock_account(actor, user)


def can_change_phone(actor: Any, user: Any) -> bool:
    """Return whether `actor` may change the number that `user` signs in with: only their own."""
    return actor.is_authenticated and actor.pk == user.pk


def can_end_session(actor: Any, session: Any) -> bool:
    """Return whether `actor` may end `session`: only their own, on any device."""
    return actor.is_authenticated and actor.pk == session.user_id
