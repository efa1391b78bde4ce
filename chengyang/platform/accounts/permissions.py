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


def can_decide_number_request(actor: Any, request: Any) -> bool:
    """Return whether `actor` is staff responsible for the person of the account; never for their own account."""
    scope = access_scope(actor)
    person = getattr(request.user, "person", None)
    return scope.staff and person is not None and scope.covers(person.subdistrict_id) and actor.pk != request.user_id


def can_close_account(actor: Any, user: Any) -> bool:
    """Return whether `actor` may close the account of `user`: only their own, and no officer's (an administrator stops those)."""
    return actor.is_authenticated and actor.pk == user.pk and not access_scope(user).officer


def is_administrator_of_accounts(actor: Any) -> bool:
    """Return whether `actor` is a 系统管理员 or a 安全管理员."""
    return access_scope(actor).administrator in (Role.Kind.SYSTEM, Role.Kind.SECURITY)


def can_decide_staff_change(actor: Any, change: Any) -> bool:
    """Return whether `actor` may agree to or refuse `change`: any administrator but the one who asked and the one it is about.

    An 审计管理员 may be the second one: where each of the three is one person, nobody else is left.  (requirements S08)
    """
    return bool(access_scope(actor).administrator) and actor.pk not in (change.asked_by_id, change.user_id)
