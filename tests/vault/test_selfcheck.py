"""Known-answer tests at start-up (requirements C04)."""

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from chengyang.lib.vault import selfcheck
from chengyang.lib.vault.selfcheck import KNOWN_ANSWERS, KnownAnswer


@pytest.mark.parametrize("answer", KNOWN_ANSWERS, ids=lambda answer: answer.source)
def test_library_knows_the_answer(answer):
    assert answer.compute().hex() == answer.expected


@pytest.mark.parametrize("number", range(len(KNOWN_ANSWERS)))
def test_each_wrong_answer_stops_the_start(monkeypatch, number):
    wrong = list(KNOWN_ANSWERS)
    wrong[number] = wrong[number]._replace(expected="00" + wrong[number].expected[2:])
    monkeypatch.setattr(selfcheck, "KNOWN_ANSWERS", wrong)
    with pytest.raises(ImproperlyConfigured, match="known-answer test"):
        apps.get_app_config("vault").ready()


def test_library_without_the_algorithm_stops_the_start(monkeypatch):
    def missing():
        raise UnsupportedAlgorithm("no SM3 here")

    monkeypatch.setattr(selfcheck, "KNOWN_ANSWERS", [KnownAnswer("SM3", missing, "")])
    with pytest.raises(ImproperlyConfigured, match="SM3"):
        selfcheck.run()
