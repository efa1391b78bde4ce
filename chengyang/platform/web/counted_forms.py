"""Forms whose every sending counts as a try, such as passwords and codes: a refusal is answered with a redirect.

Reloading the page or going back then sends nothing again. What was typed, without passwords and codes, and the errors are kept
by the browser, encrypted, for a minute: nothing is stored on the server for a visitor, and nothing is validated a second time.
"""

import json
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode

from chengyang.lib.vault.fields import decrypt_for, encrypt_for
from chengyang.lib.vault.sealing import VaultError

from .kept_forms import typed_fields
from .redirects import is_ours

COOKIE, LIFE = "refused", 60  # seconds
MOST_CHARACTERS = 1500  # of what was typed; a browser keeps a cookie of 4,096 bytes
_PLACE = ("web.CountedForm", "refused", "form")
Errors = list[list[Any]]  # field, sentence, code


def redirected(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return `view`, which answers with a TemplateResponse of a `form`: a refused post of it is redirected to its page.

    The page then shows the form with its errors, once.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is None:
            return response
        if request.method == "POST":
            return _to_its_page(request, form) if form.is_bound and form.errors else response
        if refused := find(request, request.path):
            form.data, form.is_bound = QueryDict(refused["data"]), True
            show_errors(form, refused["errors"])
            response.delete_cookie(COOKIE)
        return response

    return shown


def _to_its_page(request, form):
    next_url = request.POST.get("next") or request.GET.get("next")
    query = f"?{urlencode({'next': next_url})}" if next_url and is_ours(request, next_url) else ""
    return redirect(f"{request.path}{query}", page=request.path, data=typed(request), errors=errors_of(form))


def redirect(url: str, *, page: str, data: str, errors: Errors) -> HttpResponse:
    """Return a redirect to `url`, where `find` returns `data` (see `typed`) and `errors` (see `errors_of`) for `page`."""
    kept = data if len(data) <= MOST_CHARACTERS else ""
    response = HttpResponseRedirect(url)
    response.set_cookie(
        COOKIE,
        encrypt_for(*_PLACE, json.dumps({"page": page, "data": kept, "errors": errors}, ensure_ascii=False)),
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def find(request: HttpRequest, page: str) -> dict[str, Any] | None:
    """Return `data` and `errors` of the refused form of `page` that the browser has kept, or None."""
    try:
        found = json.loads(decrypt_for(*_PLACE, request.COOKIES.get(COOKIE, "")) or "null")
    except VaultError:
        return None
    return found if found and found["page"] == page else None


def typed(request: HttpRequest, *, but: Collection[str] = ()) -> str:
    """Return what was typed, as a query string, without passwords, codes and the fields named in `but`."""
    return urlencode([(name, value) for name, value in typed_fields(request) if name not in but])


def errors_of(form: Any) -> Errors:
    """Return (field, sentence, code) of every error of `form`."""
    problems = form.errors.as_data().items()
    return [[name, str(text), error.code] for name, found in problems for error in found for text in error.messages]


def show_errors(form: Any, errors: Iterable[Collection[Any]]) -> None:
    """Give the bound `form` these `errors` without validating it, which might count one more try."""
    form._errors, form.cleaned_data = ErrorDict(renderer=form.renderer), {}
    for field, message, code in errors:
        form.add_error(field if field in form.fields else None, ValidationError(message, code=code))
