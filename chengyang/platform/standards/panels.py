"""The yearly evaluations of an organizer on its public page."""

from collections.abc import Callable
from typing import Any

from chengyang.extensions import Panel
from chengyang.platform.web.panels import everybody

PLACES = ("organizations.detail", "bases.detail", "services.team")
YEARS = 5


def _results(request: Any, organizer: Any) -> dict[str, Any] | None:
    """Return the final evaluations of the latest years, None without any."""
    rows = list(organizer.evaluations.published().with_rays()[:YEARS])
    return {"rows": rows, "code": rows[0].code()} if rows else None


def _panel(place: str, context: Callable[[Any, Any], Any]) -> Panel:
    return Panel(place, "standards/_results.html", context, order=65, shared_by=everybody)


PANELS = [_panel(place, _results) for place in PLACES]
