"""Asking again who one is, before a step that could take the account away from its owner.

An open session is not enough for such a step, however it was opened: the owner types a code that is sent to the number of the
account, or one of the second factor; an account with neither types its password. The answer counts for ten minutes.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from chengyang import clock

from . import second_factor

LASTS = dt.timedelta(minutes=10)  # stated on the page
SESSION_KEY = "stepped_up_at"  # seconds since 1970
FACTOR, CODE, PASSWORD = "factor", "code", "password"


def required(view: Callable[..., HttpResponse] | None = None, *, back: str = "") -> Any:
    """Return `view` behind the question; afterwards the browser comes back to it, or to the page `back` (a URL name).

    A post of long after the answer leads back to the page as well: the button has to be pressed again.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_fresh(request):
                return view(request, *args, **kwargs)
            after = reverse(back) if back else request.get_full_path()
            return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{urlencode({'next': after})}")

        return guarded

    return decorate(view) if view else decorate


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the session of `request` answered within the last ten minutes."""
    answered = dt.datetime.fromtimestamp(request.session.get(SESSION_KEY, 0), tz=dt.UTC)
    return dt.timedelta() <= clock.now() - answered < LASTS


def confirm(request: HttpRequest) -> None:
    """Store that the session of `request` has just answered."""
    request.session[SESSION_KEY] = clock.now().timestamp()


def way_of(user: Any) -> str:
    """Return how `user` answers: FACTOR, CODE or PASSWORD; an empty text for an account that has none of them."""
    if second_factor.has(user):
        return FACTOR
    if user.phone:
        return CODE
    return PASSWORD if user.has_usable_password() else ""
