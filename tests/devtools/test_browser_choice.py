"""Browser tests run where there is a Chromium; elsewhere one line says why not, or CI fails."""

import os
import shutil
import subprocess
import sys

import pytest

from chengyang.devtools.paths import ROOT

TESTS = """
import pytest
pytestmark = pytest.mark.browser
def test_one(browser): pass
def test_two(browser): pass
"""


@pytest.fixture
def outcome(tmp_path):
    """Return a function that runs two browser tests in the given surroundings: (exit code, output)."""
    shutil.copy(ROOT / "tests" / "browser" / "conftest.py", tmp_path)
    (tmp_path / "test_pages.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: in Chromium\n")

    def run(**environment):
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "REQUIRE_BROWSER", "CHROMIUM")}
        command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-rs", "."]
        done = subprocess.run(command, cwd=tmp_path, env={**kept, **environment}, capture_output=True, text=True)
        return done.returncode, done.stdout

    return run


def test_without_chromium_one_line_gives_the_reason(outcome):
    code, said = outcome(PATH="/nowhere")
    assert code == 0
    assert said.count("2 browser tests: no Chromium was found") == 1
    assert "1 skipped, 1 deselected" in said


@pytest.mark.parametrize("demand", [{"CI": "true"}, {"REQUIRE_BROWSER": "1"}])
def test_where_it_is_required_its_absence_is_a_failure(outcome, demand):
    code, said = outcome(PATH="/nowhere", **demand)
    assert code == 1
    assert "no Chromium was found" in said


def test_named_chromium_that_is_not_there_is_none(outcome):
    assert "no Chromium was found" in outcome(CHROMIUM="/nowhere/chromium")[1]
