"""The register of verbs."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from chengyang.platform.audit import verbs
from chengyang.platform.audit.verbs import VERBS


@pytest.fixture
def unchanged(monkeypatch):
    """Let a test register verbs without leaving them behind."""
    monkeypatch.setattr(verbs, "_verbs", dict(verbs._verbs))


def recorded():
    """Yield each verb that stands in a call of record or record_alone, or as `verb=…` of any call, with its file."""
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
    return [node.value for node in constants if isinstance(node.value, str) and verbs._SHAPE.fullmatch(node.value)]


def test_every_recorded_verb_is_registered():
    assert [(file, verb) for file, verb in recorded() if verb not in VERBS] == []


def test_recorded_verbs_are_found_at_all():
    assert ("actions.py", "audit.purged") in set(recorded())


@pytest.mark.parametrize("verb", VERBS)
def test_verb_is_a_thing_and_what_was_done(verb):
    assert verbs._SHAPE.fullmatch(verb)
    assert len(verb) <= 60


def test_registered_verb_is_known(unchanged):
    verbs.register({"visit.booked": "预约观摩"})
    assert verbs._verbs["visit.booked"] == "预约观摩"


def test_verb_has_one_label(unchanged):
    with pytest.raises(ValueError, match="another label"):
        verbs.register({"session.started": "进门"})


@pytest.mark.parametrize("verb", ["booked", "Visit.booked", "visit.booked.twice", "观摩.预约"])
def test_verb_of_another_shape_is_refused(unchanged, verb):
    with pytest.raises(ValueError, match="not of the form"):
        verbs.register({verb: "预约观摩"})
