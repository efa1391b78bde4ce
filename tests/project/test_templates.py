"""No template contains English text for the screen."""

import re

from .sources import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
# Latin words that Chinese text uses, too: formats, protocols, names of programs.
LATIN = {"ical", "excel", "json", "pdf", "api", "docx", "word", "wps", "xlsx", "cookie", "csrf", "openapi"}
LATIN |= {"microsoft", "authenticator", "freeotp"}
LATIN |= {"shift", "esc"}  # keys of a keyboard
LATIN |= {"website"}  # the type of a page in its preview (Open Graph)
CODE = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->|<!doctype[^>]*>"
    r"|\{% block \w+_class %\}.*?\{% endblock %\}|<meta name=\"(?:robots|color-scheme)\"[^>]*>",
    re.S,
)
LITERALS = re.compile(r"""\{%\s*(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')""")
TAGS = re.compile(r"\{[%{].*?[%}]\}", re.S)
SPOKEN = re.compile(r"""\s(?:alt|title|aria-label|placeholder|content|data-(?:yes|no|confirm[a-z-]*))="([^"]*)\"""")
MARKUP = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", re.S)
WORD = re.compile(r"[A-Za-z]{3,}")


def visible_text(source: str) -> str:
    """Return the visible text of a template: its own text, translated literals, and attributes that are shown or spoken."""
    source = CODE.sub("", source)
    translated = " ".join(a or b for a, b in LITERALS.findall(source))
    plain = TAGS.sub(" ", source)
    attributes = [text for text in SPOKEN.findall(plain) if "=" not in text]  # `width=device-width` is not a text
    return " ".join([translated, *attributes, re.sub(r"&\w+;", " ", MARKUP.sub(" ", plain))])


def test_no_template_contains_english():
    found = {
        path.name: {word.lower() for word in WORD.findall(visible_text(path.read_text()))} - LATIN for path in TEMPLATES
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_english_is_found_in_texts_attributes_and_literals():
    text = visible_text('<p title="Save" class="wide">here {% translate "Nothing" %}{# but not here #}</p>')
    assert sorted(WORD.findall(text)) == ["Nothing", "Save", "here"]
