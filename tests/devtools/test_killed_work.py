"""Web server and worker of a running portal are killed in the middle of an import and an export (`kill -9`)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from chengyang.devtools.paths import ROOT
from tests.devtools.portal_process import PortalProcess

from .long_work import PERSONS

TIMEOUT = 240  # seconds; both go on when the sweep of the next minute finds them


@pytest.fixture
def running():
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    folder.chmod(0o755)
    one = PortalProcess(folder)
    yield one.ensure_ready()
    one.ensure_stopped()
    shutil.rmtree(folder)


def long_work(running, part, **pipes):
    variables = running.environment(PORTAL_ENV="local", DJANGO_SETTINGS_MODULE="chengyang.settings")
    command = [sys.executable, "-W", "ignore", "-m", "tests.devtools.long_work", part]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, **pipes)


def line_of(process, word):
    for line in process.stdout:
        if line.startswith(word):
            return json.loads(line.removeprefix(word))
    raise AssertionError(f"{process.args}: no line {word!r}")


def kill(running, command):
    os.killpg(os.getpgid(running.pid_of(command)), signal.SIGKILL)


def jobs(running):
    rows = running.query("SELECT kind, state FROM jobs_job WHERE kind IN ('sheet-write', 'list-export')")
    return dict(rows)


def test_an_import_and_an_export_each_end_once_after_web_and_worker_were_killed(running):
    with long_work(running, "begin", stdin=subprocess.PIPE) as halting:
        halted = line_of(halting, "halted")
        assert [(kind, state, 0 < done < total) for kind, state, done, total in halted] == [
            ("list-export", "running", True),
            ("sheet-write", "running", True),
        ]
        kill(running, "devtools.worker")
        kill(running, "devtools.web")
        running.wait_for(r"^worker ended unexpectedly")
        halting.stdin.close()  # ends the lock
    assert running.answers("/readyz")
    # the claim of the killed worker would end by itself after a minute
    running.query("UPDATE jobs_job SET claimed_until = now() WHERE state = 'running'")
    until = time.monotonic() + TIMEOUT
    while jobs(running) != {"sheet-write": "done", "list-export": "done"}:
        assert time.monotonic() < until, jobs(running)
        running.read(1)
    with long_work(running, "result") as ended:
        found = line_of(ended, "found")
    assert found == {
        "import": {"made": PERSONS},
        "members": PERSONS,
        "entries": PERSONS,
        "notices": PERSONS,
        "exported": PERSONS,
        "different": PERSONS,
        "ended": 2,
    }
