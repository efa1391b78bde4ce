"""Templates whose result many readers share depend on nobody of them: no token of a form, no user, no request."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from chengyang import extensions

TEMPLATES = Path(settings.TEMPLATES[0]["DIRS"][0])
INCLUDED = re.compile(r'{% include "([^"]+)"')
BLOCK = re.compile(r"{% per_version (.*?) %}(.*?){% endper_version %}", re.DOTALL)
REQUEST = (
    r"request\.(?:user|path|GET|POST|META|COOKIES|session|headers|get_|build_)"  # and not one that somebody has made
)
PERSONAL = re.compile(rf"csrf_token|form_number|{REQUEST}|\b(?:user|messages|perms|in_wechat|csp_nonce)\b")
SHARED = sorted({panel.template for app in extensions.apps().values() for panel in app.panels if panel.shared_by})
BLOCKS = [
    (f"{path.relative_to(TEMPLATES)}: {found[1]}", found[2])
    for path in sorted(TEMPLATES.rglob("*.html"))
    for found in BLOCK.finditer(path.read_text())
]


def whole(text):
    """Return `text` with the texts of the templates that it includes."""
    parts = [whole((TEMPLATES / name).read_text()) for name in INCLUDED.findall(text)]
    return re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", "\n".join([text, *parts]), flags=re.DOTALL)


@pytest.mark.parametrize("template", SHARED)
def test_a_panel_that_is_shared_names_nothing_personal(template):
    assert PERSONAL.findall(whole((TEMPLATES / template).read_text())) == []


@pytest.mark.parametrize(("name", "text"), BLOCKS, ids=[name for name, _text in BLOCKS])
def test_a_kept_block_names_nothing_personal(name, text):
    assert PERSONAL.findall(whole(text)) == []


def test_the_content_of_the_calendar_names_nothing_personal():
    assert PERSONAL.findall(whole((TEMPLATES / "activities/_calendar.html").read_text())) == []


def test_there_are_shared_templates():
    assert (len(SHARED) > 5, len(BLOCKS) > 5) == (True, True)
