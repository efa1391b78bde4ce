"""The tests in docs/promises.md exist, and so do the tests and snippets of the mutants."""

import ast
import re

from tests.mutation.__main__ import is_snippet_unique
from tests.mutation.rules import MUTANTS

from .sources import ROOT

PROMISES = (ROOT / "docs" / "promises.md").read_text()
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
LEAST_MUTANTS = 20


def names_in(path):
    """Return the names of the tests in a file below tests/; empty when there is no such file."""
    file = ROOT / "tests" / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists():
    assert [f"{path}::{name}" for path, name in NAMED.findall(PROMISES) if name not in names_in(path)] == []


def test_every_promise_names_a_test():
    heads = ("| promise", "| rule", "| ---")
    lines = [line for line in PROMISES.splitlines() if line.startswith("|") and not line.startswith(heads)]
    assert len(lines) > 40
    assert [line[:80] for line in lines if not NAMED.search(line)] == []


def test_the_snippet_of_every_mutant_is_in_its_file_once():
    assert [mutant.name for mutant in MUTANTS if not is_snippet_unique(mutant)] == []


def test_every_mutant_has_a_test_that_exists():
    named = [(mutant.name, *test.partition("[")[0].partition("::")[::2]) for mutant in MUTANTS for test in mutant.tests]
    assert [name for name, path, test in named if not (test in names_in(path) if test else names_in(path))] == []


def test_the_mutants_have_unique_names_and_are_numerous():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= LEAST_MUTANTS
