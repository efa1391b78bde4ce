"""Signing in with a number whose holder may not be the one of before (cases: resold numbers; decisions.md, "numbers").

Numbers are sold again after some months. Before anything is shown, somebody who proves the number of a registered person
that nobody has used for half a year, in a browser that never proved it, is asked for the person's surname. Somebody who
proves a number that an account used before is notified so, and does not get a second account without knowing it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from chengyang import clock
from chengyang.lib.chinese.names import DOT, normalise_name, split_surname

from . import actions, known_devices, phone_verification
from .models import FormerNumber, NumberRequest, PhoneProof, User

ABSENCE = dt.timedelta(days=180)  # without a sign-in
MOST_FAILURES = 3  # wrong surnames, ever; then only the office opens this way again
SESSION_KEY = "returning"  # {"proof": public id, "next": address}


@dataclass(frozen=True)
class Pending:
    """A sign-in that waits for an answer: the number that was proved, and the address to go on to."""

    phone: str
    next_url: str


def enter(request: HttpRequest, proof: PhoneProof, *, next_url: str) -> HttpResponse:
    """Sign in with the number that `proof` proved, or redirect to the page with the question that comes first."""
    user = User.objects.by_phone(proof.phone).first()
    if user is None and former_of(proof.phone):
        return _ask(request, proof, next_url, "accounts:former_number")
    if user and needs_surname(user) and not known_devices.is_known(request, user):
        return _ask(request, proof, next_url, "accounts:surname")
    return sign_in(request, proof.phone, next_url=next_url)


def sign_in(request: HttpRequest, phone: str, *, next_url: str) -> HttpResponse:
    """Sign in to the account of the proved number `phone`, created if there is none, and let the browser know it."""
    response = perform_login(request, actions.account_of(phone), redirect_url=next_url)
    request.session.pop(SESSION_KEY, None)
    if request.user.is_authenticated:
        known_devices.remember(request, response, request.user)
    return response


def _ask(request, proof, next_url, page):
    request.session[SESSION_KEY] = {"proof": proof.public_id, "next": next_url}
    return HttpResponseRedirect(resolve_url(page))


def pending(request: HttpRequest) -> Pending | None:
    """Return the sign-in of this session that waits for an answer, or None; it is at most half an hour old."""
    stored = request.session.get(SESSION_KEY)
    proof = stored and phone_verification.proved(stored["proof"], session_key=request.session.session_key)
    return Pending(proof.phone, stored["next"]) if proof else None


def pending_account(request: HttpRequest) -> tuple[Pending, Any] | None:
    """Return the waiting sign-in of this session and the account of its number, or None."""
    found = pending(request)
    user = found and User.objects.by_phone(found.phone).first()
    return (found, user) if found and user else None


# ---- the surname ----------------------------------------------------------------------------------------------------
def needs_surname(user: Any) -> bool:
    """Return whether the holder of the number of `user` has to know the surname of its person before being let in."""
    if not registered_name(user):
        return False  # no registered person: a guest has nothing here that a name protects
    since = user.last_login or user.date_joined
    return clock.now() - since >= ABSENCE and not _was_checked(user)


def _was_checked(user):
    done = NumberRequest.objects.filter(user=user, state=NumberRequest.State.DONE)
    return done.filter(effective_at__gt=clock.now() - ABSENCE).exists()


def is_closed(user: Any) -> bool:
    """Return whether three surnames were wrong, so that only a check in person opens the account."""
    return user.surname_failures >= MOST_FAILURES


def registered_name(user: Any) -> str:
    """Return the name of the registered person of `user`, or an empty text."""
    rows = User.objects.filter(pk=user.pk, person__state="active")
    return rows.values_list("person__name", flat=True).first() or ""


def is_surname_of(user: Any, typed: str) -> bool:
    """Return whether `typed` is the surname of the person of `user`, or the first part of a name without a surname."""
    try:
        typed, name = normalise_name(typed), normalise_name(registered_name(user))
    except ValueError:
        return False
    surname = split_surname(name)[0] or name.replace(DOT, " ").split(" ")[0]
    return typed.casefold() in {surname.casefold(), name.casefold()}


# ---- former numbers -------------------------------------------------------------------------------------------------
def former_of(phone: str) -> FormerNumber | None:
    """Return the row about the account that signed in with `phone` before, if its holder has not been notified yet."""
    rows = FormerNumber.objects.of_phone(phone).filter(undone_at__isnull=True, released_at__isnull=True)
    return rows.exclude(reason=FormerNumber.Reason.NEW_OWNER).first()
