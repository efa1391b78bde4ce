"""Template tags of the staff site."""

import datetime as dt
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import display_for_field, display_for_value, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.extensions import Paper
from chengyang.lib.chinese import dates
from chengyang.platform.imports.permissions import can_import
from chengyang.platform.staff.detail_rows import moment_text
from chengyang.platform.workdays import deadlines

register = template.Library()
SHORT = 8  # characters of a cell
_SHORT = mark_safe(' class="short"')


@register.inclusion_tag("web/_due.html")
def deadline(due_on: dt.date | None) -> dict[str, Any]:
    """Show the time until `due_on` in working days, with the icon of a sun that sets."""
    due = deadlines.describe(due_on, clock.today())
    return {"level": due.level, "symbol": f"c-{due.level}", "words": due.words, "note": dates.day(due_on)}


@register.simple_tag
def import_kinds(model: Any, user: Any) -> list[Any]:
    """Return the kinds of sheets that `user` may read into the list of `model`."""
    found = extensions.import_kinds(model._meta.label)
    return [kind for kind in found if can_import(user, kind)]


@register.simple_tag
def headers(cl: ChangeList) -> list[dict[str, Any]]:
    """Return the column heads of a list, each with its text and the URL that sorts by it."""
    heads = list(result_headers(cl))
    return [heads[at] for at, _entry in cl.columns]


@register.simple_tag
def lines(cl: ChangeList) -> SafeString:
    """Render the rows of a list; the first cell leads to the row. In Python, because it is most of what the page costs."""
    heads = [conditional_escape(header["text"]) for header in headers(cl)][1:]
    return format_html_join("\n", "<tr>{}{}</tr>", (_line(cl, row, heads) for row in cl.result_list))


def _line(cl, row, heads):
    first, *others = _cells(cl, row)
    head = format_html(
        '<td class="tick"><label><input type="checkbox" name="row" value="{}" form="many" aria-label="{}"></label></td>'
        '<th scope="row"><a href="{}"><span class="as-is">{}</span></a></th>',
        row.pk,
        _("选 %(name)s") % {"name": first},
        cl.model_admin.url_of(row, cl.kept),
        localize(first),
    )
    cells = ((name, _width(text), text) for name, text in zip(heads, map(localize, others), strict=True))
    return head, format_html_join("", '<td data-label="{}"{}>{}</td>', cells)


def _width(text):
    """Return the class of a cell that is never broken in two lines: a number, a state, the last digits of a telephone number."""
    return _SHORT if isinstance(text, str) and len(text) <= SHORT else ""


@register.simple_tag
def printed_line(user: Any) -> str:
    """Return who has a page in front of them and since when, for the end of its print."""
    return f"{user}　{dates.stamp(clock.now())}"


@register.simple_tag(takes_context=True)
def papers_of(context: Any, label: str, record: Any = "") -> list[Paper]:
    """Return the papers about records of the model `label`; about `record`, where it is given, those that the reader may have."""
    found = extensions.papers(label)
    return [paper for paper in found if paper.can(context["request"].user, record)] if record else found


@register.filter
def named(value: Any) -> Any:
    """Return how the staff site names a row: by its `staff_label`, which tells persons of one name apart; else the value itself."""
    return getattr(value, "staff_label", value)


def _cells(cl, row):
    for _at, name in cl.columns:
        field, attribute, value = lookup_field(name, row, cl.model_admin)
        empty = getattr(attribute, "empty_value_display", "—")
        if field is None:
            yield moment_text(value) or display_for_value(named(value), empty)
        elif field.remote_field:
            yield named(getattr(row, field.name)) or empty
        else:
            yield moment_text(value) or display_for_field(value, field, empty)
