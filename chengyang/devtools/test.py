"""`manage.py test`: all tests on a cluster of their own in a temporary folder, beside whatever runs."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from . import catalogues, paths, server_registry
from .paths import ROOT
from .postgres import Postgres
from .processes import MARK, Supervisor, dying_with_us
from .valkey import Valkey

WORKERS = "2"  # two cores are the smallest machine we promise ten minutes for
INTERRUPT_WITHIN = 30.0  # seconds that the tests have to put things away after a signal

# What a developer's shell may have set and the tests must not see.
FOREIGN = ("PORT", "DEMO", "DEMO_PASSWORD", "STAFF_MFA", "EMAIL_URL", "SMS_BACKEND", "PORTAL_CLOCK", "PORTAL_HTTPS")


def main(arguments):
    """Run pytest with `arguments` (all tests without any) and return its exit code."""
    chosen = arguments or ["tests"]
    spread = (
        ()
        if any(part.startswith(("-n", "-p", "--pdb", "--numprocesses")) for part in chosen)
        else ("-n", WORKERS, "--dist", "loadfile")
    )
    return run([sys.executable, "-m", "pytest", *spread, *chosen])


def run(command):
    """Run `command` in the project with servers and secrets of its own; return its exit code."""
    catalogues.compile_all()
    with temporary_home() as home:
        supervisor = Supervisor(home / "log", echo=False)
        with supervisor.hearing(), servers(home, supervisor):
            if supervisor.signalled:
                return 128 + supervisor.signalled
            return follow(command, environment(home), supervisor)


@contextlib.contextmanager
def servers(home, supervisor):
    """Run Postgres and Valkey for `home`, fast and without care for what they hold."""
    postgres, valkey = Postgres(home, durable=False), Valkey(home, durable=False)
    try:
        postgres.start(supervisor)
        valkey.start(supervisor)
        if not supervisor.signalled:
            postgres.create_database()
        yield
    finally:
        for child in reversed(list(supervisor.children)):
            supervisor.stop(child, graces=[(None, 3.0), (signal.SIGQUIT, 1.0)])
        postgres.destroy()
        valkey.destroy()


@contextlib.contextmanager
def temporary_home():
    """Give a data folder that is deleted at the end; other accounts may pass through it, since root starts some."""
    folder = Path(tempfile.mkdtemp(prefix="chengyang-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(home):
    """Return the environment of the tests: the servers of `home`, fresh secrets, nothing of a running portal."""
    return {
        **{name: value for name, value in os.environ.items() if name not in FOREIGN},
        "PORTAL_ENV": "local",
        "CHENGYANG_HOME": str(home),
        "DATABASE_URL": server_registry.database_url(home),
        "REDIS_URL": server_registry.redis_url(home),
        "SECRET_KEY": secrets.token_urlsafe(48),
        MARK: str(home),
    }


def follow(command, surroundings, supervisor):
    """Run `command` on our own terminal until it ends; a signal to us is passed on to it."""
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings, preexec_fn=dying_with_us(signal.SIGTERM))
    ended = lambda: process.poll() is not None  # noqa: E731
    while not supervisor.wait(ended, 3600) and not supervisor.signalled:
        pass
    if not ended():
        with contextlib.suppress(subprocess.TimeoutExpired):
            if not (supervisor.signalled == signal.SIGINT and os.isatty(0)):  # the terminal told it already
                process.send_signal(signal.SIGINT)
            process.wait(INTERRUPT_WITHIN)
        process.kill()
    return process.wait() if process.returncode is None else process.returncode


if __name__ == "__main__":
    paths.run(lambda: main(sys.argv[1:]))
