"""Who may decide about personal data."""

from typing import Any


def can_decide(actor: Any, user: Any) -> bool:
    """Consent is given and withdrawn by the person themself, never by staff for them (requirements P04)."""
    return bool(actor and actor.is_authenticated and actor.pk == user.pk)
