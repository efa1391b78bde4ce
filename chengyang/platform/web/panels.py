"""Rendering of the panels that apps add to pages of lower layers (slot `panels`).

A template names a place, such as `organizations.detail` or `me.home`: `{% panels "organizations.detail" organization %}`.
"""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from chengyang import extensions

from . import context_processors
from .content import PLACES, SITE
from .fragments import own_per_version, per_version

_READER = "reader"


def everybody(user: Any) -> tuple[()]:
    """Return what is equal for all people, for `Panel.shared_by`."""
    return ()


def each_reader(user: Any) -> str:
    """Return that the panel is kept for each user apart, for `Panel.shared_by`: its rows change by audited actions only."""
    return _READER


def render(place: str, request: HttpRequest, subject: Any = None) -> SafeString:
    """Return the HTML of all panels of `place` for `subject`. Those that many people share are made once for a version."""
    parts = [_rendered(panel, request, subject) for panel in extensions.panels(place)]
    return mark_safe("".join(parts))  # noqa: S308  (rendered templates, escaped one by one)


def _rendered(panel: extensions.Panel, request: HttpRequest, subject: Any) -> str:
    who = panel.shared_by(request.user) if panel.shared_by else None
    if who is None:
        context = panel.context(request, subject)
        return (
            ""
            if context is None
            else render_to_string(panel.template, {**context, "subject": subject}, request=request)
        )
    shown = context_processors.bare(request)

    def write() -> str:
        context = panel.context(request, subject)
        everything = {**shown, "demo_loaded": context_processors.demo_loaded(), **(context or {}), "subject": subject}
        return "" if context is None else render_to_string(panel.template, everything)

    about = (type(subject).__name__, getattr(subject, "pk", None))
    key = (panel.place, panel.template, about, who, request.get_host(), get_language(), shown["elder"])
    if who == _READER:
        return own_per_version(request.user, key, write)
    return per_version(key, write, names=(SITE, PLACES))
