"""Filling a paper: the values of a record, and the Word file that a template becomes with them.

A template sees plain texts and nothing else: no objects of the portal, so there is nothing to call or to walk to. It is rendered
in Jinja's sandbox, with escaping and without any filter, test or global.
"""

import copy
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.extensions import Paper, PaperField, PaperRows
from chengyang.extensions.papers import NUMBER
from chengyang.lib.chinese import dates

Values = dict[str, Any]  # name of a field → text, name of a list → its rows as name of a field → text
EXAMPLE_ROWS = 3


# Placeholders that every paper has: who makes it, and when.
MAKER, MADE_AT = (
    PaperField("制表人", _l("填这份打印件的人"), "孙立群", str),
    PaperField("制表时间", _l("填的时间"), "2026-11-28 09:30", str),
)


@dataclass(frozen=True)
class Filled:
    """The values of one record, and the people whose data they are."""

    values: Values
    people: Sequence[Any]


@cache
def environment() -> Any:
    """Return the environment of all templates: a sandbox in which only texts can be written."""
    from jinja2 import StrictUndefined  # only pages with Word files need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, cache_size=0)
    for kept in (made.globals, made.filters, made.tests):
        kept.clear()
    return made


# ---- values ---------------------------------------------------------------------------------------------------------
def fill(paper: Paper, record: Any, *, user: Any, order: str = "", whole: bool = False) -> Filled:
    """Return the values of `record`, as `user` may read them now; the rows of lists in the order with the code `order`.

    With `whole`, masked values are whole where `user` may read them.
    """
    reader = user if whole else None
    values: Values = {
        **{one.name: _text(one, record, reader) for one in paper.fields},
        MAKER.name: str(user),
        MADE_AT.name: dates.stamp(clock.now()),
    }
    people = [paper.concerns(record)] if paper.concerns else []
    for found in paper.lists:
        rows = rows_of(found, record, user, order)
        values[found.name] = [
            {NUMBER: str(number), **{one.name: _text(one, row, reader) for one in found.fields}}
            for number, row in enumerate(rows, 1)
        ]
        people += [found.concerns(row) for row in rows] if found.concerns else []
    return Filled(values, people)


def rows_of(found: PaperRows, record: Any, user: Any, order: str = "") -> list[Any]:
    """Return the rows of a list that `user` may read, in the order with the code `order`; an unknown one is the usual one."""
    if found.items:
        rows = list(found.items(record, user))
    else:
        assert found.rows is not None
        rows = list(found.visible(found.rows(record), user).select_related(*found.related))
    chosen = next((one for one in found.orders if one.code == order), None) or next(iter(found.orders), None)
    return sorted(rows, key=chosen.key) if chosen else rows


def people_in(paper: Paper, record: Any, user: Any, *, most: int | None = None) -> int:
    """Return how many people the paper of `record` is about, as far as `user` may read; with `most`, each list up to it."""
    lists = [
        found.visible(found.rows(record), user).order_by() for found in paper.lists if found.concerns and found.rows
    ]
    return (1 if paper.concerns else 0) + sum(rows[:most].count() for rows in lists)


def examples(paper: Paper) -> Values:
    """Return the example values of `paper`, for the preview of a template."""
    values: Values = {one.name: str(one.example) for one in (*paper.fields, MAKER, MADE_AT)}
    for found in paper.lists:
        values[found.name] = [
            {NUMBER: str(number), **{one.name: str(one.example) for one in found.fields}}
            for number in range(1, EXAMPLE_ROWS + 1)
        ]
    return values


def _text(one: PaperField, row: Any, reader: Any) -> str:
    value = one.whole(row, reader) if reader is not None and one.whole else one.value(row)
    if value is None:
        return ""
    text = str(value)
    # Characters that XML cannot hold would make the file unreadable.
    return text if text.isprintable() else "".join(c for c in text if c.isprintable() or c in "\n\t")


# ---- Word -----------------------------------------------------------------------------------------------------------
def word_file(template: bytes, values: Mapping[str, Any]) -> bytes:
    """Return the Word file that `template` becomes with `values`.

    Raises ActionError("template") for a placeholder without a value: the template was made for another version of the portal.
    """
    from docxtpl import DocxTemplate  # only Word files need it: 120 ms
    from jinja2 import TemplateError

    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(dict(values), jinja_env=environment(), autoescape=True)
    except TemplateError as error:
        raise ActionError(
            _("在用的 Word 模板填不进去，请区里管理模板的同事看看：%(what)s") % {"what": str(error)[:100]},
            code="template",
        ) from None
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def joined(files: Sequence[bytes]) -> bytes:
    """Return one Word file with the contents of `files`, which come from one template, each on a page of its own."""
    import docx
    from docx.enum.text import WD_BREAK

    first = docx.Document(io.BytesIO(files[0]))
    body = first.element.body
    end = body.sectPr
    for data in files[1:]:
        page = first.add_paragraph()
        page.add_run().add_break(WD_BREAK.PAGE)
        for element in docx.Document(io.BytesIO(data)).element.body:
            if element.tag != end.tag:
                end.addprevious(copy.deepcopy(element))
    target = io.BytesIO()
    first.save(target)
    return target.getvalue()
