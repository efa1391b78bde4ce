"""Browsers in which a number has been proved before: a signed cookie that lives longer than a session.

It signs nobody in. It gives its owner codes of their own when others have used up those of the number, and spares them the
question for the surname after a long absence (see `returning`). A tag covers account and number, so that it is worth nothing
after the number has changed.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from chengyang.lib.vault.sealing import mac

COOKIE = "known"
LIFE = 400 * 24 * 3600  # seconds; browsers allow no more
MOST = 5  # accounts in one browser
_SIGNER = signing.Signer(salt="accounts.known_devices")


def is_known(request: HttpRequest, user: Any) -> bool:
    """Return whether the number of `user` has been proved in the browser of `request` before."""
    return bool(user and user.phone_index) and any(constant_time_compare(tag, _tag(user)) for tag in _tags(request))


def remember(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """Let `response` tell the browser that it has proved the number of `user`."""
    if not user.phone_index:
        return
    own = _tag(user)
    tags = [own, *(tag for tag in _tags(request) if tag != own)][:MOST]
    response.set_cookie(
        COOKIE,
        _SIGNER.sign(".".join(tags)),
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _tags(request):
    try:
        return _SIGNER.unsign(request.COOKIES.get(COOKIE, "")).split(".")
    except signing.BadSignature:
        return []


def _tag(user):
    return mac("known-device", f"{user.public_id}/{user.phone_index}".encode())[:32]
