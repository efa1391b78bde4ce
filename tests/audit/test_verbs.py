"""The audit verbs that the apps register, and those that the code records."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from chengyang import extensions
from tests.project.sources import modules

VERB = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


def recorded():
    """Yield (verb, file) for each call of `record` or `record_alone`, and each argument `verb=…` of any call."""
    for folder in ("chengyang", "members", "organizations", "bases", "activities", "services"):
        for file in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
            for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
                yield from ((file.name, verb) for verb in verbs_in(call))


def verbs_in(call):
    """Return the literal verbs of a call; both of `"a.b" if … else "c.d"`."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "verb"]
    if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("record", "record_alone"):
        named += call.args[:1]
    constants = (node for argument in named for node in ast.walk(argument) if isinstance(node, ast.Constant))
    return [node.value for node in constants if isinstance(node.value, str) and VERB.fullmatch(node.value)]


def test_every_recorded_verb_is_registered():
    assert [(file, verb) for file, verb in recorded() if verb not in extensions.audit_verbs()] == []


def test_recorded_verbs_are_found_at_all():
    assert ("actions.py", "audit.purged") in set(recorded())


@pytest.mark.parametrize("verb", extensions.audit_verbs())
def test_verb_fits_its_column(verb):
    assert len(verb) <= 60


def test_every_declared_verb_is_written_somewhere():
    assert set(extensions.audit_verbs()) - set(constants()) == set()


def constants():
    """Yield each string in the code of the project, except in the registrations, and the verbs that `organizing` composes."""
    for module in (module for module in modules() if not module.path.endswith("extensions.py")):
        found = [node.value for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
        yield from found
        if module.path.endswith("accounts/organizing.py"):
            yield from (f"{kind}.{what}" for kind in ("organization", "base", "team") for what in found)
