"""All notice templates: each can be read, begins with a title, has one meaning per variable, and is sent by an action."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from chengyang.platform.notices.rendering import variable_name, variable_nodes

ROOT = Path(settings.BASE_DIR)
TEMPLATES = {
    f"{path.parent.name}/{path.stem}": path
    for path in sorted((ROOT / "templates" / "notices").glob("*/*.txt"))
    if not path.name.startswith("_")
}
APPS = sorted({name.partition("/")[0] for name in TEMPLATES})
NAME = re.compile(rf"(?:{'|'.join(APPS)})/[a-z_]+")
SOURCES = [
    path
    for folder in ("members", "organizations", "bases", "activities", "services", "chengyang/platform")
    for path in (ROOT / folder).rglob("*.py")
]


def literals():
    """Return every string literal in the code that has the form of a notice's name, also as the start of an f-string."""
    nodes = (node for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if NAME.fullmatch(text)}


def computed_names():
    """Return the f-strings that are put together to the name of a notice: no test could find a misspelt one."""
    nodes = (node for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    texts = (ast.unparse(node)[2:-1] for node in nodes if isinstance(node, ast.JoinedStr))
    return {text for text in texts if re.fullmatch(rf"(?:{'|'.join(APPS)})/[a-z_]*{{[^}}]*}}[a-z_]*", text)}


@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES)
def test_a_notice_begins_with_a_title_in_chinese(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert re.search(r"[\u4e00-\u9fff]", re.sub(r"{[{%].*?[%}]}", "", first))


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_variable_of_a_notice_has_one_meaning(name):
    nodes = variable_nodes(get_template(f"notices/{name}.txt").template)
    printed = {(variable_name(node), node.token.contents) for node in nodes}
    assert len({variable for variable, _expression in printed}) == len(printed)


def test_every_notice_that_is_sent_has_a_template_and_every_template_is_sent():
    assert literals() == set(TEMPLATES)


def test_no_notice_is_named_at_run_time():
    assert computed_names() == set()
