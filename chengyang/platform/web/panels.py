"""Rendering of the panels that apps add to pages of lower layers (slot `panels`).

A template names a place, such as `organizations.detail` or `me.home`: `{% panels "organizations.detail" organization %}`.
"""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from chengyang import extensions


def render(place: str, request: HttpRequest, subject: Any = None) -> SafeString:
    """Return the HTML of all panels of `place` for `subject`."""
    parts = []
    for panel in extensions.panels(place):
        context = panel.context(request, subject)
        if context is not None:
            parts.append(render_to_string(panel.template, {**context, "subject": subject}, request=request))
    return mark_safe("".join(parts))  # noqa: S308  (rendered templates, escaped one by one)
