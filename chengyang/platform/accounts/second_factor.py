"""The second factor of an account (requirements S05)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import limits
from .access import access_scope

TRIES = limits.Limit("second-factor", 5, limits.QUARTER, _("试的次数太多，请过 15 分钟再试。"))


def has(user: Any) -> bool:
    """Return whether `user` has set up an authenticator app."""
    return user.is_authenticated and Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_missing(user: Any) -> bool:
    """Return whether `user` is an officer who has to set one up before entering the staff site (setting `STAFF_MFA`)."""
    return bool(settings.STAFF_MFA) and access_scope(user).officer and not has(user)


def codes_left(user: Any) -> int:
    """Return the number of unused recovery codes of `user`."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(codes.wrap().get_unused_codes()) if codes else 0


def passkeys(user: Any) -> list[Authenticator]:
    """Return the passkeys of `user`, newest first. They sign in, and are no second factor."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return list(rows.order_by("-created_at", "-pk"))


def remove(user: Any) -> int:
    """Delete the second factor of `user`, its recovery codes and the passkeys, which skip it; return the number of deleted rows."""
    return Authenticator.objects.filter(user=user).delete()[0]
