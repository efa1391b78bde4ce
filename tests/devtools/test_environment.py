"""The virtual environment `.venv`: when it is built, and what a failed build leaves."""

import subprocess
import sys
import tempfile

import pytest

from chengyang.devtools.environment import PIN, Environment
from chengyang.devtools.paths import ROOT, Problem

LOCK = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
NOTHING = "# nothing to install\n"


@pytest.fixture
def project(tmp_path):
    for name in (LOCK, DEVELOPMENT):
        (tmp_path / name).write_text(NOTHING)
    return tmp_path


@pytest.fixture
def built(project):
    """A project with an environment that has a Python and a valid stamp, and no packages."""
    one = Environment(project)
    one.python.parent.mkdir(parents=True)
    one.python.symlink_to(sys.executable)
    one._write_stamp(LOCK)
    return one


def pretend_installed(environment, name, version):
    """Leave what pip leaves of an installed package."""
    folder = environment.folder / "lib" / "python3.11" / "site-packages" / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (folder / "RECORD").write_text(f"{name}.py,,\n")


def test_stamp_satisfies_the_lock_file_that_it_was_made_for(built):
    assert built.satisfies(LOCK)


def test_changed_lock_file_is_not_satisfied(built):
    (built.root / LOCK).write_text("# other\n")
    assert not built.satisfies(LOCK)


def test_runtime_environment_does_not_satisfy_development(built):
    assert not built.satisfies(DEVELOPMENT)


def test_development_environment_satisfies_the_runtime(built):
    built._write_stamp(DEVELOPMENT)
    assert built.satisfies(LOCK)
    assert built.satisfies(DEVELOPMENT)


def test_environment_of_another_python_does_not_count(built):
    built.python.unlink()
    built.python.symlink_to("/bin/sh")
    assert not built.satisfies(LOCK)


@pytest.mark.parametrize(
    ("lock", "met"),
    [
        ("demo==1.0 \\\n    --hash=sha256:00\n", True),
        ("Demo==1.0\n", True),
        ("demo==1.1\n", False),
        ("demo==1.0\nother==2\n", False),
        ("demo==1.0\nother==2 ; sys_platform == 'win32'\n", True),
        ("demo==1.0 ; python_version < '3.12'\ndemo==2.0 ; python_version >= '3.12'\n", True),
    ],
)
def test_environment_made_by_hand_counts_when_every_pin_is_met(built, lock, met):
    pretend_installed(built, "demo", "1.0")
    (built.root / LOCK).write_text(lock)
    assert built._has_every_pin(LOCK) is met


def test_interrupted_installation_does_not_count(built):
    pretend_installed(built, "demo", "1.0")
    next(built.folder.rglob("RECORD")).unlink()
    (built.root / LOCK).write_text("demo==1.0\n")
    assert not built._has_every_pin(LOCK)


def test_two_starts_at_once_make_one_environment(project):
    script = f"from chengyang.devtools.environment import Environment; Environment({str(project)!r}).ensure({LOCK!r})"
    starts = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    output = b"".join(start.communicate()[0] for start in starts)
    assert output.count(b"installing ") == 1
    assert Environment(project).satisfies(LOCK)
    assert subprocess.run([Environment(project).python, "-c", "import pip"]).returncode == 0


def test_failed_installation_puts_the_old_environment_back(built, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(built.root))  # the log of a failure is kept
    (built.folder / "mine").touch()
    (built.root / LOCK).write_text("not a requirement ===\n")
    with pytest.raises(Problem, match="could not be installed"):
        built.ensure(LOCK)
    assert (built.folder / "mine").exists()
    assert not (built.root / ".venv.old").exists()


def test_missing_lock_is_one_sentence(project):
    with pytest.raises(Problem, match=r"other\.lock is missing"):
        Environment(project).ensure("other.lock")


def test_both_locks_pin_the_same_versions_for_running():
    pins = [set(PIN.findall((ROOT / name).read_text())) for name in (LOCK, DEVELOPMENT)]
    assert pins[0] <= pins[1]
