"""Rendering the text of a notice, and collecting the variables that an SMS provider needs beside the text."""

import re
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context, Node
from django.template.base import VariableNode
from django.template.library import SimpleNode
from django.template.loader import get_template
from django.template.loader_tags import IncludeNode
from django.utils import translation

from .models import Notice

TITLE_LENGTH = Notice._meta.get_field("title").max_length


class Rendered(NamedTuple):
    """A rendered notice: `variables` maps a name to the text that the template printed for it."""

    title: str
    body: str
    variables: dict[str, str]


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Render `templates/notices/<template>.txt`; the first line is the title. Plain text, so nothing is escaped.

    Every `{{ … }}`, simple tag and include of the file becomes a variable, named by `variable_name`. A variable whose value
    was not printed (it stands in a branch that was not taken) is an empty text: the variables hold nothing that the text does
    not. Raises TemplateDoesNotExist, and ValueError for a template without a title.
    """
    source = get_template(f"notices/{template}.txt").template  # type: ignore[attr-defined]  # Django's own engine
    values = Context(context, autoescape=False)
    with translation.override(settings.LANGUAGE_CODE), values.bind_template(source):
        text = str(source.nodelist.render(values)).strip()
        nodes = {variable_name(node): node for node in variable_nodes(source)}
        printed = {name: str(node.render(values)).strip() for name, node in nodes.items()}
    title, _, body = text.partition("\n")
    if not title:
        raise ValueError(f"notices/{template}.txt has no first line")
    variables = {name: value if value in text else "" for name, value in printed.items()}
    return Rendered(title.strip()[:TITLE_LENGTH], body.strip(), variables)


def variable_nodes(source: Any) -> list[Node]:
    """Return the nodes of a compiled template that print a value, branches included."""
    return source.nodelist.get_nodes_by_type((VariableNode, SimpleNode, IncludeNode))


def variable_name(node: Any) -> str:
    """Return the name of the variable that `node` prints: letters, digits and underscores.

    `{{ service.hours|hours }}` is `service_hours`, `{% when activity.starts activity.ends %}` is `activity_starts` (the first
    argument), `{% include "notices/activities/_where.txt" %}` is `where`.
    """
    if isinstance(node, IncludeNode):
        return PurePosixPath(str(node.template.var)).stem.strip("_")
    expression = node.args[0] if isinstance(node, SimpleNode) else node.filter_expression
    return re.sub(r"\W+", "_", expression.token.partition("|")[0])
