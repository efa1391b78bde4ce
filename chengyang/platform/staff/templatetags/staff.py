"""Tags of the desk."""

import datetime as dt
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import display_for_field, display_for_value, lookup_field
from django.contrib.admin.views.main import ChangeList

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.web.wording import yes_or_no
from chengyang.platform.workdays import deadlines

register = template.Library()


@register.inclusion_tag("web/_due.html")
def deadline(due_on: dt.date | None) -> dict[str, Any]:
    """Show how long there is until `due_on`, in working days, as a sun that goes down."""
    said = deadlines.describe(due_on, clock.today())
    return {"level": said.level, "symbol": f"c-{said.level}", "words": said.words, "note": dates.day(due_on)}


@register.simple_tag
def headers(cl: ChangeList) -> list[dict[str, Any]]:
    """Return the column heads of a list: text, and the address that sorts by it."""
    return list(result_headers(cl))


@register.simple_tag
def lines(cl: ChangeList) -> list[tuple[str, list[tuple[Any, Any]]]]:
    """Return the rows of a list: the address of the row's page, and its cells as (head, value)."""
    heads = [header["text"] for header in result_headers(cl)]
    return [(cl.model_admin.url_of(row), list(zip(heads, _cells(cl, row), strict=True))) for row in cl.result_list]


def _cells(cl, row):
    for name in cl.list_display:
        field, attribute, value = lookup_field(name, row, cl.model_admin)
        empty = getattr(attribute, "empty_value_display", "—")
        if field is None:
            yield _shown(value) or display_for_value(value, empty)
        elif field.remote_field:
            yield getattr(row, field.name) or empty
        else:
            yield _shown(value) or display_for_field(value, field, empty)


def _shown(value):
    """Return dates and moments as people write them here, and yes and no in words; None for the rest."""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, dt.datetime):
        return dates.stamp(value)
    return value.isoformat() if isinstance(value, dt.date) else None
