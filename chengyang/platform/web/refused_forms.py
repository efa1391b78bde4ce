"""A refused step of several is answered with a redirect to its own page, so that going back leads to the step before.

A browser does not keep the answer to a POST: going back to one ends at an error page of the browser. What was typed, and the
error of the action if there was one, waits in the session for the page. Forms with a code have the same (`phone_login`).
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from chengyang.errors import ActionError

SESSION_KEY = "refused_form"


def redirect_to(request: HttpRequest, error: ActionError | None = None) -> HttpResponseRedirect:
    """Keep what was typed into the form of `request`, and the `error` of the action; redirect to the page of the form."""
    typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    kept: dict[str, Any] = {"path": request.path, "typed": typed}
    if error:
        each = {name: str(text) for name, text in error.each.items()}
        kept["error"] = {"message": str(error.message), "code": error.code, "field": error.field, "each": each}
    request.session[SESSION_KEY] = kept
    return HttpResponseRedirect(request.get_full_path())


def shown_again(request: HttpRequest, make: Callable[[QueryDict], Any]) -> Any:
    """Return the refused form of this page, made anew by `make` from what was typed; None when there is none. Once only."""
    kept = request.session.get(SESSION_KEY)
    if request.method == "POST" or not kept or kept["path"] != request.path:
        return None
    del request.session[SESSION_KEY]
    typed = QueryDict(mutable=True)
    for name, values in kept["typed"].items():
        typed.setlist(name, values)
    form = make(typed)
    if error := kept.get("error"):
        form.refuse(ActionError(**error))
    return form
