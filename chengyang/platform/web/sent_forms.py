"""A form that creates something is carried out once, although it is sent twice: by two taps, a slow line, the back button.

The one mechanism for all such forms. The page gives the form a number, another one each time it is shown (`{% form_number %}`);
a script gives it the first one again when somebody goes back to it (`static/js/portal.js`).
When a form with the same number and the same content comes again to the same address, from the same session and within
`LIFE`, it is answered with the redirect of the first sending. Other content is another form, and a refused form may be sent
again. The answers are kept in the session, so they need neither a table nor the cache.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.http import HttpRequest, HttpResponse

from chengyang import clock

FIELD = "form_number"
SESSION_KEY = "sent_forms"
LIFE = dt.timedelta(minutes=10)
MOST = 20  # answers kept in a session, so that it stays small
SIGN_IN = "/accounts/"  # a redirect to there asks who it is, and nothing was carried out yet


def new_number() -> str:
    """Return the number of a form that is being shown."""
    return secrets.token_hex(8)


def key_of(request: HttpRequest) -> str:
    """Return a digest of address, number and content of the form of `request`, or "" if it has no number or no session."""
    if request.method != "POST" or not request.user.is_authenticated or not request.POST.get(FIELD):
        return ""
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, [(file.name, file.size) for file in values]) for name, values in request.FILES.lists())
    return hashlib.sha256(json.dumps([request.get_full_path(), fields, files]).encode()).hexdigest()[:32]


@contextmanager
def one_at_a_time(request: HttpRequest, key: str) -> Iterator[None]:
    """Let a second sending wait until the first is answered. The lock belongs to the connection, not to a transaction."""
    digest = hashlib.sha256(f"chengyang/platform/web/{request.user.pk}/{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def first_answer(request: HttpRequest, key: str) -> str:
    """Return the URL to which the first sending was redirected, or "".

    It reads the session anew: this request has loaded it before the first one was answered.
    """
    url, _at = _answers(type(request.session)(request.session.session_key)).get(key, ("", 0))
    if url:
        request.session.modified = False  # it is older than what the first sending has stored
    return url


def remember(request: HttpRequest, key: str, response: HttpResponse) -> None:
    """Store the answer `response` of a form that was carried out: a redirect, and not that of a refusal."""
    url, was_refused = response.headers.get("Location", ""), getattr(request, "was_refused", False)
    if response.status_code != 302 or was_refused or url.startswith(SIGN_IN) or not request.session.session_key:
        return
    kept = list(_answers(request.session).items())[1 - MOST :]
    request.session[SESSION_KEY] = {**dict(kept), key: (url, clock.now().timestamp())}
    request.session.save()  # before the lock is released


def _answers(session):
    """Return {key: (URL, time)} of the session, without what is older than `LIFE`."""
    oldest = (clock.now() - LIFE).timestamp()
    return {key: tuple(answer) for key, answer in session.get(SESSION_KEY, {}).items() if answer[1] > oldest}
