"""Rules of templates, styles and scripts: no inline code, no foreign host, contrast, small scripts."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "static"
TEMPLATES = sorted(path for path in settings.BASE_DIR.glob("**/templates/**/*.html") if ".venv" not in path.parts)
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
SPRITE = (STATIC / "img/icons.svg").read_text()
CLASSES = set(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(path.read_text() for path in STYLES)))
SCRIPTED = "".join(path.read_text() for path in SCRIPTS)
FORBIDDEN = [
    r"\sstyle\s*=",
    r"<style\b",
    r"<script(?![^>]*\ssrc=)[^>]*>",
    r"\son[a-z]+\s*=\s*[\"']",
    r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
    r"javascript:",
    r"\bhx-on\b",
    r"\|safe\b",
    r"\stitle=[\"']",  # nobody sees a tooltip on a phone
]


def name(path):
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_has_no_inline_code_and_no_foreign_host(path):
    source = path.read_text()
    assert [rule for rule in FORBIDDEN if re.search(rule, source, re.IGNORECASE)] == []


@pytest.mark.parametrize("bad", [
    '<p style="color:red">', "<style>", "<script>x()</script>", '<a onclick="x()">', '<img src="https://cdn.example/x">',
    "<a href='//cdn.example'>", '<a href="javascript:x()">', "{{ text|safe }}", '<b title="x">',
])  # fmt: skip
def test_the_rules_for_templates_can_fail(bad):
    assert any(re.search(rule, bad, re.IGNORECASE) for rule in FORBIDDEN)


def with_parents(path):
    """Return the source of the template with those of the templates that it extends."""
    source = path.read_text()
    parent = re.search(r'{% extends "([^"]+)"', source)
    return source + (with_parents(settings.BASE_DIR / "templates" / parent[1]) if parent else "")


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "{% extends" in path.read_text()], ids=name)
def test_a_page_with_a_long_form_loads_its_script(path):
    needs = re.search(r"\bdata-(keep|autosave|fill|decide)\b", path.read_text())
    assert not needs or "js/form.js" in with_parents(path)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_comment_in_template_ends_on_its_line(path):
    assert [line for line in path.read_text().splitlines() if "{#" in line and "#}" not in line] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_icons_of_template_are_in_the_sprite(path):
    used = re.findall(r'{%\s*icon "([a-z]+)"', path.read_text())
    assert [icon for icon in used if f'id="i-{icon}"' not in SPRITE] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_classes_of_template_are_in_the_styles_or_scripts(path):
    fixed = re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "{}", path.read_text()))
    used = {one for classes in re.findall(r'\sclass="([^"]*)"', fixed) for one in classes.split() if "{" not in one}
    assert {one for one in used - CLASSES if one not in SCRIPTED} == set()


@pytest.mark.parametrize("path", STYLES + SCRIPTS, ids=name)
def test_a_static_file_uses_no_foreign_host(path):
    assert re.findall(r"https?://\S+|@import|url\((?!#)", path.read_text()) == []


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=name)
def test_literal_colours_are_in_the_tokens_only(path):
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!-)|rgba?\(|hsla?\(", without_ids(path)) == []


def without_ids(path):
    """Return the declarations of a style sheet: a selector such as `#more-filters` is not a colour."""
    return " ".join(re.findall(r"\{([^{}]*)\}", path.read_text()))


def test_styles_use_only_tokens_that_exist():
    everything = "".join(path.read_text() for path in STYLES)
    used, made = (
        set(re.findall(r"var\((--[a-z0-9-]+)\)", everything)),
        set(re.findall(r"(--[a-z0-9-]+)\s*:", everything)),
    )
    assert used - made == set()


def test_styles_use_no_syntax_that_old_browsers_lack():
    everything = "".join(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in STYLES)
    assert re.findall(r"color-mix\(|light-dark\(|@layer|^\s*&", everything, re.MULTILINE) == []


def test_own_scripts_are_small():
    assert sum(path.stat().st_size for path in SCRIPTS) < 40_000


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_evaluates_nothing_and_sets_no_inline_style(path):
    assert re.findall(r"\beval\(|new Function|innerHTML|\.style\b|document\.write", path.read_text()) == []


# ---- red ------------------------------------------------------------------------------------------------------------
WRONG = {  # what is over, cancelled, refused, overdue, missed or mistyped
    ".is-bad", ".field__error", ".input[aria-invalid]", ".field--error > legend, .field--error > label", ".ev--off .ev__left",
    ".legend .ev__off", ".due--set", ".todo__sum .is-late", ".rules__change del", ".revision del", ".diff .is-wrong", ".diff__why",
    ".pace.is-bad .pace__did",
}  # fmt: skip
CARD = {".honour .icon": "ink-2", ".honour .is-reached": "pine", ".honour .is-won": "ochre"}


def coloured(token):
    """Return the selectors of all rules that use the colour `token`."""
    everything = "".join(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in STYLES)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", everything)
    return {" ".join(selector.split()) for selector, body in rules if f"var(--{token})" in body}


def test_crimson_is_for_what_is_wrong_only():
    assert coloured("crimson") == WRONG


def test_the_icons_of_cards_are_not_red():
    assert [selector for selector in coloured("crimson") | coloured("main") if "honour" in selector] == []
    assert {selector for selector, token in CARD.items() if selector in coloured(token)} == set(CARD)


# ---- contrast -------------------------------------------------------------------------------------------------------
def tokens():
    """Return {"light": {...}, "dark": {...}} of the hex colours in tokens.css."""
    light, dark = Path(STATIC / "css/tokens.css").read_text().split("@media screen and (prefers-color-scheme: dark)")
    colours = re.compile(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})")
    first = dict(colours.findall(light))
    return {"light": first, "dark": {**first, **dict(colours.findall(dark.split("@media")[0]))}}


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("ground", "surface", "quiet")
TEXT = [
    *product(("ink",), (*GROUNDS, "main-tint", "sun-tint", "bay-tint", "pine-tint", "ochre-tint", "crimson-tint"), (7,)),
    *product(("ink-2", "main", "bay", "pine", "ochre", "crimson"), GROUNDS, (4.5,)),
    *[(hue, f"{hue}-tint", 4.5) for hue in ("main", "bay", "pine", "ochre", "crimson")],
    ("on-main", "main-fill", 4.5), ("on-main", "main-deep", 4.5), ("on-sun", "sun", 4.5), ("ground", "ink", 7),
    *product(("edge", "focus"), GROUNDS, (3,)),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), TEXT)
def test_contrast_is_enough(theme, front, back, least):
    colours = tokens()[theme]
    assert contrast(colours[front], colours[back]) >= least


def test_contrast_of_black_on_white_is_21():
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21


def test_dark_theme_has_colours_of_its_own():
    assert tokens()["dark"]["ground"] != tokens()["light"]["ground"]
