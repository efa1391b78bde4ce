"""The virtual environment `.venv`: made when the lock changed, stamped when complete. Standard library only.

A build is all or nothing: the old environment is moved aside, the new one is stamped last, and a failure puts the old
one back. Two starts at once queue on a lock on the project folder.
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
from pathlib import Path

from .paths import Problem, digest

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)\s*(;[^\\]*)?", re.MULTILINE)
TAIL = 15  # lines of the log shown when an installation fails


class Environment:
    """The virtual environment of the project in `root`."""

    def __init__(self, root):
        self.root = Path(root)
        self.folder = self.root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "portal-stamp.json"

    def exists(self):
        """Say whether there is an environment with a Python that still works."""
        return os.access(self.python, os.X_OK)

    def is_current(self):
        """Say whether this process runs inside it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def enter(self, argv):
        """Become the same command line inside the environment; does not return."""
        sys.stdout.flush()
        os.execv(self.python, [str(self.python), str(self.root / "manage.py"), *argv[1:]])

    def ensure(self, lock):
        """Make the environment hold what the file `lock` (a name in the project) lists; raises `Problem`."""
        if not (self.root / lock).is_file():
            raise Problem(f"{self.root / lock} is missing: get a complete copy of the project.")
        if self.satisfies(lock):
            return
        with self._alone():
            if self.satisfies(lock):  # somebody else made it while we queued
                return
            if self._has_every_pin(lock):
                self._write_stamp(lock)
            elif self._fits_runtime():
                self._install(lock)  # only adds to what is there
                self._write_stamp(lock)
            else:
                self._rebuild(lock)

    def satisfies(self, lock):
        """Say whether the stamp covers `lock` as it is now, with the Python it was made with."""
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
        """Note that `lock` is installed, and `requirements.lock` with it, of which the other lock is a superset."""
        facts = {name: digest(self.root / name) for name in ("requirements.lock", lock)}
        draft = self.stamp.with_suffix(".new")
        draft.write_text(json.dumps({"python": os.path.realpath(self.python), **facts}) + "\n")
        draft.replace(self.stamp)

    def _fits_runtime(self):
        return self.satisfies("requirements.lock") and self._has_pip()

    def _has_pip(self):
        return any(self.folder.glob("lib/python3.*/site-packages/pip"))

    def _has_every_pin(self, lock):
        """Say whether an environment made by other means already holds every pinned version."""
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
    def _alone(self):
        """Hold the lock on the project folder, so that two starts never build at once."""
        if not os.access(self.root, os.W_OK):
            raise Problem(f"{self.root} cannot be written by this account: use a copy of the project of your own.")
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            with _ended_by_signals():
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
        """Install what `lock` lists, by hash; shows how far it is, and the end of the log when it fails."""
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
    """Run pip's `command` with its output copied to `log`, counting packages on a terminal; return its exit code."""
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
    """Show `step` on the terminal's last line, if there is a terminal."""
    if sys.stdout.isatty():
        print(f"\r  {step:<20}\r", end="", flush=True)


@contextlib.contextmanager
def _ended_by_signals():
    """Turn SIGINT (ignored in a background job unless handled) and SIGTERM into exits that clean up."""

    def leave(number, _frame):
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _install_venv_package():
    """Debian ships Python without what `venv` needs: install that package when we may, else name it in a `Problem`."""
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
    """Say whether the installed `version` (None: not installed) is one of `wanted`, [(version, marker)] of one package."""
    return version in [pinned for pinned, _ in wanted] if version else all(marker for _, marker in wanted)


def _key(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _last_line(text):
    return (text.strip().splitlines() or ["no reason was given"])[-1]
