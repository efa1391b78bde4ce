"""Passkeys: a way in with the screen lock of one's own device, which nobody can lock out and no text message can leak."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify

from .. import permissions as may
from ..models import User

MOST = 10  # passkeys of one account


@transaction.atomic
def add_passkey(user: User, *, credential: dict[str, Any], name: str, actor: Any) -> Authenticator:
    """Store a passkey of `user`, whose `credential` has been verified; `name` tells devices apart. Its owner is notified.

    Raises ActionError("too_many") beyond ten, NotAllowed for somebody else.
    """
    user = lock(user)
    require(may.can_change_phone, actor, user)
    own = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    if own.count() >= MOST:
        raise ActionError(_("通行密钥最多 10 个，请先删掉不用的。"), code="too_many")
    row = WebAuthn.add(user, name, credential).instance
    audit.record("passkey.added", user, actor=actor, user=user)
    notify(user, "accounts/passkey_added", at=clock.now(), device=name)
    return row


@transaction.atomic
def remove_passkey(user: User, pk: int, *, actor: Any) -> None:
    """Delete the passkey `pk` of `user`. Safe to repeat. Raises NotAllowed for somebody else."""
    user = lock(user)
    require(may.can_change_phone, actor, user)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN, pk=pk).delete()[0]:
        audit.record("passkey.removed", user, actor=actor, user=user)
        notify(user, "accounts/passkey_removed", at=clock.now())
