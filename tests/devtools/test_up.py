"""`manage.py up` as a whole, started as a person starts it, without the demo."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from chengyang.devtools import up
from chengyang.devtools.paths import ROOT, Problem
from chengyang.devtools.processes import end_all, marked, working_in
from chengyang.devtools.up import RESTARTS, Part

PATIENCE = 240  # seconds; how fast it must be is measured by bench/startup.py, on a machine that does nothing else
READY = r"^portal ready on http://127\.0\.0\.1:\d+$"
FOREIGN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VAULT_KEYS", "DJANGO_SETTINGS_MODULE")


class Running:
    """A portal under `home`, as its terminal and `ps` show it."""

    def __init__(self, home):
        self.home = home
        self.said = ""  # everything on the terminal since the last start
        self.heard = 0  # up to here it was looked at
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def start(self, **environment):
        surroundings = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        ours = {"CHENGYANG_HOME": str(self.home), "PORT": str(self.port), "DEMO": "off", "PORTAL_ENV": "local"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chengyang.devtools.up"],
            cwd=ROOT,
            env={**surroundings, **ours, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.said, self.heard = "", 0
        return self

    def up(self):
        """Have it run and ready."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        if not re.search(READY, self.said, re.MULTILINE):
            self.says(READY)
        return self

    def down(self):
        """Have it stopped."""
        if self.process is not None and self.process.poll() is None:
            self.end()
        return self

    def says(self, pattern, seconds=PATIENCE):
        """Wait until the terminal shows `pattern` after what was heard before; return the match."""
        until = time.monotonic() + seconds
        while not (found := re.compile(pattern, re.MULTILINE).search(self.said, self.heard)):
            assert self.listen(until - time.monotonic()), self.said[-2000:]
        self.heard = found.end()
        return found

    def answers(self, path, seconds=PATIENCE):
        """Say whether the page answers 200 within `seconds`."""
        until = time.monotonic() + seconds
        while up.ask(self.port, path)[0] != 200:
            if time.monotonic() > until:
                return False
            self.listen(0.1)
        return True

    def listen(self, seconds):
        """Take what the terminal shows next; False when it is closed or silent for so long."""
        if not select.select([self.process.stdout], [], [], max(seconds, 0))[0]:
            return False
        chunk = os.read(self.process.stdout.fileno(), 65536)
        self.said += chunk.decode(errors="replace")
        return bool(chunk)

    def end(self, number=signal.SIGTERM):
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        """Hear the terminal out; return the exit code."""
        while self.listen(PATIENCE):
            pass
        self.process.stdout.close()
        return self.process.wait(20)

    def left(self):
        return {*marked(self.home), *working_in(self.home / "postgres")}

    def commands(self):
        return [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in self.left()]

    def kill(self):
        """End every process at once, as a power cut does."""
        self.process.kill()
        end_all(self.left, signal.SIGKILL, 5)
        self.wait()

    def query(self, sql):
        link = psycopg2.connect(host=str(self.home / "run" / "postgres"), user="postgres", dbname="chengyang")
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else None
        finally:
            link.close()


@pytest.fixture(scope="module")
def portal():
    """One data folder for all these tests, so that its database is made once."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    folder.chmod(0o755)
    one = Running(folder)
    yield one
    one.down()
    shutil.rmtree(folder)


@pytest.fixture
def running(portal):
    return portal.up()


@pytest.fixture
def stopped(portal):
    return portal.down()


def test_it_says_where_to_go_and_when_it_is_ready(stopped):
    running = stopped.up()
    assert f"\nportal ready on http://127.0.0.1:{running.port}" in running.said
    assert f"http://127.0.0.1:{running.port}/manage/" in running.said


def test_every_process_names_the_data_folder(running):
    nameless = [line for line in running.commands() if str(running.home) not in line]
    assert [line for line in nameless if not line.startswith("postgres: ")] == []


def test_second_start_is_refused_in_one_sentence(running):
    second = subprocess.run(
        [sys.executable, "-m", "chengyang.devtools.up"],
        cwd=ROOT,
        env={**os.environ, "CHENGYANG_HOME": str(running.home), "PORT": "1"},
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert (
        second.stderr == f"The portal already runs in {running.home} (process {running.process.pid}); stop it first.\n"
    )


def test_web_server_that_ends_is_started_again(running):
    web = next(pid for pid in marked(running.home) if b"embedded.web" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.killpg(os.getpgid(web), signal.SIGKILL)
    running.says(r"^web ended unexpectedly \(code -9\); starting it again$")
    assert running.answers("/healthz")


def test_postgres_that_ends_is_started_again(running):
    postmaster = int((running.home / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    running.says(r"^postgres ended unexpectedly \(code -9\); starting it again$")
    running.says(r"^postgres .*ready to accept connections")
    assert running.answers("/readyz")


def test_kill_of_everything_loses_no_committed_row(running):
    running.query("CREATE TABLE IF NOT EXISTS kept (answer int); INSERT INTO kept VALUES (42)")
    running.kill()
    running.start().says(READY)
    assert running.query("SELECT answer FROM kept") == [(42,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_everything_in_order_and_leaves_nothing(running, number):
    began = time.monotonic()
    assert running.end(number) == 0
    assert time.monotonic() - began < 10
    assert running.left() == set()
    assert not (running.home / "run" / "postgres.json").exists()
    assert in_order(running.said, "granian shutdown", "Warm shutdown", "database system is shut down", "bye bye")


def test_signal_during_the_start_ends_it_too(stopped):
    stopped.start().says(r"^postgres .*ready to accept")
    assert stopped.end() == 0
    assert stopped.left() == set()


def test_ignored_interrupt_of_a_background_start_is_heard_all_the_same(stopped):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # what a shell does for a job in the background
    try:
        stopped.start().says(r"^postgres .*ready to accept")
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.end(signal.SIGINT) == 0


def test_bad_configuration_stops_with_its_sentence(stopped):
    stopped.start(STAFF_MFA="perhaps")
    assert stopped.wait() == 1
    assert stopped.said.splitlines()[-1].startswith("The portal could not be prepared: Configuration: STAFF_MFA")


def test_port_in_use_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Problem, match="set PORT to another one"):
            up.require_free(taken.getsockname()[1])


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "８０", "eighty"])
def test_impossible_port_is_one_sentence(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Problem, match="set it to a number from 1 to 65535"):
        up.read_port()


def test_production_is_not_started_by_this_command(monkeypatch):
    monkeypatch.setenv("PORTAL_ENV", "production")
    with pytest.raises(Problem, match="`up` is for one machine"):
        up.main()


def test_pauses_grow_and_end():
    part = Part("web", begin=None)
    assert [part.pause(now) for now in range(RESTARTS + 1)] == [0.5, 1, 2, 4, 8, None]


def test_old_ends_are_forgotten():
    part = Part("web", begin=None)
    part.pause(0)
    assert part.pause(61) == 0.5


def test_accounts_are_aligned_by_their_width_on_screen():
    rows = [["district", "区委统战部", "x"], ["a", "b", "y"]]
    assert up.table(rows) == "    district  区委统战部  x\n    a         b           y"


def in_order(text, *parts):
    places = [text.lower().find(part.lower()) for part in parts]
    return -1 not in places and places == sorted(places)
