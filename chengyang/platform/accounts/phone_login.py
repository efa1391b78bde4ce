"""The way in by phone: number → code → account, for the sign-in page and for every flow that begins with a phone.

A flow that wants a proved phone on a page of its own (joining, a guest's sign-up) does this:

1.  Its first form extends `forms.PhoneForm` with fields of its own. When it is valid:
    `entry.begin(request, form.cleaned_data["phone"], purpose=Purpose.SIGN_UP, keep={"name": …})`,
    ActionError → `form.refuse(error)`; then redirect to the same page.
2.  While `entry.pending(request, Purpose.SIGN_UP)` is there, the page shows the code step instead:
    `{% include "accounts/_code.html" with form=code_form proof=pending %}`; its buttons post `do`:
    `check`, `resend` or `change`, and `code`. `entry.resend(request, purpose)` sends another one, `entry.other_number(request)`
    goes back to the number. `forms.CodeForm` may be extended as well (consent boxes, for example).
3.  `kept = entry.kept(request)`, `user = entry.finish(request, form.cleaned_data["code"])`, ActionError →
    `form.refuse(error)`. The account is there now, but nobody is signed in yet.
4.  `response = entry.sign_in(request, user, next_url=…)`. If `request.user.is_authenticated` the flow goes on and
    answers as it likes; else it returns `response`: an officer's second factor comes first, or the account is disabled.

Nothing of this may run inside a transaction: a code that was sent and a try that was used cannot be rolled back.
"""

from collections.abc import Mapping
from typing import Any

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse

from . import actions, phone_verification
from .adapter import address_of
from .models import PhoneProof, User

Purpose = PhoneProof.Purpose
_SLOT = "phone_entry"  # in the session: which proof waits, and what the first step typed beside the number


def begin(
    request: HttpRequest, phone: str, *, purpose: str = Purpose.SIGN_IN, keep: Mapping[str, Any] | None = None
) -> PhoneProof:
    """Send a code to `phone` (E.164) and remember it for this session, with what else the first step typed (`keep`, JSON).

    Safe to repeat: within a minute the code that is on its way is returned. Raises the ActionErrors of
    `proofs.send_code`, whose `field` is `phone`.
    """
    known = pending(request, purpose)
    on_its_way = (
        known and known.phone == phone and phone_verification.takes_code(known) and phone_verification.wait(known)
    )
    proof = known if on_its_way else _send(request, phone, purpose)
    request.session[_SLOT] = {"proof": proof.public_id, "keep": dict(keep or {})}
    return proof


def resend(request: HttpRequest, purpose: str = Purpose.SIGN_IN) -> PhoneProof | None:
    """Send another code to the number that waits, also after the last one expired; None when none waits.

    Raises the ActionErrors of `proofs.send_code`, `too_soon` with the seconds that are left among them.
    """
    known = pending(request, purpose)
    if known is None:
        return None
    proof = _send(request, known.phone, purpose)
    request.session[_SLOT] = {**_slot(request), "proof": proof.public_id}
    return proof


def _send(request, phone, purpose):
    return phone_verification.send_code(
        phone, address=address_of(request), session_key=_session_key(request), purpose=purpose
    )


def pending(request: HttpRequest, purpose: str = Purpose.SIGN_IN) -> PhoneProof | None:
    """Return the proof that waits for its code in this session for `purpose`, or None.

    One that expired is returned for half an hour: the page then offers another code for the same number.
    """
    waits = _slot(request).get("proof")
    proof = waits and phone_verification.find(waits, session_key=request.session.session_key)
    return proof if proof and proof.purpose == purpose else None


def kept(request: HttpRequest) -> dict[str, Any]:
    """Return what `begin` was given to keep."""
    return _slot(request).get("keep", {})


def forget(request: HttpRequest) -> None:
    """Drop the number that waits and what was kept with it: the flow is over."""
    request.session.pop(_SLOT, None)


def other_number(request: HttpRequest) -> None:
    """Drop the number that waits, since the person wants to type another one; what was typed beside it stays."""
    request.session[_SLOT] = {"keep": kept(request)}


def prove(request: HttpRequest, code: str) -> str:
    """Return the number (E.164) that `code` proves; used once. Raises the ActionErrors of `proofs.check_code`."""
    waits = _slot(request).get("proof", "")
    proof = phone_verification.check_code(waits, code, session_key=request.session.session_key, actor=request.user)
    forget(request)
    return proof.phone


def finish(request: HttpRequest, code: str) -> User:
    """Return the account of the number that `code` proves, made now if there was none. Signs nobody in."""
    return actions.account_of(prove(request, code))


def sign_in(request: HttpRequest, user: User, *, next_url: str) -> HttpResponse:
    """Sign `user` in, who has just proved their phone, and return where to go: `next_url` (a page of ours), or first to
    the second factor if they have one. The session gets a new key, so a key that somebody planted is worth nothing.
    """
    return perform_login(request, user, redirect_url=next_url)


def _slot(request):
    return request.session.get(_SLOT) or {}


def _session_key(request):
    _slot(request)  # reads the session first: a key that belongs to no session is dropped
    if not request.session.session_key:
        request.session.create()
    return request.session.session_key
