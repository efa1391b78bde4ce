"""`manage.py up` or `manage.py dev` as a process of the tests, with its output."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

from chengyang.devtools import up
from chengyang.devtools.paths import ROOT
from chengyang.devtools.processes import marked, signal_all, working_in
from chengyang.devtools.test_isolation import FILES, HIDDEN

TIMEOUT = 240  # seconds; bench/startup.py measures the speed, on an idle machine
READY = r"^portal ready on http://127\.0\.0\.1:\d+$"
SERVERS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", FILES)


class PortalProcess:
    """The command `up` or `dev` for the data folder `home`, started in the project folder `root`."""

    def __init__(self, home, command="up", root=ROOT):
        self.home = home
        self.command = command
        self.root = root
        self.output = ""  # everything since the last start
        self.read_to = 0  # `wait_for` searches from here
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def start(self, **variables):
        """Start the command with `variables` in its environment; return self."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"chengyang.devtools.{self.command}"],
            cwd=self.root,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.output, self.read_to = "", 0
        return self

    def environment(self, **variables):
        """Return the environment of a process of this portal, without what the tests set for themselves."""
        inherited = {name: value for name, value in os.environ.items() if name not in (*HIDDEN, *SERVERS)}
        return {**inherited, "CHENGYANG_HOME": str(self.home), "PORT": str(self.port), "DEMO": "off", **variables}

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def ensure_ready(self):
        """Start the command unless it runs, wait until it is ready, and return self."""
        if not self.is_running():
            self.start()
        if not re.search(READY, self.output, re.MULTILINE):
            self.wait_for(READY)
        return self

    def ensure_stopped(self):
        """Stop the command if it runs, and return self."""
        if self.is_running():
            self.stop()
        return self

    def wait_for(self, pattern, timeout=TIMEOUT):
        """Wait up to `timeout` seconds for output that matches `pattern`, after the last match; return the match."""
        until = time.monotonic() + timeout
        while not (found := re.compile(pattern, re.MULTILINE).search(self.output, self.read_to)):
            assert self.read(until - time.monotonic()), self.output[-2000:]
        self.read_to = found.end()
        return found

    def answers(self, path, timeout=TIMEOUT):
        """Return whether the page `path` answers with status 200 within `timeout` seconds."""
        until = time.monotonic() + timeout
        while up.get(self.port, path)[0] != 200:
            if time.monotonic() > until:
                return False
            self.read(0.1)
        return True

    def read(self, seconds):
        """Read the next output; return False when there is none for `seconds`, or when the process has closed it."""
        if not select.select([self.process.stdout], [], [], max(seconds, 0))[0]:
            return False
        chunk = os.read(self.process.stdout.fileno(), 65536)
        self.output += chunk.decode(errors="replace")
        return bool(chunk)

    def stop(self, number=signal.SIGTERM):
        """Send the signal `number` and return the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        """Read the output to its end and return the exit code."""
        while self.read(TIMEOUT):
            pass
        self.process.stdout.close()
        return self.process.wait(20)

    def pids(self):
        """Return the ids of the processes that exist for the data folder."""
        return {*marked(self.home), *working_in(self.home / "postgres")}

    def pid_of(self, command):
        """Return the id of a process of this portal whose command line contains `command`."""
        return next(pid for pid in self.pids() if command.encode() in Path(f"/proc/{pid}/cmdline").read_bytes())

    def command_lines(self):
        return [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in self.pids()]

    def kill(self):
        """Kill every process at once, as a power failure does."""
        self.process.kill()
        signal_all(self.pids, signal.SIGKILL, 5)
        self.wait()

    def query(self, sql):
        """Run `sql` in the portal's database; return its rows, if there are any."""
        link = psycopg2.connect(host=str(self.home / "run" / "postgres"), user="postgres", dbname="chengyang")
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else None
        finally:
            link.close()
