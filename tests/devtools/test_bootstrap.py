"""`manage.py`: Python version, virtual environment, commands, and errors in one sentence."""

import ast
import os
import runpy
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from chengyang.devtools.commands import COMMANDS
from chengyang.devtools.paths import ROOT, Problem, digest, home, run

MANAGE = ROOT / "manage.py"
SITE_PACKAGES = Path(pytest.__file__).parent.parent


def manage(*arguments, python=sys.executable, root=ROOT, **variables):
    """Run `manage.py` without a running portal; return the completed process."""
    hidden = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [python, root / "manage.py", *arguments], env={**inherited, **variables}, capture_output=True, text=True
    )


# ---- Python ----------------------------------------------------------------------------------------------------------
def test_old_python_gets_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(MANAGE))
    assert caught.value.code == "The portal needs Python 3.11 or newer; this is Python 3.8."


def test_old_python_can_parse_manage():
    assert ast.parse(MANAGE.read_text(), feature_version=(3, 4))


@pytest.mark.parametrize("module", ["bootstrap", "commands", "environment", "paths", "server_registry"])
def test_what_runs_before_the_environment_needs_the_standard_library_only(module):
    bare = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.append({str(ROOT)!r}); import chengyang.devtools.{module}",
    ]
    assert subprocess.run(bare, capture_output=True, text=True).stderr == ""


# ---- help ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def bare_project(tmp_path):
    """A copy of what is needed to start, without a virtual environment."""
    shutil.copy(MANAGE, tmp_path)
    shutil.copytree(ROOT / "chengyang" / "devtools", tmp_path / "chengyang" / "devtools")
    (tmp_path / "chengyang" / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_printed_without_an_environment(bare_project, command):
    done = manage(command, "--help", python=sys._base_executable, root=bare_project)
    assert done.stdout.startswith(f"usage: manage.py {command} ")
    assert not (bare_project / ".venv").exists()


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"test"}))
def test_unknown_option_is_refused_without_an_environment(bare_project, command):
    done = manage(command, "--prot", "1", python=sys._base_executable, root=bare_project)
    assert done.returncode == 2
    assert "unrecognized arguments: --prot" in done.stderr


def test_list_of_commands_needs_no_environment(bare_project):
    done = manage("help", python=sys._base_executable, root=bare_project)
    assert done.stderr == ""
    assert [name for name in COMMANDS if f"  {name} " not in done.stdout] == []


def test_list_of_commands_continues_with_those_of_django(tmp_path):
    listed = manage("help", CHENGYANG_HOME=str(tmp_path)).stdout
    assert listed.count("  check-all ") == 1
    assert "    migrate" in listed


def test_help_with_the_name_of_a_command_prints_its_options():
    assert "--no-demo" in manage("help", "up").stdout


# ---- virtual environments --------------------------------------------------------------------------------------------
@pytest.fixture
def own_python(tmp_path):
    """The Python of a virtual environment that a developer made, with the packages of this test run."""
    venv.create(tmp_path / "own", with_pip=False)
    python = tmp_path / "own" / "bin" / "python"
    site = next((tmp_path / "own" / "lib").glob("python3.*/site-packages"))
    (site / "packages.pth").write_text(f"{SITE_PACKAGES}\n")
    return python


def test_own_virtual_environment_is_used_and_none_is_built(bare_project, own_python):
    for name in ("pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, bare_project)
    done = manage("mutants", python=own_python, root=bare_project)
    assert "No module named" in done.stderr  # it got as far as the command, which needs more files
    assert not (bare_project / ".venv").exists()


def test_own_virtual_environment_runs_commands_of_django(own_python, tmp_path):
    script = "import sys; print(sys.prefix)"
    done = manage("shell", "--verbosity", "0", "-c", script, python=own_python, CHENGYANG_HOME=str(tmp_path / "home"))
    assert done.stdout.splitlines()[-1] == str(own_python.parent.parent)


def test_own_virtual_environment_with_a_missing_package_is_one_sentence(bare_project, own_python):
    (bare_project / "pyproject.toml").write_text(
        '[project]\ndependencies = ["Django>=5", "absent>=1"]\n[project.optional-dependencies]\ndev = ["pytest>=999"]\n'
    )
    done = manage("check-all", python=own_python, root=bare_project)
    assert done.returncode == 1
    assert "lacks absent>=1, pytest>=999: run `pip install -r requirements-dev.lock` in it" in done.stderr


# ---- errors ----------------------------------------------------------------------------------------------------------
def test_django_commands_say_how_to_start_when_nothing_runs(tmp_path):
    done = manage("showmigrations", CHENGYANG_HOME=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "No portal runs here and DATABASE_URL is not set: start with `python3 manage.py up`.\n"


def test_bad_configuration_is_one_sentence(tmp_path):
    done = manage("check", CHENGYANG_HOME=str(tmp_path), STAFF_MFA="perhaps")
    assert done.returncode == 1
    assert done.stderr.startswith("Configuration: STAFF_MFA is 'perhaps'")
    assert done.stderr.count("\n") == 1


def test_problem_exits_with_its_sentence():
    def fail():
        raise Problem("Put it right.")

    with pytest.raises(SystemExit) as caught:
        run(fail)
    assert caught.value.code == "Put it right."


# ---- paths -----------------------------------------------------------------------------------------------------------
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
