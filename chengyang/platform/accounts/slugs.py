"""Addresses of organizations, bases and teams: made from the name, never given twice, and an old one leads to the present one.

The former slugs are read from the history of the row (`audit.history`), so that every address that was ever published works.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import slugify

SLUG_LOCK = 0x736C7567  # "slug": two new rows of the same name would read the same slug as free
SLUG_LENGTH = 60
READING = ("GET", "HEAD")


def free_slug(organizer: Any) -> str:
    """Return a slug for the name of `organizer` in pinyin that no other row has or had; a number makes it different.

    Parts that most names have (`COMMON_NAME_PARTS` of the model) are left out. A slug of the row's own past may come back.
    Needs a transaction: an advisory lock holds until its end.
    """
    model = type(organizer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SLUG_LOCK])
    wanted = _wanted(organizer)
    former = model.pgh_event_model._base_manager.filter(slug__startswith=wanted).exclude(pgh_obj_id=organizer.pk)
    present = model._base_manager.filter(slug__startswith=wanted).exclude(pk=organizer.pk)
    taken = {*former.values_list("slug", flat=True), *present.values_list("slug", flat=True)}
    number = next(n for n in range(1, len(taken) + 2) if _numbered(wanted, n) not in taken)
    return _numbered(wanted, number)


def matches_name(organizer: Any) -> bool:
    """Return whether the slug of `organizer` follows from its present name, perhaps with a number."""
    wanted = _wanted(organizer)
    return bool(re.fullmatch(rf"{re.escape(wanted)}(-\d+)?", organizer.slug))


def _wanted(organizer: Any) -> str:
    common = organizer.COMMON_NAME_PARTS
    short = re.sub(common, "", organizer.name) if common else organizer.name
    from pypinyin import lazy_pinyin  # its dictionary takes 45 MB and 0.2 s, and few processes ever make a slug

    slug = slugify(" ".join(lazy_pinyin(short or organizer.name)))
    return slug[:SLUG_LENGTH].strip("-") or organizer._meta.model_name


def _numbered(slug: str, number: int) -> str:
    return slug if number == 1 else f"{slug}-{number}"


def with_former_slug(rows: QuerySet, slug: str) -> Any:
    """Return the one of `rows` that had `slug` before, or None."""
    events = rows.model.pgh_event_model._base_manager.filter(slug=slug).order_by("-pgh_id")
    pk = events.values_list("pgh_obj_id", flat=True).first()
    return rows.filter(pk=pk).exclude(slug=slug).first() if pk else None


def follows_former_slugs(model: Any) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view with the argument `slug` answer at former slugs of `model`: a page redirects, a form is handled at once."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, **arguments: Any) -> HttpResponse:
            try:
                return view(request, **arguments)
            except Http404:
                row = with_former_slug(model.objects.visible_to(request.user), arguments.get("slug", ""))
                if row is None:
                    raise
            arguments["slug"] = row.slug
            if request.method not in READING:
                return view(request, **arguments)
            url = reverse(request.resolver_match.view_name, kwargs=arguments)  # type: ignore[union-attr]
            query = request.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"{url}?{query}" if query else url, status=301)

        return inner

    return decorate
