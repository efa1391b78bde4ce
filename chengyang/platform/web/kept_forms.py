"""Forms that could not be accepted, because the session or the CSRF token had expired, keep what was typed.

The one mechanism for all forms, so that no page has to care: what was typed is shown again with a button that sends it to
the same address with a new token. Files have to be chosen again. Passwords and codes are never kept.
"""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

from chengyang import clock

SESSION_KEY = "kept_form"
LIFE = dt.timedelta(minutes=30)  # time for signing in; the browser may be used by somebody else later
MOST_CHARACTERS = 100_000  # of all values together; the longest form of the portal has 20,000
EXCLUDED_PATHS = ("/accounts/", "/elder/", "/api/")  # sign-in, codes, and what is sent by programs
LINE_LENGTH = 60  # characters that fit into a field of one line
_SECRET = ("password", "code", "otp", "token", "csrf")  # parts of names of fields


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return (name, value) of the fields of a POST that may be kept, in their order."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in fields if not any(part in name.lower() for part in _SECRET)]


def typed(request: HttpRequest) -> dict[str, Any]:
    """Return what the page of a kept form shows: `path`, `fields`, and whether the form `had_files`."""
    had_files = request.content_type == "multipart/form-data"
    return {"path": request.get_full_path(), "fields": typed_fields(request), "had_files": had_files}


def may_keep(request: HttpRequest) -> bool:
    """Return whether what was typed may be shown again: it was sent by a page of this site, as a form of moderate length.

    A form that another site sends with our cookies must not come back with a valid token and a button to press.
    """
    if request.method != "POST" or request.path.startswith(EXCLUDED_PATHS) or not _is_from_our_page(request):
        return False
    fields = typed_fields(request)
    return (
        any(value.strip() for _name, value in fields) and sum(len(value) for _name, value in fields) <= MOST_CHARACTERS
    )


def _is_from_our_page(request):
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.get_host()


def keep(request: HttpRequest, *, owner_id: int | None = None) -> str | None:
    """Store the form of `request` in the session of this browser; return the URL to open after signing in, or None.

    `owner_id` is the account whose session has just ended, if it is known: nobody else gets to see the form.
    """
    if not may_keep(request):
        return None
    request.session[SESSION_KEY] = {**typed(request), "owner": owner_id, "at": clock.now().timestamp()}
    return reverse("web:kept-form")


def find(request: HttpRequest) -> dict[str, Any] | None:
    """Return the form that is kept for the user of `request` (see `typed`), or None; an old one is deleted."""
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return None
    is_old = clock.now().timestamp() - kept["at"] > LIFE.total_seconds()
    if is_old or kept["owner"] not in (None, request.user.pk):
        del request.session[SESSION_KEY]
        return None
    return kept


def clear(request: HttpRequest) -> None:
    """Delete the kept form when the same address is posted again, whatever the answer: that page shows the values itself."""
    kept = request.session.get(SESSION_KEY)
    if kept and kept["path"] == request.get_full_path():
        del request.session[SESSION_KEY]


def rows(fields: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return (name, value, `text`, `line` or `hidden`) of the fields; what looks like a code of the page is hidden."""
    return [(name, value, _control(value)) for name, value in fields]


def _control(value):
    if value.isascii() and not any(letter.isspace() for letter in value):
        return "hidden"
    return "text" if "\n" in value or len(value) > LINE_LENGTH else "line"
