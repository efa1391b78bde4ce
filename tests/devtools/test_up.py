"""`manage.py up` as a whole, without the demonstration."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chengyang.devtools import up
from chengyang.devtools.paths import ROOT, Problem
from chengyang.devtools.processes import marked
from chengyang.devtools.up import MAX_RESTARTS, Service
from tests.devtools.portal_process import READY, PortalProcess


@pytest.fixture(scope="module")
def portal():
    """One data folder for the whole module, because making the database takes fifteen seconds."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    folder.chmod(0o755)
    one = PortalProcess(folder)
    yield one
    one.ensure_stopped()
    shutil.rmtree(folder)


@pytest.fixture
def running(portal):
    return portal.ensure_ready()


@pytest.fixture
def stopped(portal):
    return portal.ensure_stopped()


def test_start_prints_the_addresses_and_when_the_portal_is_ready(stopped):
    running = stopped.ensure_ready()
    assert f"\nportal ready on http://127.0.0.1:{running.port}" in running.output
    assert f"http://127.0.0.1:{running.port}/manage/" in running.output


def test_every_process_names_the_data_folder(running):
    nameless = [line for line in running.command_lines() if str(running.home) not in line]
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


def test_web_server_that_ends_is_restarted(running):
    os.killpg(os.getpgid(running.pid_of("devtools.web")), signal.SIGKILL)
    running.wait_for(r"^web ended unexpectedly \(code -9\); starting it again$")
    assert running.answers("/healthz")


def test_postgres_that_ends_is_restarted(running):
    postmaster = int((running.home / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    running.wait_for(r"^postgres ended unexpectedly \(code -9\); starting it again$")
    running.wait_for(r"^postgres .*ready to accept connections")
    assert running.answers("/readyz")


PAGES = ("/", "/calendar/", "/organizations/", "/me/", "/me/data/", "/accounts/sessions/", "/healthz")


@pytest.fixture
def signed_in(running):
    """The cookie of a person who is signed in."""
    code = (
        "from django.test import Client; from chengyang.platform.accounts.models import User as U; c = Client();"
        "u = U.objects.filter(name='林知夏').first() or U.objects.create(phone='+8615400000001', name='林知夏');"
        "c.force_login(u, backend='chengyang.platform.accounts.backends.PortalBackend');"
        "print('key', c.cookies['chengyang'].value)"
    )
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    variables = running.environment(PORTAL_ENV="local")
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return f"chengyang={done.stdout.split('key ')[1].split()[0]}"


def statuses(running, cookie, rounds):
    """Request each page `rounds` times, eight at a time, and return {(page, status)}."""

    def status(page):
        request = urllib.request.Request(f"http://127.0.0.1:{running.port}{page}", headers={"Cookie": cookie})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return page, answer.url.endswith(page) and answer.status
        except OSError as error:
            return page, str(error)

    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(status, PAGES * rounds))


def valkey_pid(running):
    return next(pid for pid in marked(running.home) if b"valkey-server" in Path(f"/proc/{pid}/cmdline").read_bytes())


ALL_ANSWER = {(page, 200) for page in PAGES}


def test_pages_answer_while_the_cache_hangs(running, signed_in):
    pid = valkey_pid(running)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert statuses(running, signed_in, 4) == ALL_ANSWER
    finally:
        os.kill(pid, signal.SIGCONT)
    assert running.answers("/readyz")


def test_pages_answer_while_the_cache_is_killed(running, signed_in):
    with ThreadPoolExecutor(1) as other:
        pages = other.submit(statuses, running, signed_in, 8)
        os.kill(valkey_pid(running), signal.SIGKILL)
        assert pages.result() == ALL_ANSWER
    running.wait_for(r"^valkey ended unexpectedly \(code -9\); starting it again$")
    assert running.answers("/readyz")


def test_kill_of_everything_loses_no_committed_row(running):
    running.query("CREATE TABLE IF NOT EXISTS kept (answer int); INSERT INTO kept VALUES (42)")
    running.kill()
    running.start().wait_for(READY)
    assert running.query("SELECT answer FROM kept") == [(42,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_everything_in_order_and_leaves_nothing(running, number):
    began = time.monotonic()
    assert running.stop(number) == 0
    assert time.monotonic() - began < 10
    assert running.pids() == set()
    assert not (running.home / "run" / "postgres.json").exists()
    assert in_order(running.output, "granian shutdown", "Warm shutdown", "database system is shut down", "bye bye")


def test_signal_during_the_start_stops_it(stopped):
    stopped.start().wait_for(r"^postgres .*ready to accept")
    assert stopped.stop() == 0
    assert stopped.pids() == set()


def test_interrupt_stops_a_background_job_that_ignores_it(stopped):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for a background job
    try:
        stopped.start().wait_for(r"^postgres .*ready to accept")
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.stop(signal.SIGINT) == 0


def test_bad_configuration_ends_with_one_sentence(stopped):
    stopped.start(STAFF_MFA="perhaps")
    assert stopped.wait() == 1
    assert stopped.output.splitlines()[-1].startswith("The portal could not be prepared: Configuration: STAFF_MFA")


def test_a_database_that_does_not_answer_ends_with_one_sentence(stopped):
    stopped.start(DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert stopped.wait() == 1
    reason = "The portal could not be prepared: The database of DATABASE_URL cannot be used"
    assert stopped.output.splitlines()[-1].startswith(reason)


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


def test_production_is_refused(monkeypatch):
    monkeypatch.setenv("PORTAL_ENV", "production")
    with pytest.raises(Problem, match="`up` is for one machine"):
        up.main()


def test_pauses_between_restarts_grow_until_the_limit():
    service = Service("web", start=None)
    assert [service.backoff(now) for now in range(MAX_RESTARTS + 1)] == [0.5, 1, 2, 4, 8, None]


def test_old_exits_do_not_count():
    service = Service("web", start=None)
    service.backoff(0)
    assert service.backoff(61) == 0.5


def test_accounts_are_aligned_by_their_width_on_the_terminal():
    rows = [["district", "区委统战部", "x"], ["a", "b", "y"]]
    assert up.table(rows) == "    district  区委统战部  x\n    a         b           y"


def in_order(text, *parts):
    places = [text.lower().find(part.lower()) for part in parts]
    return -1 not in places and places == sorted(places)
