"""`manage.py test`: run pytest with Postgres and Valkey of its own, beside whatever else runs on the machine."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from . import catalogues, commands, paths, server_registry, test_isolation
from .paths import ROOT, Problem
from .postgres import Postgres
from .processes import MARK, Supervisor, die_with_parent
from .valkey import Valkey

WORKERS = "3"  # one more than the cores of the smallest machine we support: many tests wait for a browser or a server
INTERRUPT_TIMEOUT = 30.0  # seconds that the tests have for cleaning up after a signal
OWN_CHOICE = ("-n", "--numprocesses", "-p", "--pdb", "--trace")  # with one of these, pytest gets no -n from us


def main(arguments):
    """Run pytest with `arguments` (a list of strings; all tests if there are none) and return its exit code.

    Raises `Problem` when the servers cannot start.
    """
    options, chosen = commands.parse("test", arguments)
    reuse = ["--reuse-db"] if options.keep else []
    command = [sys.executable, "-m", "pytest", *workers(chosen), *reuse, *(chosen or ["tests"])]
    if options.servers == "environment":
        return run_in_environment(command)
    return run(command, keep=options.keep)


def workers(chosen):
    """Return the options of pytest-xdist for the pytest arguments `chosen`.

    Three processes share the tests, file by file. There is only one process when `chosen` names tests of exactly one file:
    a file is never divided, and a second process would only start and wait.
    """
    if any(part.startswith(OWN_CHOICE) for part in chosen):
        return []
    places = {part.partition("::")[0] for part in chosen if not part.startswith("-")}
    existing = [place for place in places if (ROOT / place).exists()]
    if len(existing) == 1 and (ROOT / existing[0]).is_file():
        return ["-n", "0"]
    # In alphabetical order the last files are short ones; by number of tests, a single long one would come last.
    return ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]


def run(command, *, keep=False):
    """Run `command` (a list) in the project with servers and secrets of its own; return its exit code.

    With `keep`, the servers work in `var/test` and their databases are there again at the next run; without it they
    work in a temporary folder. Raises `Problem` when the servers cannot start.
    """
    catalogues.compile_all()
    with (kept_home if keep else temporary_home)() as home, temporary_home() as files:
        supervisor = Supervisor(home / "log", echo=False)
        with supervisor.handle_signals(), servers(home, supervisor, keep=keep):
            if supervisor.signalled:
                return 128 + supervisor.signalled
            return run_in_foreground(command, environment(home, files), supervisor)


def run_in_environment(command):
    """Run `command` with the servers of DATABASE_URL and REDIS_URL; return its exit code.

    Only databases whose names begin with `test_` are made and dropped there, see `test_databases` and `test_isolation`.
    """
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        raise Problem("--servers environment needs DATABASE_URL and REDIS_URL: set both.")
    catalogues.compile_all()
    with temporary_home() as files:
        supervisor = Supervisor(files / "log", echo=False)
        with supervisor.handle_signals():
            return run_in_foreground(command, dict(os.environ), supervisor)


# ---- data folders ----------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def temporary_home():
    """Make a data folder that is deleted at the end. Other accounts may pass through it, because root starts Postgres
    under another account."""
    folder = Path(tempfile.mkdtemp(prefix="chengyang-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def kept_home():
    """Hold the data folder `var/test` for this run; a second run waits until the first one has ended.

    The cluster writes nothing to disk at once (fsync is off), so that a crash of the machine can damage it: after a
    reboot it is made again.
    """
    folder = paths.home() / "test"
    with open(server_registry.run_folder(folder) / "test.lock", "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            print(
                f"Another `manage.py test --keep` runs (process {handle.read().strip()}); waiting for its end.",
                flush=True,
            )
            fcntl.flock(handle, fcntl.LOCK_EX)
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        discard_after_reboot(folder)
        yield folder


def discard_after_reboot(folder):
    """Delete the cluster in `folder` unless it was made since the last start of the machine (Linux; elsewhere keep it)."""
    boot, note = Path("/proc/sys/kernel/random/boot_id"), folder / "boot_id"
    current = boot.read_text() if boot.exists() else ""
    if note.exists() and note.read_text() != current:
        Postgres(folder, durable=False).destroy()
        shutil.rmtree(folder / "postgres", ignore_errors=True)
        (folder / "postgres.path").unlink(missing_ok=True)
    note.write_text(current)


# ---- running ---------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def servers(home, supervisor, *, keep=False):
    """Run Postgres and Valkey for the data folder `home`, tuned for speed: a crash of the machine may lose their data.

    Without `keep`, what they store outside `home` is deleted at the end.
    """
    postgres, valkey = Postgres(home, durable=False), Valkey(home, durable=False)
    try:
        postgres.start(supervisor)
        valkey.start(supervisor)
        if not supervisor.signalled:
            postgres.create_database()
        yield
    finally:
        for child in reversed(list(supervisor.children)):
            supervisor.stop(child, timeouts=[(None, 3.0), (signal.SIGQUIT, 1.0)])
        if not keep:
            postgres.destroy()
            valkey.destroy()


def environment(home, files):
    """Return the environment of the tests: the servers of `home`, the data folder `files`, nothing of a running portal."""
    return {
        **{name: value for name, value in os.environ.items() if name not in test_isolation.HIDDEN},
        "CHENGYANG_HOME": str(files),
        test_isolation.FILES: str(files),
        "DATABASE_URL": server_registry.database_url(home),
        "REDIS_URL": server_registry.redis_url(home),
        MARK: str(home),
    }


def run_in_foreground(command, variables, supervisor):
    """Run `command` on our own terminal until it ends and pass on a signal that we receive; return its exit code."""
    process = subprocess.Popen(command, cwd=ROOT, env=variables, preexec_fn=die_with_parent(signal.SIGTERM))
    ended = lambda: process.poll() is not None  # noqa: E731
    while not supervisor.wait(ended, 3600) and not supervisor.signalled:
        pass
    if not ended():
        with contextlib.suppress(subprocess.TimeoutExpired):
            if not (supervisor.signalled == signal.SIGINT and os.isatty(0)):  # the terminal has sent it to both of us
                process.send_signal(signal.SIGINT)
            process.wait(INTERRUPT_TIMEOUT)
        process.kill()
    return process.wait() if process.returncode is None else process.returncode


if __name__ == "__main__":
    paths.run(lambda: main(sys.argv[1:]))
