"""Whether a second factor is set up, and whether it has to be (requirements S05)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from .access import access_scope


def has(user: Any) -> bool:
    """Return whether `user` proves a sign-in with a one-time code of an authenticator app."""
    return user.is_authenticated and Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_missing(user: Any) -> bool:
    """Return whether `user` is an officer who must set one up before entering the desk (`STAFF_MFA`)."""
    return bool(settings.STAFF_MFA) and access_scope(user).officer and not has(user)


def codes_left(user: Any) -> int:
    """Return how many recovery codes of `user` are unused."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0


def remove(user: Any) -> int:
    """Delete the second factor and its recovery codes; return how many rows went."""
    return Authenticator.objects.filter(user=user).delete()[0]
