"""What upper floors add to pages of lower ones (docs/architecture.md).

A page names a place, such as `organizations.detail` or `me.home`, and draws `{% panels "organizations.detail" organization %}`;
an app registers in its `providers.py`:

    panels.register("organizations.detail", "activities/_coming.html", coming, order=10)

where `coming(request, subject)` returns the template's context, or None to draw nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Context = Callable[[HttpRequest, Any], Mapping[str, Any] | None]


@dataclass(frozen=True, order=True)
class Panel:
    """One piece of a page: panels of a place stand in the order of `order`, then of their template's name."""

    order: int
    template: str
    context: Context


_panels: dict[str, list[Panel]] = {}


def register(place: str, template: str, context: Context, *, order: int = 100) -> None:
    """Add a panel to `place`; registering the same template twice in one place is a mistake."""
    there = _panels.setdefault(place, [])
    if any(panel.template == template for panel in there):
        raise ValueError(f"{template} is registered twice at {place}")
    there.append(Panel(order, template, context))
    there.sort(key=lambda panel: (panel.order, panel.template))


def registered() -> dict[str, list[str]]:
    """Return the templates registered at each place, for the test that lists them."""
    return {place: [panel.template for panel in there] for place, there in sorted(_panels.items())}


def draw(place: str, request: HttpRequest, subject: Any = None) -> SafeString:
    """Return the panels of `place` for `subject`, rendered one after the other."""
    drawn = []
    for panel in _panels.get(place, ()):
        context = panel.context(request, subject)
        if context is not None:
            drawn.append(render_to_string(panel.template, {**context, "subject": subject}, request=request))
    return mark_safe("".join(drawn))  # noqa: S308  (rendered templates, escaped one by one)
