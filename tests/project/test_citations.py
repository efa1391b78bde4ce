"""All citations have a target in the repository: requirements, rules, documents and sections (docs/style.md rule 8)."""

import re

import pytest
from django.apps import apps

from . import citations
from .citations import find, texts


def offenders(wrong):
    """Return `path: citation` for everything that `wrong(path, text)` yields in the files of the repository."""
    return [f"{path}: {citation}" for path, text in texts().items() for citation in wrong(path, text)]


# ---- targets of citations exist ---------------------------------------------------------------------------------------
def unknown_codes(_path, text):
    return sorted(citations.codes_in(text) - {code for code, _text, _source in citations.requirements()})


def test_a_cited_requirement_exists():
    assert offenders(unknown_codes) == []


def unknown_rules(_path, text):
    known = {(name, number) for name in ("domain.md", "style.md") for number in citations.rules(name)}
    return sorted(f"{name} rule {number}" for name, number in citations.rules_in(text) - known)


def test_a_cited_rule_exists():
    assert offenders(unknown_rules) == []


def missing_documents(path, text):
    return sorted(name for name in citations.documents_in(text) if not find(name, cited_in=path))


def test_a_cited_document_exists():
    assert offenders(missing_documents) == []


def missing_sections(path, text):
    for name, section in sorted(citations.sections_in(text)):
        file = find(name, cited_in=path)
        if not file or section not in citations.sections(file):
            yield f'{name}, "{section}"'


def test_a_cited_section_exists():
    assert offenders(missing_sections) == []


def missing_anchors(path, text):
    for name, anchor in sorted(citations.anchors_in(text)):
        file = find(name, cited_in=path) if name else citations.ROOT / path
        if not file or anchor not in citations.anchors(file):
            yield f"{name}#{anchor}"


def test_a_link_into_a_page_finds_its_heading():
    assert offenders(missing_anchors) == []


# ---- citations have a form that can be checked -----------------------------------------------------------------------
def unquoted_sections(path, text):
    return [] if path.endswith(".md") else citations.unquoted_in(text)


def test_a_section_is_cited_in_quotation_marks():
    assert offenders(unquoted_sections) == []


def test_a_document_is_cited_by_the_name_of_its_file():
    assert offenders(lambda _path, text: citations.stems_in(text)) == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("(requirements P06, X99)", {"P06", "X99"}),
        ("(requirement P6)", {"P6"}),
        ("requirements p26", {"p26"}),
        ("(rule 8, P006)", {"P006"}),
        ("(P6, P09)", {"P6", "P09"}),
        ("requirements 5.9 and Q07", {"5.9", "Q07"}),
        ("never a fault (requirements S)", {"S"}),
        ("(P04–P06)", {"P04", "P05", "P06"}),
        ("U03: names are long", {"U03"}),
        ('<path d="M22 38a14"/> #A01f20 noqa: S308 A4', set()),
    ],
)
def test_a_code_is_found_whether_valid_or_not(text, cited):
    assert citations.codes_in(citations.one_line(text)) == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("(domain.md rule 13)", {("domain.md", 13)}),
        ("(rules\n    2–4 and 99)", {("domain.md", number) for number in (2, 3, 4, 99)}),
        ("docs/style.md rules 10 and 14", {("style.md", 10), ("style.md", 14)}),
        ("docs/style.md 40", {("style.md", 40)}),
        ("the rule of 10 characters", set()),
    ],
)
def test_a_rule_is_found_whether_valid_or_not(text, cited):
    assert citations.rules_in(citations.one_line(text)) == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("see domian.md rule 7", {"domian.md"}),
        ("(docs/style: 1)", {"docs/style"}),
        ("[a page](../deploy/README.md)", {"../deploy/README.md"}),
    ],
)
def test_a_document_is_found_whether_valid_or_not(text, cited):
    assert citations.documents_in(text) == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ('(docs/decisions.md, "Who\n    sees nothing")', {("docs/decisions.md", "Who sees nothing")}),
        ('`ui.md`, "Join"', {("ui.md", "Join")}),
    ],
)
def test_a_section_is_found_whether_valid_or_not(text, cited):
    assert citations.sections_in(citations.one_line(text)) == cited


@pytest.mark.parametrize("text", ["(ui.md, Join)", "(docs/decisions.md (CSP))", '(S04, decisions.md "sessions")'])
def test_a_section_without_quotation_marks_is_found(text):
    assert citations.unquoted_in(text)


@pytest.mark.parametrize("text", ["(architecture, State)", "(style 22, P06)", "(domain: verified)"])
def test_a_document_without_its_suffix_is_found(text):
    assert citations.stems_in(text)


# ---- the documents themselves ----------------------------------------------------------------------------------------
def test_a_requirement_has_one_line():
    codes = [code for code, _text, _source in citations.requirements()]
    assert len(set(codes)) == len(codes) > 50


def test_a_requirement_names_its_source():
    assert [code for code, text, source in citations.requirements() if not (text and source)] == []


def test_the_rules_of_the_domain_keep_their_numbers():
    assert citations.rules("domain.md") == set(range(1, 16))


def test_a_word_of_the_domain_is_a_model_or_planned():
    named = re.compile(r"`(\w+\.[A-Z]\w+)`( \(planned\))?")
    words = {found for row in citations.cells("domain.md") for found in named.findall(" ".join(row[1:]))}
    models = {model._meta.label for model in apps.get_models()}
    assert [name for name, planned in sorted(words) if bool(planned) == (name in models)] == []
