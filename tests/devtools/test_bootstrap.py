"""The door: which Python, which command, which sentence."""

import ast
import os
import runpy
import subprocess
import sys

import pytest

from chengyang.devtools.paths import ROOT, Problem, digest, home, run

MANAGE = ROOT / "manage.py"


def test_old_python_gets_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(MANAGE))
    assert caught.value.code == "The portal needs Python 3.11 or newer; this is Python 3.8."


def test_old_python_can_read_the_door():
    assert ast.parse(MANAGE.read_text(), feature_version=(3, 4))


@pytest.mark.parametrize("module", ["bootstrap", "environment", "paths", "server_registry"])
def test_what_runs_before_the_environment_needs_the_standard_library_only(module):
    bare = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.append({str(ROOT)!r}); import chengyang.devtools.{module}",
    ]
    assert subprocess.run(bare, capture_output=True, text=True).stderr == ""


def test_django_commands_say_how_to_start_when_nothing_runs(tmp_path):
    gone = ("DATABASE_URL", "REDIS_URL")
    surroundings = {name: value for name, value in os.environ.items() if name not in gone}
    told = subprocess.run(
        [sys.executable, MANAGE, "showmigrations"],
        env={**surroundings, "CHENGYANG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert told.stderr == "No portal runs here and DATABASE_URL is not set: start with `python3 manage.py up`.\n"


def test_bad_configuration_is_one_sentence(tmp_path):
    told = subprocess.run(
        [sys.executable, MANAGE, "check"],
        env={**os.environ, "CHENGYANG_HOME": str(tmp_path), "STAFF_MFA": "perhaps"},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert told.stderr.startswith("Configuration: STAFF_MFA is 'perhaps'")
    assert told.stderr.count("\n") == 1


def test_problem_exits_with_its_sentence():
    def fail():
        raise Problem("Put it right.")

    with pytest.raises(SystemExit) as caught:
        run(fail)
    assert caught.value.code == "Put it right."


def test_data_folder_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHENGYANG_HOME", "data")
    assert home() == tmp_path / "data"


def test_digest_tells_files_apart_by_content_and_border(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("ab")
    two.write_text("c")
    before = digest(one, two)
    one.write_text("a")
    two.write_text("bc")
    assert digest(one, two) != before
