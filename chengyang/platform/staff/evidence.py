"""The page of the records behind a number: who may not read a row sees only how many there are."""

from typing import Any

from django.http import HttpRequest

from chengyang.extensions import Metric, Period
from chengyang.platform.web.paging import numbered

from .links import page_url


def evidence(
    site: Any,
    request: HttpRequest,
    metric: Metric,
    subject: Any,
    period: Period,
    *,
    heading: Any,
    about: Any,
    back: str,
    of: Any,
) -> dict[str, Any]:
    """Return the context of `staff/evidence.html` for the rows that `metric` counts for `subject` in `period`.

    `heading` and `about` say what is counted, `of` is whose number it is, and `back` the address of its page. Who reads rows about
    people is recorded for them (requirements P10).
    """
    found = metric.records(subject, period)
    other = site._registry.get(found.model)
    can_open = other is not None and other.has_view_permission(request)
    seen = other.get_queryset(request).order_by().values("pk") if can_open else []
    opened = metric.readable(request.user, found, subject, period).filter(pk__in=seen)
    page = numbered(request, opened.order_by("-pk"))
    pages = page.paginator
    shown = opened.count() if pages.is_capped else pages.count
    if can_open:
        other.record_reading("list.read", page.object_list, request.user, found.model)
    return {
        "title": heading,
        "heading": heading,
        "about": about,
        "of": of,
        "page": page,
        "rows": [(row, page_url(row)) for row in page.object_list],
        "hidden": found.count() - shown,
        "back": back,
    }
