"""The rows of the signed-in user that several panels of one page need; each is read once for a request."""

from django.http import HttpRequest

from .models import Application, Person


def own_person(request: HttpRequest) -> Person | None:
    """Return the person of the signed-in user in any state, None without one."""
    rows = Person.objects.visible_to(request.user).filter(user=request.user).select_related("category", "subdistrict")
    return _once(request, "_own_person", rows.first)


def own_applications(request: HttpRequest) -> list[Application]:
    """Return all applications of the signed-in user; there are few."""
    rows = Application.objects.visible_to(request.user).filter(user=request.user)
    return _once(request, "_own_applications", lambda: list(rows))


def _once(request, name, read):
    kept = vars(request)
    if name not in kept:
        kept[name] = read()
    return kept[name]
