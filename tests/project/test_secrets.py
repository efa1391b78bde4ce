"""Secrets that a local start makes for itself (`chengyang/environment.py`)."""

import secrets
import stat
import subprocess
import sys
import time

from chengyang import environment
from chengyang.devtools.paths import ROOT

AT_ONCE = 8
MAKE = """
import pathlib, secrets, sys, time
from chengyang import environment
time.sleep(max(0, float(sys.argv[2]) - time.time()))
print(environment.secret("NO_SUCH_SECRET", "secret", lambda: secrets.token_urlsafe(64), home=pathlib.Path(sys.argv[1])))
"""


def test_processes_that_start_at_once_share_one_secret(tmp_path):
    command = [sys.executable, "-c", MAKE, str(tmp_path), str(time.time() + 2)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(AT_ONCE)]
    found = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0] * AT_ONCE
    assert len(found) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["secret"]


def test_only_the_owner_reads_a_secret_and_it_stays(tmp_path):
    first = environment.secret("NO_SUCH_SECRET", "secret", lambda: secrets.token_urlsafe(64), home=tmp_path)
    again = environment.secret("NO_SUCH_SECRET", "secret", lambda: secrets.token_urlsafe(64), home=tmp_path)
    assert (first, stat.S_IMODE((tmp_path / "keys" / "secret").stat().st_mode)) == (again, 0o600)
