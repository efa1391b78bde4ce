"""What a visitor asked for before the sign-in: a page that explains it, and the line on the sign-in page that keeps it in view.

A view that needs an account names both with `explained`. A visitor who opens it reads what it is about and then signs in; a
bare sign-in page would say nothing about it.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _


def explained(page: Callable[..., HttpResponse], asked_for: Callable[..., str]) -> Callable[[Any], Any]:
    """Return a decorator for a view; it must be the outermost one.

    `page(request, **kwargs)` answers a visitor's GET in place of the redirect to the sign-in page. `asked_for(query, **kwargs)`
    returns what the address asks for, in a few words, as a visitor may read it; empty where there is nothing to say.
    """

    def mark(view: Any) -> Any:
        view.before_sign_in, view.asked_for = page, asked_for
        return view

    return mark


def page_before_sign_in(request: HttpRequest, view: Any) -> HttpResponse | None:
    """Return the page that explains `view` to a visitor, or None where the sign-in page comes at once."""
    page = getattr(view, "before_sign_in", None)
    if page is None or request.method not in ("GET", "HEAD") or request.resolver_match is None:
        return None
    return page(request, **request.resolver_match.kwargs)


def asked_for(url: str) -> str:
    """Return what the page `url` of this site is asked for, for the sign-in page that leads to it; else an empty text."""
    parts = urlsplit(url)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return ""
    if match.view_name == "web:kept-form":
        return _("提交刚才填的内容，都还在")
    describe = getattr(match.func, "asked_for", None)
    return str(describe(QueryDict(parts.query), **match.kwargs)) if describe else ""
