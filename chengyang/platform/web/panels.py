"""Drawing the panels that apps add to pages of lower layers (slot `panels`).

A page names a place, such as `organizations.detail` or `me.home`, and draws `{% panels "organizations.detail" organization %}`.
"""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from chengyang import extensions


def draw(place: str, request: HttpRequest, subject: Any = None) -> SafeString:
    """Return the panels of `place` for `subject`, rendered one after the other."""
    drawn = []
    for panel in extensions.panels(place):
        context = panel.context(request, subject)
        if context is not None:
            drawn.append(render_to_string(panel.template, {**context, "subject": subject}, request=request))
    return mark_safe("".join(drawn))  # noqa: S308  (rendered templates, escaped one by one)
