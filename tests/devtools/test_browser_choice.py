"""Browser tests need Chromium. Without it they are skipped with a reason, or fail where it is required."""

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
    """Return a function that runs two browser tests with the given variables and returns (exit code, output)."""
    shutil.copy(ROOT / "tests" / "chromium.py", tmp_path / "conftest.py")
    (tmp_path / "test_pages.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: in Chromium\n")

    def run(**environment):
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "REQUIRE_BROWSER", "CHROMIUM")}
        command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-rs", "."]
        done = subprocess.run(command, cwd=tmp_path, env={**kept, **environment}, capture_output=True, text=True)
        return done.returncode, done.stdout

    return run


def test_without_chromium_one_line_gives_the_reason(outcome):
    code, output = outcome(PATH="/nowhere")
    assert code == 0
    assert output.count("2 browser tests: no Chromium was found") == 1
    assert "1 skipped, 1 deselected" in output


@pytest.mark.parametrize("demand", [{"CI": "true"}, {"REQUIRE_BROWSER": "1"}])
def test_missing_chromium_is_a_failure_where_it_is_required(outcome, demand):
    code, output = outcome(PATH="/nowhere", **demand)
    assert code == 1
    assert "no Chromium was found" in output


def test_named_chromium_that_does_not_exist_is_reported(outcome):
    assert "no Chromium was found" in outcome(CHROMIUM="/nowhere/chromium")[1]
