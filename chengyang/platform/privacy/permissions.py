"""Permissions on consents."""

from typing import Any


def can_decide(actor: Any, user: Any) -> bool:
    """Return whether `actor` may give or withdraw consent for `user`: only for themselves (requirements P04)."""
    return bool(actor and actor.is_authenticated and actor.pk == user.pk)
